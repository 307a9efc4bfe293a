//! `record`

use pest::iterators::Pair;

use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::syntax::tree::{Column, DataSource, Quoted, Record, RecordEntry};
use crate::syntax::words::Rule;

impl Builder<'_> {
    pub(super) fn record(&self, pair: Pair<'_, Rule>) -> Built<Record> {
        let mut parts = Parts::of(pair.clone());
        let name = self.name(self.need(parts.next(), &pair)?);
        let source = parts.next_of(Rule::record_source).map(|source| self.data_source(source)).transpose()?;
        let entries = parts.map(|part| self.record_entry(part));
        Ok(Record { name, source, entries: entries.collect::<Built<_>>()? })
    }

    /// `from "book.xlsx" sheet "Deals"`
    fn data_source(&self, pair: Pair<'_, Rule>) -> Built<DataSource> {
        let mut parts = Parts::of(pair.clone());
        let path = self.quoted(self.need(parts.next(), &pair)?);
        let (mut sheet, mut delimiter) = (None, None);
        for part in parts {
            let here = self.span(&part);
            let is_sheet = part.as_rule() == Rule::record_sheet;
            let said = self.first(part)?;
            let text = match said.as_rule() {
                Rule::tab_word => Quoted { text: "\t".to_owned(), span: self.span(&said) },
                _ => self.quoted(said),
            };
            let again = match is_sheet {
                true => sheet.replace(text).map(|_| "sheet"),
                false => delimiter.replace(text).map(|_| "delimiter"),
            };
            if let Some(word) = again {
                return Err(self.twice(word, here));
            }
        }
        Ok(DataSource { path, sheet, delimiter })
    }

    fn record_entry(&self, pair: Pair<'_, Rule>) -> Built<RecordEntry> {
        match pair.as_rule() {
            Rule::record_to => Ok(RecordEntry::To(self.path(self.first(pair)?)?)),
            Rule::record_on => Ok(RecordEntry::On(self.path(self.first(pair)?)?)),
            Rule::record_active => {
                let mut parts = Parts::of(pair.clone());
                let from = self.name(self.need(parts.next(), &pair)?);
                let to = self.name(self.need(parts.next(), &pair)?);
                Ok(RecordEntry::Active { from, to })
            }
            Rule::record_versioned => {
                // Which of the two words stands there is no part of the tree.
                let inclusive = !pair.clone().into_inner().any(|part| part.as_rule() == Rule::kw_until);
                let mut parts = Parts::of(pair.clone());
                let from = self.name(self.need(parts.next(), &pair)?);
                let to = self.name(self.need(parts.next(), &pair)?);
                Ok(RecordEntry::Versioned { from, to, inclusive })
            }
            Rule::control => self.control(pair),
            _ => self.column(pair).map(RecordEntry::Column),
        }
    }

    /// `control rows 7,422, sum SubTotal 57,044,330.8205 USD`
    fn control(&self, pair: Pair<'_, Rule>) -> Built<RecordEntry> {
        let span = self.span(&pair);
        let (mut rows, mut sums) = (None, Vec::new());
        for part in Parts::of(pair.clone()) {
            let here = self.span(&part);
            let mut inner = Parts::of(part.clone());
            let first = self.need(inner.next(), &part)?;
            if first.as_rule() == Rule::number {
                if rows.is_some() {
                    return Err(self.twice("rows", here));
                }
                rows = Some(self.number(first)?);
            } else {
                let sum = self.need(inner.next(), &part)?;
                sums.push((self.name(first), self.literal(sum)?));
            }
        }
        Ok(RecordEntry::Control { rows, sums, span })
    }

    fn column(&self, pair: Pair<'_, Rule>) -> Built<Column> {
        let span = self.span(&pair);
        let (mut key, mut ty, mut header, mut written) = (false, None, None, None);
        let (mut hierarchy, mut total) = (false, false);
        let (mut name, mut parts) = (None, Vec::new());
        for part in pair.clone().into_inner() {
            let here = self.span(&part);
            let again = match part.as_rule() {
                Rule::kw_key => std::mem::replace(&mut key, true).then_some("key"),
                Rule::name => name.replace(self.name(part)).map(|_| "name"),
                Rule::column_type => {
                    let type_expr = self.type_expr(self.first(part)?)?;
                    ty.replace(type_expr).map(|_| "type")
                }
                Rule::header => {
                    let mut inner = Parts::of(part.clone());
                    let first = self.need(inner.next(), &part)?;
                    let again = header.is_some() || !parts.is_empty();
                    match first.as_rule() {
                        Rule::name => {
                            let word = self.name(first);
                            parts = [word.clone()].into_iter().chain(inner.map(|name| self.name(name))).collect();
                            if parts.len() == 1 {
                                let message = format!("expected a text in quotes, found `{}`", word.text);
                                let help = format!("write `from \"{}\"`", word.text);
                                return Err(Self::problem(Code::Syntax, message, word.span, &help));
                            }
                        }
                        _ => header = Some(self.quoted(first)),
                    }
                    again.then_some("from")
                }
                Rule::written => {
                    let text = self.quoted(self.first(part)?);
                    written.replace(text).map(|_| "as")
                }
                Rule::kw_hierarchy => std::mem::replace(&mut hierarchy, true).then_some("hierarchy"),
                _ => std::mem::replace(&mut total, true).then_some("total"),
            };
            if let Some(word) = again {
                return Err(self.twice(word, here));
            }
        }
        let name = name.ok_or_else(|| self.unread(&pair))?;
        let before = self.place.text.get(..pair.as_span().start()).unwrap_or("");
        if name.text == "per" && before.rsplit('\n').next().is_some_and(|line| line.contains(" per ")) {
            let help = "leave the second out: times `6 months` it is then so much for as many";
            return Err(Self::problem(Code::Syntax, "one unit stands below the line", name.span, help));
        }
        if ty.is_none() && !key {
            let message = format!("the column `{}` has no type", name.text);
            let help = match name.text.as_str() {
                "key" => "`key` stands in front of a column: `key id text`".to_owned(),
                text => format!("write its type behind it: `{text} text`"),
            };
            return Err(Self::problem(Code::Syntax, message, name.span, &help));
        }
        Ok(Column { key, name, ty, header, parts, written, hierarchy, total, span })
    }
}
