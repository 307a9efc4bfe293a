//! What of the language generated plans reach: each operation, each kind of rows, each form of a table.

use std::collections::{BTreeMap, BTreeSet};

use attain::calendar::Unit;
use attain::program::Program;
use attain::types::expr::{Expr, Op};
use attain::types::model::{FrameRows, KeyPart, Model, Origin, Periods, RatesRows};

/// In how many plans each thing occurs.
#[derive(Default)]
pub struct Coverage {
    pub plans: usize,
    pub counts: BTreeMap<String, usize>,
}

impl Coverage {
    pub fn add(&mut self, program: &Program) {
        self.plans += 1;
        for name in reached(program) {
            *self.counts.entry(name).or_default() += 1;
        }
    }

    /// What no plan has.
    pub fn lacking(&self) -> Vec<&'static str> {
        let all = OPERATIONS.into_iter().chain(FEATURES);
        all.filter(|name| !self.counts.contains_key(*name)).collect()
    }

    pub fn shown(&self) -> String {
        let lines: Vec<String> =
            self.counts.iter().map(|(name, count)| format!("{count:5} of {} {name}", self.plans)).collect();
        lines.join("\n")
    }
}

/// What a program is made of.
fn reached(program: &Program) -> BTreeSet<String> {
    let model = &program.model;
    let mut found = BTreeSet::new();
    let mut open: Vec<&Expr> = model.plan.people_condition.iter().chain(model.plan.active.iter().flatten()).collect();
    for column in model.columns.iter() {
        if let Origin::Definition(definition) = &column.origin {
            let starting = definition.starting.as_ref().map(|starting| &starting.value);
            let flow = definition.date.iter().chain(&definition.person);
            open.extend(definition.conditions.iter().chain([&definition.body]).chain(starting).chain(flow));
        }
    }
    for rule in model.rules.iter() {
        open.extend(rule.conditions.iter().chain([&rule.to, &rule.on, &rule.amount]));
        if rule.child.is_some() {
            found.insert("rule with child rows".to_owned());
        }
    }
    for schedule in model.schedules.iter() {
        open.extend([&schedule.start, &schedule.count]);
    }
    for ensure in model.ensures.iter() {
        open.extend(ensure.conditions.iter().chain([&ensure.holds]));
    }
    for (_, bands) in model.bands() {
        found.insert("table from data".to_owned());
        open.extend([&bands.start, &bands.value].into_iter().chain(&bands.end));
    }
    while let Some(expr) = open.pop() {
        found.insert(name(&expr.op).to_owned());
        found.extend(parts(&expr.op));
        open.extend(expr.op.operands());
    }
    for frame in model.frames.iter() {
        found.insert(kind_of_rows(frame.rows).to_owned());
    }
    for rates in model.rates.iter() {
        let form = match &rates.rows {
            RatesRows::Written(grid) if grid.axes.len() > 1 => "grid",
            RatesRows::Written(_) => "table",
            RatesRows::Record(_) => "table from data",
        };
        found.insert(format!("{form} {:?}", rates.kind));
    }
    for expr in used_units(model) {
        found.insert(expr);
    }
    if model.plan.daily {
        found.insert("people asked day by day".to_owned());
    }
    found
}

/// The units of the definitions' periods that a plan declares itself.
fn used_units(model: &Model) -> Vec<String> {
    let frames = model.columns.iter().filter(|column| matches!(column.origin, Origin::Definition(_)));
    let parts = frames.flat_map(|column| &model.frames.at(column.frame).parts);
    let custom = parts.filter_map(|part| match part {
        KeyPart::Period(Unit::Custom(id)) => model.periods.get(usize::from(id.0)),
        _ => None,
    });
    let name = |periods: &Periods| match periods {
        Periods::Column { .. } => "periods from data",
        Periods::Every(..) => "periods of one length",
        Periods::Own { .. } => "periods of one's own",
        Periods::Unknown => "periods that are not known",
    };
    custom.map(|periods| name(periods).to_owned()).collect()
}

/// What an aggregate, a table and a date have that is worth a line of its own.
fn parts(op: &Op) -> Vec<String> {
    match op {
        Op::Aggregate(aggregate) => {
            let window = aggregate.window.as_ref().map(|window| match window.first {
                Some(_) => "aggregate over some days",
                None => "aggregate to date",
            });
            let over = aggregate.over.as_ref().map(|below| match below.day {
                Some(_) => "aggregate over a team of a day",
                None => "aggregate over a team",
            });
            let taken = aggregate.taken.as_ref().map(|_| "aggregate of the first ones");
            let op = format!("aggregate {:?}", aggregate.op);
            [window, over, taken].into_iter().flatten().map(str::to_owned).chain([op]).collect()
        }
        Op::Arithmetic(arithmetic, ..) => vec![format!("arithmetic {arithmetic:?}")],
        Op::Moved(_, stride, ..) => vec![format!("moved by {stride:?}")],
        Op::Apart(stride, ..) => vec![format!("apart in {stride:?}")],
        Op::Rank(rank) => vec![format!("ties {:?}", rank.ties)],
        Op::Allocate(allocate) => vec![format!("rest {:?}", allocate.rest)],
        _ => Vec::new(),
    }
}

/// All operations. Where one is added, the match below does not compile: generate it, and add it here.
pub const OPERATIONS: [&str; 42] = [
    "Constant",
    "Key",
    "Read",
    "ReadAt",
    "SubsetRow",
    "RowExists",
    "Present",
    "PeriodOf",
    "OwnPeriodOf",
    "Coarser",
    "Back",
    "Later",
    "Moved",
    "Apart",
    "FirstDay",
    "LastDay",
    "DaysIn",
    "DaysActive",
    "LastActive",
    "OverDays",
    "Day",
    "Arithmetic",
    "Negate",
    "Compare",
    "Minimum",
    "Maximum",
    "Round",
    "And",
    "Or",
    "Not",
    "Default",
    "Exists",
    "If",
    "Aggregate",
    "Previous",
    "Increase",
    "Running",
    "Rank",
    "Pooled",
    "Allocate",
    "Rate",
    "Convert",
];

/// What else is to occur.
pub const FEATURES: [&str; 54] = [
    "aggregate All",
    "aggregate Any",
    "aggregate Average",
    "aggregate Count",
    "aggregate First",
    "aggregate Largest",
    "aggregate Last",
    "aggregate Smallest",
    "aggregate Sum",
    "aggregate of the first ones",
    "aggregate over a team",
    "aggregate over a team of a day",
    "aggregate over some days",
    "aggregate to date",
    "apart in Days",
    "apart in Months",
    "arithmetic Minus",
    "arithmetic Of",
    "arithmetic Over",
    "arithmetic Plus",
    "arithmetic Times",
    "moved by Days",
    "moved by Months",
    "people asked day by day",
    "rest First",
    "rest Largest",
    "rest Last",
    "rows CreditHistory",
    "rows Managers",
    "rows Occurring",
    "rows One",
    "rows Schedule",
    "rows Times",
    "rows Versions",
    "rule with child rows",
    "table from data",
    "grid Step",
    "grid Marginal",
    "grid Linear",
    "grid Retroactive",
    "table Step",
    "table Marginal",
    "table Linear",
    "table Retroactive",
    "table from data Step",
    "table from data Marginal",
    "table from data Linear",
    "table from data Retroactive",
    "periods from data",
    "periods of one length",
    "periods of one's own",
    "ties Dense",
    "ties First",
    "ties Shared",
];

fn name(op: &Op) -> &'static str {
    match op {
        Op::Constant(_) => "Constant",
        Op::Key(_) => "Key",
        Op::Read(_) => "Read",
        Op::ReadAt(..) => "ReadAt",
        Op::SubsetRow(..) => "SubsetRow",
        Op::RowExists(..) => "RowExists",
        Op::Present(_) => "Present",
        Op::PeriodOf(..) => "PeriodOf",
        Op::OwnPeriodOf(..) => "OwnPeriodOf",
        Op::Coarser(..) => "Coarser",
        Op::Back(..) => "Back",
        Op::Later(..) => "Later",
        Op::Moved(..) => "Moved",
        Op::Apart(..) => "Apart",
        Op::FirstDay(..) => "FirstDay",
        Op::LastDay(..) => "LastDay",
        Op::DaysIn(..) => "DaysIn",
        Op::DaysActive(_) => "DaysActive",
        Op::LastActive(_) => "LastActive",
        Op::OverDays(_) => "OverDays",
        Op::Day => "Day",
        Op::Arithmetic(..) => "Arithmetic",
        Op::Negate(_) => "Negate",
        Op::Compare(..) => "Compare",
        Op::Minimum(_) => "Minimum",
        Op::Maximum(_) => "Maximum",
        Op::Round(..) => "Round",
        Op::And(..) => "And",
        Op::Or(..) => "Or",
        Op::Not(_) => "Not",
        Op::Default(..) => "Default",
        Op::Exists(_) => "Exists",
        Op::If(..) => "If",
        Op::Aggregate(_) => "Aggregate",
        Op::Previous(_) => "Previous",
        Op::Increase(_) => "Increase",
        Op::Running(_) => "Running",
        Op::Rank(_) => "Rank",
        Op::Pooled(..) => "Pooled",
        Op::Allocate(_) => "Allocate",
        Op::Rate(..) => "Rate",
        Op::Convert(_) => "Convert",
    }
}

/// All kinds of rows, for the same reason.
fn kind_of_rows(rows: FrameRows) -> &'static str {
    match rows {
        FrameRows::One => "rows One",
        FrameRows::Record(_) => "rows Record",
        FrameRows::Versions(_) => "rows Versions",
        FrameRows::People => "rows People",
        FrameRows::Times(..) => "rows Times",
        FrameRows::Occurring(_) => "rows Occurring",
        FrameRows::Schedule(_) => "rows Schedule",
        FrameRows::Credit => "rows Credit",
        FrameRows::Managers(_) => "rows Managers",
        FrameRows::CreditHistory => "rows CreditHistory",
    }
}
