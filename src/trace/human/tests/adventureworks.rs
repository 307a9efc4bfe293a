//! Person 275 of AdventureWorks in the first quota window, with the orders of the sample data. The
//! window pays 3,040.51: 304,755.6026 of 367,000 is 83.0397%; 0.7 * 0.8 + 0.130397 * 1.0 = 0.690397 of
//! 1.2% of 367,000, computed elsewhere with fractions.

use super::build::*;
use crate::step::{Formula, KeyPart, Node, Trace};

/// Order, amount, line of the file; in order of date and key.
const ORDERS: [(&str, &str, u64); 25] = [
    ("43670", "6122.082", 13),
    ("43673", "3746.2015", 16),
    ("43676", "14203.458", 19),
    ("43682", "3875.7229", 25),
    ("43687", "1258.3767", 30),
    ("43688", "12718.0844", 31),
    ("43690", "1297.5901", 33),
    ("43693", "20541.4072", 36),
    ("43843", "32940.1556", 186),
    ("43851", "6783.7679", 194),
    ("43858", "13694.3494", 201),
    ("43870", "4316.9864", 213),
    ("43876", "7135.2649", 219),
    ("43878", "4079.988", 221),
    ("43883", "18320.6894", 226),
    ("43907", "14660.3024", 250),
    ("43908", "2561.5408", 251),
    ("43915", "4049.988", 258),
    ("44074", "844.1043", 417),
    ("44096", "8129.976", 439),
    ("44114", "33478.9114", 457),
    ("44117", "12907.7717", 460),
    ("44123", "874.794", 466),
    ("44129", "55699.8037", 472),
    ("44131", "20514.2859", 474),
];

const OF: u32 = 25;

struct Cells {
    percent: Formula,
    quota: Formula,
    bonus: Formula,
    credits: Vec<(Vec<KeyPart>, Formula)>,
}

fn person() -> Vec<KeyPart> {
    key(&[("SalesPerson", "275"), ("window", "2011-05-31")])
}

fn cells(book: &mut Book) -> Cells {
    let seller = key(&[("SalesPerson", "275")]);
    let mut credits = Vec::new();
    for (order, value, row) in ORDERS {
        let cell = book.input(
            "SubTotal",
            &key(&[("Order", order)]),
            amount(value, "USD"),
            ("SalesOrderHeader.csv", row, "SubTotal"),
        );
        let credit = key(&[("Credit", &format!(r#"["sale","{order}","","275"]"#))]);
        let def = Def::new("credit", "amount", 34, Some(4), "USD");
        let read = book.define(&def, &credit, cell).named("Credit.amount");
        credits.push((credit, read));
    }
    let percent = amount("0.012", "percent");
    Cells {
        percent: book.input("CommissionPct", &seller, percent, ("SalesPerson.csv", 3, "CommissionPct")),
        bonus: book.input("Bonus", &seller, amount("4100", "USD"), ("SalesPerson.csv", 3, "Bonus")),
        quota: book.input(
            "Quota.amount",
            &person(),
            amount("367000", "USD"),
            ("SalesPersonQuotaHistory.csv", 10, "SalesQuota"),
        ),
        credits,
    }
}

/// `sales` over the first credits.
fn sales(book: &mut Book, cells: &Cells, first: usize) -> Formula {
    let members = cells.credits[..first].to_vec();
    let def = Def::new("measure", "sales", 41, Some(4), "USD").first(first as u32, OF);
    book.define(&def, &person(), sum("sum of Credit.amount", "USD", members))
}

/// `window_commission` over the first credits.
fn window_commission(book: &mut Book, cells: &Cells, first: usize) -> Formula {
    let sold = sales(book, cells, first);
    let ratio = op("over", "sales / Quota.amount", "number", vec![sold, cells.quota.clone()]);
    let def = Def::new("let", "progress", 48, None, "number").first(first as u32, OF);
    let progress = book.define(&def, &person(), ratio);
    let rows = [("from 0%", "0", "0.8"), ("from 70%", "0.7", "1"), ("from 100%", "1", "1.5")];
    let table = marginal("multiplier(progress)", progress, 52, &rows);
    let base = vec![cells.percent.clone(), cells.quota.clone()];
    let base = op("times", "CommissionPct * Quota.amount", "USD", base);
    let text = "CommissionPct * Quota.amount * multiplier(progress)";
    let body = op("times", text, "USD", vec![base, table]);
    let def = Def::new("let", "window_commission", 58, Some(2), "USD").first(first as u32, OF);
    book.define(&def, &person(), body)
}

/// `commission` of each credit.
fn commissions(book: &mut Book, cells: &Cells) -> Vec<(Vec<KeyPart>, Formula)> {
    let mut shares = Vec::new();
    let mut before: Option<Formula> = None;
    for first in 1..=ORDERS.len() {
        let after = window_commission(book, cells, first);
        let earlier = before.as_ref().map_or_else(|| constant("0", "0", "USD"), Clone::clone);
        let share = exact(&after).minus(&exact(&earlier)).to_string();
        let node = Node::Increase {
            position: first as u32,
            of: OF,
            after: Some(id(&after)),
            before: before.as_ref().map(id),
            list: None,
        };
        let text = "increase of window_commission by OrderDate, SalesOrderID";
        let increase = formula(text, Some(amount(&share, "USD")), node);
        let body = default(&format!("({text}) or 0"), increase, None);
        let def = Def::new("earn", "commission", 62, Some(2), "USD");
        let row = cells.credits[first - 1].0.clone();
        let read = book.define(&def, &row, body);
        shares.push((row, read));
        before = Some(after);
    }
    shares
}

/// The payout.
pub(super) fn payout() -> Trace {
    let mut book = Book::default();
    let cells = cells(&mut book);
    let shares = commissions(&mut book, &cells);
    let sold = sales(&mut book, &cells, ORDERS.len());
    let ratio = op("over", "sales / Quota.amount", "number", vec![sold, cells.quota.clone()]);
    let def = Def::new("measure", "attainment", 44, Some(6), "percent");
    let attainment = book.define(&def, &person(), ratio);
    let reached = vec![attainment, constant("100%", "1", "percent")];
    let reached = op("greater_or_equal", "attainment >= 100%", "yes/no", reached);
    let none = constant("0", "0", "USD");
    let body = choice("if attainment >= 100% then Bonus else 0", reached, none.clone(), "Bonus");
    let def = Def::new("earn", "bonus", 66, Some(2), "USD");
    let bonus = book.define(&def, &person(), body);
    let manager = vec![cells.percent.clone(), constant("0", "0", "percent")];
    let manager = op("equal", "CommissionPct = 0", "yes/no", manager);
    let text = "if CommissionPct = 0 then 0.25% of sum of sales over team else 0";
    let body = choice(text, manager, none, "0.25% of sum of sales over team");
    let def = Def::new("earn", "override", 71, Some(2), "USD");
    let override_ = book.define(&def, &person(), body);
    let commission = sum("sum of commission", "USD", shares);
    let left = op("plus", "sum of commission + bonus", "USD", vec![commission, bonus]);
    let text = "sum of commission + bonus + override";
    let body = op("plus", text, "USD", vec![left, override_]);
    let def = Def::new("pay", "payout", 78, Some(2), "USD");
    let root = book.define(&def, &person(), body);
    let _ = &cells.bonus;
    book.trace(&root)
}

/// The commission of one credit, by its position.
pub(super) fn commission(position: usize) -> Trace {
    let mut book = Book::default();
    let cells = cells(&mut book);
    let shares = commissions(&mut book, &cells);
    book.trace(&shares[position - 1].1)
}
