//! A plan with its data and results, made by hand for the tests of the run folder.

mod builder;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::{Period, Unit};
use crate::ids::*;
use crate::program::Program;
use crate::table::*;
use crate::types::model::*;
use crate::value::{Currency, Exact};

pub use builder::*;

/// The plan and what it came to.
pub struct Sample {
    pub program: Program,
    pub results: Results,
}

impl Sample {
    pub fn run(&self) -> super::PlanRun<'_> {
        super::PlanRun { program: &self.program, results: &self.results }
    }
}

pub fn number(units: i128, places: u8) -> Option<Value> {
    Some(Value::Number(Exact::from_units(units, places)))
}

fn cents(units: i128) -> Option<Value> {
    number(units, 2)
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(Arc::from(text)))
}

fn date(text: &str) -> Option<Value> {
    Some(Value::Date(day(text)))
}

fn row(row: u32) -> Option<Value> {
    Some(Value::Row(row))
}

const INTEGER: (Type, Option<u8>) = (Type::Number(Dimension { above: None, below: None }, Shown::Integer), Some(0));

const PERCENT: (Type, Option<u8>) = (Type::Number(Dimension { above: None, below: None }, Shown::Percent), Some(6));

/// People 7, 12 and 40; each is a rep; 40 is not in the plan.
fn people(b: &mut Builder) -> RecordId {
    let (person, _) = b.record("Person", 3, Some("people.csv"));
    let ids = [7, 12, 40].map(|id| number(id, 0)).to_vec();
    let id = b.data(person, "id", INTEGER, ids);
    b.model.records.at_mut(person).key = vec![id];
    let (rep, _) = b.record("Rep", 3, None);
    let ty = (Type::Reference(person), None);
    let key = b.data(rep, "Person", ty, vec![row(0), row(1), row(2)]);
    b.model.records.at_mut(rep).key = vec![key];
    rep
}

/// Seven deals, in order of their keys; what becomes of them stands in `credits`.
fn deals(b: &mut Builder, rep: RecordId) -> RecordId {
    let (deal, frame) = b.record("Deal", 7, Some("crm/deals.csv"));
    let ids = ["d,7", "d1", "d2", "d3", "d4", "d5", "d6"];
    let id = b.data(deal, "id", (Type::Text, None), ids.map(text).to_vec());
    let closed = [
        date("2025-12-31"),
        date("2026-01-15"),
        date("2026-02-20"),
        None,
        date("2026-03-01"),
        date("2026-03-02"),
        date("2026-03-03"),
    ];
    b.data(deal, "closed", (Type::Date, None), closed.to_vec());
    let owners = [row(0), row(0), row(1), row(1), None, row(0), row(2)];
    b.data(deal, "owner", (Type::Reference(rep), None), owners.to_vec());
    let codes = ["USD", "USD", "EUR", "USD", "USD", "USD", "USD"];
    let codes = codes.map(|code| Currency::from_code(code).map(Value::Currency));
    let currency = b.data(deal, "currency", (Type::Currency, None), codes.to_vec());
    let amounts = [9_900, 100_000, 20_050, 300, 400, 500, 600].map(cents);
    let ty = Type::Number(above(Part::RowCurrency(currency)), Shown::Money);
    let amount = b.data(deal, "amount", (ty, Some(2)), amounts.to_vec());
    let shares = [None, number(125_000, 6), None, number(150_000, 6), None, None, None];
    b.data(deal, "share", PERCENT, shares.to_vec());
    let open = [false, false, false, false, false, true, false];
    let open = open.map(|open| Some(Value::YesNo(open)));
    // The name of the column of origin is taken.
    b.data(deal, "row", (Type::YesNo, None), open.to_vec());
    let record = b.model.records.at_mut(deal);
    record.key = vec![id];
    record.total = Some(amount);
    let spiffs = vec![None, cents(100), None, None, None, None, None];
    b.define(Word::Earn, (frame, "spiff"), (money(), Some(2)), spiffs);
    deal
}

fn credits(b: &mut Builder, deal: RecordId, rep: RecordId) -> FrameId {
    let frame = b.frame(vec![KeyPart::Credit], FrameRows::Credit);
    b.tables.set_rows(frame, Rows::own(2));
    let rules = b.model.choices.push(vec!["direct".to_owned()]);
    b.names.choices.push(named("rule"));
    let direct = Some(Value::Choice(0));
    let (choice, person) = (Type::Choice(rules), Type::Reference(rep));
    let mut credit =
        |name, ty, values: [Option<Value>; 2]| b.column((frame, name), ty, Origin::Credit, values.to_vec());
    b.model.credit = Some(CreditTable {
        frame,
        rule: credit("rule", (choice, None), [direct.clone(), direct]),
        source: None,
        person: credit("person", (person, None), [row(0), row(1)]),
        date: credit("date", (Type::Date, None), [date("2026-01-15"), date("2026-02-20")]),
        amount: credit("amount", (money(), Some(2)), [cents(100_000), cents(22_055)]),
        columns: Vec::new(),
    });
    b.model.rules.push(CreditRule {
        record: deal,
        frame: b.model.records.at(deal).frame,
        source: None,
        child: None,
        managers: None,
        narrowed: Vec::new(),
        columns: Vec::new(),
        conditions: vec![expr(0)],
        to: expr(1),
        on: expr(1),
        amount: expr(1),
    });
    b.names.rules.push((named("direct"), span("amount")));
    frame
}

/// The sample.
pub fn sample() -> Sample {
    let mut b = empty();
    let rep = people(&mut b);
    let deal = deals(&mut b, rep);
    let credit = credits(&mut b, deal, rep);
    let people = b.frame(vec![KeyPart::Record(rep)], FrameRows::People);
    let grain = |unit| vec![KeyPart::Record(rep), KeyPart::Period(unit)];
    let month = b.frame(grain(Unit::Month), FrameRows::Times(people, Each::Periods(Unit::Month)));
    let quarter = b.frame(grain(Unit::Quarter), FrameRows::Times(people, Each::Periods(Unit::Quarter)));
    let plan = b.frame(Vec::new(), FrameRows::One);
    let period = |unit, date| {
        let Period(number) = b.tables.calendar.period_of(unit, day(date)).unwrap();
        Key::from(number)
    };
    let (january, first) = (period(Unit::Month, "2026-01-01"), period(Unit::Quarter, "2026-01-01"));
    let february = period(Unit::Month, "2026-02-01");
    let keys = |keys: &[[Key; 2]]| Rows::new(keys);
    let months = [[0, january], [0, february], [1, january], [1, february]];
    b.tables.set_rows(month, keys(&months));
    b.tables.set_rows(quarter, keys(&[[0, first], [1, first]]));
    b.tables.set_rows(plan, Rows::new([[]]));
    let money = (money(), Some(2));
    let paid = vec![cents(10_000), cents(0), None, cents(2_005)];
    b.define(Word::Pay, (month, "payout"), money, paid);
    let earned = vec![cents(10_000), cents(2_005)];
    b.define(Word::Earn, (credit, "commission"), money, earned);
    b.define(Word::Earn, (quarter, "bonus"), money, vec![cents(500), None]);
    let reached = vec![number(1_204_500, 6), None];
    b.define(Word::Measure, (quarter, "attainment"), PERCENT, reached);
    b.define(Word::Measure, (plan, "booked"), money, vec![cents(122_055)]);
    b.define(Word::Let, (people, "helper"), money, Vec::new());
    finish(b)
}

fn finish(b: Builder) -> Sample {
    let find = |name: &str| {
        let found = b.names.columns.pairs().find(|(_, named)| named.name == name);
        found.unwrap().0
    };
    let flow = |person: Vec<Option<u32>>, dates: &[Option<&str>]| Flow {
        person,
        date: dates.iter().map(|date| date.map(day)).collect(),
    };
    let mut spiff = flow(vec![None; 7], &[None; 7]);
    spiff.person[1] = Some(0);
    spiff.date[1] = Some(day("2026-01-15"));
    let commission = flow(vec![Some(0), Some(1)], &[Some("2026-01-15"), Some("2026-02-20")]);
    let end = Some("2026-03-31");
    let flows = BTreeMap::from([
        (find("payout"), flow(vec![Some(0), Some(0), Some(1), Some(1)], &[end; 4])),
        (find("commission"), commission),
        (find("bonus"), flow(vec![Some(0), Some(1)], &[end; 2])),
        (find("spiff"), spiff),
    ]);
    let outcomes = vec![
        Outcome::OutsideDates,
        Outcome::Credited(0),
        Outcome::Credited(1),
        Outcome::NoDate,
        Outcome::NoPerson,
        Outcome::Where(0),
        Outcome::OutsidePeople,
    ];
    let rule = RuleId(0);
    let credited = |row| CreditRow { rule, source: row, row };
    let outcomes = (0..).zip(outcomes).collect();
    Sample {
        program: Program { model: b.model, phases: Vec::new(), names: Arc::new(b.names), reads: Vec::new() },
        results: Results {
            unplaced: Vec::new(),
            tables: b.tables,
            credits: vec![credited(1), credited(2)],
            history: Vec::new(),
            outcomes: vec![RuleOutcome { rule, outcomes }],
            flows,
        },
    }
}
