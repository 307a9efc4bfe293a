//! Which row of a table of several inputs decides each combination of them.
//!
//! The rows are read as a tree, input by input: those that name the value of an input are read on for the next one; where
//! none of them does, those that have `otherwise` in its place. So no two rows ever compete, and what is named behind one
//! beginning says nothing of another.

use std::collections::BTreeMap;

use super::axis::{Place, PlaceKey};
use super::checker::{Checker, Ty};
use super::error;
use super::model::{Axis, Type};
use super::table::Places;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

/// So many missing combinations are listed.
const LISTED: usize = 5;

/// The most values of a table of several inputs: with `otherwise`, few rows stand for many combinations.
const MOST_VALUES: usize = 1_000_000;

/// An input of a table: its beginnings as written, and for each row, or each column of the first line, its own.
pub(super) struct Input {
    pub places: Vec<Place>,
    pub of_row: Vec<usize>,
    pub found: Places,
}

impl Input {
    /// The beginning of a row.
    fn of(&self, row: usize) -> Option<&Place> {
        self.places.get(*self.of_row.get(row)?)
    }

    fn is_otherwise(&self, row: usize) -> bool {
        self.of(row).is_some_and(|place| place.key == PlaceKey::Otherwise)
    }

    /// The place on the axis at which a row begins.
    fn at(&self, row: usize) -> Option<usize> {
        self.found.order.get(*self.of_row.get(row)?).copied()
    }

    /// Where the beginnings are written, in the order of the table, and for each as written its number in it.
    pub fn ordered(&self) -> (Vec<Span>, Vec<usize>) {
        let mut sorted: Vec<usize> = (0..self.places.len()).collect();
        sorted.sort_by_key(|written| self.found.order.get(*written).copied());
        let spans = sorted.iter().filter_map(|written| self.places.get(*written)).map(|place| place.span);
        let numbers: BTreeMap<usize, usize> = sorted.iter().copied().zip(0..).collect();
        (spans.collect(), numbers.into_values().collect())
    }
}

/// What the rows behind some beginnings come to.
struct Walk<'t> {
    inputs: &'t [Input],
    /// For each combination of places, the last input counting fastest, the row.
    deciding: Vec<usize>,
    /// The combinations without a row: their words.
    missing: Vec<String>,
    /// A row's `otherwise` that nothing reaches: the row, and the input.
    unreached: Option<(usize, usize)>,
}

impl Checker<'_> {
    /// For each combination of the places of the inputs before the columns, the row that decides.
    pub fn deciding(&mut self, tree: &tree::Rates, all: &[Input]) -> Option<Vec<usize>> {
        let leading = if tree.header.is_empty() { all } else { all.split_last()?.1 };
        self.stand_once(tree, leading)?;
        let counts = all.iter().map(|input| input.found.axis.count());
        if counts.fold(1_usize, usize::saturating_mul) > MOST_VALUES {
            let why = format!("`{}` has more than {MOST_VALUES} combinations of its inputs", tree.name.text);
            self.report(error::table_shape(tree.name.span, why, "make two tables of it, of fewer inputs each"));
            return None;
        }
        let mut walk = Walk { inputs: leading, deciding: Vec::new(), missing: Vec::new(), unreached: None };
        self.behind(&mut walk, &(0..tree.rows.len()).collect::<Vec<_>>(), 0, "");
        if let Some((row, number)) = walk.unreached {
            self.report_unreached(tree, leading, row, number);
            return None;
        }
        if walk.missing.is_empty() {
            return Some(walk.deciding);
        }
        let listed = walk.missing.iter().take(LISTED).map(|words| format!("`{words}`")).collect::<Vec<_>>().join(", ");
        let more = match walk.missing.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let why = format!("`{}` has no row for {listed}{more}", tree.name.text);
        let help = "write a row for each combination, or `otherwise` in place of the values that have none behind the \
                    same beginning";
        self.report(Diagnostic::new(Code::ChoiceCover, why).at(tree.name.span, "").help(help));
        None
    }

    /// No two rows begin alike.
    fn stand_once(&mut self, tree: &tree::Rates, leading: &[Input]) -> Option<()> {
        let mut known: BTreeMap<Vec<usize>, Span> = BTreeMap::new();
        for (number, row) in tree.rows.iter().enumerate() {
            let beginnings = leading.iter().map(|input| input.of_row.get(number).copied()).collect::<Option<_>>()?;
            if let Some(first) = known.insert(beginnings, row.span) {
                let words = row.starts.iter().map(|start| format!("`{}`", self.words(start.span)));
                let why = format!("{} stands twice in the table", words.collect::<Vec<_>>().join(" with "));
                let places = ((row.span, "again here"), (first, "stands here"));
                self.report(error::table_places(why, places.0, places.1, "keep one of them"));
                return None;
            }
        }
        Some(())
    }

    /// The rows that are left, from an input on: each of its places has those that name it, or those with `otherwise`.
    fn behind(&self, walk: &mut Walk<'_>, rows: &[usize], number: usize, words: &str) {
        let Some(input) = walk.inputs.get(number) else {
            walk.deciding.extend(rows.first());
            return;
        };
        let (rest, named): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| input.is_otherwise(**row));
        let mut reached = false;
        for place in 0..input.found.axis.count() {
            let own: Vec<usize> = named.iter().copied().filter(|row| input.at(*row) == Some(place)).collect();
            let all_above = named.iter().all(|row| input.at(*row) > Some(place));
            let stands = match input.found.axis {
                Axis::Values(_) => true,
                // Behind bounds, `otherwise` is what lies below the first of them.
                Axis::Bands(_) => all_above && (input.found.nested || input.found.opens_at(place)),
            };
            let (left, own) = match own.is_empty() {
                true if stands => (!rest.is_empty(), &rest),
                _ => (false, &own),
            };
            reached |= left;
            let here = if words.is_empty() { String::new() } else { format!("{words} ") };
            match own.first().and_then(|row| input.of(*row)) {
                Some(begins) => {
                    let here = format!("{here}{}", self.words(begins.span));
                    self.behind(walk, own, number.saturating_add(1), &here);
                }
                None => walk.missing.extend(self.at_place(input, place).map(|at| format!("{here}{at}"))),
            }
        }
        if let (Some(row), false) = (rest.first(), reached) {
            walk.unreached.get_or_insert((*row, number));
        }
    }

    /// What lies in a place of an axis: its values, or where its bound is written.
    fn at_place(&self, input: &Input, place: usize) -> impl Iterator<Item = String> {
        let words: Vec<String> = match (&input.found.axis, input.found.ty) {
            (Axis::Values(places), ty) => {
                let names = match ty {
                    Ty::Is(Type::Choice(choice)) => self.model.choices.at(choice).clone(),
                    _ => vec!["no".to_owned(), "yes".to_owned()],
                };
                places.iter().zip(names).filter(|(at, _)| **at == place).map(|(_, name)| name).collect()
            }
            (Axis::Bands(_), _) => {
                let begins = input.places.iter().zip(&input.found.order).find(|(_, at)| **at == place);
                begins.map(|(begins, _)| self.words(begins.span).to_owned()).into_iter().collect()
            }
        };
        words.into_iter()
    }

    /// An `otherwise` behind a beginning whose rows name all values.
    fn report_unreached(&mut self, tree: &tree::Rates, leading: &[Input], row: usize, number: usize) {
        let begins = |row: usize| leading.iter().take(number).map(move |input| input.of_row.get(row));
        let same = |other: &usize| begins(*other).eq(begins(row));
        let Some(input) = leading.get(number) else { return };
        let starts = |row: usize| tree.rows.get(row).and_then(|row| row.starts.get(number)).map(|start| start.span);
        let named = (0..tree.rows.len()).filter(same).filter(|other| !input.is_otherwise(*other)).filter_map(starts);
        let before: Vec<&str> = tree
            .rows
            .get(row)
            .map_or_else(Vec::new, |row| row.starts.iter().take(number).map(|start| self.words(start.span)).collect());
        let behind = if before.is_empty() { String::new() } else { format!(" behind `{}`", before.join(" ")) };
        let why = format!("nothing reaches `otherwise`{behind}: every value has a row of its own");
        let (Some(rest), Some(all)) = (starts(row), named.reduce(Span::to)) else { return };
        let problem = error::table_places(why, (rest, "never reached"), (all, "all values"), "leave `otherwise` out");
        self.report(problem);
    }
}
