//! `rates`

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::source::Span;
use crate::syntax::keywords::closest;
use crate::syntax::tree::{
    BandEntry, BandEntryKind, Literal, LiteralKind, Name, Rates, RatesBands, RatesKind, RatesRow, RowStart, Since,
    StartKind,
};
use crate::syntax::words::Rule;
use crate::value::Currency;

/// A part of a grid: where a row or a column begins, or a cell, which may be a word that begins one.
enum Part {
    Start(RowStart),
    Cell(Literal),
}

impl Builder<'_> {
    pub(super) fn rates(&self, pair: Pair<'_, Rule>) -> Built<Rates> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        if let Some(record) = parts.next_of(Rule::rates_from) {
            return self.rates_from(name, record);
        }
        let since = match parts.next_of(Rule::date) {
            Some(day) => Some(Since { day: self.date(&day)?, span: self.span(&day) }),
            None => None,
        };
        let mut inputs = Vec::new();
        while let Some(input) = parts.next_of(Rule::name) {
            inputs.push(self.name(input));
        }
        let kind_pair = self.need(parts.next(), &pair)?;
        let kind = self.rates_kind(&kind_pair)?;
        let (header, rows) = match parts.next_of(Rule::grid) {
            Some(grid) => self.grid(grid, inputs.len())?,
            None => (Vec::new(), parts.map(|part| self.rates_row(part)).collect::<Built<_>>()?),
        };
        Ok(Rates { name, since, inputs, kind, kind_span: self.span(&kind_pair), header, rows, bands: None })
    }

    /// A table whose bands are the rows of a record.
    fn rates_from(&self, name: Name, pair: Pair<'_, Rule>) -> Built<Rates> {
        let mut parts = Parts::of(pair.clone());
        let record = self.name(self.need(parts.next(), &pair)?);
        let input = self.name(self.need(parts.next(), &pair)?);
        let kind_pair = self.need(parts.next(), &pair)?;
        let kind = self.rates_kind(&kind_pair)?;
        let entries = parts.map(|part| self.band_entry(part)).collect::<Built<_>>()?;
        let bands = Some(Box::new(RatesBands { record, entries }));
        let kind_span = self.span(&kind_pair);
        Ok(Rates {
            name,
            since: None,
            inputs: vec![input],
            kind,
            kind_span,
            header: Vec::new(),
            rows: Vec::new(),
            bands,
        })
    }

    fn band_entry(&self, pair: Pair<'_, Rule>) -> Built<BandEntry> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let part = self.first(pair)?;
        let kind = match rule {
            Rule::band_key => BandEntryKind::Key(self.name(part)),
            Rule::band_from => BandEntryKind::From(self.expr(part)?),
            Rule::band_above => BandEntryKind::Above(self.expr(part)?),
            Rule::band_to => BandEntryKind::To(self.expr(part)?),
            _ => BandEntryKind::Value(self.expr(part)?),
        };
        Ok(BandEntry { kind, span })
    }

    fn rates_kind(&self, pair: &Pair<'_, Rule>) -> Built<RatesKind> {
        match pair.as_str() {
            "step" => Ok(RatesKind::Step),
            "linear" => Ok(RatesKind::Linear),
            "retroactive" => Ok(RatesKind::Retroactive),
            "marginal" => Ok(RatesKind::Marginal),
            found => {
                let message = format!("`{found}` is not a way of reading a table");
                let kinds = ["step", "linear", "retroactive", "marginal"];
                let help = match closest(found, kinds) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write `step`, `linear`, `retroactive` or `marginal`".to_owned(),
                };
                Err(Self::problem(Code::Syntax, message, self.span(pair), &help))
            }
        }
    }

    /// A row of a table with one input.
    fn rates_row(&self, pair: Pair<'_, Rule>) -> Built<RatesRow> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair.clone());
        let start = self.row_start(self.need(parts.next(), &pair)?)?;
        let value = self.literal(self.need(parts.next(), &pair)?)?;
        Ok(RatesRow { starts: vec![start], values: vec![value], span })
    }

    fn row_start(&self, pair: Pair<'_, Rule>) -> Built<RowStart> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::row_below => StartKind::Below(self.literal(self.first(pair)?)?),
            Rule::row_from => StartKind::From(self.literal(self.first(pair)?)?),
            Rule::row_above => StartKind::Above(self.literal(self.first(pair)?)?),
            Rule::row_otherwise => StartKind::Otherwise,
            _ => {
                let text = pair.clone().into_inner().find(|part| part.as_rule() == Rule::text);
                StartKind::Value(self.choice_value(text.unwrap_or(pair))?)
            }
        };
        Ok(RowStart { kind, span })
    }

    /// The header and the rows of a table with several inputs, one a line.
    fn grid(&self, pair: Pair<'_, Rule>, inputs: usize) -> Built<(Vec<RowStart>, Vec<RatesRow>)> {
        let mut lines = self.grid_lines(pair.clone())?.into_iter();
        let Some(first) = lines.next() else { return Ok((Vec::new(), Vec::new())) };
        let leading = inputs.saturating_sub(1);
        let header = first.into_iter().map(begins).collect::<Built<Vec<RowStart>>>()?;
        let rows = lines.map(|line| self.grid_row(line, leading, header.len())).collect::<Built<_>>()?;
        Ok((header, rows))
    }

    /// The parts of a grid, line by line.
    fn grid_lines(&self, grid: Pair<'_, Rule>) -> Built<Vec<Vec<Part>>> {
        let mut lines: Vec<Vec<Part>> = Vec::new();
        let mut line = None;
        for part in grid.into_inner() {
            let span = self.span(&part);
            let same = line == Some(self.place.file.place(span.start).line);
            line = Some(self.place.file.place(span.end).line);
            let part = match part.as_rule() {
                Rule::tight_cell => Part::Cell(self.literal(part)?),
                _ => Part::Start(self.row_start(part)?),
            };
            match lines.last_mut() {
                Some(line) if same => line.push(part),
                _ => lines.push(vec![part]),
            }
        }
        Ok(lines)
    }

    /// A row of a grid: where it begins for each of the leading inputs, and its cells.
    fn grid_row(&self, line: Vec<Part>, leading: usize, columns: usize) -> Built<RatesRow> {
        let ends = line.iter().map(Part::span);
        let Some(span) = ends.reduce(|all, next| all.to(next)) else { return Err(no_row(self.place.span(0, 0))) };
        let mut starts = Vec::new();
        let mut values = Vec::new();
        for part in split_units(line, leading.saturating_add(columns)) {
            match part {
                part if starts.len() < leading => starts.push(begins(part)?),
                Part::Cell(value) => values.push(value),
                Part::Start(start) => return Err(misplaced(&start, leading)),
            }
        }
        if starts.len() < leading || values.is_empty() {
            return Err(no_row(span));
        }
        Ok(RatesRow { starts, values, span })
    }
}

impl Part {
    fn span(&self) -> Span {
        match self {
            Part::Start(start) => start.span,
            Part::Cell(cell) => cell.span,
        }
    }
}

/// The parts of a row. A word behind a bound may be its unit or where the row begins for the next input: it is the
/// latter where the row would otherwise have too few parts.
fn split_units(line: Vec<Part>, count: usize) -> Vec<Part> {
    let mut wanted = count.saturating_sub(line.len());
    let mut parts = Vec::new();
    for part in line {
        match part {
            Part::Start(start) if wanted > 0 => {
                let (start, word) = without_unit(start);
                parts.push(Part::Start(start));
                wanted = wanted.saturating_sub(usize::from(word.is_some()));
                parts.extend(word.map(|word| {
                    let span = word.span;
                    Part::Start(RowStart { kind: StartKind::Value(word), span })
                }));
            }
            part => parts.push(part),
        }
    }
    parts
}

/// A bound without the word that was read as its unit, if that is no currency and not `days`.
fn without_unit(start: RowStart) -> (RowStart, Option<Name>) {
    let (StartKind::Below(at) | StartKind::From(at) | StartKind::Above(at)) = &start.kind else {
        return (start, None);
    };
    let LiteralKind::Amount(number, unit) = &at.kind else { return (start, None) };
    if unit.text == "days" || Currency::from_code(&unit.text).is_some() {
        return (start, None);
    }
    let end = unit.span.start.saturating_sub(1);
    let bound = Literal { kind: LiteralKind::Number(*number), span: Span { end, ..at.span } };
    let kind = match &start.kind {
        StartKind::Below(_) => StartKind::Below(bound),
        StartKind::From(_) => StartKind::From(bound),
        _ => StartKind::Above(bound),
    };
    (RowStart { kind, span: Span { end, ..start.span } }, Some(unit.clone()))
}

/// A part of a grid that says where a row or a column begins.
fn begins(part: Part) -> Built<RowStart> {
    let cell = match part {
        Part::Start(start) => return Ok(start),
        Part::Cell(cell) => cell,
    };
    let text = match cell.kind {
        LiteralKind::Word(word) => word,
        LiteralKind::Text(text) => Builder::quoted_value(text, cell.span)?.text,
        LiteralKind::YesNo(yes) => if yes { "yes" } else { "no" }.to_owned(),
        _ => {
            let message = "a row or a column of the table begins with `from`, `above`, `below` or a word";
            let help = "the first line has where the columns begin, and each line below where its row begins, then its \
                        values";
            return Err(Builder::problem(Code::Syntax, message, cell.span, help));
        }
    };
    let name = Name { text, span: cell.span };
    Ok(RowStart { kind: StartKind::Value(name), span: cell.span })
}

fn misplaced(start: &RowStart, leading: usize) -> super::Problem {
    let rows = if leading == 1 { "once".to_owned() } else { format!("{leading} times") };
    let message = format!("a row of this table says {rows} where it begins, and then has its values");
    Builder::problem(Code::Syntax, message, start.span, "the bounds of the last input stand in the first line")
}

fn no_row(span: Span) -> super::Problem {
    let help = "a line of the table has where its row begins and its values: `from 80%  1%  2%`";
    Builder::problem(Code::Syntax, "this row of the table is not complete", span, help)
}
