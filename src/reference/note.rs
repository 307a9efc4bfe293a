//! Steps and formulas, noted as values are computed, when they are asked for.

use super::{At, Cell, Computed, Interpreter, Noted, Out};
use crate::calendar::print_date;
use crate::ids::{ColumnId, FrameId, IdVec};
use crate::keys;
use crate::source::Span;
use crate::step::{Amount, DataCell, Formula, KeyPart, Node, PlanPlace, Rounded, Step, StepKind};
use crate::table::Value;
use crate::types::expr::Expr;
use crate::types::model::{self, Definition, Dimension, FrameRows, Origin, Part, Shown, Type};
use crate::types::names::Named;
use crate::value::{Exact, Fixed, Rounding, WIDE_DIGITS};

/// An id in the 128 bits that tell all steps apart.
pub(super) fn short(id: &str) -> u128 {
    id.get(..32).and_then(|text| u128::from_str_radix(text, 16).ok()).unwrap_or_default()
}

/// How a cell that is no definition was made.
#[derive(Default)]
pub(super) struct Made {
    /// The conditions under which it is there.
    pub conditions: Vec<Formula>,
    /// What it was computed from.
    pub formula: Option<Formula>,
    /// Its value before it was rounded.
    pub exact: Option<Exact>,
}

impl Interpreter<'_> {
    /// A value with what made it.
    pub(super) fn out(&self, expr: &Expr, value: Option<Value>, node: impl FnOnce() -> Node) -> Out {
        if !self.tracing {
            return Out { value, formula: None };
        }
        let ty = self.program.names.exprs.at(expr.id).ty;
        let shown = value.as_ref().map(|value| self.amount(ty, value));
        let text = self.program.names.written(expr.id);
        Out { value, formula: Some(Formula { text, value: shown, node: node() }) }
    }

    /// A constant, a part of the key or a fact of the calendar.
    pub(super) fn fact(&self, expr: &Expr, value: Option<Value>) -> Out {
        self.out(expr, value, || Node::Constant)
    }

    /// An operation over operands.
    pub(super) fn operation(&self, expr: &Expr, op: &str, value: Option<Value>, operands: Vec<Out>) -> Out {
        let operands: Vec<Formula> = operands.into_iter().filter_map(|operand| operand.formula).collect();
        self.out(expr, value, || Node::operation(op, operands))
    }

    /// A cell of this row, or of the one at a key, read by an expression.
    pub(super) fn cell_out(&self, expr: &Expr, cell: Cell, at: Option<Vec<Formula>>) -> Out {
        let Cell { value, noted, .. } = cell;
        let is_there = value.is_some();
        let (step, shown) = noted.map_or((None, None), |noted| (Some(noted.step), noted.shown));
        let mut out = self.out(expr, value, || match step {
            Some(step) => Node::Step { step, at },
            // Far from what was asked for, values are told without their steps.
            None if is_there => Node::Constant,
            None => Node::Missing,
        });
        // The step knows the places and the currency of its row.
        if let (Some(formula), Some(shown)) = (&mut out.formula, shown) {
            formula.value = Some(shown);
        }
        out
    }

    /// The formulas of a key, part by part, when steps are kept.
    pub(super) fn key_formulas(&mut self, parts: &[Expr], at: &At) -> Computed<Vec<Formula>> {
        let mut formulas = Vec::new();
        let parts = if self.tracing { parts } else { &[] };
        for part in parts {
            formulas.extend(self.eval(part, at)?.formula);
        }
        Ok(formulas)
    }

    /// An exchange rate, which the plan reads without naming its column.
    pub(super) fn rate_out(&self, expr: &Expr, column: ColumnId, cell: Cell, key: Vec<Formula>) -> Out {
        let mut out = self.cell_out(expr, cell, Some(key));
        if let Some(formula) = &mut out.formula {
            formula.text = self.program.names.columns.at(column).name.clone();
        }
        out
    }

    /// Notes the step of a data cell or of a credit's column.
    pub(super) fn note_cell(
        &mut self,
        column: ColumnId,
        row: u32,
        kind: StepKind,
        value: Option<&Value>,
        made: Made,
    ) -> Option<Noted> {
        if !self.tracing {
            return None;
        }
        let declared = self.program.model.columns.at(column);
        let data = match &declared.origin {
            Origin::Data(data) => self.data_place(data, declared.frame, row),
            _ => None,
        };
        let word = match &declared.origin {
            Origin::Data(data) => self.program.names.records.at(data.record).name.clone(),
            _ => "credit".to_owned(),
        };
        let span = self.rule_span(column, row);
        let rounding = match (&made.exact, value, declared.places) {
            (Some(exact), Some(Value::Number(kept)), Some(places)) if exact != kept => {
                let mode = self.program.model.plan.rounding.words().to_owned();
                Some(Rounded { exact: exact.to_string(), places, mode })
            }
            _ => None,
        };
        let step = Step {
            id: String::new(),
            kind,
            name: self.program.names.columns.at(column).name.clone(),
            word,
            key: self.key_words(declared.frame, row).unwrap_or_default(),
            first: None,
            conditions: made.conditions,
            value: self.stored(column, row, value),
            rounding,
            formula: made.formula,
            plan: span.map(|span| self.place(span)),
            data,
        };
        Some(self.keep(step))
    }

    /// The rule that made a credit.
    fn rule_span(&self, column: ColumnId, row: u32) -> Option<Span> {
        let declared = self.program.model.columns.at(column);
        match declared.origin {
            Origin::Credit => {
                let credit = keys::credit_row(self.program, &self.results, declared.frame, row)?;
                Some(self.program.names.rules.at(credit.rule).0.span)
            }
            Origin::Level => Some(self.program.names.columns.at(column).span),
            Origin::Data(_) | Origin::Definition(_) => None,
        }
    }

    fn data_place(&self, data: &model::DataColumn, frame: FrameId, row: u32) -> Option<DataCell> {
        let file = self.results.tables.files.iter().find(|file| file.record == data.record)?;
        let number = self.results.tables.file_rows.get(&frame)?.get(row as usize)?;
        Some(DataCell { file: file.path.clone(), row: *number, column: data.header.clone() })
    }

    /// Notes the step of a definition.
    pub(super) fn note_definition(
        &mut self,
        column: ColumnId,
        definition: &Definition,
        at: &At,
        (conditions, body): (Vec<Formula>, Out),
        value: Option<&Value>,
    ) -> Option<Noted> {
        if !self.tracing {
            return None;
        }
        let named: &Named = self.program.names.columns.at(column);
        let (_, places) = self.in_row_currency(self.program.model.columns.at(column), at.row);
        let rounding = match (&body.value, value, places) {
            (Some(Value::Number(exact)), Some(Value::Number(kept)), Some(places)) if exact != kept => {
                Some(Rounded { exact: exact.to_string(), places, mode: definition.rounding.words().to_owned() })
            }
            _ => None,
        };
        // On the whole group it is the definition itself, and its step is the same.
        let group = at.first.as_ref().map(|first| (first.count, crate::table::row_number(first.group.len())));
        // What rests on none of the rows is the same with any of them.
        let first = group.filter(|(count, of)| self.rests_on_first && count < of);
        let step = Step {
            id: String::new(),
            kind: StepKind::Formula,
            name: named.name.clone(),
            word: crate::types::word(definition.word).to_owned(),
            key: self.key_words(at.frame, at.row).unwrap_or_default(),
            first,
            conditions,
            value: self.stored(column, at.row, value),
            rounding,
            formula: body.formula,
            plan: Some(self.place(named.span)),
            data: None,
        };
        Some(self.keep(step))
    }

    /// Notes a list that several steps use: the rows of a group, in the row of `frame` that they lead to.
    pub(super) fn note_list(&mut self, expr: &Expr, key: Vec<KeyPart>, formula: Formula) -> String {
        let text = self.program.names.written(expr.id);
        let place = self.place(self.program.names.exprs.at(expr.id).span);
        let step = Step {
            id: String::new(),
            kind: StepKind::List,
            name: text,
            word: "list".to_owned(),
            key,
            first: None,
            conditions: Vec::new(),
            value: formula.value.clone(),
            rounding: None,
            formula: Some(formula),
            plan: Some(place),
            data: None,
        };
        self.keep(step).step
    }

    /// Keeps a step, once, and gives its id.
    fn keep(&mut self, step: Step) -> Noted {
        let step = step.sealed();
        let noted = Noted { step: step.id.clone(), shown: step.value.clone(), first: step.first.is_some() };
        if !self.told.contains(&short(&step.id)) && !self.known_steps.contains_key(&step.id) {
            self.known_steps.insert(step.id.clone(), self.steps.len());
            self.steps.push(step);
        }
        noted
    }

    /// The key of a row, part by part, with what each part is.
    pub(super) fn key_words(&mut self, frame: FrameId, row: u32) -> Computed<Vec<KeyPart>> {
        self.rows(frame)?;
        let program = self.program;
        let described = program.model.frames.at(frame);
        let part = |part: &str, value: String| vec![KeyPart { part: part.to_owned(), value }];
        match described.rows {
            FrameRows::Credit | FrameRows::CreditHistory => {
                return Ok(part("Credit", keys::credit_key(program, &self.results, frame, row)));
            }
            FrameRows::Record(record) if described.parts.len() == 1 => {
                let value = keys::record_key(program, &self.results.tables, record, row);
                return Ok(part(&program.names.records.at(record).name, value));
            }
            FrameRows::Versions(record) => return Ok(self.version_words(frame, record, row)),
            _ => {}
        }
        let names = described.parts.iter().map(|part| crate::fault::part_name(program, *part));
        let values = keys::frame_key(program, &self.results, frame, row);
        Ok(names.zip(values).map(|(part, value)| KeyPart { part, value }).collect())
    }

    /// A part of the key of a row, as the key itself shows it.
    pub(super) fn key_shown(&mut self, part: usize, at: &At) -> Computed<Option<Amount>> {
        let key = self.key_words(at.frame, at.row)?;
        let days = self.rows(at.frame)?.key(at.row).get(part).copied();
        let kind = self.program.model.frames.at(at.frame).parts.get(part);
        if let (Some(model::KeyPart::Period(unit)), Some(days)) = (kind, days.and_then(|key| i32::try_from(key).ok())) {
            let period = Value::Period(crate::calendar::Period(days));
            return Ok(Some(self.amount(Type::Period(*unit), &period)));
        }
        let unit = match kind {
            Some(model::KeyPart::Choice(_)) => Some("choice".to_owned()),
            Some(model::KeyPart::Currency) => Some("currency".to_owned()),
            _ => None,
        };
        Ok(key.into_iter().nth(part).map(|key| Amount::new(key.value, unit.unwrap_or(key.part))))
    }

    /// What the rows of a frame are: a record, or the parts of their key.
    pub(super) fn frame_name(&self, frame: FrameId) -> String {
        let described = self.program.model.frames.at(frame);
        match described.rows {
            FrameRows::Credit | FrameRows::CreditHistory => "Credit".to_owned(),
            FrameRows::Record(record) => self.program.names.records.at(record).name.clone(),
            _ => {
                let parts = described.parts.iter().map(|part| crate::fault::part_name(self.program, *part));
                parts.collect::<Vec<String>>().join(", ")
            }
        }
    }

    pub(super) fn place(&self, span: Span) -> PlanPlace {
        let sources: &IdVec<_, _> = &self.program.names.sources;
        let source = sources.at(span.file);
        let place = source.place(span.start);
        PlanPlace { file: source.path.clone(), line: place.line, column: place.column }
    }

    /// A column's value with all its places; an amount in the currency of its row.
    fn stored(&mut self, column: ColumnId, row: u32, value: Option<&Value>) -> Option<Amount> {
        let value = value?;
        let declared = self.program.model.columns.at(column);
        let (ty, places) = self.in_row_currency(declared, row);
        let mut amount = self.amount(ty, value);
        if let (Value::Number(exact), Some(places)) = (value, places)
            && let Ok(fixed) = Fixed::from_exact(exact, places, Rounding::HalfUp, WIDE_DIGITS)
        {
            amount.text = fixed.to_string();
        }
        Some(amount)
    }

    /// The type and places of a column at a row, the row's own currency in place of its column.
    fn in_row_currency(&mut self, declared: &model::Column, row: u32) -> (Type, Option<u8>) {
        let Type::Number(dimension, shown) = declared.ty else { return (declared.ty, declared.places) };
        let real = Dimension {
            above: dimension.above.map(|part| self.own_part(part, declared.frame, row)),
            below: dimension.below.map(|part| self.own_part(part, declared.frame, row)),
        };
        let places = match (real.above, real.below) {
            (Some(Part::Currency(currency)), None) if real != dimension => Some(currency.minor_units()),
            _ => declared.places,
        };
        (Type::Number(real, shown), places)
    }

    /// The currency that a row of a frame names, in place of the column in which it does.
    fn own_part(&mut self, part: Part, frame: FrameId, row: u32) -> Part {
        let Part::RowCurrency(column) = part else { return part };
        if self.program.model.columns.at(column).frame != frame {
            return part;
        }
        match self.quietly(|this| this.cell(column, row)) {
            Ok(Cell { value: Some(Value::Currency(currency)), .. }) => Part::Currency(currency),
            _ => part,
        }
    }

    /// Puts the row's own currency into the unit of an amount that is in it. (What stands on another row has the
    /// currency of that row already.)
    pub(super) fn in_own_currency(&mut self, expr: &Expr, at: &At, out: &mut Out) {
        let Type::Number(dimension, shown) = self.program.names.exprs.at(expr.id).ty else { return };
        let Some(part @ Part::RowCurrency(_)) = dimension.above else { return };
        let Some(value) = out.formula.as_mut().and_then(|formula| formula.value.as_mut()) else { return };
        let own = self.own_part(part, at.frame, at.row);
        if own != part {
            value.unit = self.unit(Type::Number(Dimension { above: Some(own), ..dimension }, shown));
        }
    }

    /// A value as text with its unit; a number as an exact decimal or a fraction.
    pub(super) fn amount(&self, ty: Type, value: &Value) -> Amount {
        let text = match value {
            Value::Number(exact) => exact.to_string(),
            value => keys::print(self.program, &self.results.tables, ty, value),
        };
        let days = match (ty, value) {
            (Type::Period(unit), Value::Period(period)) => {
                let calendar = &self.results.tables.calendar;
                calendar.first_day(unit, *period).zip(calendar.last_day(unit, *period))
            }
            _ => None,
        };
        let (first, last) = days.map(|(first, last)| (print_date(first), print_date(last))).unzip();
        Amount { text, unit: self.unit(ty), first, last }
    }

    fn unit(&self, ty: Type) -> String {
        let names = &self.program.names;
        let part = |part: Part| match part {
            Part::Currency(currency) => currency.code().to_owned(),
            Part::RowCurrency(column) => names.columns.at(column).name.clone(),
            Part::Unit(_) | Part::Day | Part::Month => names.part_word(part, true),
        };
        match ty {
            Type::Number(Dimension { above: Some(above), below: Some(below) }, _) => {
                let above = if matches!(above, Part::Unit(_)) { names.part_word(above, false) } else { part(above) };
                format!("{above} per {}", part(below))
            }
            Type::Number(Dimension { above: Some(above @ Part::Unit(_)), below: None }, _) => {
                format!("{}/{}", names.part_word(above, true), names.part_word(above, false))
            }
            Type::Number(Dimension { above: Some(above), below: None }, _) => part(above),
            Type::Number(Dimension { above: None, below: Some(below) }, _) => format!("number per {}", part(below)),
            Type::Number(_, Shown::Percent) => "percent".to_owned(),
            Type::Number(_, Shown::Integer) => "integer".to_owned(),
            Type::Number(_, Shown::Days) => "days".to_owned(),
            Type::Number(_, Shown::Months) => "months".to_owned(),
            Type::Number(..) => "number".to_owned(),
            Type::YesNo => "yes/no".to_owned(),
            Type::Text => "text".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Period(_) => "period".to_owned(),
            Type::Choice(_) => "choice".to_owned(),
            Type::Currency => "currency".to_owned(),
            Type::Reference(record) => names.records.at(record).name.clone(),
        }
    }
}
