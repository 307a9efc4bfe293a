//! The shape of a table of rates: its places, and a value for each combination of them. A table is checked once, with
//! the types of its first inputs, or, where nothing uses it, with what its rows say.

use super::axis::Place;
use super::checker::{Checker, Ty, named};
use super::deciding::Input;
use super::error;
use super::infer::meet;
use super::model::{Axis, Grid, KeyPart, Rates, RatesKind, RatesRows, Type};
use super::names::TableWords;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ChoiceId, RatesId};
use crate::source::Span;
use crate::syntax::is_name;
use crate::syntax::tree::{self, Literal, LiteralKind, Name};

/// How far a table has been checked.
#[derive(Clone, Debug)]
pub(super) enum TableState {
    NotYet,
    /// It has a problem, which was reported.
    Broken,
    Known(Table),
}

/// A checked table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub id: RatesId,
    /// Which of several tables is read, where they are the rows of a record: what these inputs are, in front of its own,
    /// and what rows lead to by themselves.
    pub keys: Vec<(Option<KeyPart>, Type)>,
    /// Whether they are versions of its rows, of which the day decides.
    pub versions: bool,
    /// What each input must be, and where the table says so.
    pub inputs: Vec<(Ty, Span)>,
    /// The input along which it is read.
    pub along: usize,
    /// What its values are.
    pub value: Ty,
}

/// The places of an input of a table.
pub(super) struct Places {
    pub axis: Axis,
    /// For each beginning as written, its place.
    pub order: Vec<usize>,
    pub ty: Ty,
    pub span: Span,
    /// Whether its beginnings are written again and again, behind those of the inputs before it, so that `otherwise` may
    /// stand for other places behind each.
    pub nested: bool,
}

impl Places {
    /// Whether a place lies below everything.
    pub fn opens_at(&self, place: usize) -> bool {
        matches!(&self.axis, Axis::Bands(starts) if starts.get(place).is_some_and(|start| start.at.is_none()))
    }
}

impl Checker<'_> {
    /// Checks the tables that nothing uses, as far as their own rows go.
    pub fn check_tables(&mut self) {
        for (position, declared) in self.resolved.rates.iter().enumerate() {
            self.table(position, &vec![None; declared.tree.inputs.len()]);
        }
    }

    /// A table read with inputs of these types, at these places; checked when it was not yet.
    pub fn table(&mut self, position: usize, wanted: &[Option<(Ty, Span)>]) -> Option<Table> {
        match self.tables.get(position)? {
            TableState::Broken => return None,
            TableState::Known(table) => return Some(table.clone()),
            TableState::NotYet => {}
        }
        let (tree, doc) = self.resolved.rates.get(position).map(|declared| (declared.tree, declared.doc))?;
        let table = match &tree.bands {
            Some(bands) => self.record_table(tree, bands, doc),
            None => self.new_table(tree, doc, wanted),
        };
        if let Some(state) = self.tables.get_mut(position) {
            *state = table.clone().map_or(TableState::Broken, TableState::Known);
        }
        table
    }

    fn new_table(&mut self, tree: &tree::Rates, doc: Option<&str>, wanted: &[Option<(Ty, Span)>]) -> Option<Table> {
        if tree.rows.is_empty() {
            let help = "write rows such as `from 0% 0.6`";
            self.report(error::table_shape(tree.name.span, format!("`{}` has no rows", tree.name.text), help));
            return None;
        }
        if !self.columns_fit(tree) {
            return None;
        }
        let mut all: Vec<Input> = Vec::new();
        for number in 0..tree.inputs.len() {
            let (places, of_row) = self.written_places(tree, number)?;
            let wanted = wanted.get(number).copied().flatten();
            let found = self.axis_places(tree, number, &places, wanted)?;
            all.push(Input { places, of_row, found });
        }
        let along = self.along(tree, &all)?;
        let deciding = self.deciding(tree, &all)?;
        let ty = self.values_type(tree)?;
        let (values, spans) = self.values(tree, &all, &deciding, ty)?;
        if tree.kind != RatesKind::Step && ty.number().is_none() {
            let found = self.type_words(ty);
            let place = tree.rows.first().and_then(|row| row.values.first()).map_or(tree.kind_span, |value| value.span);
            self.report(error::wrong_type(place, &found, "a number").at(tree.kind_span, "calculates with it"));
            return None;
        }
        let words = table_words(tree, doc, &all, deciding, spans);
        let inputs = all.iter().map(|input| (input.found.ty, input.found.span)).collect();
        let axes = all.into_iter().map(|input| input.found.axis).collect();
        let rows = RatesRows::Written(Grid { axes, along, values });
        let id = self.model.rates.push(Rates { kind: tree.kind, rows });
        self.names.rates.push(words);
        Some(Table { id, keys: Vec::new(), versions: false, inputs, along, value: ty })
    }

    /// Whether each row has a value for each column.
    fn columns_fit(&mut self, tree: &tree::Rates) -> bool {
        let Some(header) = tree.header.iter().map(|start| start.span).reduce(Span::to) else { return true };
        let columns = tree.header.len();
        let mut fit = true;
        for row in tree.rows.iter().filter(|row| row.values.len() != columns) {
            let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
            let (values, columns) = (count(row.values.len(), "value"), count(columns, "column"));
            let why = format!("this row has {values}, and the table has {columns}");
            let help = "write a value for each column of the first line";
            self.report(error::table_places(why, (row.span, &values), (header, &columns), help));
            fit = false;
        }
        fit
    }

    /// The different beginnings for an input, in the order written, and for each row or column its own.
    fn written_places(&mut self, tree: &tree::Rates, number: usize) -> Option<(Vec<Place>, Vec<usize>)> {
        let last = number.saturating_add(1) == tree.inputs.len();
        let header = last && !tree.header.is_empty();
        let starts: Vec<&tree::RowStart> = match header {
            true => tree.header.iter().collect(),
            false => tree.rows.iter().filter_map(|row| row.starts.get(number)).collect(),
        };
        let again = begins_again(tree, number);
        let mut places: Vec<Place> = Vec::new();
        let mut of_row = Vec::new();
        for start in starts {
            let place = self.place(start)?;
            let found = places.iter().position(|other| other.key == place.key).filter(|_| again);
            of_row.push(found.unwrap_or(places.len()));
            if found.is_none() {
                places.push(place);
            }
        }
        Some((places, of_row))
    }

    /// The input along which a table is read. One that has slices, lines or an amount is read so along the number among
    /// its inputs, and where there are several, along the last input.
    fn along(&mut self, tree: &tree::Rates, all: &[Input]) -> Option<usize> {
        let last = tree.inputs.len().saturating_sub(1);
        if tree.kind == RatesKind::Step {
            return Some(last);
        }
        let is_number = |found: &Places| matches!(found.axis, Axis::Bands(_)) && found.ty.number().is_some();
        let numbers: Vec<usize> =
            (0..).zip(all).filter(|(_, input)| is_number(&input.found)).map(|(at, _)| at).collect();
        match numbers.as_slice() {
            [one] => {
                let places = all.get(*one).map(|input| &input.found);
                self.begins_at_zero(tree, places?).then_some(*one)
            }
            [] => {
                let help = "write `step`: only a number has slices and lines, and can be multiplied by a rate";
                self.report(error::table_shape(tree.kind_span, "a table without a number is looked up", help));
                None
            }
            [.., one] if *one == last => {
                let places = all.last().map(|input| &input.found);
                self.begins_at_zero(tree, places?).then_some(last)
            }
            several => {
                let why = format!("a `{}` table is read along one number, and this has several", tree.kind.word());
                let help = "put the number along which it is read last, so that its bounds are the columns";
                let problem = error::table_shape(tree.kind_span, why, help);
                let names = several.iter().filter_map(|number| tree.inputs.get(*number));
                let problem = names.fold(problem, |problem, name| problem.at(name.span, "a number"));
                self.report(problem);
                None
            }
        }
    }

    /// Whether a marginal table begins at 0, where its slices begin.
    fn begins_at_zero(&mut self, tree: &tree::Rates, places: &Places) -> bool {
        let Axis::Bands(starts) = &places.axis else { return true };
        if tree.kind != RatesKind::Marginal {
            return true;
        }
        let at = |number: usize| starts.get(number).and_then(|start| start.at.as_ref());
        let is_zero = |value: Option<&Value>| matches!(value, Some(Value::Number(number)) if number.is_zero());
        if at(0).is_some() && !is_zero(at(0)) {
            let help = "begin it with `from 0`, whose rate may be 0";
            self.report(error::table_shape(tree.kind_span, "a marginal table begins at 0", help));
            return false;
        }
        if at(0).is_none() && !is_zero(at(1)) {
            let why = "a marginal table that begins with `below` has its next row at 0";
            self.report(error::table_shape(tree.kind_span, why, "write `below 0` and `from 0`"));
            return false;
        }
        true
    }

    /// The value for each combination of places, and where it is written: that of the row that decides.
    fn values(
        &mut self,
        tree: &tree::Rates,
        all: &[Input],
        deciding: &[usize],
        ty: Ty,
    ) -> Option<(Vec<Value>, Vec<Span>)> {
        let columns: Vec<usize> = match all.last().filter(|_| !tree.header.is_empty()) {
            Some(header) => {
                let mut columns: Vec<usize> = (0..header.found.order.len()).collect();
                columns.sort_by_key(|column| header.found.order.get(*column).copied());
                columns
            }
            None => vec![0],
        };
        let mut cells = Vec::new();
        for row in deciding {
            for column in &columns {
                let literal = tree.rows.get(*row)?.values.get(*column)?;
                cells.push((self.table_value(literal, ty)?, literal.span));
            }
        }
        Some(cells.into_iter().unzip())
    }

    /// The one type of all values.
    fn values_type(&mut self, tree: &tree::Rates) -> Option<Ty> {
        let mut ty = self.choice_in_quotes(tree).map_or(Ty::Unknown, |choice| Ty::Is(Type::Choice(choice)));
        let mut first: Option<Span> = None;
        for literal in tree.rows.iter().flat_map(|row| &row.values) {
            let found = self.value_type(literal, ty)?;
            let Some(met) = meet(ty, found) else {
                if let (Ty::Is(Type::Choice(choice)), LiteralKind::Text(text)) = (ty, &literal.kind) {
                    self.report_quoted(choice, Name { text: text.clone(), span: literal.span });
                    return None;
                }
                let (a, b) = (self.type_words(ty), self.type_words(found));
                let place = first.unwrap_or(tree.name.span);
                self.report(error::do_not_go("one table", (place, &a), (literal.span, &b)));
                return None;
            };
            ty = met;
            first.get_or_insert(literal.span);
        }
        Some(ty)
    }

    /// The one choice that has all values of a table, those of them in quotes that could not stand without.
    fn choice_in_quotes(&self, tree: &tree::Rates) -> Option<ChoiceId> {
        let mut texts = Vec::new();
        let mut quoted = false;
        for literal in tree.rows.iter().flat_map(|row| &row.values) {
            match &literal.kind {
                LiteralKind::Word(word) => texts.push(word),
                LiteralKind::Text(text) if !is_name(text) => {
                    quoted = true;
                    texts.push(text);
                }
                _ => return None,
            }
        }
        let has_all = |values: &Vec<String>| texts.iter().all(|text| values.contains(text));
        let mut having = self.model.choices.pairs().filter(|(_, values)| quoted && has_all(values));
        having.next().filter(|_| having.next().is_none()).map(|(choice, _)| choice)
    }

    /// A text in quotes where the values of a choice stand.
    fn report_quoted(&mut self, choice: ChoiceId, word: Name) {
        let is_value = self.model.choices.at(choice).contains(&word.text);
        let problem = match is_value {
            true => error::quoted_choice(&word),
            false => self.unknown_choice(choice, &word),
        };
        self.report(problem);
    }

    /// The type of a value; a word is a value of the one choice that has it.
    fn value_type(&mut self, literal: &Literal, known: Ty) -> Option<Ty> {
        if let LiteralKind::Word(word) = &literal.kind {
            let has = |values: &Vec<String>| values.contains(word);
            let found: Vec<ChoiceId> =
                self.model.choices.pairs().filter(|(_, values)| has(values)).map(|(id, _)| id).collect();
            let (first, several) = (found.first().copied(), found.len() > 1);
            return match (first, known) {
                (Some(_), Ty::Is(Type::Choice(choice))) if has(self.model.choices.at(choice)) => Some(known),
                (Some(choice), _) if !several => Some(Ty::Is(Type::Choice(choice))),
                (Some(_), _) => {
                    let why = format!("`{word}` is a value of several choices");
                    self.report(Diagnostic::new(Code::Ambiguous, why).at(literal.span, "of which one?"));
                    None
                }
                (None, _) if self.names_definition(word) => {
                    self.constant_in_table(&Name { text: word.clone(), span: literal.span }).map(|(_, ty)| ty)
                }
                (None, _) => {
                    let why = format!("`{word}` is a value of no choice");
                    let choices = self.model.choices.iter().flatten().map(String::as_str);
                    let names = self.resolved.definitions.iter().map(|definition| definition.tree);
                    let constants = names.filter(|tree| tree.grain.is_none()).map(|tree| tree.name.text.as_str());
                    let values = choices.chain(constants);
                    let problem = Diagnostic::new(Code::UnknownName, why).at(literal.span, "");
                    let problem = error::with_suggestion(problem, word, values);
                    self.report(problem);
                    None
                }
            };
        }
        if let (LiteralKind::Text(text), Ty::Is(Type::Choice(choice))) = (&literal.kind, known)
            && self.model.choices.at(choice).contains(text)
            && !is_name(text)
        {
            return Some(known);
        }
        match self.literal_value(&literal.kind, literal.span) {
            Ok((_, ty)) => Some(ty),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    fn table_value(&mut self, literal: &Literal, ty: Ty) -> Option<Value> {
        if let (LiteralKind::Word(word) | LiteralKind::Text(word), Ty::Is(Type::Choice(choice))) = (&literal.kind, ty) {
            let position = self.model.choices.at(choice).iter().position(|value| value == word)?;
            return Some(Value::Choice(crate::cell::row_number(position)));
        }
        if let LiteralKind::Word(word) = &literal.kind {
            let name = Name { text: word.clone(), span: literal.span };
            return self.constant_in_table(&name).map(|(value, _)| value);
        }
        self.literal_value(&literal.kind, literal.span).ok().map(|(value, _)| value)
    }
}

/// Whether the rows begin again and again for an input: with three and more, for those before the last.
pub(super) fn begins_again(tree: &tree::Rates, number: usize) -> bool {
    tree.inputs.len() > 2 && number.saturating_add(1) < tree.inputs.len()
}

fn table_words(
    tree: &tree::Rates,
    doc: Option<&str>,
    all: &[Input],
    deciding: Vec<usize>,
    values: Vec<Span>,
) -> TableWords {
    let ordered: Vec<(Vec<Span>, Vec<usize>)> = all.iter().map(Input::ordered).collect();
    let leading = all.len().saturating_sub(usize::from(!tree.header.is_empty()));
    let begins = |row: usize| {
        let inputs = all.iter().zip(&ordered).take(leading);
        inputs.filter_map(|(input, (_, numbers))| numbers.get(*input.of_row.get(row)?).copied()).collect()
    };
    TableWords {
        named: named(&tree.name, doc),
        inputs: tree.inputs.iter().map(|input| input.text.clone()).collect(),
        rows: (0..tree.rows.len()).map(begins).collect(),
        deciding,
        places: ordered.into_iter().map(|(spans, _)| spans).collect(),
        values,
    }
}
