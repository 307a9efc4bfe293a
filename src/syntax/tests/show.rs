//! The tree and the problems in a short form for snapshots.

use std::fmt::Write;

use crate::ids::FileId;
use crate::source::SourceFile;
use crate::syntax::tree::*;

/// A source, and below it what became of it.
pub fn shown(source: &str) -> String {
    let file = SourceFile::new(FileId(0), "a.plan", source);
    let parsed = crate::syntax::parse(&file);
    let mut out = format!("{}\n", file.text.trim_end().replace('\r', "␍").replace('\t', "⇥"));
    for item in &parsed.items {
        let doc = item.doc.as_ref().map_or(String::new(), |doc| format!("{doc:?} "));
        write!(out, "\n-- {doc}{}", show_item(&item.kind)).unwrap();
    }
    for problem in &parsed.problems {
        let label = &problem.labels[0];
        let place = file.place(label.span.start);
        let (code, message) = (problem.code.text(), &problem.message);
        write!(out, "\n{code} {}:{} {:?}", place.line, place.column, cut(file.slice(label.span))).unwrap();
        write!(out, "\n   {message}").unwrap();
        if !label.text.is_empty() {
            write!(out, "\n   ^ {}", label.text).unwrap();
        }
        if let Some(help) = &problem.help {
            write!(out, "\n   help: {help}").unwrap();
        }
    }
    out
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

pub fn show_item(kind: &ItemKind) -> String {
    match kind {
        ItemKind::Edition(number) => format!("edition {}", number.value),
        ItemKind::Unit(unit) => {
            let plural = unit.plural.as_ref().map_or(String::new(), |plural| format!(" {}", plural.text));
            format!("unit {}{plural}", unit.name.text)
        }
        ItemKind::Use(used) if used.standard => format!("use standard {:?}", used.path.text),
        ItemKind::Use(used) => format!("use {:?}", used.path.text),
        ItemKind::Plan(plan) => {
            let entries = plan.entries.iter().map(|entry| match &entry.kind {
                PlanEntryKind::People(name, Some(condition)) => {
                    format!("People({} where {})", name.text, expr(condition))
                }
                PlanEntryKind::People(name, None) => format!("People({})", name.text),
                PlanEntryKind::Currency(name) => format!("Currency({})", name.text),
                PlanEntryKind::Pay(name) => format!("Pay({})", name.text),
                other => format!("{other:?}"),
            });
            let title = plan.title.as_ref().map(|title| title.text.as_str());
            block(format!("plan {} {title:?}", plan.name.text), entries)
        }
        ItemKind::Record(record) => {
            let source = record.source.as_ref().map(|source| source.path.text.as_str());
            let entries = record.entries.iter().map(record_entry);
            block(format!("record {} {source:?}", record.name.text), entries)
        }
        ItemKind::Choice(choice) => {
            format!("choice {} {}", choice.name.text, names(&choice.values))
        }
        ItemKind::Periods(periods) => {
            let length = |length: &StepLength| format!("{} {}", length.count, length.unit.text);
            let kind = match &periods.kind {
                PeriodsKind::Column { from, to } => format!("{} {to}", path(from)),
                PeriodsKind::Every { length: every, from } => format!("every {} {from}", length(every)),
                PeriodsKind::Own { record, length: every, from } => {
                    format!("each {} every {} {}", record.text, length(every), path(from))
                }
            };
            format!("periods {} {kind}", periods.name.text)
        }
        ItemKind::Rates(rates) => {
            let since = rates.since.map_or(String::new(), |since| format!(" from {}", since.day));
            let head = format!("rates {}{since} {} {:?}", rates.name.text, names(&rates.inputs), rates.kind);
            let starts = |all: &[RowStart]| all.iter().map(start).collect::<Vec<_>>().join(", ");
            let header = (!rates.header.is_empty()).then(|| format!("by {}", starts(&rates.header)));
            let rows = rates.rows.iter().map(|row| {
                let values: Vec<String> = row.values.iter().map(literal).collect();
                format!("{} -> {}", starts(&row.starts), values.join(", "))
            });
            let bands = rates.bands.iter().flat_map(|bands| bands.entries.iter().map(band_entry));
            block(head, header.into_iter().chain(rows).chain(bands))
        }
        ItemKind::Define(define) => show_define(define),
        ItemKind::Credit(credit) => {
            let mut lines = Vec::new();
            lines.extend(credit.to.as_ref().map(credited));
            lines.extend(credit.on.as_ref().map(|on| format!("on {}", expr(on))));
            lines.extend(credit.amount.as_ref().map(|amount| format!("amount {}", expr(amount))));
            lines.extend(credit.columns.iter().map(|(name, value)| format!("{}: {}", name.text, expr(value))));
            let since = credit.since.map_or(String::new(), |since| format!(" from {}", since.day));
            block(format!("credit {}{since}{}", credit.name.text, grain(&credit.grain)), lines.into_iter())
        }
        ItemKind::Ensure(ensure) => {
            let grain = ensure.grain.as_ref().map_or(String::new(), grain);
            let message = ensure.message.as_ref().map(|text| text.text.as_str());
            let since = ensure.since.map_or(String::new(), |since| format!(" from {}", since.day));
            format!("ensure {}{since}{grain}: {} {message:?}", ensure.name.text, expr(&ensure.condition))
        }
        ItemKind::Test(test) => show_test(test),
    }
}

fn block(head: String, lines: impl Iterator<Item = String>) -> String {
    lines.fold(head, |all, line| format!("{all}\n     {line}"))
}

fn credited(to: &CreditTo) -> String {
    let whom = match to.whom {
        Whom::One => "",
        Whom::Each => "each ",
        Whom::Managers => "managers of ",
    };
    let condition = to.condition.as_ref().map_or(String::new(), |condition| format!(" where {}", expr(condition)));
    format!("to {whom}{}{condition}", path(&to.path))
}

fn show_define(define: &Define) -> String {
    let mut out = format!("{:?} {}", define.word, define.name.text);
    out.push_str(&define.since.map_or(String::new(), |since| format!(" from {}", since.day)));
    out.push_str(if define.exact.is_some() { " exact" } else { "" });
    out.push_str(&define.grain.as_ref().map_or(String::new(), grain));
    out.push_str(&define.ty.as_ref().map_or(String::new(), |ty| format!(" as {}", type_expr(ty))));
    out.push_str(&define.rounded.as_ref().map_or(String::new(), |mode| format!(" rounded {:?}", mode.0)));
    out.push_str(&define.to.as_ref().map_or(String::new(), |to| format!(" to {}", path(to))));
    out.push_str(&define.on.as_ref().map_or(String::new(), |on| format!(" on {}", expr(on))));
    out.push_str(&format!("\n     = {}", expr(&define.body)));
    if let Some(starting) = &define.starting {
        let each = starting.each.as_ref().map_or(String::new(), |unit| format!(" each {}", unit.text));
        out.push_str(&format!("\n     starting at {}{each}", expr(&starting.value)));
    }
    out
}

fn show_test(test: &Test) -> String {
    let row = |row: &Vec<(Name, Literal)>| {
        let cells = row.iter().map(|(name, value)| format!("{} {}", name.text, literal(value)));
        cells.collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    for given in &test.given {
        assert_eq!(given.rows.len(), given.spans.len());
        lines.push(format!("given {}", given.record.text));
        lines.extend(given.rows.iter().map(|cells| format!("  {}", row(cells))));
    }
    for expect in &test.expects {
        match &expect.kind {
            ExpectKind::Value { cell, value } => lines.push(format!("{} = {}", cell_of(cell), literal(value))),
            ExpectKind::None(cell) => lines.push(format!("none {}", cell_of(cell))),
            ExpectKind::Error { code, row } => {
                let row = row.as_ref().map(|(record, key)| format!("{} {}", record.text, literal(key)));
                lines.push(format!("error {} {row:?}", code.text));
            }
            ExpectKind::Table { name, rows } => {
                lines.push(format!("table {}", name.text));
                lines.extend(rows.iter().map(|cells| format!("  {}", row(cells))));
            }
        }
    }
    block(format!("test {:?}", test.title.text), lines.into_iter())
}

fn cell_of(cell: &ExpectCell) -> String {
    let of = |key: &ExpectKey| key.of.as_ref().map_or(String::new(), |of| format!("{} ", of.text));
    let keys: Vec<_> = cell.keys.iter().map(|key| format!("{}{}", of(key), literal(&key.key))).collect();
    format!("{:?} {} {keys:?}", cell.aggregate, path(&cell.path))
}

fn record_entry(entry: &RecordEntry) -> String {
    match entry {
        RecordEntry::Column(column) => {
            let key = if column.key { "key " } else { "" };
            let ty = column.ty.as_ref().map_or("-".to_owned(), type_expr);
            let header = column.header.as_ref().map_or(String::new(), |text| format!(" from {:?}", text.text));
            let hierarchy = if column.hierarchy { " hierarchy" } else { "" };
            let total = if column.total { " total" } else { "" };
            format!("{key}{}: {ty}{header}{hierarchy}{total}", column.name.text)
        }
        RecordEntry::To(way) => format!("to {}", path(way)),
        RecordEntry::On(way) => format!("on {}", path(way)),
        RecordEntry::Active { from, to } => format!("active {} {}", from.text, to.text),
        RecordEntry::Versioned { from, to, inclusive } => {
            format!("versioned {} {} {}", from.text, if *inclusive { "to" } else { "until" }, to.text)
        }
        RecordEntry::Control { rows, sums, .. } => {
            let rows = rows.as_ref().map(|rows| rows.value.to_string());
            let sums: Vec<_> = sums.iter().map(|(name, sum)| format!("{} {}", name.text, literal(sum))).collect();
            format!("control {rows:?} {sums:?}")
        }
    }
}

fn type_expr(ty: &TypeExpr) -> String {
    let mark = if ty.optional { "?" } else { "" };
    let kind = match &ty.kind {
        TypeKind::MoneyIn(name, None) => format!("MoneyIn({})", name.text),
        TypeKind::MoneyIn(name, Some(per)) => format!("MoneyIn({} per {})", name.text, per.text),
        TypeKind::Per(one, None, other) => format!("Per({}, {})", one.text, other.text),
        TypeKind::Per(one, Some(places), other) => format!("Per({}({places}), {})", one.text, other.text),
        TypeKind::Choices(values) => format!("Choices({})", names(values)),
        TypeKind::PeriodIn(name, year) => format!("PeriodIn({}, {year})", name.text),
        TypeKind::Named(name, None) => name.text.clone(),
        TypeKind::Named(name, Some(places)) => format!("{}({places})", name.text),
        other => format!("{other:?}"),
    };
    format!("{kind}{mark}")
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn band_entry(entry: &BandEntry) -> String {
    match &entry.kind {
        BandEntryKind::Key(name) => format!("key {}", name.text),
        BandEntryKind::From(at) => format!("from {}", expr(at)),
        BandEntryKind::Above(at) => format!("above {}", expr(at)),
        BandEntryKind::To(at) => format!("to {}", expr(at)),
        BandEntryKind::Value(value) => format!("value {}", expr(value)),
    }
}

fn start(start: &RowStart) -> String {
    match &start.kind {
        StartKind::Below(bound) => format!("below {}", literal(bound)),
        StartKind::From(bound) => format!("from {}", literal(bound)),
        StartKind::Above(bound) => format!("above {}", literal(bound)),
        StartKind::Value(name) => name.text.clone(),
        StartKind::Otherwise => "otherwise".to_owned(),
    }
}

fn grain(grain: &Grain) -> String {
    let condition = grain.condition.as_ref().map_or(String::new(), |c| format!(" where {}", expr(c)));
    let within = grain.within.as_ref().map_or(String::new(), |within| format!(" in {}", within.text));
    let schedule = grain.schedule.as_ref();
    let schedule = schedule.map(|s| {
        let unit = s.unit.as_ref().map(|unit| format!(" {}", unit.text));
        format!(" from {} for {}{}", expr(&s.start), expr(&s.count), unit.unwrap_or_default())
    });
    let by = grain.by.as_ref().map_or(String::new(), |by| format!(" by {}", path(by)));
    format!(" [{}{within}{}{by}{condition}]", names(&grain.parts), schedule.unwrap_or_default())
}

fn path(path: &Path) -> String {
    let rest = path.rest.iter().map(|name| format!(".{}", name.text));
    format!("{}{}", path.head.text, rest.collect::<String>())
}

fn literal(value: &Literal) -> String {
    constant(&value.kind)
}

fn constant(kind: &LiteralKind) -> String {
    match kind {
        LiteralKind::Number(number) => number.to_string(),
        LiteralKind::Percent(number) => format!("{number}%"),
        LiteralKind::Amount(number, unit) => format!("{number}_{}", unit.text),
        LiteralKind::Per(number, above, below) => {
            let above = above.as_ref().map_or(String::new(), |above| format!("_{}", above.text));
            format!("{number}{above}_per_{}", below.text)
        }
        LiteralKind::Text(text) => format!("{text:?}"),
        LiteralKind::Date(date) => date.to_string(),
        LiteralKind::Period(text) => format!("<{text}>"),
        LiteralKind::YesNo(value) => format!("{value}"),
        LiteralKind::Word(word) => format!("'{word}"),
    }
}

/// An expression with every pair of parentheses.
pub fn expr(value: &Expr) -> String {
    let all = |values: &[Expr]| values.iter().map(expr).collect::<Vec<_>>().join(" ");
    match &value.kind {
        ExprKind::Literal(kind) => constant(kind),
        ExprKind::Path(at) => path(at),
        ExprKind::Call(name, values) => format!("{}({})", name.text, all(values)),
        ExprKind::Negate(inner) => format!("(neg {})", expr(inner)),
        ExprKind::Not(inner) => format!("(not {})", expr(inner)),
        ExprKind::Exists(inner) => format!("(exists {})", expr(inner)),
        ExprKind::Binary(op, left, right) => format!("({op:?} {} {})", expr(left), expr(right)),
        ExprKind::If(c, a, b) => format!("(if {} {} {})", expr(c), expr(a), expr(b)),
        ExprKind::Case(case) => show_case(case),
        ExprKind::Aggregate(aggregate) => show_aggregate(aggregate),
        ExprKind::Previous(name) => format!("(previous {})", name.text),
        ExprKind::Increase(name, by) => format!("(increase {} by {})", name.text, all(by)),
        ExprKind::Running(running) => {
            let before = if running.before { " before" } else { "" };
            let condition = running.condition.as_ref().map_or(String::new(), |c| format!(" where {}", expr(c)));
            let (op, within) = (running.op, names(&running.within.parts));
            format!(
                "(running {op:?} {} within [{within}] by {}{condition}{before})",
                expr(&running.value),
                all(&running.by)
            )
        }
        ExprKind::Rank(rank) => {
            let within = rank.within.as_ref().map(|within| names(&within.parts));
            let ties = rank.ties.as_ref().map(|(ties, by)| format!("{ties:?} {}", all(by)));
            let condition = rank.condition.as_ref().map(expr);
            format!("(rank {} {within:?} {condition:?} {ties:?} {})", expr(&rank.value), rank.lowest)
        }
        ExprKind::Allocate(allocate) => {
            let weight = allocate.weight.as_ref().map_or("evenly".to_owned(), expr);
            format!("(allocate {} {weight} {:?})", expr(&allocate.amount), allocate.rest)
        }
        ExprKind::Convert { value, currency, using, at } => {
            format!("(convert {} {} {} {})", expr(value), path(currency), using.text, expr(at))
        }
        ExprKind::AsOf(a, b) => format!("({} at {})", expr(a), expr(b)),
        ExprKind::ActiveOn(a, b) => format!("({} is active on {})", expr(a), expr(b)),
        ExprKind::Ago(inner, ago) => format!("({}{})", expr(inner), ago_words(ago)),
        ExprKind::DaysActive(name) => format!("(days active {})", name.text),
        ExprKind::DaysIn(name) => format!("(days in {})", name.text),
        ExprKind::MonthsBetween(from, to) => format!("(months {} {})", expr(from), expr(to)),
        ExprKind::StartOf(name) => format!("(start {})", name.text),
        ExprKind::EndOf(name) => format!("(end {})", name.text),
    }
}

fn show_case(case: &Case) -> String {
    let subject = case.subject.as_ref().map_or(String::new(), |subject| format!(" {}", expr(subject)));
    let arm = |arm: &Arm| {
        let values: Vec<String> = arm.values.iter().map(expr).collect();
        format!(" ({} -> {})", values.join(" "), expr(&arm.result))
    };
    let arms: String = case.arms.iter().map(arm).collect();
    let otherwise = case.otherwise.as_ref().map_or(String::new(), |value| format!(" else {}", expr(value)));
    format!("(case{subject}{arms}{otherwise})")
}

fn show_aggregate(aggregate: &Aggregate) -> String {
    let mut out = format!("({:?} {}", aggregate.op, expr(&aggregate.value));
    out.push_str(&aggregate.over.map_or(String::new(), |over| format!(" over {:?}", over.0)));
    out.push_str(aggregate.over_days.map_or("", |_| " over days"));
    out.push_str(&aggregate.to.as_ref().map_or(String::new(), |to| format!(" to {}", path(to))));
    out.push_str(&aggregate.on.as_ref().map_or(String::new(), |on| format!(" on {}", expr(on))));
    out.push_str(&aggregate.window.as_ref().map_or(String::new(), |window| window_words(&window.kind)));
    out.push_str(&aggregate.ago.as_ref().map_or(String::new(), ago_words));
    out.push_str(&aggregate.condition.as_ref().map_or(String::new(), |c| format!(" where {}", expr(c))));
    let order = |by: &[Expr]| by.iter().map(|key| format!(" {}", expr(key))).collect::<String>();
    if !aggregate.by.is_empty() {
        out.push_str(&format!(" by{}", order(&aggregate.by)));
    }
    if let Some(top) = &aggregate.top {
        out.push_str(&format!(" top {}{} {}", top.count, order(&top.by), top.lowest));
    }
    out.push(')');
    out
}

fn window_words(kind: &WindowKind) -> String {
    match kind {
        WindowKind::ToDate(None) => " to date".to_owned(),
        WindowKind::ToDate(Some(unit)) => format!(" {} to date", unit.text),
        WindowKind::Last(count, unit) => format!(" over the last {count} {}", unit.text),
    }
}

fn ago_words(ago: &Ago) -> String {
    format!(" {} {} ago", ago.count, ago.unit.text)
}
