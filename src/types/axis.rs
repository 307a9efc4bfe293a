//! The places of one input of a table: bands that ascend, or the values of a choice.

use super::checker::{Checker, Ty};
use super::error;
use super::infer::meet;
use super::model::{Axis, Start, Type};
use super::table::{Places, begins_again};
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ChoiceId;
use crate::source::Span;
use crate::syntax::tree::{self, Literal, LiteralKind, Name, RatesKind, RowStart, StartKind};

/// Where a row or a column of a table begins.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub key: PlaceKey,
    /// The type of a bound.
    pub ty: Ty,
    pub span: Span,
}

/// What the beginning of a row or a column says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlaceKey {
    Below(Value),
    From(Value),
    Above(Value),
    Word(String),
    Otherwise,
}

/// The closed set whose values are places.
enum Closed {
    Choice(ChoiceId),
    YesNo,
}

/// The values of a closed set, and which beginning names each.
struct Named {
    names: Vec<String>,
    ty: Type,
    found: Vec<Option<usize>>,
    otherwise: Option<usize>,
}

impl Checker<'_> {
    pub fn place(&mut self, start: &RowStart) -> Option<Place> {
        let (key, ty): (PlaceKey, Ty) = match &start.kind {
            StartKind::Below(at) => self.bound(at).map(|(value, ty)| (PlaceKey::Below(value), ty))?,
            StartKind::From(at) => self.bound(at).map(|(value, ty)| (PlaceKey::From(value), ty))?,
            StartKind::Above(at) => self.bound(at).map(|(value, ty)| (PlaceKey::Above(value), ty))?,
            StartKind::Value(name) => (PlaceKey::Word(name.text.clone()), Ty::Unknown),
            StartKind::Otherwise => (PlaceKey::Otherwise, Ty::Unknown),
        };
        Some(Place { key, ty, span: start.span })
    }

    fn bound(&mut self, literal: &Literal) -> Option<(Value, Ty)> {
        if let LiteralKind::Word(word) = &literal.kind {
            return self.constant_in_table(&Name { text: word.clone(), span: literal.span });
        }
        match self.literal_value(&literal.kind, literal.span) {
            Ok(found) => Some(found),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// The places of an input. What the input is, is known where the table is called; otherwise its rows say it.
    pub fn axis_places(
        &mut self,
        tree: &tree::Rates,
        number: usize,
        places: &[Place],
        wanted: Option<(Ty, Span)>,
    ) -> Option<Places> {
        let is_word = |place: &&Place| matches!(place.key, PlaceKey::Word(_));
        let is_bound = |place: &&Place| !matches!(place.key, PlaceKey::Word(_) | PlaceKey::Otherwise);
        let (word, bound) = (places.iter().find(is_word), places.iter().find(is_bound));
        let span = bound.or(word).or(places.first()).map_or(tree.name.span, |place| place.span);
        if let (Some(word), Some(bound)) = (word, bound) {
            let why = "the rows of a table begin all with bounds or all with words";
            let help = "bounds are for a number, a date or a period, words for a choice";
            self.report(error::table_places(why, (word.span, "a word"), (bound.span, "a bound"), help));
            return None;
        }
        let closed = match wanted {
            Some((Ty::Is(Type::Choice(choice)), _)) => Some(Closed::Choice(choice)),
            Some((Ty::Is(Type::YesNo), _)) => Some(Closed::YesNo),
            Some((ty, place)) if ty.number().is_none() && !is_date(ty) => {
                let found = self.type_words(ty);
                let wanted = "a number, a date, a period, a choice, or yes or no";
                self.report(error::wrong_type(place, &found, wanted));
                return None;
            }
            Some(_) => None,
            None => match word {
                Some(word) => Some(self.closed(places, word)?),
                None => None,
            },
        };
        match (closed, bound, word) {
            (Some(_), Some(bound), _) => {
                let why = "this table is read by a choice, and this row begins at a number";
                self.report(error::table_shape(bound.span, why, "begin the row with one of the choice's values"));
                None
            }
            (Some(closed), ..) if begins_again(tree, number) => self.nested_values(places, &closed, span),
            (Some(closed), ..) => self.values_of(tree, places, &closed, span),
            (None, _, Some(word)) => {
                let name = Name { text: self.words(word.span).to_owned(), span: word.span };
                let problem = error::unknown_name(&name, ["from", "above", "below", "otherwise"].into_iter());
                self.report(problem);
                None
            }
            (None, ..) => {
                // Slices and lines need the same bands in each row.
                let nested = begins_again(tree, number) && tree.kind == RatesKind::Step;
                self.bands(places, wanted, (span, nested))
            }
        }
    }

    /// The closed set of which words are values: the one that has the most of them.
    fn closed(&mut self, places: &[Place], word: &Place) -> Option<Closed> {
        let words: Vec<&str> = places
            .iter()
            .filter_map(|place| match &place.key {
                PlaceKey::Word(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        if words.iter().all(|word| matches!(*word, "yes" | "no")) {
            return Some(Closed::YesNo);
        }
        let has = |values: &Vec<String>| words.iter().filter(|word| values.iter().any(|value| value == *word)).count();
        let choices = self.model.choices.pairs();
        // Of several that have all of them, the one with the fewest others.
        let best = choices.max_by_key(|(_, values)| (has(values), std::cmp::Reverse(values.len())));
        match best.filter(|(_, values)| has(values) > 0) {
            Some((choice, _)) => Some(Closed::Choice(choice)),
            None => {
                let name = Name { text: self.words(word.span).to_owned(), span: word.span };
                let why = format!("`{}` is a value of no choice", name.text);
                let help = "begin the row with a value of a choice, or with `from`, `above`, `below` or `otherwise`";
                self.report(Diagnostic::new(Code::UnknownName, why).at(name.span, "").help(help));
                None
            }
        }
    }

    /// The places of a choice: each of its values has one, of its own or that of `otherwise`.
    fn values_of(&mut self, tree: &tree::Rates, places: &[Place], closed: &Closed, span: Span) -> Option<Places> {
        let Named { names, ty, found, otherwise } = self.named(places, closed)?;
        let left: Vec<String> =
            names.iter().zip(&found).filter(|(_, at)| at.is_none()).map(|(name, _)| format!("`{name}`")).collect();
        match otherwise.and_then(|at| places.get(at)) {
            None if !left.is_empty() => {
                let why = format!("`{}` has no row for {}", tree.name.text, left.join(", "));
                let help = "add the rows, or one that begins with `otherwise`";
                let problem = Diagnostic::new(Code::ChoiceCover, why).at(tree.name.span, "").help(help);
                self.report(match ty {
                    Type::Choice(choice) => self.values_at(problem, choice),
                    _ => problem,
                });
                return None;
            }
            Some(rest) if left.is_empty() => {
                let covered =
                    places.first().map_or(span, |first| {
                        places.iter().fold(first.span, |all, one| {
                            if one.key == PlaceKey::Otherwise { all } else { all.to(one.span) }
                        })
                    });
                let why = "nothing reaches `otherwise`: every value has a row of its own";
                let rest = (rest.span, "never reached");
                self.report(error::table_places(why, rest, (covered, "all values"), "leave `otherwise` out"));
                return None;
            }
            _ => {}
        }
        let axis = found.into_iter().map(|at| at.or(otherwise)).collect::<Option<Vec<usize>>>()?;
        let order = (0..places.len()).collect();
        Some(Places { axis: Axis::Values(axis), order, ty: Ty::Is(ty), span, nested: false })
    }

    /// The places of a choice whose values are named again and again, behind what the inputs before it begin with: each
    /// value that is named anywhere has its own, and the others have one together. Behind which of them which row
    /// stands, is decided by all inputs.
    fn nested_values(&mut self, places: &[Place], closed: &Closed, span: Span) -> Option<Places> {
        let Named { ty, found, .. } = self.named(places, closed)?;
        let mut count = 0_usize;
        let mut own = Vec::new();
        for place in places {
            own.push((place.key != PlaceKey::Otherwise).then_some(count));
            count = count.saturating_add(usize::from(place.key != PlaceKey::Otherwise));
        }
        let order: Vec<usize> = own.into_iter().map(|at| at.unwrap_or(count)).collect();
        let at = |written: Option<usize>| written.and_then(|written| order.get(written).copied()).unwrap_or(count);
        let axis = Axis::Values(found.into_iter().map(at).collect());
        Some(Places { axis, order, ty: Ty::Is(ty), span, nested: true })
    }

    /// Which of the beginnings names each value of a closed set.
    fn named(&mut self, places: &[Place], closed: &Closed) -> Option<Named> {
        let (names, ty) = match closed {
            Closed::Choice(choice) => (self.model.choices.at(*choice).clone(), Type::Choice(*choice)),
            Closed::YesNo => (vec!["no".to_owned(), "yes".to_owned()], Type::YesNo),
        };
        let mut found: Vec<Option<usize>> = vec![None; names.len()];
        let mut otherwise: Option<usize> = None;
        for (number, place) in places.iter().enumerate() {
            let slot = match &place.key {
                PlaceKey::Word(word) => {
                    let Some(slot) = names.iter().position(|name| name == word).and_then(|at| found.get_mut(at)) else {
                        self.unknown_value(closed, word, place.span);
                        return None;
                    };
                    slot
                }
                _ => &mut otherwise,
            };
            if let Some(first) = slot.replace(number).and_then(|first| places.get(first)) {
                let why = format!("`{}` stands twice in the table", self.words(place.span));
                let first = first.span;
                self.report(error::table_places(
                    why,
                    (place.span, "again here"),
                    (first, "stands here"),
                    "keep one of them",
                ));
                return None;
            }
        }
        Some(Named { names, ty, found, otherwise })
    }

    fn unknown_value(&mut self, closed: &Closed, word: &str, span: Span) {
        let name = Name { text: word.to_owned(), span };
        let problem = match closed {
            Closed::Choice(choice) => self.unknown_choice(*choice, &name),
            Closed::YesNo => error::unknown_name(&name, ["yes", "no", "otherwise"].into_iter()),
        };
        self.report(problem);
    }

    /// Bands that ascend, what lies below all of them first.
    fn bands(&mut self, places: &[Place], wanted: Option<(Ty, Span)>, (span, nested): (Span, bool)) -> Option<Places> {
        let ty = self.bounds_type(places)?;
        if let Some((found, place)) = wanted
            && meet(ty, found).is_none()
        {
            let first = places.iter().find(|place| meet(place.ty, found).is_none()).map_or(span, |place| place.span);
            let help = self.with_unit(first, found).filter(|_| matches!(ty, Ty::Bare { .. }));
            let (bound, found) = (self.type_words(ty), self.type_words(found));
            let problem = error::do_not_go("table", (first, &bound), (place, &found));
            self.report(error::with_help(problem, help));
            return None;
        }
        let mut starts: Vec<(usize, Start)> = Vec::new();
        let mut open: Option<&Place> = None;
        let mut last: Option<(&Value, bool, &Place)> = None;
        for (number, place) in places.iter().enumerate() {
            let (at, inclusive) = match &place.key {
                PlaceKey::From(at) => (at, true),
                PlaceKey::Above(at) => (at, false),
                _ => {
                    // Behind different beginnings, the one may stand as well as the other.
                    let is_rest = |one: &Place| one.key == PlaceKey::Otherwise;
                    let first = open.filter(|first| !nested || is_rest(first) == is_rest(place));
                    self.opens(place, first, last.map(|(.., last)| last))?;
                    if open.is_none() || matches!(place.key, PlaceKey::Below(_)) {
                        open = Some(place);
                    }
                    continue;
                }
            };
            self.ascends(place, (at, inclusive), last)?;
            if let (None, Some(Place { key: PlaceKey::Below(end), span, .. })) = (last, open)
                && (end != at || !inclusive)
            {
                let (why, help) = BELOW;
                self.report(error::table_places(why, (*span, "ends here"), (place.span, "begins here"), help));
                return None;
            }
            last = Some((at, inclusive, place));
            starts.push((number, Start { at: Some(at.clone()), inclusive }));
        }
        if let (None, Some(Place { key: PlaceKey::Below(_), span, .. })) = (last, open) {
            let (why, help) = BELOW;
            self.report(error::table_shape(*span, why, help));
            return None;
        }
        // What lies below all bounds is the first place.
        let mut order = vec![0; places.len()];
        for (at, (number, _)) in starts.iter().enumerate() {
            *order.get_mut(*number)? = at.saturating_add(usize::from(open.is_some()));
        }
        let below = open.map(|_| Start { at: None, inclusive: true });
        let axis = Axis::Bands(below.into_iter().chain(starts.into_iter().map(|(_, start)| start)).collect());
        // A table of `otherwise` alone takes what it is given.
        let ty = match (ty, wanted) {
            (Ty::Unknown, Some((wanted, _))) => wanted,
            (ty, _) => ty,
        };
        Some(Places { axis, order, ty, span, nested })
    }

    /// Whether `below` or `otherwise` may stand here: once, and `below` before all bounds.
    fn opens(&mut self, place: &Place, first: Option<&Place>, last: Option<&Place>) -> Option<()> {
        let words = self.words(place.span).to_owned();
        if let Some(first) = first {
            let taken = self.words(first.span).to_owned();
            let why = format!("nothing reaches `{words}`: `{taken}` takes it already");
            let places = ((place.span, "never reached"), (first.span, "takes what lies below"));
            self.report(error::table_places(why, places.0, places.1, "leave one of them out"));
            return None;
        }
        if let (PlaceKey::Below(_), Some(last)) = (&place.key, last) {
            let why = "the bounds of a table go up, and this one goes down";
            let places = ((place.span, "goes down"), (last.span, "stands before it"));
            self.report(error::table_places(why, places.0, places.1, "write `below` first"));
            return None;
        }
        Some(())
    }

    /// Whether a band begins above the one before it.
    fn ascends(&mut self, place: &Place, at: (&Value, bool), last: Option<(&Value, bool, &Place)>) -> Option<()> {
        let Some((before, inclusive, last)) = last else { return Some(()) };
        let order = order(at.0, before);
        if order.is_gt() || (order.is_eq() && inclusive && !at.1) {
            return Some(());
        }
        let (why, label) = match order.is_eq() {
            true => ("two rows of the table begin at the same place", "again here"),
            false => ("the bounds of a table go up, and this one goes down", "goes down"),
        };
        let help = if order.is_eq() { "keep one of them" } else { "write the rows in the order of their bounds" };
        self.report(error::table_places(why, (place.span, label), (last.span, "stands before it"), help));
        None
    }

    /// A bound without a unit beside one that has one; a 0 needs none.
    fn no_one_type(&self, places: &[Place]) -> Option<Diagnostic> {
        let bare = places.iter().find(|place| place.ty == Ty::Bare { zero: false })?;
        let whole = places.iter().find(|place| matches!(place.ty, Ty::Is(_)) && meet(bare.ty, place.ty).is_none())?;
        let (a, b) = (self.type_words(bare.ty), self.type_words(whole.ty));
        let problem = error::do_not_go("one table", (bare.span, &a), (whole.span, &b));
        Some(error::with_help(problem, self.with_unit(bare.span, whole.ty)))
    }

    /// The one type of all bounds.
    fn bounds_type(&mut self, places: &[Place]) -> Option<Ty> {
        let mut ty = Ty::Unknown;
        let mut first: Option<Span> = None;
        for place in places.iter().filter(|place| place.key != PlaceKey::Otherwise) {
            let Some(met) = meet(ty, place.ty) else {
                let problem = self.no_one_type(places).unwrap_or_else(|| {
                    let (a, b) = (self.type_words(ty), self.type_words(place.ty));
                    error::do_not_go("one table", (first.unwrap_or(place.span), &a), (place.span, &b))
                });
                self.report(problem);
                return None;
            };
            ty = met;
            first.get_or_insert(place.span);
        }
        Some(ty)
    }
}

/// What is wrong with a `below` behind which the table does not go on, and how to mend it.
const BELOW: (&str, &str) =
    ("`below` must end where the next row begins", "write `below X` and then `from X` with the same X");

fn is_date(ty: Ty) -> bool {
    matches!(ty, Ty::Is(Type::Date | Type::Period(_)))
}

/// The order of two bounds of one type.
fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Period(a), Value::Period(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    }
}
