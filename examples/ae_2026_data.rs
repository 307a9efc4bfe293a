//! Makes the data of `plans/bench_ae_2026`: `cargo run --release --example ae_2026_data -- DEALS SEED FOLDER` writes four CSV
//! files. The same numbers give the same bytes on every machine: the generator and its logarithms are our own or `libm`'s.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::float_arithmetic)]
#![allow(clippy::cast_possible_truncation, missing_docs)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use attain::calendar::{Date, plus_days};

const CURRENCIES: [&str; 3] = ["USD", "EUR", "GBP"];
const PRODUCTS: [&str; 6] = ["PLATFORM", "SERVICES", "ANALYTICS", "SECURITY", "SUPPORT", "TRAINING"];
const TYPES: [&str; 3] = ["new", "renewal", "expansion"];
/// The last day of 2026, counted from its first.
const LAST_DAY: i64 = 364;

/// splitmix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(most)) >> 64) as u64
    }

    fn days(&mut self, most: u64) -> i64 {
        self.below(most) as i64
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of the normal distribution (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.share(), self.share());
        libm::sqrt(-2.0 * libm::log(u)) * libm::cos(2.0 * std::f64::consts::PI * v)
    }

    fn currency(&mut self) -> usize {
        match self.below(10) {
            0..=6 => 0,
            7 | 8 => 1,
            _ => 2,
        }
    }
}

/// Someone who is paid; days are counted from the first of 2026.
struct Payee {
    manager: Option<u64>,
    role: &'static str,
    hired: i64,
    left: Option<i64>,
    target: u64,
    currency: usize,
}

/// How many managers, account executives and sales engineers there are, who stand in this order.
#[derive(Clone, Copy)]
struct Staff {
    managers: u64,
    executives: u64,
    engineers: u64,
}

impl Staff {
    fn of(deals: u64) -> Staff {
        let all = (deals / 100).min(50_000);
        let (managers, engineers) = ((all / 10).max(2), all / 10);
        Staff { managers, executives: all - managers - engineers, engineers }
    }

    fn all(self) -> u64 {
        self.managers + self.executives + self.engineers
    }
}

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let [_, deals, seed, folder] = words.as_slice() else {
        eprintln!("say how many deals, which seed and where to: ae_2026_data 100000 1 FOLDER");
        std::process::exit(2);
    };
    let (deals, seed): (u64, u64) = (deals.parse().unwrap(), seed.parse().unwrap());
    write(deals, seed, Path::new(folder))
}

/// Writes so many deals, and the people, quotas and rates for them.
pub fn write(deals: u64, seed: u64, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut random = Random(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0xC0_FFEE);
    let staff = Staff::of(deals);
    let payees = payees(staff, &mut random);
    write_payees(&payees, &folder.join("payees.csv"))?;
    write_rates(&mut random, &folder.join("fx.csv"))?;
    write_quotas(deals, staff, &mut random, &folder.join("quotas.csv"))?;
    write_deals(deals, staff, &payees, &mut random, &folder.join("deals.csv"))
}

fn payees(staff: Staff, random: &mut Random) -> Vec<Payee> {
    // The first is above the directors, who are above the other managers.
    let directors = (staff.managers as f64).sqrt() as u64;
    let mut payees = Vec::new();
    for id in 1..=staff.all() {
        let manager = match id {
            1 => None,
            _ if id <= 1 + directors => Some(1),
            _ if id <= staff.managers => Some(2 + random.below(directors)),
            _ => Some(2 + directors + random.below(staff.managers - 1 - directors)),
        };
        let hired = if random.below(100) < 15 { random.days(300) } else { -1 - random.days(8 * 365) };
        let left = (random.below(100) < 5).then(|| hired.max(0) + 30 + random.days(300)).filter(|day| *day <= LAST_DAY);
        let (role, target) = match id {
            _ if id <= staff.managers => ("MGR", 50_000 + 500 * random.below(141)),
            _ if id <= staff.managers + staff.executives => ("AE", 60_000 + 500 * random.below(241)),
            _ => ("SE", 30_000 + 500 * random.below(61)),
        };
        payees.push(Payee { manager, role, hired, left, target, currency: random.currency() });
    }
    payees
}

fn write_payees(payees: &[Payee], path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "payee_id,manager_id,role,hire_date,term_date,annual_target_incentive,currency")?;
    for (id, payee) in (1..).zip(payees) {
        let manager = payee.manager.map_or_else(String::new, |manager| manager.to_string());
        let left = payee.left.map_or_else(String::new, day);
        let (role, hired, target) = (payee.role, day(payee.hired), payee.target);
        writeln!(file, "{id},{manager},{role},{hired},{left},{target}.00,{}", CURRENCIES[payee.currency])?;
    }
    file.flush()
}

/// US dollars for one unit of each currency, by month.
fn write_rates(random: &mut Random, path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "month,currency,rate")?;
    let mut rates = [1.0, 1.123_456, 1.301_234];
    for month in 1..=12 {
        for rate in &mut rates[1..] {
            *rate *= 1.0 + 0.015 * random.normal();
        }
        for (currency, rate) in CURRENCIES.iter().zip(rates) {
            let millionths = (rate * 1e6) as u64;
            writeln!(file, "{month},{currency},{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)?;
        }
    }
    file.flush()
}

/// Quotas such that on average they are met.
fn write_quotas(deals: u64, staff: Staff, random: &mut Random, path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "payee_id,quarter,amount")?;
    let (deals, per_deal) = (deals as f64, 23_920.0);
    let executives = deals * (0.958 + 0.15 * 0.28 * 0.5) * per_deal / staff.executives as f64 / 4.0;
    let engineers = deals * 0.15 * 0.28 * 0.5 * per_deal / staff.engineers as f64 / 4.0;
    for id in staff.managers + 1..=staff.all() {
        let expected = if id <= staff.managers + staff.executives { executives } else { engineers };
        for quarter in 1..=4 {
            let thousands = ((expected * (0.6 + random.share()) / 1000.0) as u64).max(1);
            writeln!(file, "{id},{quarter},{thousands}000.00")?;
        }
    }
    file.flush()
}

fn write_deals(deals: u64, staff: Staff, payees: &[Payee], random: &mut Random, path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "deal_id,close_date,amount,currency,product,type,payee_id,split_payee_id,split_pct")?;
    let days: Vec<String> = (0..=LAST_DAY).map(day).collect();
    let is_there = |id: u64, day: i64| {
        let payee = &payees[id as usize - 1];
        payee.hired <= day && payee.left.is_none_or(|left| day <= left)
    };
    for id in 1..=deals {
        let day = random.days(365);
        let amount = libm::exp(libm::log(20_000.0) + random.normal());
        let cents = ((amount * 100.0) as u64).clamp(10_000, 500_000_000);
        let (currency, product) = (random.currency(), random.below(6) as usize);
        let kind = match random.below(100) {
            0..60 => 0,
            60..85 => 1,
            _ => 2,
        };
        let owner = loop {
            let owner = staff.managers + 1 + random.below(staff.executives);
            if is_there(owner, day) {
                break owner;
            }
        };
        let split = (random.below(100) < 15).then(|| {
            let with = loop {
                let with = match random.below(2) {
                    0 => staff.managers + 1 + staff.executives + random.below(staff.engineers),
                    _ => staff.managers + 1 + random.below(staff.executives),
                };
                if with != owner && is_there(with, day) {
                    break with;
                }
            };
            let tenth = random.below(10);
            (with, if tenth == 9 { 3333 } else { 1000 + 500 * tenth })
        });
        let (day, currency) = (&days[day as usize], CURRENCIES[currency]);
        let (product, kind) = (PRODUCTS[product], TYPES[kind]);
        write!(file, "{id},{day},{}.{:02},{currency},{product},{kind},{owner},", cents / 100, cents % 100)?;
        match split {
            Some((with, share)) => writeln!(file, "{with},0.{share:04}")?,
            None => writeln!(file, ",")?,
        }
    }
    file.flush()
}

/// A day of 2026, or before or behind it.
fn day(from_new_year: i64) -> String {
    let new_year = Date::from_ymd_opt(2026, 1, 1).unwrap();
    plus_days(new_year, from_new_year).unwrap().to_string()
}
