//! References to rows whose key has several columns: the columns that name such a row together.

use super::checker::{Checker, Ty};
use super::error;
use super::model::{KeyPart, Origin, Type};
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ColumnId, Id, RecordId};
use crate::resolve::id;
use crate::syntax::tree::{self, Name, RecordEntry};

impl Checker<'_> {
    /// Finds the columns that name the rows to which references lead.
    pub fn declare_named_by(&mut self) {
        for (position, record) in self.resolved.records.iter().enumerate() {
            for entry in &record.tree.entries {
                if let RecordEntry::Column(column) = entry {
                    self.named_by(id(position), column);
                }
            }
        }
    }

    fn named_by(&mut self, record: RecordId, tree: &tree::Column) {
        let Some(column) = self.column_named(record, &tree.name) else { return };
        let Type::Reference(target) = self.model.columns.at(column).ty else {
            if let Some(part) = tree.parts.first() {
                let help = format!("a column's header stands in quotes: `from \"{}\"`", part.text);
                let why = "several columns together name a row of a record, and nothing else";
                self.report(error::record_shape(part.span, why, &help));
            }
            return;
        };
        let key = self.model.records.at(target).key.clone();
        let own = self.model.frames.at(self.model.records.at(target).frame).parts == [KeyPart::Record(target)];
        if tree.parts.is_empty() && (key.len() < 2 || !own) {
            return;
        }
        if let Some(problem) = self.unfit(tree, target, &key, own) {
            self.report(problem);
            return;
        }
        let parts: Option<Vec<ColumnId>> =
            tree.parts.iter().map(|part| self.part_of_name(record, tree, part)).collect();
        let Some(parts) = parts else { return };
        for ((part, key), written) in parts.iter().zip(&key).zip(&tree.parts) {
            let (found, wanted) = (self.model.columns.at(*part).ty, self.model.columns.at(*key).ty);
            if found != wanted {
                let (found, wanted) = (Ty::Is(found), Ty::Is(wanted));
                let problem = error::wrong_type(written.span, &self.type_words(found), &self.type_words(wanted));
                self.report(self.declared_at(problem, *key, "the column of the key"));
                return;
            }
            if self.model.columns.at(*part).optional && !self.model.columns.at(column).optional {
                let why = format!("`{}` may be blank, and then names no row", written.text);
                let name = &tree.name.text;
                let help =
                    format!("put `?` behind the type of `{name}`, or leave it out behind that of `{}`", written.text);
                self.report(error::record_shape(written.span, why, &help));
                return;
            }
        }
        let headers: Vec<String> = parts.iter().filter_map(|part| self.header_of(*part)).collect();
        if let Origin::Data(data) = &mut self.model.columns.at_mut(column).origin {
            data.header = headers.join(", ");
            data.parts = parts;
        }
    }

    /// Why a reference is not named by these columns, whatever they are.
    fn unfit(&self, tree: &tree::Column, target: RecordId, key: &[ColumnId], own: bool) -> Option<Diagnostic> {
        let name = &self.names.records.at(target).name;
        let keys: Vec<String> = key.iter().map(|key| format!("`{}`", self.names.columns.at(*key).name)).collect();
        let (keys, place) = (keys.join(", "), tree.ty.as_ref().map_or(tree.name.span, |ty| ty.span));
        let plain: Vec<&str> = key.iter().map(|key| self.names.columns.at(*key).name.as_str()).collect();
        if tree.key {
            return Some(error::record_shape(
                tree.name.span,
                format!("a key is made of cells, and `{}` has none of its own", tree.name.text),
                "let the columns that name the row be the key",
            ));
        }
        if !own {
            let why = format!("rows lead to `{name}` by themselves, where they lead to all of its key: {keys}");
            let help = format!("leave the column out, and read `{name}.COLUMN` where a row has these");
            return Some(error::record_shape(place, why, &help));
        }
        if key.len() < 2 {
            let why = format!("a row of `{name}` is known by one column, {keys}");
            let help = "name the header of the column in the file in quotes, or leave `from` out";
            return Some(error::record_shape(place, why, help));
        }
        if tree.parts.len() == key.len() {
            return None;
        }
        let why = format!("a row of `{name}` is known by {} columns: {keys}", key.len());
        let help = format!(
            "name the columns of this record that say which, in this order: `{} {name} from {}`",
            tree.name.text,
            plain.join(", ")
        );
        Some(Diagnostic::new(Code::RecordShape, why).at(place, "").help(help))
    }

    /// A column of the record that has cells.
    fn part_of_name(&mut self, record: RecordId, tree: &tree::Column, part: &Name) -> Option<ColumnId> {
        let found = self.column_named(record, part).filter(|_| part.text != tree.name.text);
        let entries = self.resolved.records.get(record.index()).map(|record| record.tree.entries.as_slice());
        let composed = entries.unwrap_or_default().iter().any(|entry| {
            matches!(entry, RecordEntry::Column(column) if column.name.text == part.text && !column.parts.is_empty())
        });
        if found.is_some() && composed {
            let why = format!("`{}` has no cells of its own", part.text);
            self.report(error::record_shape(part.span, why, "name a column of the file here"));
            return None;
        }
        if found.is_none() {
            let name = self.names.records.at(record).name.clone();
            let known: Vec<String> = self
                .model
                .records
                .at(record)
                .columns
                .iter()
                .map(|id| self.names.columns.at(*id).name.clone())
                .collect();
            self.report(error::no_column(&name, part, known.iter().map(String::as_str)));
        }
        found
    }

    fn column_named(&self, record: RecordId, name: &Name) -> Option<ColumnId> {
        let columns = &self.model.records.at(record).columns;
        columns.iter().copied().find(|id| self.names.columns.at(*id).name == name.text)
    }

    fn header_of(&self, column: ColumnId) -> Option<String> {
        match &self.model.columns.at(column).origin {
            Origin::Data(data) => Some(data.header.clone()),
            _ => None,
        }
    }
}
