//! Data for the generated plans.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::choices::Choices;

const PEOPLE: [&str; 7] = ["p7", "b", "p10", "A", "é1", "a a", "Z-9"];
const QUARTERS: [&str; 6] = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2025-Q4", "2025-Q2"];
const DATES: [&str; 14] = [
    "2026-01-15",
    "2026-02-28",
    "2026-03-31",
    "2026-04-01",
    "2026-05-17",
    "2026-08-09",
    "2026-12-31",
    "2026-01-01",
    "2025-12-31",
    "2027-01-01",
    "2026-06-30",
    "2026-07-01",
    "2025-05-17",
    "2025-11-30",
];
/// From one of these days up to the day before the next one versions hold.
const CHANGES: [&str; 5] = ["2025-03-01", "2026-02-15", "2026-04-01", "2026-06-30", "2026-12-31"];
/// The last days of versions that begin on those.
const LAST: [&str; 5] = ["2026-02-14", "2026-03-31", "2026-06-29", "2026-12-30", "2027-06-30"];

/// The files of a small company; `history`: people have versions.
pub fn data(choices: &mut Choices, history: bool) -> Vec<(&'static str, String)> {
    let people = 1 + choices.below(5);
    let deals = choices.below(12);
    vec![
        ("people.csv", if history { people_history(choices, people) } else { people_file(choices, people) }),
        ("quotas.csv", quotas(choices, people)),
        ("deals.csv", deals_file(choices, people, deals)),
        ("targets.csv", targets(choices, people)),
        ("openings.csv", openings(choices, people)),
        ("grades.csv", grades(choices, people)),
        ("splits.csv", splits(choices, people, deals)),
        ("rates.csv", exchange_rates(choices)),
        ("scale.csv", scale(choices)),
    ]
}

fn amount(choices: &mut Choices) -> String {
    match choices.below(8) {
        0 => "1000.00".to_owned(),
        1 => "0".to_owned(),
        2 => format!("-{}.{:02}", choices.below(3000), choices.below(100)),
        3 if choices.once_in(3) => "999999999999999.99".to_owned(),
        _ => format!("{}.{:02}", choices.below(20_000), choices.below(100)),
    }
}

/// Role, manager, target, rate, first and last day of a person.
fn person(choices: &mut Choices, number: usize) -> String {
    let role = *choices.of(&["AE", "AE", "Manager", "SE"]);
    // A manager stands before those who report to them: no circle.
    let manager = if number > 0 && choices.below(3) > 0 { PEOPLE[choices.below(number)] } else { "" };
    let target = 1000 * choices.below(200);
    let rate = format!("{}.{}%", choices.below(40), choices.below(100));
    let hired = *choices.of(&["2019-04-01", "2026-02-15", "2026-04-01", "2027-01-01", "2024-02-29"]);
    let left = *choices.of(&["", "", "2027-03-01", "2028-03-31"]);
    let left = if hired == "2019-04-01" && choices.once_in(3) { "2026-05-08" } else { left };
    format!("{role},{manager},{target}.50,{rate},{hired},{left}")
}

fn people_file(choices: &mut Choices, count: usize) -> String {
    let mut file = "id,role,manager,annual_target,rate,hired,left\n".to_owned();
    for (number, name) in PEOPLE.iter().enumerate().take(count) {
        let _ = writeln!(file, "{name},{}", person(choices, number));
    }
    file
}

/// Each person's versions, with gaps between some of them.
fn people_history(choices: &mut Choices, count: usize) -> String {
    let mut file = "id,role,manager,annual_target,rate,hired,left,since,ends\n".to_owned();
    for (number, name) in PEOPLE.iter().enumerate().take(count) {
        if choices.once_in(3) {
            let _ = writeln!(file, "{name},{},,", person(choices, number));
            continue;
        }
        let first = choices.below(CHANGES.len());
        for change in first..CHANGES.len() {
            if change > first && choices.once_in(3) {
                continue;
            }
            let since = if change == 0 { "" } else { CHANGES[change] };
            let ends = if change == 4 { "" } else { LAST[change] };
            let _ = writeln!(file, "{name},{},{since},{ends}", person(choices, number));
        }
    }
    file
}

fn quotas(choices: &mut Choices, people: usize) -> String {
    let mut file = "person,quarter,amount\n".to_owned();
    for person in &PEOPLE[..people] {
        for quarter in QUARTERS {
            if choices.below(3) > 0 {
                let _ = writeln!(file, "{person},{quarter},{}", 500 * choices.below(60));
            }
        }
    }
    file
}

/// Uneven periods, one of which begins before the plan.
fn targets(choices: &mut Choices, people: usize) -> String {
    let mut file = "person,begins,amount\n".to_owned();
    for person in &PEOPLE[..people] {
        for begins in ["2025-10-05", "2026-01-01", "2026-03-17", "2026-09-30"] {
            if begins == "2026-01-01" || choices.once_in(2) {
                let _ = writeln!(file, "{person},{begins},{}", 700 * choices.below(60));
            }
        }
    }
    file
}

fn openings(choices: &mut Choices, people: usize) -> String {
    let mut file = "person,owed\n".to_owned();
    for person in &PEOPLE[..people] {
        if choices.once_in(2) {
            let _ = writeln!(file, "{person},{}.75", choices.below(900));
        }
    }
    file
}

fn grades(choices: &mut Choices, people: usize) -> String {
    let mut file = "person,goal,weight,since,ends\n".to_owned();
    for person in &PEOPLE[..people] {
        for (number, since) in CHANGES.iter().enumerate() {
            if choices.once_in(2) {
                // The first day on which it does not hold any more.
                let ends = CHANGES.get(number + 1).copied().unwrap_or("");
                let (goal, weight) = (100 * choices.below(90), choices.below(150));
                let _ = writeln!(file, "{person},{goal}.25,{weight}%,{since},{ends}");
            }
        }
    }
    file
}

fn key_of_deal(number: usize) -> usize {
    // Keys in another order than the rows.
    (number * 5) % 13
}

fn deals_file(choices: &mut Choices, people: usize, count: usize) -> String {
    let mut file =
        "id,owner,helper,share,closed,paid,amount,cost,seats,kind,line,strategic,licences,price,local,currency\n"
            .to_owned();
    for number in 0..count {
        let key = key_of_deal(number);
        let owner = PEOPLE[choices.below(people)];
        let helper = if choices.once_in(2) { PEOPLE[choices.below(people)] } else { "" };
        let share = if choices.once_in(2) { format!("{}.5%", choices.below(100)) } else { String::new() };
        let closed = if choices.once_in(9) { "" } else { DATES[choices.below(DATES.len())] };
        let amount_text = amount(choices);
        let cost = if choices.once_in(2) { format!("{}.25", choices.below(900)) } else { String::new() };
        let seats = choices.below(30);
        let kind = *choices.of(&["new", "renewal", "expansion"]);
        let strategic = *choices.of(&["no", "yes"]);
        let line = *choices.of(&["Platform", "Services"]);
        let paid = if choices.once_in(3) { "" } else { DATES[choices.below(DATES.len())] };
        let (licences, price) =
            (format!("{}.5", choices.below(300)), format!("{}.{:03}", choices.below(9), choices.below(1000)));
        let (local, currency) = (choices.below(90_000), *choices.of(&["USD", "EUR", "JPY"]));
        let _ = writeln!(
            file,
            "d{key},{owner},{helper},{share},{closed},{paid},{amount_text},{cost},{seats},{kind},{line},{strategic},{licences},{price},{local},{currency}"
        );
    }
    file
}

fn splits(choices: &mut Choices, people: usize, deals: usize) -> String {
    let mut file = "deal,seller,part\n".to_owned();
    for number in 0..deals {
        for person in &PEOPLE[..people] {
            if choices.once_in(3) {
                let _ = writeln!(file, "d{},{person},{}%", key_of_deal(number), choices.below(80));
            }
        }
    }
    file
}

/// Every month of a deal's dates has rates, but for a few.
fn exchange_rates(choices: &mut Choices) -> String {
    let mut file = "month,currency,rate\n".to_owned();
    let months: BTreeSet<&str> = DATES.iter().map(|date| &date[..7]).collect();
    for month in months {
        for currency in ["EUR", "JPY"] {
            if !choices.once_in(40) {
                let _ = writeln!(file, "{month},{currency},{}.{:06}", choices.below(3), 1 + choices.below(999_999));
            }
        }
    }
    file
}

/// Bands of both lines, or of one alone.
fn scale(choices: &mut Choices) -> String {
    let mut file = "id,line,floor,rate\n".to_owned();
    let mut id = 0;
    for line in ["Platform", "Services"] {
        let count = choices.below(4);
        for band in 0..count {
            id += 1;
            let _ = writeln!(file, "{id},{line},{},{}.25%", 1000 * band * (1 + band), choices.below(40));
        }
    }
    file
}
