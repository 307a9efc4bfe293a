//! Tables of rates whose bands are the rows of a record.

use super::checker::{Checked, Checker, Ty, named};
use super::error;
use super::expr::{Expr, Op};
use super::model::{Bands, KeyPart, Origin, Rates, RatesKind, RatesRows, Shown, Type};
use super::names::TableWords;
use super::scope::Scope;
use super::table::Table;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::tree::{self, BandEntryKind, Name, RatesBands};

/// The entries of a table from a record, once each.
#[derive(Default)]
struct Entries<'t> {
    keys: Vec<&'t Name>,
    /// Where a band begins, whether the start belongs to it, and the whole entry.
    start: Option<(&'t tree::Expr, bool, Span)>,
    end: Option<(&'t tree::Expr, Span)>,
    value: Option<(&'t tree::Expr, Span)>,
}

impl Checker<'_> {
    /// A table from a record.
    pub fn record_table(&mut self, tree: &tree::Rates, bands: &RatesBands, doc: Option<&str>) -> Option<Table> {
        let Some(Symbol::Record(position)) = self.resolved.symbol(&bands.record.text) else {
            let records = self.resolved.records.iter().map(|record| record.tree.name.text.as_str());
            let why = format!("`{}` is no record", bands.record.text);
            let problem = Diagnostic::new(Code::UnknownName, why).at(bands.record.span, "");
            let problem = error::with_suggestion(problem, &bands.record.text, records);
            self.report(problem);
            return None;
        };
        let record: RecordId = crate::resolve::id(position);
        let entries = self.entries(tree, bands)?;
        let keys = entries.keys.iter().map(|name| self.key_column(record, name)).collect::<Option<Vec<_>>>()?;
        let scope = self.scope_of_bands(record, bands.record.span);
        let (start, inclusive, start_span) = entries.start?;
        let start = self.on_row((record, &scope), start, true)?;
        let value = self.on_row((record, &scope), entries.value?.0, true)?;
        let end = match entries.end {
            Some((end, _)) => Some(self.on_row((record, &scope), end, false)?),
            None => None,
        };
        self.bounds_go(tree, &start, end.as_ref().zip(entries.end.map(|(_, span)| span)), start_span)?;
        if tree.kind != RatesKind::Step && (value.ty.number().is_none() || start.ty.number().is_none()) {
            let wrong = if value.ty.number().is_none() { &value } else { &start };
            let (found, place) = (self.type_words(wrong.ty), self.names.exprs.at(wrong.expr.id).span);
            self.report(error::wrong_type(place, &found, "a number").at(tree.kind_span, "calculates with it"));
            return None;
        }
        let versions = self.model.records.at(record).versions;
        let day = versions.map(|_| "day".to_owned());
        let inputs = entries.keys.iter().map(|name| name.text.clone());
        let inputs = inputs.chain(day).chain([tree.inputs.first()?.text.clone()]);
        let words = TableWords {
            named: named(&tree.name, doc),
            inputs: inputs.collect(),
            places: Vec::new(),
            rows: Vec::new(),
            deciding: Vec::new(),
            values: Vec::new(),
        };
        let rows = RatesRows::Record(Box::new(Bands {
            record,
            frame: versions.map_or(self.model.records.at(record).frame, |versions| versions.frame),
            key: keys.iter().map(|(column, ..)| column.clone()).collect(),
            start: start.expr,
            inclusive,
            end: end.map(|end| end.expr),
            value: value.expr,
        }));
        let id = self.model.rates.push(Rates { kind: tree.kind, rows });
        self.names.rates.push(words);
        let keys = keys.into_iter().map(|(_, part, ty)| (part, ty)).collect();
        let versions = versions.is_some();
        Some(Table { id, keys, versions, inputs: vec![(start.ty, start_span)], along: 0, value: value.ty })
    }

    /// The entries: where a band begins and its value, once each.
    fn entries<'t>(&mut self, tree: &tree::Rates, bands: &'t RatesBands) -> Option<Entries<'t>> {
        let mut entries = Entries::default();
        for entry in &bands.entries {
            let span = entry.span;
            let first = match &entry.kind {
                BandEntryKind::Key(name) => {
                    let first = entries.keys.iter().find(|other| other.text == name.text).map(|first| first.span);
                    entries.keys.push(name);
                    first
                }
                BandEntryKind::From(at) => entries.start.replace((at, true, span)).map(|(.., first)| first),
                BandEntryKind::Above(at) => entries.start.replace((at, false, span)).map(|(.., first)| first),
                BandEntryKind::To(at) => entries.end.replace((at, span)).map(|(_, first)| first),
                BandEntryKind::Value(value) => entries.value.replace((value, span)).map(|(_, first)| first),
            };
            if let Some(first) = first {
                let why = "a table from a record says this once";
                self.report(error::table_places(why, (span, "again here"), (first, "said here"), "keep one of them"));
                return None;
            }
        }
        let missing = match (&entries.start, &entries.value) {
            (None, _) => ("where its bands begin", "add `from COLUMN` or `above COLUMN`"),
            (_, None) => ("their values", "add `value COLUMN`"),
            _ => return Some(entries),
        };
        let why = format!("`{}` does not say {}", tree.name.text, missing.0);
        self.report(error::table_shape(tree.name.span, why, missing.1));
        None
    }

    /// A column that tells the tables of a record apart.
    fn key_column(&mut self, record: RecordId, name: &Name) -> Option<(Expr, Option<KeyPart>, Type)> {
        let columns = self.model.records.at(record).columns.clone();
        let Some(column) = columns.iter().copied().find(|id| self.names.columns.at(*id).name == name.text) else {
            let names: Vec<String> = columns.iter().map(|id| self.names.columns.at(*id).name.clone()).collect();
            let record = self.names.records.at(record).name.clone();
            let problem = error::no_column(&record, name, names.iter().map(String::as_str));
            self.report(problem);
            return None;
        };
        let (ty, optional) = (self.model.columns.at(column).ty, self.model.columns.at(column).optional);
        let part = match ty {
            Type::Reference(record) => Some(KeyPart::Record(record)),
            Type::Period(unit) => Some(KeyPart::Period(unit)),
            Type::Choice(choice) => Some(KeyPart::Choice(choice)),
            Type::Currency => Some(KeyPart::Currency),
            Type::Text | Type::YesNo | Type::Number(_, Shown::Integer) => None,
            Type::Date | Type::Number(..) => {
                let found = self.type_words(Ty::Is(ty));
                let wanted = "a reference, a period, a choice, a currency, a text, an integer or yes/no";
                self.report(error::wrong_type(name.span, &found, wanted));
                return None;
            }
        };
        if optional {
            let why = format!("`{}` may be blank, and then its row is in no table", name.text);
            self.report(error::table_shape(name.span, why, "leave the `?` out of the column's type"));
            return None;
        }
        let key = self.of_band(record, column, name.span);
        Some((key, part, ty))
    }

    /// An expression on a row of the record, made of its own columns and arithmetic.
    fn on_row(&mut self, (record, scope): (RecordId, &Scope), expr: &tree::Expr, required: bool) -> Option<Checked> {
        let checked = self.infer(scope, expr);
        if checked.ty == Ty::Unknown {
            return None;
        }
        if let Some(other) = self.not_of_row(record, &checked.expr) {
            let place = self.names.exprs.at(other).span;
            let why = "a table from a record is made of the columns of its rows and arithmetic";
            self.report(error::table_shape(
                place,
                why,
                "put what else is needed into the formula that reads the table",
            ));
            return None;
        }
        if let (Some(missing), true) = (&checked.missing, required) {
            self.report_missing(missing, None);
            return None;
        }
        let expr = self.on_band(checked.expr);
        Some(Checked { expr, ..checked })
    }

    /// Where the entries of a table are read: on a row of the record, of versions on one that holds.
    fn scope_of_bands(&mut self, record: RecordId, span: Span) -> Scope {
        let declared = self.model.records.at(record);
        let (home, versions) = (declared.frame, declared.versions);
        let mut scope = Scope::new(home);
        if let Some(versions) = versions {
            let day = self.expr(Op::Day, span, Type::Date);
            let key = self.own_key(home, span);
            let key = self.as_of(home, Some(&day), key, span);
            let holds = self.expr(Op::RowExists(versions.frame, key), span, Type::YesNo);
            scope.as_of = Some(day);
            scope.facts.assume(&holds);
        }
        scope
    }

    /// A column on a row that is a band: where that is a version, the row it is a version of has the columns of the key.
    fn of_band(&mut self, record: RecordId, column: ColumnId, span: Span) -> Expr {
        let declared = self.model.records.at(record);
        let home = declared.frame;
        let op = match declared.versions {
            Some(_) if self.frame_of(column) == home => Op::ReadAt(column, self.own_key(home, span)),
            _ => Op::Read(column),
        };
        self.expr(op, span, self.model.columns.at(column).ty)
    }

    /// What reads the columns of a row as of a day, on a band.
    fn on_band(&mut self, expr: Expr) -> Expr {
        let mut boxed = |operand: Box<Expr>| Box::new(self.on_band(*operand));
        let op = match expr.op {
            Op::Read(column) | Op::ReadAt(column, _) => {
                let Origin::Data(data) = &self.model.columns.at(column).origin else { return expr };
                let (record, span) = (data.record, self.names.exprs.at(expr.id).span);
                return Expr { op: self.of_band(record, column, span).op, ..expr };
            }
            Op::Arithmetic(op, left, right) => Op::Arithmetic(op, boxed(left), boxed(right)),
            Op::Negate(operand) => Op::Negate(boxed(operand)),
            Op::Round(operand, places, mode) => Op::Round(boxed(operand), places, mode),
            Op::Default(value, default) => Op::Default(boxed(value), boxed(default)),
            Op::Minimum(all) => Op::Minimum(all.into_iter().map(|one| self.on_band(one)).collect()),
            Op::Maximum(all) => Op::Maximum(all.into_iter().map(|one| self.on_band(one)).collect()),
            // Nothing else stands in the entries of a table.
            other => other,
        };
        Expr { op, ..expr }
    }

    /// The first part of an expression that is neither a column of the data nor arithmetic.
    fn not_of_row(&self, record: RecordId, expr: &Expr) -> Option<crate::ids::ExprId> {
        let plain = match &expr.op {
            Op::Read(column) => matches!(self.model.columns.at(*column).origin, Origin::Data(_)),
            Op::ReadAt(column, key) if key.last().is_some_and(|day| day.op == Op::Day) => {
                let own = self.versions_of(*column).is_some_and(|own| own == record);
                return if own { None } else { Some(expr.id) };
            }
            Op::Constant(_)
            | Op::Arithmetic(..)
            | Op::Negate(_)
            | Op::Minimum(_)
            | Op::Maximum(_)
            | Op::Round(..)
            | Op::Default(..) => true,
            _ => false,
        };
        if !plain {
            return Some(expr.id);
        }
        expr.op.operands().into_iter().find_map(|operand| self.not_of_row(record, operand))
    }

    /// Whether bands begin at something that has an order, and end at something of the same type.
    fn bounds_go(
        &mut self,
        tree: &tree::Rates,
        start: &Checked,
        end: Option<(&Checked, Span)>,
        span: Span,
    ) -> Option<()> {
        if start.ty.number().is_none() && !matches!(start.ty, Ty::Is(Type::Date | Type::Period(_))) {
            let found = self.type_words(start.ty);
            self.report(error::wrong_type(span, &found, "a number, a date or a period"));
            return None;
        }
        if let Some((end, place)) = end
            && super::infer::meet(start.ty, end.ty).is_none()
        {
            let (a, b) = (self.type_words(start.ty), self.type_words(end.ty));
            self.report(error::do_not_go(tree.kind.word(), (span, &a), (place, &b)));
            return None;
        }
        Some(())
    }
}
