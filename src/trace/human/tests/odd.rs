//! Traces of what the others do not have: tables that look up, missing values, hostile names.

use super::build::*;
use crate::step::{Amount, Band, Chosen, ChosenRow, Formula, LeftOut, Node, Trace};

fn table(text: &str, kind: &str, input: Formula, value: Amount, rows: &[(&str, &str, bool)]) -> Formula {
    let bands = rows.iter().zip(40..).map(|((row, rate, taken), line)| Band {
        row: (*row).to_owned(),
        start: None,
        above: false,
        values: Vec::new(),
        plan: place(line),
        rate: amount(rate, "percent"),
        taken: *taken,
        part: None,
        gives: None,
        data: None,
    });
    let node = Node::Table {
        table: kind.to_owned(),
        kind: kind.to_owned(),
        chosen: Vec::new(),
        input: Box::new(input),
        bands: bands.collect(),
        line: None,
    };
    formula(text, Some(value), node)
}

/// A step table of nine rows, a retroactive one, and a customer count.
pub(super) fn tables() -> Trace {
    let mut book = Book::default();
    let row = key(&[("Person", "p3"), ("quarter", "2026-Q2")]);
    let rows = [
        ("below 10", "0", false),
        ("from 10", "0.01", false),
        ("from 20", "0.02", false),
        ("from 30", "0.03", false),
        ("from 40", "0.04", true),
        ("from 50", "0.05", false),
        ("from 60", "0.06", false),
        ("from 70", "0.07", false),
        ("from 100", "0.1", false),
    ];
    let members = (1..=42).map(|index| member(key(&[("Deal", &format!("d{index:03}"))]), None));
    let turned_away = |index: u32| LeftOut {
        key: key(&[("Deal", &format!("x{index}"))]),
        condition: constant("amount > 0 USD", "no", "yes/no"),
    };
    let node = Node::Aggregate {
        op: "count".to_owned(),
        considered: 45,
        members: members.collect(),
        left_out: (1..=3).map(turned_away).collect(),
        list: None,
        window: None,
        team: None,
    };
    let count = formula("count of Deal where amount > 0 USD", Some(amount("42", "integer")), node);
    let deals = book.define(&Def::new("measure", "deals", 30, Some(0), "integer"), &row, count);
    let rate = table("rate(deals)", "step", deals, amount("0.04", "percent"), &rows);
    let sold = book.input("sold", &row, amount("1234567.89", "USD"), ("sold.csv", 4, "sold"));
    let rows =
        [("from 0 USD", "0.01", false), ("from 1,000,000 USD", "0.015", true), ("from 2,000,000 USD", "0.02", false)];
    let all = amount("18518.51835", "USD");
    let back = table("kicker(sold)", "retroactive", sold.clone(), all, &rows);
    let left = op("times", "sold * rate(deals)", "USD", vec![sold, rate]);
    let body = op("plus", "sold * rate(deals) + kicker(sold)", "USD", vec![left, back]);
    let root = book.define(&Def::new("earn", "kick", 33, Some(2), "USD"), &row, body);
    book.trace(&root)
}

/// A rate by attainment and margin: the row that is reached, and in it the column.
pub(super) fn grid() -> Trace {
    let mut book = Book::default();
    let row = key(&[("Person", "p3"), ("quarter", "2026-Q2")]);
    let sold = book.input("sold", &row, amount("1234567.89", "USD"), ("sold.csv", 4, "sold"));
    let attainment = book.input("attainment", &row, amount("1.042", "number"), ("sold.csv", 4, "attainment"));
    let margin = book.input("margin", &row, amount("0.215", "percent"), ("sold.csv", 4, "margin"));
    let columns = [("below 20%", "0.01", false), ("from 20%", "0.025", true), ("from 30%", "0.04", false)];
    let mut rate = table("payout(attainment, margin)", "step", margin, amount("0.025", "percent"), &columns);
    if let Node::Table { chosen, .. } = &mut rate.node {
        let rows = [("below 80%", false), ("from 80%", false), ("from 100%", true)];
        let rows = rows.iter().zip(40..).map(|((row, taken), line)| ChosenRow {
            row: (*row).to_owned(),
            start: None,
            above: false,
            values: Vec::new(),
            plan: place(line),
            taken: *taken,
        });
        chosen.push(Chosen { name: "attainment".to_owned(), input: attainment, rows: rows.collect() });
    }
    let body = op("times", "sold * payout(attainment, margin)", "USD", vec![sold, rate]);
    let root = book.define(&Def::new("earn", "bonus", 45, Some(2), "USD"), &row, body);
    book.trace(&root)
}

/// A manager's override on eight people, of whom one has nothing, with the average beside it.
pub(super) fn team() -> Trace {
    let mut book = Book::default();
    let row = key(&[("SalesPerson", "274"), ("window", "2011-05-31")]);
    let sold = ["59708.32", "304755.6026", "252843.1", "0", "1000", "2000.5", "3000", "4000"];
    let mut members = Vec::new();
    for (index, value) in sold.into_iter().enumerate() {
        let person = (275 + index).to_string();
        let person = key(&[("SalesPerson", &person), ("window", "2011-05-31")]);
        let node = Node::Aggregate {
            op: "sum".to_owned(),
            considered: 0,
            members: Vec::new(),
            left_out: Vec::new(),
            list: None,
            window: None,
            team: None,
        };
        let body = formula("sum of Credit.amount", Some(amount(value, "USD")), node);
        let def = Def::new("measure", "sales", 41, Some(4), "USD");
        members.push((person.clone(), book.define(&def, &person, body)));
    }
    let total = sum("sum of sales over team", "USD", members);
    let rate = constant("0.25%", "0.0025", "percent");
    let body = op("of", "0.25% of sum of sales over team", "USD", vec![rate, total]);
    let root = book.define(&Def::new("earn", "override", 71, Some(2), "USD"), &row, body);
    book.trace(&root)
}

/// Names and keys that try to steer the terminal, and a value that is not there.
pub(super) fn hostile() -> Trace {
    let mut book = Book::default();
    let row = key(&[("Person", "p\u{1b}[2J\u{202e}1"), ("quarter", "2026-Q2")]);
    let region = book.input(
        "owner.region",
        &row,
        amount("We\u{7}st\nand a very long name of a region that goes on", "text"),
        ("a/very/long/path/to/the/data/of/this/company/people\u{9b}.csv", 4, "Region"),
    );
    let is = formula(
        "owner.region = \"West\"",
        Some(amount("no", "yes/no")),
        Node::operation("equal", vec![region, constant("\"West\"", "West", "text")]),
    );
    let quota = missing("Quota.amount");
    let node = Node::operation("times", vec![constant("10%", "0.1", "percent"), quota]);
    let body = formula("10% of\n   Quota.amount", None, node);
    let taken = body.clone();
    let node = Node::If {
        condition: Box::new(is),
        then: false,
        taken: Some(Box::new(taken)),
        not_taken: "100 USD".to_owned(),
    };
    let text = "if owner.region = \"West\"\n  then 100 USD\n  else 10% of Quota.amount";
    let root = formula(text, None, node);
    let root = book.define(&Def::new("let", "extra", 9, Some(2), "USD"), &row, root);
    book.trace(&root)
}

/// A `case` over the kind of a deal, whose middle arm is taken, in a `case` of conditions.
pub(super) fn cases() -> Trace {
    let mut book = Book::default();
    let row = key(&[("Deal", "d7")]);
    let price = book.input("amount", &row, amount("20000", "USD"), ("deals.csv", 8, "amount"));
    let kind = book.input("kind", &row, amount("renewal", "choice"), ("deals.csv", 8, "kind"));
    let is = |value: &str| op("equal", value, "yes/no", vec![kind.clone(), constant(value, value, "choice")]);
    let rest = "when expansion then 1% of amount else 0";
    let taken = op("of", "2% of amount", "USD", vec![constant("2%", "0.02", "percent"), price.clone()]);
    let inner = choice(&format!("when renewal then 2% of amount {rest}"), is("renewal"), taken, rest);
    let by_kind = format!("case kind when new then 5% of amount {}", inner.text);
    let by_kind = choice(&by_kind, is("new"), inner, "5% of amount");
    let large = vec![price, constant("50k USD", "50000", "USD")];
    let large = op("greater_or_equal", "amount >= 50k USD", "yes/no", large);
    let text = format!("case when amount >= 50k USD then 500 USD else {}", by_kind.text);
    let body = choice(&text, large, by_kind, "500 USD");
    let root = book.define(&Def::new("earn", "bonus", 12, Some(2), "USD"), &row, body);
    book.trace(&root)
}
