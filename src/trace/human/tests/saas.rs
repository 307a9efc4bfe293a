//! An account executive with a recoverable draw, in February. By hand: the target of the quarter is
//! 25,000, the quota 250,000. d1, 100,000 in January: 40% pays 0.32 = 8,000. d2, 100,000 EUR at 1.085
//! less a share of 20% = 86,800: 74.72% pays 0.4 + 0.2472 * 1.2 = 0.69664 = 17,416. d3, a renewal of
//! 30,000 at 40% = 12,000: 79.52% pays 0.75424 = 18,856. So February earns 10,856.

use super::build::*;
use crate::step::{Band, Formula, KeyPart, Node, Trace};

struct Deal {
    id: &'static str,
    row: u64,
    amount: (&'static str, &'static str),
    split: Option<&'static str>,
    kind: &'static str,
}

const DEALS: [Deal; 3] = [
    Deal { id: "d1", row: 2, amount: ("100000", "USD"), split: None, kind: "new" },
    Deal { id: "d2", row: 5, amount: ("100000", "EUR"), split: Some("0.2"), kind: "new" },
    Deal { id: "d3", row: 9, amount: ("30000", "USD"), split: None, kind: "renewal" },
];

const OF: u32 = 5;

fn person() -> Vec<KeyPart> {
    key(&[("Person", "p1")])
}

fn month(month: &str) -> Vec<KeyPart> {
    key(&[("Person", "p1"), ("month", month)])
}

fn quarter() -> Vec<KeyPart> {
    key(&[("Person", "p1"), ("quarter", "2026-Q1")])
}

fn convert(book: &mut Book, row: &[KeyPart], deal: &Deal) -> Formula {
    let (value, currency) = deal.amount;
    let cell = book.input("amount", row, amount(value, currency), ("deals.csv", deal.row, "Close Value"));
    let mut rates = Vec::new();
    let mut usd = exact(&cell);
    if currency != "USD" {
        let fx = key(&[("month", "2026-02"), ("currency", currency)]);
        let rate = book.input("Fx.rate", &fx, amount("1.085", "USD per currency"), ("fx.csv", 8, "rate"));
        usd = usd.times(&exact(&rate));
        rates.push(rate);
    }
    let node = Node::Convert { amount: Box::new(cell), rates, to: None };
    let value = amount(&usd.to_string(), "USD");
    let body = formula("amount in USD using Fx at closed", Some(value), node);
    book.define(&Def::new("let", "deal_value", 24, Some(2), "USD"), row, body)
}

fn weight(book: &mut Book, row: &[KeyPart], deal: &Deal) -> Formula {
    let kind = book.input("kind", row, amount(deal.kind, "choice"), ("deals.csv", deal.row, "Kind"));
    let rows = [("new", "1"), ("expansion", "1"), ("renewal", "0.4")];
    let bands = rows.iter().zip(18..).map(|((name, rate), line)| Band {
        start: None,
        above: false,
        values: Vec::new(),
        row: (*name).to_owned(),
        plan: place(line),
        rate: amount(rate, "percent"),
        taken: *name == deal.kind,
        part: None,
        gives: None,
        data: None,
    });
    let bands: Vec<Band> = bands.collect();
    let value = bands.iter().find(|band| band.taken).map(|band| band.rate.clone());
    let node = Node::Table {
        table: "kind_weight".to_owned(),
        kind: "step".to_owned(),
        chosen: Vec::new(),
        input: Box::new(kind),
        bands,
        line: None,
    };
    formula("kind_weight(kind)", value, node)
}

fn credits(book: &mut Book) -> Vec<(Vec<KeyPart>, Formula)> {
    let mut credits = Vec::new();
    for deal in &DEALS {
        let row = key(&[("Deal", deal.id)]);
        let value = convert(book, &row, deal);
        let (asked, instead) = match deal.split {
            Some(share) => {
                let cell = ("deals.csv", deal.row, "Split Share");
                (book.input("split_share", &row, amount(share, "percent"), cell), None)
            }
            None => (missing("split_share"), Some(constant("0%", "0", "percent"))),
        };
        let share = default("split_share or 0%", asked, instead);
        let rest = vec![constant("1", "1", "percent"), share];
        let rest = op("minus", "1 - (split_share or 0%)", "percent", rest);
        let text = "deal_value * (1 - (split_share or 0%))";
        let left = op("times", text, "USD", vec![value, rest]);
        let weight = weight(book, &row, deal);
        let text = "deal_value * (1 - (split_share or 0%)) * kind_weight(kind)";
        let body = op("times", text, "USD", vec![left, weight]);
        let credit = key(&[("Credit", &format!(r#"["primary","{}","","p1"]"#, deal.id))]);
        let def = Def::new("credit", "amount", 31, Some(2), "USD");
        let read = book.define(&def, &credit, body).named("Credit.amount");
        credits.push((credit, read));
    }
    credits
}

fn quarter_commission(book: &mut Book, credits: &[(Vec<KeyPart>, Formula)]) -> Formula {
    let first = credits.len() as u32;
    let annual = book.input("annual_target", &person(), amount("100000", "USD"), ("people.csv", 4, "annual_target"));
    let quota = book.input("Quota.amount", &quarter(), amount("250000", "USD"), ("quotas.csv", 6, "amount"));
    let days = || constant("days active in quarter", "90", "days");
    let all = || constant("days in quarter", "90", "days");
    let share = |text: &str, left| {
        let left = op("times", "x", "USD", vec![left, days()]);
        op("over", text, "USD", vec![left, all()])
    };
    let body = share("Quota.amount * days active in quarter / days in quarter", quota);
    let def = Def::new("quota", "quarter_quota", 46, Some(2), "USD");
    let quota = book.define(&def, &quarter(), body);
    let fourth = op("over", "annual_target / 4", "USD", vec![annual, constant("4", "4", "number")]);
    let body = share("annual_target / 4 * days active in quarter / days in quarter", fourth);
    let def = Def::new("let", "quarter_target", 50, Some(2), "USD");
    let target = book.define(&def, &quarter(), body);
    let def = Def::new("measure", "bookings", 53, Some(2), "USD").first(first, OF);
    let bookings = book.define(&def, &quarter(), sum("sum of Credit.amount", "USD", credits.to_vec()));
    let ratio = op("over", "bookings / quarter_quota", "number", vec![bookings, quota]);
    let def = Def::new("let", "progress", 61, None, "number").first(first, OF);
    let progress = book.define(&def, &quarter(), ratio);
    let rows =
        [("from 0%", "0", "0.8"), ("from 50%", "0.5", "1.2"), ("from 100%", "1", "1.5"), ("from 150%", "1.5", "2")];
    let table = marginal("accelerator(progress)", progress, 68, &rows);
    let text = "quarter_target * accelerator(progress)";
    let earned = op("times", text, "USD", vec![target.clone(), table]);
    let cap = vec![constant("250%", "2.5", "percent"), target];
    let cap = op("of", "250% of quarter_target", "USD", cap);
    let text = "min(quarter_target * accelerator(progress), 250% of quarter_target)";
    let body = op("minimum", text, "USD", vec![earned, cap]);
    let def = Def::new("let", "quarter_commission", 76, Some(2), "USD").first(first, OF);
    book.define(&def, &quarter(), body)
}

fn shares(book: &mut Book, credits: &[(Vec<KeyPart>, Formula)]) -> Vec<(Vec<KeyPart>, Formula)> {
    let reached: Vec<Formula> = (1..=credits.len()).map(|first| quarter_commission(book, &credits[..first])).collect();
    let mut shares = Vec::new();
    for (index, (row, _)) in credits.iter().enumerate().skip(1) {
        let share = exact(&reached[index]).minus(&exact(&reached[index - 1]));
        let node = Node::Increase {
            position: index as u32 + 1,
            of: OF,
            after: Some(id(&reached[index])),
            before: Some(id(&reached[index - 1])),
            list: None,
        };
        let text = "increase of quarter_commission by date, key";
        let increase = formula(text, Some(amount(&share.to_string(), "USD")), node);
        let body = default(&format!("({text}) or 0"), increase, None);
        let def = Def::new("earn", "commission", 81, Some(2), "USD");
        let read = book.define(&def, row, body);
        shares.push((row.clone(), read));
    }
    shares
}

/// Commission summed over credits of two quarters, in the order of their keys; one has no quota.
pub(super) fn half_year() -> Trace {
    let mut book = Book::default();
    let mut members = Vec::new();
    let rows = [
        ("d1", "2026-Q1", 2, "800", "500"),
        ("d2", "2026-Q2", 1, "70", "0"),
        ("d3", "2026-Q1", 1, "500", "0"),
        ("d4", "", 1, "0", "0"),
    ];
    for (deal, quarter, position, after, before) in rows {
        let row = key(&[("Person", "p1"), ("quarter", quarter)]);
        let mut reach = |first: u32, value: &str| {
            let def = Def::new("let", "quarter_commission", 76, Some(2), "USD").first(first, 3);
            id(&book.define(&def, &row, constant("x", value, "USD")))
        };
        let share = exact(&constant("", after, "USD")).minus(&exact(&constant("", before, "USD")));
        let there = !quarter.is_empty();
        let node = Node::Increase {
            position,
            of: 3,
            after: there.then(|| reach(position, after)),
            before: (there && position > 1).then(|| reach(position - 1, before)),
            list: None,
        };
        let share = there.then(|| amount(&share.to_string(), "USD"));
        let text = "increase of quarter_commission by date, key";
        let none = constant("0", "0", "USD");
        let increase = formula(text, share, node);
        let body = default(&format!("({text}) or 0"), increase, (!there).then_some(none));
        let credit = key(&[("Credit", &format!(r#"["primary","{deal}","","p1"]"#))]);
        let def = Def::new("earn", "commission", 81, Some(2), "USD");
        members.push((credit.clone(), book.define(&def, &credit, body)));
    }
    let body = sum("sum of commission", "USD", members);
    let row = key(&[("Person", "p1"), ("half", "2026-H1")]);
    let root = book.define(&Def::new("let", "half_commission", 90, Some(2), "USD"), &row, body);
    book.trace(&root)
}

fn draw(book: &mut Book) -> Formula {
    let role = book.input("role", &person(), amount("AE", "choice"), ("people.csv", 4, "role"));
    let is = vec![role, constant("AE", "AE", "choice")];
    let is = op("equal", "role = AE", "yes/no", is);
    let days = vec![constant("2,000 USD", "2000", "USD"), constant("days active in month", "28", "days")];
    let left = op("times", "2,000 USD * days active in month", "USD", days);
    let text = "2,000 USD * days active in month / days in month";
    let full = op("over", text, "USD", vec![left, constant("days in month", "28", "days")]);
    let body = choice(&format!("if role = AE then {text} else 0"), is, full, "0");
    let def = Def::new("let", "monthly_draw", 112, Some(2), "USD");
    book.define(&def, &month("2026-02"), body)
}

fn previous(text: &str, earlier: &Formula) -> Formula {
    let node = Node::Previous { step: Some(id(earlier)), periods: Vec::new(), starting: None };
    formula(text, earlier.value.clone(), node)
}

/// January: 8,000 earned against 2,000 drawn.
fn january(book: &mut Book, earned: &str) -> Formula {
    let node = Node::Previous { step: None, periods: Vec::new(), starting: Some(Box::new(constant("0", "0", "USD"))) };
    let before = formula("previous draw_owed", Some(amount("0", "USD")), node);
    let drawn = constant("monthly_draw", "2000", "USD");
    let left = op("plus", "previous draw_owed + monthly_draw", "USD", vec![before, drawn]);
    let def = Def::new("let", "earned", 108, Some(2), "USD");
    let earned = book.define(&def, &month("2026-01"), constant(earned, earned, "USD"));
    let text = "previous draw_owed + monthly_draw - earned";
    let owed = op("minus", text, "USD", vec![left, earned]);
    let text = "max(0, previous draw_owed + monthly_draw - earned)";
    let body = op("maximum", text, "USD", vec![constant("0", "0", "USD"), owed]);
    let def = Def::new("balance", "draw_owed", 118, Some(2), "USD");
    book.define(&def, &month("2026-01"), body)
}

/// The balance after the first month, with little earned.
pub(super) fn first_draw() -> Trace {
    let mut book = Book::default();
    let root = january(&mut book, "300");
    book.trace(&root)
}

/// February's payout.
pub(super) fn payout() -> Trace {
    let mut book = Book::default();
    let now = month("2026-02");
    let credits = credits(&mut book);
    let shares = shares(&mut book, &credits);
    let commission = sum("sum of commission", "USD", shares);
    let left = vec![commission, sum("sum of year_end", "USD", Vec::new())];
    let left = op("plus", "sum of commission + sum of year_end", "USD", left);
    let text = "sum of commission + sum of year_end + sum of manager_override";
    let body = op("plus", text, "USD", vec![left, sum("sum of manager_override", "USD", Vec::new())]);
    let earned = book.define(&Def::new("let", "earned", 108, Some(2), "USD"), &now, body);
    let before = january(&mut book, "1200");
    let drawn = draw(&mut book);
    let left = vec![previous("previous draw_owed", &before), drawn];
    let left = op("plus", "previous draw_owed + monthly_draw", "USD", left);
    let text = "previous draw_owed + monthly_draw - earned";
    let owed = op("minus", text, "USD", vec![left, earned.clone()]);
    let text = "max(0, previous draw_owed + monthly_draw - earned)";
    let body = op("maximum", text, "USD", vec![constant("0", "0", "USD"), owed]);
    let def = Def::new("balance", "draw_owed", 118, Some(2), "USD");
    let owed = book.define(&def, &now, body);
    let left = op("plus", "earned + draw_owed", "USD", vec![earned, owed]);
    let text = "earned + draw_owed - previous draw_owed";
    let body = op("minus", text, "USD", vec![left, previous("previous draw_owed", &before)]);
    let root = book.define(&Def::new("pay", "payout", 123, Some(2), "USD"), &now, body);
    book.trace(&root)
}
