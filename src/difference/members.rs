//! Aggregates: which rows came, which went, and which are others now.

use super::rows::{Found, Row, Rows, key_words};
use super::shapley::{Factor, shapley, slopes};
use super::split::{Formulas, Splitter, difference};
use super::values::{Both, measured, truth};
use crate::step::Node;
use crate::value::Exact;

impl<'a> Splitter<'a, '_> {
    pub(super) fn members(&mut self, op: &str, formulas: Formulas<'a>, slope: &Exact) {
        let (Some(against), Some(asked)) = (self.found(formulas, false), self.found(formulas, true)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let found = Both { against, asked };
        let rows = self.beside(&found);
        match op {
            "sum" | "running_sum" if is_sum(formulas, &found) => self.sum(&rows, &found, slope),
            "count" | "running_count" if is_count(formulas, &found) => self.count(&rows, &found, slope),
            "average" => self.average(formulas, &rows, &found, slope),
            "largest" | "smallest" => self.extreme(op, formulas, &rows, &found, slope),
            "any" | "all" => self.quantified(formulas, &rows, slope),
            "first" | "last" => self.one_of(formulas, &rows, slope),
            _ => self.by_the_one_input(formulas, slope),
        }
    }

    fn sum(&mut self, rows: &Rows<'a>, found: &Both<Found<'a>>, slope: &Exact) {
        for pair in &rows.both {
            self.changed(pair, slope);
        }
        for row in &rows.went {
            self.one_sided(row, found, false, &slope.times(&row.number()).negated());
        }
        for row in &rows.came {
            self.one_sided(row, found, true, &slope.times(&row.number()));
        }
    }

    /// A row that both sides have; without a value it adds nothing.
    fn changed(&mut self, pair: &Both<Row<'a>>, slope: &Exact) {
        let (Some(against), Some(asked)) = (pair.against.value, pair.asked.value) else { return };
        let formulas = Both { against, asked };
        let both_there = against.value.is_some() == asked.value.is_some();
        match both_there {
            true => self.formula(formulas, slope),
            false => self.give(formulas, &slope.times(&pair.asked.number().minus(&pair.against.number()))),
        }
    }

    fn count(&mut self, rows: &Rows<'a>, found: &Both<Found<'a>>, slope: &Exact) {
        rows.went.iter().for_each(|row| self.one_sided(row, found, false, &slope.negated()));
        rows.came.iter().for_each(|row| self.one_sided(row, found, true, slope));
    }

    /// A sum over a count: both get their Shapley value.
    fn average(&mut self, formulas: Formulas<'a>, rows: &Rows<'a>, found: &Both<Found<'a>>, slope: &Exact) {
        let with_values = found.map(|found| found.rows.iter().filter_map(Row::valued).collect::<Vec<Exact>>());
        let sums = with_values.map(|values| values.iter().fold(Exact::zero(), |sum, value| sum.plus(value)));
        let counts = with_values.map(|values| Exact::from_integer(values.len() as i128));
        let holds = |asked: bool| {
            let average = sums.side(asked).over(counts.side(asked));
            let all = with_values.side(asked).len() == found.side(asked).rows.len();
            all && average.is_some() && average == measured(formulas.side(asked).value.as_ref())
        };
        let factors =
            [Factor { values: sums.clone(), divides: false }, Factor { values: counts.clone(), divides: true }];
        match slopes(&factors).filter(|_| holds(false) && holds(true)).as_deref() {
            Some([sum, count]) => {
                self.sum(rows, found, &slope.times(sum));
                self.count(rows, found, &slope.times(count));
            }
            _ => self.by_the_one_input(formulas, slope),
        }
    }

    /// The row that decides on one side, and the one that decides on the other.
    fn extreme(&mut self, op: &str, formulas: Formulas<'a>, rows: &Rows<'a>, found: &Both<Found<'a>>, slope: &Exact) {
        let deciding = |asked: bool| {
            let value = measured(formulas.side(asked).value.as_ref())?;
            found.side(asked).rows.iter().find(|row| row.valued().as_ref() == Some(&value)).copied()
        };
        let (Some(before), Some(now)) = (deciding(false), deciding(true)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let of = |row: Row<'a>, asked: bool| match rows.both.iter().find(|pair| pair.side(asked).key == row.key) {
            Some(pair) => Both { against: Some(pair.against), asked: Some(pair.asked) },
            None if asked => Both { against: None, asked: Some(row) },
            None => Both { against: Some(row), asked: None },
        };
        let mut players = vec![of(before, false), of(now, true)];
        let key = |sides: &Both<Option<Row<'a>>>| sides.map(|row| row.map(|row| row.key));
        players.dedup_by(|one, other| key(one) == key(other));
        let value = |set: usize| {
            let values = players
                .iter()
                .enumerate()
                .filter_map(|(bit, sides)| sides.side(set & (1 << bit) != 0).as_ref().and_then(Row::valued));
            if op == "largest" { values.max() } else { values.min() }
        };
        let Some(parts) = shapley(players.len(), value) else {
            // Between the two there is no row at all: the one goes, the other comes.
            self.one_sided(&before, found, false, &slope.times(&before.number()).negated());
            return self.one_sided(&now, found, true, &slope.times(&now.number()));
        };
        if players.len() > 1 {
            let words = |row: Row<'_>| key_words(row.key);
            self.remark(format!("{} is the {op} of `{}`, not {}", words(now), formulas.asked.text, words(before)));
        }
        for (sides, part) in players.iter().zip(parts) {
            self.row(sides, found, &part.times(slope));
        }
    }

    /// A part that belongs to a row.
    fn row(&mut self, sides: &Both<Option<Row<'a>>>, found: &Both<Found<'a>>, part: &Exact) {
        match (&sides.against, &sides.asked) {
            (Some(against), Some(asked)) => {
                if let (Some(against), Some(asked)) = (against.value, asked.value) {
                    self.give(Both { against, asked }, part);
                }
            }
            (Some(row), None) => self.one_sided(row, found, false, part),
            (None, Some(row)) => self.one_sided(row, found, true, part),
            (None, None) => {}
        }
    }

    /// Whether a condition holds for any row, or for all: the rows that turned it have equal parts.
    fn quantified(&mut self, formulas: Formulas<'a>, rows: &Rows<'a>, slope: &Exact) {
        let whole = slope.times(&difference(formulas));
        let known = formulas.map(|formula| measured(formula.value.as_ref()));
        let (Some(_), Some(now)) = (known.against, known.asked) else { return self.by_the_one_input(formulas, slope) };
        let any = matches!(&formulas.asked.node, Node::Aggregate { op, .. } if op == "any");
        // `any` turns to yes by the rows that are yes then, and to no by those that were; `all` the other way round.
        let deciding = truth(any);
        let side = now == deciding;
        let is_deciding = |row: &Row<'_>| row.valued().as_ref() == Some(&deciding);
        let changed: Vec<&Both<Row<'a>>> = rows.both.iter().filter(|pair| is_deciding(pair.side(side))).collect();
        let lone = if side { &rows.came } else { &rows.went };
        let lone: Vec<&Row<'a>> = lone.iter().filter(|row| is_deciding(row)).collect();
        let count = changed.len().saturating_add(lone.len());
        let Some(each) = whole.over(&Exact::from_integer(count as i128)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let nothing = Both { against: Found::nothing(), asked: Found::nothing() };
        for pair in changed {
            self.row(&pair.map(|row| Some(*row)), &nothing, &each);
        }
        for row in lone {
            self.one_sided(row, &nothing, side, &each);
        }
    }

    /// The first or the last row: the same one, or one in the place of another.
    fn one_of(&mut self, formulas: Formulas<'a>, rows: &Rows<'a>, slope: &Exact) {
        let numbers = formulas.map(|formula| measured(formula.value.as_ref()));
        let nothing = Both { against: Found::nothing(), asked: Found::nothing() };
        match (rows.both.as_slice(), rows.went.as_slice(), rows.came.as_slice()) {
            ([pair], [], []) => match (pair.against.value, pair.asked.value) {
                (Some(against), Some(asked)) => self.formula(Both { against, asked }, slope),
                _ => self.by_the_one_input(formulas, slope),
            },
            ([], [went], [came]) if numbers.against.is_some() && numbers.asked.is_some() => {
                self.one_sided(went, &nothing, false, &slope.times(&went.number()).negated());
                self.one_sided(came, &nothing, true, &slope.times(&came.number()));
            }
            _ => self.undivided(formulas, slope),
        }
    }
}

fn is_sum(formulas: Formulas<'_>, found: &Both<Found<'_>>) -> bool {
    comes_to(formulas, found, |row| row.number())
}

fn is_count(formulas: Formulas<'_>, found: &Both<Found<'_>>) -> bool {
    comes_to(formulas, found, |_| Exact::one())
}

/// Whether the rows come to the value on both sides.
fn comes_to(formulas: Formulas<'_>, found: &Both<Found<'_>>, each: impl Fn(&Row<'_>) -> Exact) -> bool {
    [false, true].into_iter().all(|asked| {
        let rows = &found.side(asked).rows;
        let sum = rows.iter().fold(Exact::zero(), |sum, row| sum.plus(&each(row)));
        measured(formulas.side(asked).value.as_ref()) == Some(sum)
    })
}
