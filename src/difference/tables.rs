//! Tables of rates and conversions of currency.
//!
//! A table is a function of its input and of the numbers written in its rows, so those that differ get their Shapley values.
//! An input that chose other rows altogether counts for these rows.

use super::model::{Evidence, Kind};
use super::shapley::{Factor, shapley, slopes};
use super::split::{Formulas, Splitter};
use super::values::{Both, measured, same};
use crate::step::{Amount, Band, Formula, Node};
use crate::value::Exact;

/// A table as a trace shows it.
struct Table<'a> {
    kind: &'a str,
    name: &'a str,
    chosen: Vec<(&'a Formula, Option<&'a str>)>,
    input: &'a Formula,
    bands: &'a [Band],
}

/// What of a table differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Player {
    Input,
    /// The rows altogether.
    Rows,
    Start(usize),
    Rate(usize),
}

impl<'a> Splitter<'a, '_> {
    pub(super) fn table(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (Some(against), Some(asked)) = (seen(formulas.against), seen(formulas.asked)) else { return };
        let tables = Both { against, asked };
        let choosers = choosers(&tables);
        let players = players(&tables, !choosers.is_empty());
        let value = |set: usize| {
            let with = |player: Player| {
                players.iter().position(|other| *other == player).is_some_and(|bit| set & (1 << bit) != 0)
            };
            tables.at(with)
        };
        let all = (1_usize << players.len().min(super::shapley::MOST)).saturating_sub(1);
        let known = formulas.map(|formula| measured(formula.value.as_ref()));
        let holds = known.against.is_some() && value(0) == known.against && value(all) == known.asked;
        let parts = if holds { shapley(players.len(), value) } else { None };
        let Some(parts) = parts else { return self.by_the_one_input(formulas, slope) };
        self.other_row(&tables);
        for (player, part) in players.into_iter().zip(parts) {
            let part = part.times(slope);
            match player {
                Player::Input => {
                    self.give(Both { against: tables.against.input, asked: tables.asked.input }, &part);
                }
                Player::Rows => self.rows(&tables, &choosers, formulas, &part),
                Player::Start(number) | Player::Rate(number) => {
                    self.band(&tables, number, player != Player::Start(number), &part);
                }
            }
        }
    }

    /// Says where the input lies in another row.
    fn other_row(&mut self, tables: &Both<Table<'a>>) {
        let taken = tables.map(|table| table.bands.iter().rfind(|band| band.taken).map(|band| band.row.as_str()));
        if let (Some(before), Some(now)) = (taken.against, taken.asked)
            && before != now
        {
            self.remark(format!("{} reaches `{now}`, not `{before}`", tables.asked.name));
        }
    }

    /// Other rows altogether: what chose them, all alike where several did; else the table as it is written.
    fn rows(&mut self, tables: &Both<Table<'a>>, choosers: &[Formulas<'a>], formulas: Formulas<'a>, part: &Exact) {
        let each = part.over(&Exact::from_integer(choosers.len() as i128));
        match each {
            Some(each) => choosers.iter().for_each(|chooser| self.give(*chooser, &each)),
            None => {
                let words = self.words(formulas);
                let written = |table: &Table<'_>, evidence: Option<Evidence>| {
                    let rows = table.bands.iter().map(|band| format!("{} {}", band.row, band.rate.text));
                    let plan = table.bands.first().map(|band| band.plan.clone());
                    evidence.map(|words| Evidence { text: rows.collect::<Vec<String>>().join(", "), plan, ..words })
                };
                let evidence = Both {
                    against: written(&tables.against, words.against),
                    asked: written(&tables.asked, words.asked),
                };
                self.cause(Kind::Plan, tables.asked.name, evidence, part.clone());
            }
        }
    }

    /// A row of a table: the cells that say so, or the line of the plan.
    fn band(&mut self, tables: &Both<Table<'a>>, number: usize, rate: bool, part: &Exact) {
        let bands = tables.map(|table| table.bands.get(number));
        let (Some(against), Some(asked)) = (bands.against, bands.asked) else { return };
        if let (Some(one), Some(other)) = (&against.data, &asked.data) {
            let formulas = match rate {
                true => Both { against: &one.value, asked: &other.value },
                false => Both { against: &one.start, asked: &other.start },
            };
            return self.give(formulas, part);
        }
        let evidence = |band: &Band| {
            Some(Evidence {
                text: band.row.clone(),
                value: Some(band.rate.clone()),
                plan: Some(band.plan.clone()),
                ..Evidence::default()
            })
        };
        let both = Both { against: evidence(against), asked: evidence(asked) };
        self.cause(Kind::Plan, tables.asked.name, both, part.clone());
    }

    /// A conversion is a product of the amount and its rates. A rate that is not needed on one side is 1 there, and where an
    /// amount of 0 needs none, the same as on the other.
    pub(super) fn convert(&mut self, formulas: Formulas<'a>, slope: &Exact) {
        let (Some(against), Some(asked)) = (converted(formulas.against), converted(formulas.asked)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let amounts = Both { against: against.0, asked: asked.0 };
        let (Some(before), Some(now)) = (factors(formulas.against), factors(formulas.asked)) else {
            return self.by_the_one_input(formulas, slope);
        };
        let is_nothing = amounts.map(|amount| measured(amount.value.as_ref()).is_some_and(|value| value.is_zero()));
        let mut both = vec![(Some(amounts), false, before.0.clone(), now.0.clone())];
        for divides in [false, true] {
            let rate = |side: &(Exact, Vec<(&'a Formula, bool)>)| {
                side.1.iter().find(|(_, other)| *other == divides).map(|(formula, _)| *formula)
            };
            let value = |formula: Option<&Formula>| formula.and_then(|formula| measured(formula.value.as_ref()));
            let (one, other) = (rate(&before), rate(&now));
            let (mut first, mut second) = (value(one), value(other));
            if is_nothing.against {
                first = second.clone();
            }
            if is_nothing.asked {
                second = first.clone();
            }
            let formulas = one.zip(other).map(|(against, asked)| Both { against, asked });
            both.push((formulas, divides, first.unwrap_or_else(Exact::one), second.unwrap_or_else(Exact::one)));
        }
        let list: Vec<Factor> = both
            .iter()
            .map(|(_, divides, against, asked)| Factor {
                values: Both { against: against.clone(), asked: asked.clone() },
                divides: *divides,
            })
            .collect();
        let Some(slopes) = slopes(&list) else { return self.by_the_one_input(formulas, slope) };
        for ((pair, _, against, asked), own) in both.into_iter().zip(slopes) {
            let own = slope.times(&own);
            match pair {
                Some(pair) => self.formula(pair, &own),
                None => {
                    let evidence = self.words(formulas);
                    self.cause(Kind::OneSided, "exchange rate", evidence, own.times(&asked.minus(&against)));
                }
            }
        }
    }
}

/// The amount that is converted.
fn converted(formula: &Formula) -> Option<(&Formula, &[Formula])> {
    match &formula.node {
        Node::Convert { amount, rates, .. } => Some((amount, rates)),
        _ => None,
    }
}

/// The amount, and each rate with whether it divides, so that they come to the value.
fn factors(formula: &Formula) -> Option<(Exact, Vec<(&Formula, bool)>)> {
    let (amount, rates) = converted(formula)?;
    let (number, value) = (measured(amount.value.as_ref())?, measured(formula.value.as_ref())?);
    let rate = |formula: &Formula| measured(formula.value.as_ref());
    let list = match rates {
        [] => Vec::new(),
        [one] if number.times(&rate(one)?) == value => vec![(one, false)],
        [one] => vec![(one, true)],
        [from, to] => vec![(from, false), (to, true)],
        _ => return None,
    };
    let product = list.iter().try_fold(number.clone(), |product, (formula, divides)| {
        let rate = rate(formula)?;
        if *divides { product.over(&rate) } else { Some(product.times(&rate)) }
    });
    (product? == value).then_some((number, list))
}

fn seen(formula: &Formula) -> Option<Table<'_>> {
    let Node::Table { table, kind, chosen, input, bands, .. } = &formula.node else { return None };
    let place = |chosen: &'_ crate::step::Chosen| chosen.rows.iter().position(|row| row.taken);
    let chosen = chosen.iter().map(|one| {
        let row = place(one).and_then(|place| one.rows.get(place)).map(|row| row.row.as_str());
        (&one.input, row.or(one.input.value.as_ref().map(|value| value.text.as_str())))
    });
    Some(Table { kind, name: table, chosen: chosen.collect(), input, bands })
}

/// The inputs that chose other rows.
fn choosers<'a>(tables: &Both<Table<'a>>) -> Vec<Formulas<'a>> {
    let pairs = tables.against.chosen.iter().zip(&tables.asked.chosen);
    let other = pairs
        .filter(|((one, row), (other, other_row))| row != other_row && !same(one.value.as_ref(), other.value.as_ref()));
    other.map(|((against, _), (asked, _))| Both { against: *against, asked: *asked }).collect()
}

fn players(tables: &Both<Table<'_>>, chosen: bool) -> Vec<Player> {
    let mut players = Vec::new();
    if !same(tables.against.input.value.as_ref(), tables.asked.input.value.as_ref()) {
        players.push(Player::Input);
    }
    let (one, other) = (tables.against.bands, tables.asked.bands);
    let alike =
        |(a, b): (&Band, &Band)| a.above == b.above && a.values == b.values && a.start.is_some() == b.start.is_some();
    let written = one.len() == other.len() && one.iter().zip(other).all(alike);
    let differing: Vec<Player> = match chosen || !written {
        true => vec![Player::Rows],
        false => one
            .iter()
            .zip(other)
            .enumerate()
            .flat_map(|(number, (a, b))| {
                let start = (!same(a.start.as_ref(), b.start.as_ref())).then_some(Player::Start(number));
                let rate = (!same(Some(&a.rate), Some(&b.rate))).then_some(Player::Rate(number));
                start.into_iter().chain(rate)
            })
            .collect(),
    };
    // More numbers than can be told apart are one.
    let room = super::shapley::MOST.saturating_sub(players.len());
    if differing.len() > room {
        players.push(Player::Rows)
    } else {
        players.extend(differing)
    }
    players
}

impl Both<Table<'_>> {
    /// The table with those of its parts as they are on the side asked about which `with` says.
    fn at(&self, with: impl Fn(Player) -> bool) -> Option<Exact> {
        let rows = self.side(with(Player::Rows));
        let input = self.side(with(Player::Input)).input.value.as_ref()?;
        let part = |number: usize, player: Player| {
            let side = if with(player) { &self.asked } else { rows };
            side.bands.get(number)
        };
        let mut bands = Vec::new();
        for (number, band) in rows.bands.iter().enumerate() {
            let start = part(number, Player::Start(number)).unwrap_or(band).start.as_ref();
            let rate = measured(Some(&part(number, Player::Rate(number)).unwrap_or(band).rate))?;
            bands.push(Row { start, above: band.above, values: &band.values, rate });
        }
        value(rows.kind, &bands, input)
    }
}

/// A row of a table.
struct Row<'a> {
    start: Option<&'a Amount>,
    above: bool,
    values: &'a [String],
    rate: Exact,
}

impl Row<'_> {
    fn holds(&self, input: &Amount) -> bool {
        if !self.values.is_empty() {
            return self.values.contains(&input.text);
        }
        let Some(start) = self.start else { return true };
        let order = match (measured(Some(input)), measured(Some(start))) {
            (Some(input), Some(start)) => Some(input.cmp(&start)),
            _ => input.first.as_ref().zip(start.first.as_ref()).map(|(input, start)| input.cmp(start)),
        };
        order.is_some_and(|order| order.is_gt() || (order.is_eq() && !self.above))
    }

    fn from(&self) -> Option<Exact> {
        measured(self.start)
    }
}

/// What a table gives.
fn value(kind: &str, rows: &[Row<'_>], input: &Amount) -> Option<Exact> {
    if kind == "marginal" {
        return slices(rows, &measured(Some(input))?);
    }
    let place = rows.iter().rposition(|row| row.holds(input))?;
    let row = rows.get(place)?;
    match kind {
        "retroactive" => Some(measured(Some(input))?.times(&row.rate)),
        "linear" => {
            let (next, number) = (rows.get(place.saturating_add(1)), measured(Some(input))?);
            let (Some(from), Some(next)) = (row.from(), next) else { return Some(row.rate.clone()) };
            let way = number.minus(&from).over(&next.from()?.minus(&from))?;
            Some(row.rate.plus(&way.times(&next.rate.minus(&row.rate))))
        }
        _ => Some(row.rate.clone()),
    }
}

/// Each slice of the input times its rate; the slices begin at 0, and what lies below it has the first rate.
fn slices(rows: &[Row<'_>], input: &Exact) -> Option<Exact> {
    let zero = Exact::zero();
    if *input < zero {
        return rows.first().map(|row| input.times(&row.rate));
    }
    let starts = rows.iter().map(|row| row.from().map(|from| from.max(zero.clone()))).collect::<Vec<Option<Exact>>>();
    let mut sum = zero.clone();
    for (number, row) in rows.iter().enumerate() {
        let Some(Some(from)) = starts.get(number) else { continue };
        let to = starts.get(number.saturating_add(1)).cloned().flatten().unwrap_or_else(|| input.clone());
        let part = to.min(input.clone()).minus(from).max(zero.clone());
        sum = sum.plus(&part.times(&row.rate));
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::new(text.to_owned(), "number".to_owned())
    }

    /// 0 to 0.5 at 0.8, to 1 at 1.2, then 1.5: at 1.2 it is 0.4 + 0.6 + 0.3 = 1.3.
    #[test]
    fn tables_are_computed_from_their_rows() {
        let starts = [amount("0"), amount("0.5"), amount("1")];
        let rates = ["0.8", "1.2", "1.5"];
        let rows: Vec<Row<'_>> = starts
            .iter()
            .zip(rates)
            .map(|(start, rate)| Row {
                start: Some(start),
                above: false,
                values: &[],
                rate: Exact::parse(rate).unwrap(),
            })
            .collect();
        let at = |kind: &str, input: &str| value(kind, &rows, &amount(input)).unwrap().to_string();
        assert_eq!(at("marginal", "1.2"), "1.3");
        assert_eq!(at("marginal", "-1"), "-0.8");
        assert_eq!(at("step", "1"), "1.5");
        assert_eq!(at("retroactive", "0.5"), "0.6");
        assert_eq!(at("linear", "0.75"), "1.35");
        assert_eq!(at("linear", "2"), "1.5");
    }
}
