//! Tables of rates: every band is a row, and what the input falls into is computed anew.

use super::expr::{Column, Expr, Part, Row, excel, while_so};
use super::operation::{date, number};
use super::rows::{BY, COUNTS, Line, Look, VALUE};
use super::values::{Kind, Written, kind, literal, sound_decimals, written};
use super::walk::{At, Walk};
use crate::step::{Amount, Band, Chosen, Formula, Node};
use crate::trace::human::glyphs::clean;

/// Where a band begins, its rate, and what falls into it: a part of the input, or 1 for all of it.
const START: Column = COUNTS;
const RATE: Column = BY;
const PART: Column = 'J';

impl<'a> Walk<'a> {
    /// A table at its input.
    pub(super) fn table(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Table { table, kind: read, chosen, input, bands, .. } = &formula.node else {
            return Expr::unknown();
        };
        let ordered = number(input) || date(input);
        let listed = !bands.iter().any(|band| band.start.is_some());
        if formula.value.is_none() || bands.is_empty() || input.value.is_none() || !(ordered || listed) {
            return self.as_in_run(formula, "a table read by a period or without a value");
        }
        let depth = at.unwrap_or(2);
        let x = self.operand(input, Some(depth));
        let mut tests: Vec<Expr> = chosen.iter().filter_map(|chosen| self.chosen(chosen, depth)).collect();
        let header = self.lines.push(Line {
            depth,
            look: Look::Header,
            label: format!("table {}, {read}", clean(table)),
            ..Line::default()
        });
        let marginal = read == "marginal";
        for (column, words) in [(START, "begins"), (RATE, "rate"), (PART, if marginal { "in it" } else { "reached" })] {
            self.lines.heading(header, column, words);
        }
        let first = self.lines.next();
        for band in bands {
            let value = if marginal { band.gives.clone() } else { band.taken.then(|| formula.value.clone()).flatten() };
            let place = format!("{}:{}", clean(&band.plan.file), band.plan.line);
            let look = if band.taken { Look::Plain } else { Look::Dim };
            self.lines.push(Line {
                depth,
                look,
                label: clean(&band.row),
                valued: value.is_some(),
                value,
                place,
                ..Line::default()
            });
        }
        let last = self.lines.next().saturating_sub(1);
        for (row, band) in (first..).zip(bands) {
            self.bounds(row, table, band);
        }
        tests.extend(ascending(bands, first));
        let value = if marginal {
            self.slices(&x, input, bands, (first, last));
            excel("SUM({0})", &[&Expr::of(Part::Cells(first, last, VALUE))])
        } else {
            self.reached(&x, input, bands, (first, last));
            self.read(read, &x, (input, bands), (first, last))
        };
        while_so(tests, value)
    }

    /// Where a band begins and its rate: cells of the data, or inputs of the plan.
    fn bounds(&mut self, row: Row, table: &str, band: &'a Band) {
        let start = match &band.data {
            Some(data) => Some(self.member_cell(&data.start, 3)),
            None => self.inputs.band(table, band, false),
        };
        if let (Some(start), Some(value)) = (start, &band.start) {
            self.lines.work(row, START, start, written(Some(value)), Some(value.clone()));
        }
        let rate = match &band.data {
            Some(data) => self.member_cell(&data.value, 3),
            None => self.inputs.band(table, band, true).unwrap_or_else(|| literal(Some(&band.rate))),
        };
        self.lines.work(row, RATE, rate, written(Some(&band.rate)), Some(band.rate.clone()));
    }

    /// Each slice of the input times the rate of its band.
    fn slices(&mut self, x: &Expr, input: &Formula, bands: &'a [Band], (first, last): (Row, Row)) {
        for (row, band) in (first..=last).zip(bands) {
            let next = row.saturating_add(1);
            let cell = |row, column| Expr::of(Part::Cell(row, column));
            let upper = if row < last { excel("MIN({0},{1})", &[x, &cell(next, START)]) } else { x.clone() };
            let lower = match (&band.data, row == first) {
                (Some(_), true) => excel("MAX({0},0)", &[&cell(row, START)]),
                _ => cell(row, START),
            };
            let part = match (&band.start, row == first) {
                (None, true) => excel("MIN({0},0)", &[x]),
                (None, false) => Expr::text("0"),
                (Some(_), true) => excel("IF([0]<0,{0},MAX(0,[1]-[2]))", &[x, &upper, &lower]),
                (Some(_), false) => excel("MAX(0,[0]-[1])", &[&upper, &lower]),
            };
            let was = band.part.as_ref().map_or_else(|| Written::Number("0".to_owned()), |part| written(Some(part)));
            let like = band.part.clone().or_else(|| input.value.clone());
            self.lines.work(row, PART, part, was, like);
            self.set(row, excel("[0]*[1]", &[&cell(row, PART), &cell(row, RATE)]));
            let zero = band.gives.is_none();
            self.lines.change(row, |line| {
                if zero {
                    line.value = Some(Amount::new("0".to_owned(), "number".to_owned()));
                }
            });
        }
    }

    /// Which band the input has reached: of those that begin at or before it, the last; or the one that names it.
    fn reached(&mut self, x: &Expr, input: &Formula, bands: &'a [Band], (first, last): (Row, Row)) {
        let named = bands.iter().any(|band| !band.values.is_empty());
        let mut others: Vec<Expr> = Vec::new();
        for (row, band) in (first..=last).zip(bands) {
            let begun = self.begun(x, input, band, row);
            let next = bands.get(row.saturating_sub(first).saturating_add(1)).filter(|_| row < last);
            let test = if named && band.values.is_empty() {
                // `otherwise`: none of the others.
                let any = super::expr::joined(&others);
                if others.is_empty() { Expr::text("TRUE") } else { excel("NOT(OR({0}))", &[&any]) }
            } else {
                match next.filter(|_| !named) {
                    Some(next) => {
                        let behind = self.begun(x, input, next, row.saturating_add(1));
                        excel("AND({0},NOT({1}))", &[&begun, &behind])
                    }
                    None => begun,
                }
            };
            others.push(test.clone());
            let was = if band.taken { "1" } else { "0" };
            self.lines.work(row, PART, excel("IF({0},1,0)", &[&test]), Written::Number(was.to_owned()), None);
        }
    }

    fn begun(&self, x: &Expr, input: &Formula, band: &Band, row: Row) -> Expr {
        if !band.values.is_empty() {
            let truth = input.value.as_ref().map(kind) == Some(Kind::Truth);
            let one = |value: &String| match (truth, value.as_str()) {
                (true, "yes") => excel("[0]=TRUE", &[x]),
                (true, _) => excel("[0]=FALSE", &[x]),
                (false, word) => excel("EXACT({0},{1})", &[x, &Expr::quoted(word)]),
            };
            let each: Vec<Expr> = band.values.iter().map(one).collect();
            return excel("OR({0})", &[&super::expr::joined(&each)]);
        }
        let Some(start) = &band.start else { return Expr::text("TRUE") };
        let amounts: Vec<&Amount> = input.value.iter().chain([start]).collect();
        let sound = sound_decimals(&amounts).saturating_sub(2).max(1);
        let sign = if band.above { ">" } else { ">=" };
        excel(&format!("ROUND([0]-[1],{sound}){sign}0"), &[x, &Expr::of(Part::Cell(row, START))])
    }

    /// What the band reached gives: its rate, the input at its rate, or what lies on the line to the next one.
    fn read(&mut self, read: &str, x: &Expr, (input, bands): (&Formula, &[Band]), (first, last): (Row, Row)) -> Expr {
        for (row, band) in (first..=last).zip(bands) {
            let cell = |row, column| Expr::of(Part::Cell(row, column));
            let (own, next) = (cell(row, RATE), row.saturating_add(1));
            let numeric = kind(&band.rate) == Kind::Number;
            let gives = match read {
                "retroactive" => excel("[0]*[1]", &[x, &own]),
                "linear" if row < last && band.start.is_some() && numeric && number(input) => excel(
                    "[0]+([1]-[0])*([2]-[3])/([4]-[3])",
                    &[&own, &cell(next, RATE), x, &cell(row, START), &cell(next, START)],
                ),
                _ => own,
            };
            self.set(row, excel("IF([0]=1,{1},\"\")", &[&cell(row, PART), &gives]));
        }
        let [values, taken] = [VALUE, PART].map(|column| Expr::of(Part::Cells(first, last, column)));
        excel("INDEX({0},MATCH(1,{1},0))", &[&values, &taken])
    }

    /// Whether another input of the table still chooses the row whose bands these are.
    fn chosen(&mut self, chosen: &'a Chosen, depth: u8) -> Option<Expr> {
        let ordered = number(&chosen.input) || date(&chosen.input);
        let at = chosen.rows.iter().position(|row| row.taken);
        let taken = at.and_then(|at| chosen.rows.get(at));
        let (Some(taken), true, true) = (taken, ordered, chosen.input.value.is_some()) else {
            return self.unchanged(&chosen.input);
        };
        let x = self.labelled(
            &chosen.input,
            Some(depth),
            &format!("{}: {}", clean(&chosen.name), clean(&chosen.input.text)),
        );
        let next = at.and_then(|at| chosen.rows.get(at.saturating_add(1)));
        let reached = |start: &Amount, above: bool| {
            let amounts: Vec<&Amount> = chosen.input.value.iter().chain([start]).collect();
            let sound = sound_decimals(&amounts).saturating_sub(2).max(1);
            let sign = if above { ">" } else { ">=" };
            excel(&format!("ROUND([0]-[1],{sound}){sign}0"), &[&x, &literal(Some(start))])
        };
        let mut tests = Vec::new();
        tests.extend(taken.start.as_ref().map(|start| reached(start, taken.above)));
        if let Some((start, next)) = next.and_then(|next| Some((next.start.as_ref()?, next))) {
            tests.push(excel("NOT({0})", &[&reached(start, next.above)]));
        }
        super::expr::all(tests)
    }
}

/// Whether the bands still begin one after another; a run refuses a table whose bands do not.
fn ascending(bands: &[Band], first: Row) -> Option<Expr> {
    let starts: Vec<Row> = (first..).zip(bands).filter(|(_, band)| band.start.is_some()).map(|(row, _)| row).collect();
    let pairs = starts.iter().zip(starts.iter().skip(1));
    let cell = |row: &Row| Expr::of(Part::Cell(*row, START));
    super::expr::all(pairs.map(|(one, other)| excel("[0]<[1]", &[&cell(one), &cell(other)])).collect())
}
