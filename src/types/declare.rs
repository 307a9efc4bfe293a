//! Choices, periods from data, records and their columns.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::checker::{Checker, RATIO_PLACES, ROW_CURRENCY_PLACES, Ty, named};
use super::error;
use super::infer::{DAYS, INTEGER, MONTHS, NUMBER, PERCENT, shown_as};
use super::model::{
    Column, Control, DataColumn, Dimension, FrameRows, KeyPart, Origin, Part, PercentCells, Record, Shown, Type,
};
use super::names::Named;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::habits;
use crate::syntax::tree::{self, Name, RecordEntry, TypeExpr, TypeKind};
use crate::value::Currency;
use crate::value::{Fixed, Rounding};

/// A column's type with how its cells are kept and read.
pub(super) struct ColumnType {
    pub ty: Type,
    pub places: Option<u8>,
    percent: PercentCells,
    year: Option<i32>,
}

impl Checker<'_> {
    pub fn declare(&mut self) {
        for choice in &self.resolved.choices {
            let values = choice.tree.values.iter().map(|value| value.text.clone()).collect();
            self.model.choices.push(values);
            self.names.choices.push(named(&choice.tree.name, choice.doc));
        }
        for periods in &self.resolved.periods {
            self.names.periods.push(named(&periods.tree.name, periods.doc));
        }
        for (position, record) in self.resolved.records.iter().enumerate() {
            self.names.records.push(named(&record.tree.name, record.doc));
            let frame = self
                .model
                .frames
                .push(super::model::Frame { parts: Vec::new(), rows: FrameRows::Record(crate::resolve::id(position)) });
            let file = record.tree.source.as_ref().map(|source| self.data_source(source));
            self.model.records.push(Record::new(frame, file));
        }
        for (position, record) in self.resolved.records.iter().enumerate() {
            self.declare_columns(crate::resolve::id(position), record.tree);
        }
        for (position, record) in self.resolved.records.iter().enumerate() {
            self.declare_entries(crate::resolve::id(position), record.tree);
        }
        for id in self.model.records.ids() {
            self.key_parts(id);
        }
        self.declare_periods();
    }

    fn declare_columns(&mut self, id: RecordId, tree: &tree::Record) {
        let versions = self.versions_frame(id, tree);
        let columns = tree.entries.iter().filter_map(|entry| match entry {
            RecordEntry::Column(column) => Some(column),
            _ => None,
        });
        // Amounts name the column of their currency, which may stand below them: it comes first here.
        let (amounts, others): (Vec<_>, Vec<_>) = columns.clone().partition(|column| {
            matches!(column.ty.as_ref().map(|ty| &ty.kind), Some(TypeKind::MoneyIn(..) | TypeKind::Per(..)))
        });
        let mut taken = HashMap::new();
        for column in others.into_iter().chain(amounts) {
            match taken.entry(column.name.text.as_str()) {
                Entry::Occupied(first) => self.report(error::column_twice(&tree.name, &column.name, *first.get())),
                Entry::Vacant(place) => {
                    place.insert(column.name.span);
                    let frame = versions.filter(|_| !column.key).unwrap_or(self.model.records.at(id).frame);
                    self.declare_column(id, frame, tree, column);
                }
            }
        }
        self.declare_versions(id, versions, tree);
        let order: HashMap<&str, usize> =
            columns.clone().enumerate().map(|(position, column)| (column.name.text.as_str(), position)).collect();
        let names = &self.names.columns;
        let written = |id: &ColumnId| order.get(names.at(*id).name.as_str()).copied();
        let declared = self.model.records.at_mut(id);
        declared.columns.sort_by_key(written);
        declared.key.sort_by_key(written);
        if columns.clone().all(|column| !column.key) {
            let why = format!("`{}` does not say what tells its rows apart", tree.name.text);
            self.report(error::record_shape(tree.name.span, why, "mark a column with `key`, such as `key id text`"));
        }
        for column in columns.filter(|column| column.key) {
            if column.ty.as_ref().is_some_and(|ty| ty.optional) {
                let why = format!("`{}` is part of the key and cannot be blank", column.name.text);
                self.report(error::record_shape(column.name.span, why, "leave out the `?`"));
            }
        }
    }

    fn declare_column(&mut self, record: RecordId, frame: FrameId, tree: &tree::Record, column: &tree::Column) {
        let Some(found) = self.column_type(record, tree, column) else {
            return;
        };
        let data = DataColumn {
            record,
            header: column.header.as_ref().unwrap_or(&column.name).text.clone(),
            percent: found.percent,
            year: found.year,
            written: self.cells_written(column.written.as_ref(), found.ty),
            dates: matches!(found.ty, Type::Period(crate::calendar::Unit::Custom(_))),
        };
        let id = self.column(
            Column {
                frame,
                ty: found.ty,
                places: found.places,
                optional: column.ty.as_ref().is_some_and(|ty| ty.optional),
                origin: Origin::Data(data),
            },
            named(&column.name, None),
        );
        let declared = self.model.records.at_mut(record);
        declared.columns.push(id);
        if column.key {
            declared.key.push(id);
        }
        if column.total {
            declared.total = Some(id);
        }
        if column.hierarchy {
            declared.hierarchy = Some(id);
            if found.ty != Type::Reference(record) {
                let why = format!("`hierarchy` marks the column that names another {}", tree.name.text);
                let help = format!("give it the type `{}?`", tree.name.text);
                self.report(error::record_shape(column.span, why, &help));
            }
        }
    }

    /// The type of a column; `key Employee` alone refers to the record of that name.
    fn column_type(&mut self, record: RecordId, tree: &tree::Record, column: &tree::Column) -> Option<ColumnType> {
        let Some(written) = &column.ty else {
            let Some(Symbol::Record(position)) = self.resolved.symbol(&column.name.text) else {
                let why = format!("`{}` has no type", column.name.text);
                let help = "write one behind the name: text, date, integer, number, percent, USD, a record …";
                self.report(error::record_shape(column.name.span, why, help));
                return None;
            };
            return Some(plain(Type::Reference(crate::resolve::id(position)), None));
        };
        match &written.kind {
            TypeKind::Choices(values) => {
                let choice = self.model.choices.push(values.iter().map(|value| value.text.clone()).collect());
                self.names.choices.push(Named { name: column.name.text.clone(), span: column.name.span, doc: None });
                Some(plain(Type::Choice(choice), None))
            }
            TypeKind::MoneyIn(name, per) => {
                let above = Some(Part::RowCurrency(self.currency_column(record, tree, name)?));
                let below = match per {
                    Some(per) => Some(self.known_below(per)?),
                    None => None,
                };
                let dimension = Dimension { above, below };
                let places = if per.is_some() { RATIO_PLACES } else { ROW_CURRENCY_PLACES };
                Some(plain(Type::Number(dimension, shown_as(dimension)), Some(places)))
            }
            TypeKind::Per(above, places, per) if self.is_column(record, per) => {
                let above = Some(self.known_part(above)?);
                let below = Some(Part::RowCurrency(self.currency_column(record, tree, per)?));
                let places = self.places(*places, RATIO_PLACES, written.span)?;
                Some(plain(Type::Number(Dimension { above, below }, Shown::Number), Some(places)))
            }
            _ => self.written_type(written),
        }
    }

    /// The column of a record that names each row's currency.
    pub(super) fn currency_column(&mut self, record: RecordId, tree: &tree::Record, name: &Name) -> Option<ColumnId> {
        let columns = &self.model.records.at(record).columns;
        let found = columns.iter().copied().find(|column| {
            self.names.columns.at(*column).name == name.text && self.model.columns.at(*column).ty == Type::Currency
        });
        if found.is_none() {
            let problem = Diagnostic::new(
                Code::UnknownName,
                format!("`{}` has no column `{}` of type `currency`", tree.name.text, name.text),
            )
            .at(name.span, "")
            .help(format!(
                "declare it: `{0} currency`; if it is a unit, write `unit {0}` at the left margin",
                name.text
            ));
            self.report(problem);
        }
        found
    }

    /// A type that stands by itself, of a column or behind `as`.
    pub(super) fn written_type(&mut self, written: &TypeExpr) -> Option<ColumnType> {
        Some(match &written.kind {
            TypeKind::Text => plain(Type::Text, None),
            TypeKind::YesNo => plain(Type::YesNo, None),
            TypeKind::Date => plain(Type::Date, None),
            TypeKind::Days => plain(DAYS, Some(0)),
            TypeKind::Integer => plain(INTEGER, Some(0)),
            TypeKind::Number(places) => plain(NUMBER, Some(self.places(*places, RATIO_PLACES, written.span)?)),
            TypeKind::Percent { places, cells } => {
                let places = self.places(*places, RATIO_PLACES, written.span)?;
                ColumnType { ty: PERCENT, places: Some(places), percent: *cells, year: None }
            }
            TypeKind::Currency => plain(Type::Currency, None),
            TypeKind::PeriodIn(name, year) => {
                let Some(unit) = self.unit(&name.text) else {
                    return self.no_type(name);
                };
                ColumnType { ty: Type::Period(unit), places: None, percent: PercentCells::Sign, year: Some(*year) }
            }
            TypeKind::Named(name, places) => self.named_type(name, *places, written.span)?,
            TypeKind::Per(above, places, below) => {
                let dimension = match self.ratio(Some(above), below) {
                    Ok(dimension) => dimension,
                    Err(problem) => {
                        self.report(problem);
                        return None;
                    }
                };
                let places = self.places(*places, RATIO_PLACES, written.span)?;
                plain(Type::Number(dimension, Shown::Number), Some(places))
            }
            TypeKind::MoneyIn(..) | TypeKind::Choices(_) => {
                let help = "name a type here: USD, percent, number, integer, a named choice …";
                let problem = Diagnostic::new(Code::WrongType, "this type belongs to a column of a record");
                self.report(problem.at(written.span, "").help(help));
                return None;
            }
        })
    }

    fn named_type(&mut self, name: &Name, places: Option<u8>, span: Span) -> Option<ColumnType> {
        if let Some(unit) = self.unit(&name.text) {
            if self.own_periods(unit).is_some() {
                self.report(error::own_periods_of_a_column(name));
                return None;
            }
            return Some(plain(Type::Period(unit), None));
        }
        match self.resolved.symbol(&name.text) {
            Some(Symbol::Record(position)) => {
                return Some(plain(Type::Reference(crate::resolve::id(position)), None));
            }
            Some(Symbol::Choice(position)) => {
                return Some(plain(Type::Choice(crate::resolve::id(position)), None));
            }
            _ => {}
        }
        if name.text == "months" && places.is_none() {
            return Some(plain(MONTHS, Some(0)));
        }
        let Some(part) = self.names.part(&name.text) else {
            return self.no_type(name);
        };
        let dimension = Dimension { above: Some(part), below: None };
        let ty = Type::Number(dimension, shown_as(dimension));
        let default = self.default_places(ty).unwrap_or(RATIO_PLACES);
        Some(plain(ty, Some(self.places(places, default, span)?)))
    }

    /// The currency or unit that a word names; a problem when it names none.
    pub(super) fn known_part(&mut self, name: &Name) -> Option<Part> {
        match self.part(name) {
            Ok(part) => Some(part),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// What may stand below the line of a price; a problem when it may not.
    pub(super) fn known_below(&mut self, name: &Name) -> Option<Part> {
        match self.part_below(name) {
            Ok(part) => Some(part),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// Whether a word behind `per` names the column with each row's currency.
    fn is_column(&self, record: RecordId, per: &Name) -> bool {
        let is_it = |column: &ColumnId| self.names.columns.at(*column).name == per.text;
        let time = super::names::duration(&per.text).is_some();
        self.names.part(&per.text).is_none() && (!time || self.model.records.at(record).columns.iter().any(is_it))
    }

    fn no_type(&mut self, name: &Name) -> Option<ColumnType> {
        if let Some(help) = habits::of_type(&name.text) {
            let message = format!("`{}` is a type of another tool", name.text);
            self.report(error::habit(name, (message, help.to_owned())));
            return None;
        }
        if Currency::why_not(&name.text).is_some() {
            self.report(error::no_currency(name));
            return None;
        }
        let words = [
            "text", "date", "integer", "number", "percent", "currency", "days", "months", "day", "month", "quarter",
            "half", "year",
        ];
        let units = self.names.units.iter().map(|unit| unit.many.as_str());
        let known: Vec<&str> = words.into_iter().chain(self.resolved.symbols.keys().copied()).chain(units).collect();
        let problem = Diagnostic::new(Code::UnknownName, format!("`{}` is no type", name.text)).at(name.span, "").help(
            "a type is `text`, `date`, `yes/no`, `integer`, `number`, `percent`, `days`, `months`, `currency`, the code of a \
             currency such as `USD`, a period such as `quarter`, a unit that the plan declares by `unit seat`, or the \
             name of a record or choice",
        );
        let problem = error::with_suggestion(problem, &name.text, known.into_iter());
        self.report(problem);
        None
    }

    /// The places given, or those of the type.
    fn places(&mut self, given: Option<u8>, default: u8, span: Span) -> Option<u8> {
        match given {
            Some(places) if u32::from(places) > self.model.plan.digits => {
                let why = format!("a value has at most {} digits", self.model.plan.digits);
                self.report(Diagnostic::new(Code::TooLarge, why).at(span, "").help("give it fewer places"));
                None
            }
            given => Some(given.unwrap_or(default)),
        }
    }

    /// The type behind `as`, and its places.
    fn declare_entries(&mut self, id: RecordId, tree: &tree::Record) {
        for entry in &tree.entries {
            match entry {
                // Columns come first, and versions with them.
                RecordEntry::Column(_) | RecordEntry::Versioned { .. } => {}
                // When the ways are known that references lead.
                RecordEntry::To(_) | RecordEntry::On(_) => {}
                RecordEntry::Active { from, to } => {
                    let from = self.entry_column(id, from, |ty| ty == Type::Date, "a date");
                    let to = self.entry_column(id, to, |ty| ty == Type::Date, "a date");
                    self.model.records.at_mut(id).active = from.zip(to);
                }
                RecordEntry::Control { rows, sums, span } => self.control(id, rows.as_ref(), sums, *span),
            }
        }
        self.total(id);
        self.subset(id);
    }

    pub fn entry_column(
        &mut self,
        id: RecordId,
        name: &Name,
        fits: impl Fn(Type) -> bool,
        wanted: &str,
    ) -> Option<ColumnId> {
        let columns = self.columns_of(id);
        let found = columns.iter().copied().find(|column| self.names.columns.at(*column).name == name.text);
        let Some(column) = found else {
            let names: Vec<String> = columns.iter().map(|column| self.names.columns.at(*column).name.clone()).collect();
            let problem = error::unknown_name(name, names.iter().map(String::as_str));
            let problem = self.only_column(problem, &columns, &fits, wanted);
            self.report(problem);
            return None;
        };
        let ty = self.model.columns.at(column).ty;
        if !fits(ty) {
            let found = self.type_words(Ty::Is(ty));
            let problem = error::wrong_type(name.span, &found, wanted);
            let problem = self.only_column(problem, &columns, &fits, wanted);
            self.report(self.declared_at(problem, column, "declared so"));
            return None;
        }
        Some(column)
    }

    /// Adds the one column of a record that fits, where nothing better is known.
    fn only_column(
        &self,
        problem: Diagnostic,
        columns: &[ColumnId],
        fits: &impl Fn(Type) -> bool,
        wanted: &str,
    ) -> Diagnostic {
        let mut fitting = columns.iter().filter(|column| fits(self.model.columns.at(**column).ty));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) if problem.help.is_none() => {
                let name = &self.names.columns.at(*one).name;
                problem.help(format!("did you mean `{name}`? no other column is {wanted}"))
            }
            _ => problem,
        }
    }

    fn control(&mut self, id: RecordId, rows: Option<&tree::Number>, sums: &[(Name, tree::Literal)], span: Span) {
        let mut control = Control { rows: None, sums: Vec::new() };
        if let Some(number) = rows {
            control.rows = u64::try_from(number.value.units).ok().filter(|_| number.value.places == 0);
            if control.rows.is_none() {
                self.report(error::record_shape(
                    number.span,
                    "a number of rows is whole",
                    "write `control rows 7,422`",
                ));
            }
        }
        for (name, literal) in sums {
            let is_number = |ty| matches!(ty, Type::Number(..));
            let Some(column) = self.entry_column(id, name, is_number, "a number") else {
                continue;
            };
            if let Some(total) = self.control_sum(column, literal) {
                control.sums.push((column, total));
            }
        }
        if self.model.records.at(id).control.is_some() {
            self.report(error::record_shape(
                span,
                "a record has one line of control totals",
                "write `control rows N, sum A …, sum B …`",
            ));
        }
        self.model.records.at_mut(id).control = Some(control);
    }

    fn control_sum(&mut self, column: ColumnId, literal: &tree::Literal) -> Option<Fixed> {
        let (ty, places) = {
            let column = self.model.columns.at(column);
            (column.ty, column.places.unwrap_or(0))
        };
        let (value, found) = match self.literal_value(&literal.kind, literal.span) {
            Ok((Value::Number(value), found)) => (value, found),
            _ => {
                self.report(error::wrong_type(literal.span, "something else", "a number"));
                return None;
            }
        };
        let mixed = matches!(ty, Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _));
        if mixed || super::infer::meet(found, Ty::Is(ty)).is_none() {
            let (a, b) = (self.type_words(Ty::Is(ty)), self.type_words(found));
            self.report(error::wrong_type(literal.span, &b, &a));
            return None;
        }
        let exact = value.rounded(places, Rounding::HalfUp) == value;
        if !exact {
            self.report(error::record_shape(
                literal.span,
                "this has more places than the column",
                "write the exact total",
            ));
        }
        Fixed::from_exact(&value, places, Rounding::HalfUp, crate::value::WIDE_DIGITS).ok()
    }

    /// Without `total`, the only money column is the one the reconciliation adds up.
    fn total(&mut self, id: RecordId) {
        if self.model.records.at(id).total.is_some() {
            return;
        }
        let amounts: Vec<ColumnId> = self
            .model
            .records
            .at(id)
            .columns
            .iter()
            .copied()
            .filter(|column| matches!(self.model.columns.at(*column).ty, Type::Number(_, Shown::Money)))
            .collect();
        if let [only] = amounts.as_slice() {
            self.model.records.at_mut(id).total = Some(*only);
        }
    }

    /// A record whose whole key is one reference is a subset of the record referred to.
    fn subset(&mut self, id: RecordId) {
        if let [key] = self.model.records.at(id).key.as_slice()
            && matches!(self.model.columns.at(*key).ty, Type::Reference(_))
        {
            self.model.records.at_mut(id).subset = Some(*key);
        }
    }

    /// A record with several parts of its key, each a reference, period, choice or currency, behaves
    /// as a definition at that grain; any other record's key is its row.
    fn key_parts(&mut self, id: RecordId) {
        let record = self.model.records.at(id);
        let parts: Option<Vec<KeyPart>> = record
            .key
            .iter()
            .map(|column| match self.model.columns.at(*column).ty {
                Type::Reference(record) => Some(KeyPart::Record(record)),
                Type::Period(unit) => Some(KeyPart::Period(unit)),
                Type::Choice(choice) => Some(KeyPart::Choice(choice)),
                Type::Currency => Some(KeyPart::Currency),
                _ => None,
            })
            .collect();
        let frame = record.frame;
        let versions = record.versions;
        let parts = match parts {
            Some(parts) if parts.len() > 1 => parts,
            _ => vec![KeyPart::Record(id)],
        };
        if let ([KeyPart::Record(_)], [_, _, ..]) = (parts.as_slice(), self.model.records.at(id).key.as_slice()) {
            self.key_leads(id);
        }
        if let Some(versions) = versions {
            let first_day = KeyPart::Period(crate::calendar::Unit::Day);
            self.model.frames.at_mut(versions.frame).parts = parts.iter().copied().chain([first_day]).collect();
        }
        self.model.frames.at_mut(frame).parts = parts;
    }

    /// Where a key of several columns is no grain, because one of them is a text or the like, its person and its period
    /// lead on all the same: they are the row's `to` and `on`, unless it says others.
    fn key_leads(&mut self, id: RecordId) {
        let record = self.model.records.at(id);
        let only = |fits: &dyn Fn(Type) -> bool| {
            let mut found = record.key.iter().copied().filter(|column| fits(self.model.columns.at(*column).ty));
            found.next().filter(|_| found.next().is_none())
        };
        let people = self.model.plan.people;
        let to = record.to.or_else(|| only(&|ty| ty == Type::Reference(people)));
        let on = record.on.or_else(|| only(&|ty| matches!(ty, Type::Period(_))));
        let record = self.model.records.at_mut(id);
        (record.to, record.on) = (to, on);
    }
}

fn plain(ty: Type, places: Option<u8>) -> ColumnType {
    ColumnType { ty, places, percent: PercentCells::Sign, year: None }
}
