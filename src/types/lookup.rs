//! What a name means at a place, and how its value is read there.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Expr, Op};
use super::grain::{Instead, NoWay, Reached, Route, Start};
use super::model::{FrameRows, KeyPart, Origin, Type, Word};
use super::scope::{Scope, seen_from};
use crate::calendar::Unit;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{ChoiceId, ColumnId, FrameId, RecordId};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::standard;
use crate::syntax::habits;
use crate::syntax::tree::{self, ExprKind, Name, Path};

/// A meaning of a name.
#[derive(Clone, Debug)]
enum Meaning {
    /// A column of the frame's own rows.
    Own(ColumnId),
    /// A column of a record that the frame leads to.
    Reached(ColumnId, Route),
    /// A column of a record with a key of several parts, all of which the frame leads to.
    Keyed(ColumnId),
    /// A definition, by its position.
    Definition(usize),
    /// The frame's own period, or a coarser one in which it lies.
    Period(Unit),
    /// The frame's own value of a closed set: this part of its key.
    Choice(usize, ChoiceId),
}

impl Checker<'_> {
    /// The value of a name or dotted path.
    pub fn path(&mut self, scope: &Scope, path: &Path, span: Span) -> Checked {
        if let Some(qualified) = self.qualified(scope, path, span) {
            return qualified;
        }
        let Some(head) = self.head(scope, &path.head) else {
            return self.failed(span);
        };
        path.rest.iter().fold(head, |value, segment| self.member(scope, value, segment, span))
    }

    /// Whether a word is a name at a place.
    pub fn is_name(&self, scope: &Scope, name: &Name) -> bool {
        !self.meanings(scope, name).is_empty() || self.resolved.symbol(&name.text).is_some()
    }

    /// `Record.column`, `Credit.column` or `rule.column`.
    fn qualified(&mut self, scope: &Scope, path: &Path, span: Span) -> Option<Checked> {
        let column = path.rest.first()?;
        if !self.meanings(scope, &path.head).is_empty() {
            return None;
        }
        let (frame, rule, columns) = match self.resolved.symbol(&path.head.text) {
            Some(Symbol::Record(position)) => {
                let record: RecordId = crate::resolve::id(position);
                (self.model.records.at(record).frame, None, self.columns_of(record))
            }
            Some(Symbol::Credit(rule)) => {
                let frame = self.credit_frame_at(scope)?;
                let mut columns = self.credit_columns(frame);
                columns.retain(|id| !self.model.columns.at(*id).optional || self.rules_with(*id).contains(&rule));
                (frame, Some(rule), columns)
            }
            _ if path.head.text == "Credit" => {
                let frame = self.credit_frame_at(scope)?;
                (frame, None, self.credit_columns(frame))
            }
            _ => return self.of_other_plan(scope, path, span),
        };
        let Some(id) = columns.iter().copied().find(|id| self.names.columns.at(*id).name == column.text) else {
            let names: Vec<String> = columns.iter().map(|id| self.names.columns.at(*id).name.clone()).collect();
            let problem = match self.resolved.symbol(&column.text) {
                Some(Symbol::Definition(position)) => {
                    self.definition_behind_a_dot(scope, &path.head.text, column, position)
                }
                _ => error::no_column(&path.head.text, column, names.iter().map(String::as_str)),
            };
            return Some(self.fail(problem, span));
        };
        if rule.is_some_and(|rule| scope.frame == frame && !self.is_of_rule(scope, rule)) {
            let words = self.words(span).to_owned();
            let problem = error::of_one_rule(&words, span, &path.head.text, &column.text);
            return Some(self.fail(problem, span));
        }
        let first = self.read_frame(scope, id, frame, span);
        Some(path.rest.iter().skip(1).fold(first, |value, segment| self.member(scope, value, segment, span)))
    }

    /// The value of a path's first segment; problems are reported.
    fn head(&mut self, scope: &Scope, name: &Name) -> Option<Checked> {
        let meanings = self.meanings(scope, name);
        let meanings = self.of_own_way(scope, meanings, name.span);
        match meanings.as_slice() {
            [] => {
                let problem = self.unknown(scope, name);
                self.report(problem);
                None
            }
            [meaning] => {
                let meaning = meaning.clone();
                Some(self.read_meaning(scope, &meaning, name))
            }
            several => {
                let is_definition = |meaning: &&Meaning| matches!(meaning, Meaning::Definition(_));
                let defined = several.iter().any(|meaning| is_definition(&meaning));
                let columns = several.iter().filter(|meaning| !is_definition(meaning));
                let words: Vec<String> = columns.map(|meaning| self.meaning_words(meaning, name)).collect();
                let mut problem = error::ambiguous_name(name, &words, defined);
                for meaning in several {
                    let meant = match meaning {
                        Meaning::Own(column) | Meaning::Reached(column, _) | Meaning::Keyed(column) => Some(*column),
                        Meaning::Definition(position) => self.definitions.get(*position).map(|state| state.column),
                        Meaning::Period(_) | Meaning::Choice(..) => None,
                    };
                    if let Some(column) = meant {
                        let what = format!("`{}`", self.meaning_words(meaning, name));
                        problem = self.declared_at(problem, column, &what);
                    }
                }
                self.report(problem);
                None
            }
        }
    }

    /// Of columns that are reached in several ways, those of the way that `for each … by COLUMN` says.
    fn of_own_way(&mut self, scope: &Scope, meanings: Vec<Meaning>, span: Span) -> Vec<Meaning> {
        if scope.way.is_none() || meanings.len() < 2 {
            return meanings;
        }
        let routes = meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Reached(_, route) => Some(route.clone()),
            _ => None,
        });
        let routes = routes.collect();
        let chosen = self.through(scope.frame, routes, &scope.instead(), span);
        let keeps = |meaning: &Meaning| !matches!(meaning, Meaning::Reached(_, route) if !chosen.contains(route));
        meanings.into_iter().filter(keeps).collect()
    }

    fn unknown(&mut self, scope: &Scope, name: &Name) -> Diagnostic {
        if let Some(symbol) = self.resolved.symbol(&name.text) {
            let message = format!("`{}` is {}, not a value", name.text, symbol.kind());
            let problem = Diagnostic::new(Code::WrongType, message).at(name.span, "");
            return match symbol {
                Symbol::Record(_) => problem.help(format!("name one of its columns, such as `{}.amount`", name.text)),
                Symbol::Rates(_) => problem.help(format!("give it its input: `{}(…)`", name.text)),
                Symbol::Credit(_) => problem.help(format!("add up its amounts: `sum of {}.amount`", name.text)),
                _ => problem,
            };
        }
        if name.text == "Credit" {
            return error::no_credits(name);
        }
        if let Some(habit) = habits::of_word(&name.text) {
            return error::habit(name, habit);
        }
        let known = self.names_here(scope);
        let problem = error::unknown_name(name, known.iter().map(String::as_str));
        if let Some(help) = self
            .elsewhere(scope, name)
            .or_else(|| self.of_which_plan(name))
            .or_else(|| standard::where_it_is(&name.text))
        {
            return problem.help(help);
        }
        let problem = match self.looked_for {
            Some(wanted) => self.or_meant(scope, problem, wanted, &name.text),
            None => problem,
        };
        let here = self.frame_words(scope.frame);
        match Self::listed(&self.columns_here(scope)).filter(|_| problem.help.is_none()) {
            Some(listed) => {
                problem.help(format!("it is no column, definition or table; {here} has the columns {listed}"))
            }
            None => problem,
        }
    }

    /// A column of a record that is not reached from here is often what was meant.
    fn elsewhere(&mut self, scope: &Scope, name: &Name) -> Option<String> {
        let (record, column) = self.model.records.pairs().find_map(|(id, record)| {
            let is_named = |column: &&ColumnId| self.names.columns.at(**column).name == name.text;
            record.columns.iter().find(is_named).map(|column| (id, *column))
        })?;
        let frame = self.model.records.at(record).frame;
        let (record, here) = (self.names.records.at(record).name.clone(), self.frame_words(scope.frame));
        let finer = self.project(frame, scope.frame, &Instead::default(), name.span).is_ok();
        let text = &name.text;
        let is_number = matches!(self.model.columns.at(column).ty, Type::Number(..));
        Some(match (finer, is_number) {
            (true, true) => {
                format!("`{text}` is a column of {record}, of which {here} has many: `sum of {record}.{text}`")
            }
            (true, false) => format!("`{text}` is a column of {record}, of which {here} has many: name the one meant"),
            (false, _) => format!("`{text}` is a column of {record}, and {here} leads to no {record}"),
        })
    }

    /// All meanings of a name at a place: the nearest records first, and of those only the nearest.
    fn meanings(&self, scope: &Scope, name: &Name) -> Vec<Meaning> {
        let mut found = self.own_meanings(scope.frame, name);
        if found.is_empty() {
            found = self.reached_meanings(scope.frame, name);
        }
        if let Some(Symbol::Definition(position)) = self.resolved.symbol(&name.text) {
            found.push(Meaning::Definition(position));
        }
        // A record keyed by the frame's own period has a column for it, which says nothing more.
        if found.iter().all(|meaning| matches!(meaning, Meaning::Keyed(_)))
            && let Some((_, own)) = self.period_of(scope.frame)
            && let Some(unit) = self.unit(&name.text)
            && (own == unit || self.model.lies_in(own, unit))
        {
            found = vec![Meaning::Period(unit)];
        }
        if found.is_empty()
            && let Some(Symbol::Choice(position)) = self.resolved.symbol(&name.text)
        {
            let choice = crate::resolve::id(position);
            let part = self.model.frames.at(scope.frame).parts.iter().position(|part| *part == KeyPart::Choice(choice));
            found.extend(part.map(|part| Meaning::Choice(part, choice)));
        }
        found
    }

    fn own_meanings(&self, frame: FrameId, name: &Name) -> Vec<Meaning> {
        self.own_columns(frame)
            .into_iter()
            .filter(|column| self.names.columns.at(*column).name == name.text)
            .map(Meaning::Own)
            .collect()
    }

    /// The columns of a frame's own rows that no definition makes.
    pub fn own_columns(&self, frame: FrameId) -> Vec<ColumnId> {
        match self.model.frames.at(frame).rows {
            FrameRows::Record(record) => self.model.records.at(record).columns.clone(),
            FrameRows::Credit | FrameRows::CreditHistory => self.credit_columns(frame),
            FrameRows::Managers(_) => self.levels(frame),
            _ => Vec::new(),
        }
    }

    /// The columns that come with the rows of a frame.
    fn levels(&self, frame: FrameId) -> Vec<ColumnId> {
        let columns = self.model.columns.pairs();
        let levels = columns.filter(|(_, column)| column.frame == frame && matches!(column.origin, Origin::Level));
        levels.map(|(id, _)| id).collect()
    }

    /// Columns of the records a frame leads to. A subset's own column hides the one it inherits, and
    /// what the parts of the frame's own key have hides what lies further away.
    fn reached_meanings(&self, frame: FrameId, name: &Name) -> Vec<Meaning> {
        let named = |record: RecordId| {
            let record = self.model.records.at(record);
            record.columns.iter().copied().find(|column| self.names.columns.at(*column).name == name.text)
        };
        let reached = self.reach(frame);
        let hits: Vec<(Reached, ColumnId)> =
            reached.into_iter().filter_map(|reached| named(reached.record).map(|column| (reached, column))).collect();
        let mut kept: Vec<(Reached, ColumnId)> = Vec::new();
        for (reached, column) in hits {
            let hidden = kept.iter().any(|(nearer, _)| self.inherits(nearer, &reached));
            if !hidden {
                kept.push((reached, column));
            }
        }
        let near = |reached: &Reached| reached.route.links.is_empty() && matches!(reached.route.start, Start::Key(_));
        if kept.iter().any(|(reached, _)| near(reached)) {
            kept.retain(|(reached, _)| near(reached));
        }
        let mut meanings: Vec<Meaning> =
            kept.into_iter().map(|(reached, column)| Meaning::Reached(column, reached.route)).collect();
        if meanings.is_empty() {
            meanings.extend(self.keyed_columns(frame, name).into_iter().map(Meaning::Keyed));
        }
        meanings
    }

    /// Whether the second record is reached from the first by a chain of subsets.
    fn inherits(&self, first: &Reached, second: &Reached) -> bool {
        let rest = match second.route.links.strip_prefix(first.route.links.as_slice()) {
            Some(rest) if first.route.start == second.route.start => rest,
            _ => return false,
        };
        !rest.is_empty() && rest.iter().all(|column| self.model.records.iter().any(|r| r.subset == Some(*column)))
    }

    /// Columns of this name in records whose whole key a frame's own key parts give.
    fn keyed_columns(&self, frame: FrameId, name: &Name) -> Vec<ColumnId> {
        let own = &self.model.frames.at(frame).parts;
        let keyed = self.model.records.iter().filter(|record| {
            let parts = &self.model.frames.at(record.frame).parts;
            parts.len() > 1 && parts.iter().all(|part| own.contains(part)) && record.frame != frame
        });
        keyed
            .flat_map(|record| record.columns.iter().copied())
            .filter(|column| self.names.columns.at(*column).name == name.text)
            .collect()
    }

    fn meaning_words(&self, meaning: &Meaning, name: &Name) -> String {
        match meaning {
            Meaning::Own(column) | Meaning::Keyed(column) => match self.record_name(*column) {
                Some(record) => format!("{record}.{}", name.text),
                None => format!("Credit.{}", name.text),
            },
            Meaning::Reached(column, route) => {
                let words = self.route_words(route);
                if words.is_empty() {
                    format!("{}.{}", self.record_name(*column).unwrap_or_default(), name.text)
                } else {
                    format!("{words}.{}", name.text)
                }
            }
            Meaning::Definition(_) => name.text.clone(),
            Meaning::Period(_) | Meaning::Choice(..) => format!("the row's {}", name.text),
        }
    }

    fn record_name(&self, column: ColumnId) -> Option<String> {
        match &self.model.columns.at(column).origin {
            Origin::Data(data) => Some(self.names.records.at(data.record).name.clone()),
            _ => None,
        }
    }

    fn read_meaning(&mut self, scope: &Scope, meaning: &Meaning, name: &Name) -> Checked {
        let span = name.span;
        match meaning {
            Meaning::Own(column) => self.read(scope, *column, None, span),
            Meaning::Reached(column, route) => {
                let row = self.follow(scope.frame, route, scope.as_of.as_ref(), span);
                self.read(scope, *column, Some(vec![row]), span)
            }
            Meaning::Keyed(column) => {
                let frame = self.home_of(*column);
                self.read_frame(scope, *column, frame, span)
            }
            Meaning::Definition(position) => self.read_definition(scope, *position, name),
            Meaning::Period(unit) => {
                let part = super::model::KeyPart::Period(*unit);
                match self.lead(scope.frame, part, &scope.instead(), span) {
                    Ok(period) => self.known(period.op, span, Type::Period(*unit)),
                    Err(_) => self.failed(span),
                }
            }
            Meaning::Choice(part, choice) => self.known(Op::Key(*part), span, Type::Choice(*choice)),
        }
    }

    /// A definition, checked first if it was not yet.
    fn read_definition(&mut self, scope: &Scope, position: usize, name: &Name) -> Checked {
        self.mark_used(&name.text);
        self.check_definition(position);
        let Some(frame) = self.definition_frames.get(position).copied().flatten() else {
            return self.failed(name.span);
        };
        let Some(column) = self.definitions.get(position).map(|state| state.column) else {
            return self.failed(name.span);
        };
        if let Some(problem) = self.flow_read_finer(scope, position, frame, name) {
            let what = format!("happens once for {}", self.frame_words(frame));
            let problem = self.declared_at(problem, column, &what);
            return self.fail(problem, name.span);
        }
        let mut checked = self.read_frame(scope, column, frame, name.span);
        // One that is being checked has the type that it declares, or none yet.
        if let Some(state) = self.definitions.get(position)
            && state.progress != super::checker::Progress::Done
        {
            (checked.ty, checked.places) = (state.own_type, state.own_places);
            self.names.exprs.at_mut(checked.expr.id).ty = checked.ty.or_number();
        }
        self.read_later(scope, position, checked, name)
    }

    /// Whether rows lie in periods by their dates.
    fn is_dated(&self, frame: FrameId) -> bool {
        match self.model.frames.at(frame).rows {
            FrameRows::Credit | FrameRows::CreditHistory => true,
            FrameRows::Record(record) => self.model.records.at(record).on.is_some(),
            _ => false,
        }
    }

    /// A flow of a coarser period happens once in it, not in each finer period.
    fn flow_read_finer(
        &self,
        scope: &Scope,
        position: usize,
        frame: FrameId,
        name: &Name,
    ) -> Option<crate::diagnostics::Diagnostic> {
        let word = self.resolved.definitions.get(position)?.tree.word;
        let flow = matches!(word, Word::Earn | Word::Pay);
        let finer = match (self.period_of(scope.frame), self.period_of(frame)) {
            (Some((_, here)), Some((_, there))) => here != there && self.model.lies_in(here, there),
            // Each row with a date of its own would have all of it.
            (None, Some(_)) => self.is_dated(scope.frame),
            (_, None) => false,
        };
        (flow && finer).then(|| {
            error::flow_at_finer(&name.text, name.span, &self.frame_words(frame), &self.frame_words(scope.frame))
        })
    }

    /// Reads a column of a frame from a row of another, or says why it cannot be.
    pub fn read_frame(&mut self, scope: &Scope, column: ColumnId, frame: FrameId, span: Span) -> Checked {
        if frame == scope.frame {
            return self.read(scope, column, None, span);
        }
        if let Some(record) = self.record_of(frame)
            && self.is_own_key(frame)
        {
            return match self.lead(scope.frame, super::model::KeyPart::Record(record), &scope.instead(), span) {
                Ok(row) => self.read(scope, column, Some(vec![row]), span),
                Err(why) => match self.subset_row(scope, record, span) {
                    Some(row) => self.read(scope, column, Some(vec![row]), span),
                    None => self.cannot_read(scope, frame, Some(column), span, &why),
                },
            };
        }
        match self.project(scope.frame, frame, &scope.instead(), span) {
            Ok(key) => self.read(scope, column, Some(key), span),
            Err(why) => self.cannot_read(scope, frame, Some(column), span, &why),
        }
    }

    /// The row of a subset record that belongs to the row of the larger record to which a row leads. To
    /// the plan's people only `to` leads.
    fn subset_row(&mut self, scope: &Scope, record: RecordId, span: Span) -> Option<Expr> {
        let link = self.model.records.at(record).subset.filter(|_| record != self.model.plan.people)?;
        let Type::Reference(larger) = self.model.columns.at(link).ty else { return None };
        let row = self.lead(scope.frame, super::model::KeyPart::Record(larger), &scope.instead(), span).ok()?;
        Some(self.expr(Op::SubsetRow(link, Box::new(row)), span, Type::Reference(record)))
    }

    fn cannot_read(
        &mut self,
        scope: &Scope,
        frame: FrameId,
        column: Option<ColumnId>,
        span: Span,
        why: &NoWay,
    ) -> Checked {
        let finer = self.project(frame, scope.frame, &Instead::default(), span).is_ok();
        let problem = match why {
            NoWay::Nothing(_) if finer => {
                let (here, there) = (self.frame_words(scope.frame), self.frame_words(frame));
                let fix = self.aggregated(column, span);
                error::needs_aggregate(self.words(span), span, &here, &there, &fix)
            }
            why => self.no_way(self.words(span), span, scope.frame, frame, why),
        };
        let problem = match column {
            Some(column) => {
                let what = format!("has a value for {}", self.frame_words(frame));
                self.declared_at(problem, column, &what)
            }
            None => problem,
        };
        self.fail(problem, span)
    }

    /// `value.column`, where the value is a reference.
    pub fn member(&mut self, scope: &Scope, value: Checked, segment: &Name, span: Span) -> Checked {
        let record = match value.ty {
            Ty::Is(Type::Reference(record)) => record,
            Ty::Unknown => return self.failed(span),
            other => {
                let found = self.type_words(other);
                let problem = error::wrong_type(span, &found, "a reference to a record before the dot");
                return self.fail(problem, span);
            }
        };
        let columns = self.columns_of(record);
        let found = columns.iter().copied().find(|column| self.names.columns.at(*column).name == segment.text);
        let Some(column) = found else {
            let names: Vec<String> = columns.iter().map(|column| self.names.columns.at(*column).name.clone()).collect();
            let record = self.names.records.at(record).name.clone();
            let problem = match self.resolved.symbol(&segment.text) {
                Some(Symbol::Definition(position)) => self.definition_behind_a_dot(scope, &record, segment, position),
                _ => error::no_column(&record, segment, names.iter().map(String::as_str)),
            };
            return self.fail(problem, segment.span);
        };
        // An inherited column is read through the chain of subsets.
        let mut row = value.expr;
        let mut record = record;
        while let Some(link) = self.model.records.at(record).subset
            && !self.model.records.at(record).columns.contains(&column)
        {
            let ty = self.model.columns.at(link).ty;
            row = self.expr(Op::ReadAt(link, vec![row]), span, ty);
            let Type::Reference(larger) = ty else { break };
            record = larger;
        }
        let mut checked = self.read(scope, column, Some(vec![row]), span);
        checked.missing = value.missing.or(checked.missing);
        checked
    }

    /// `owner.booked`, where `booked` is no column but a definition: it is read by its bare name.
    fn definition_behind_a_dot(&mut self, scope: &Scope, record: &str, name: &Name, position: usize) -> Diagnostic {
        let why = format!("`{}` is a definition, and no column of {record}", name.text);
        let problem = Diagnostic::new(Code::UnknownName, why).at(name.span, "");
        let frame = self.definition_frames.get(position).copied().flatten();
        let Some(frame) = frame else { return problem };
        let there = self.frame_words(frame);
        let leads = self.project(scope.frame, frame, &scope.instead(), name.span).is_ok();
        let help = match leads {
            true => format!(
                "write `{}` alone: it is that of the row's own {}",
                name.text,
                there.strip_prefix("each ").unwrap_or(&there)
            ),
            false => format!(
                "it has a value for {there}, and {} leads to no such row; a column alone stands behind a dot",
                self.frame_words(scope.frame)
            ),
        };
        match self.definitions.get(position).map(|state| state.column) {
            Some(column) => self.declared_at(problem.help(help), column, &format!("a value for {there}")),
            None => problem.help(help),
        }
    }

    /// A record's own columns, then those it inherits as a subset.
    pub fn columns_of(&self, record: RecordId) -> Vec<ColumnId> {
        let mut all = Vec::new();
        let mut next = Some(record);
        while let Some(record) = next {
            let record = self.model.records.at(record);
            all.extend(record.columns.iter().copied());
            next = record.subset.and_then(|link| match self.model.columns.at(link).ty {
                Type::Reference(larger) => Some(larger),
                _ => None,
            });
        }
        all
    }

    /// Reads a column at this row, or at the row with a key.
    pub fn read(&mut self, scope: &Scope, column: ColumnId, key: Option<Vec<Expr>>, span: Span) -> Checked {
        let (ty, places, optional) = {
            let column = self.model.columns.at(column);
            (column.ty, column.places, column.optional)
        };
        // Key(0) on a record's own frame is the row itself.
        let key = match key.as_deref() {
            Some([Expr { op: Op::Key(0), .. }])
                if self.is_own_key(scope.frame) && self.home_of(column) == scope.frame =>
            {
                None
            }
            _ => key,
        };
        let op = self.read_op(scope.frame, scope.as_of.as_ref(), column, key, span);
        let ty = match ty {
            Type::Number(dimension, shown) if !scope.converts => {
                let Some(dimension) = self.led_currency(scope.frame, &op, dimension, span) else {
                    return self.failed(span);
                };
                Type::Number(dimension, shown)
            }
            _ => ty,
        };
        let expr = self.expr(op, span, ty);
        let missing = self.may_miss(scope, &expr, optional).map(|why| (span, why));
        let exact = matches!(ty, Type::Number(..)) && places.is_none();
        let places = places.or_else(|| self.default_places(ty));
        Checked { expr, ty: Ty::Is(ty), places, fixed: !exact, exact, missing }
    }

    /// Why the value of a read, or of a key made of reads, may be missing.
    pub fn may_miss(&self, scope: &Scope, expr: &Expr, optional: bool) -> Option<String> {
        if scope.facts.has(expr) {
            return None;
        }
        if let Some(way) = self.written_way(&expr.op) {
            let optional = way.op.column().is_some_and(|column| self.model.columns.at(column).optional);
            return self.may_miss(scope, &way, optional);
        }
        let name = |column: ColumnId| self.names.columns.at(column).name.clone();
        match &expr.op {
            Op::Read(column) => self.column_may_miss(scope, *column, None, optional),
            Op::ReadAt(column, key) => {
                let frame = self.frame_of(*column);
                let found = self.always_leads(scope, frame, key)
                    || self.version_holds(scope, frame, key)
                    || scope.facts.has_row(frame, key, |column| self.frame_of(column));
                if !found {
                    let blank = key.iter().find_map(|part| {
                        let optional = part.op.column().is_some_and(|c| self.model.columns.at(c).optional);
                        self.may_miss(scope, part, optional)
                    });
                    if blank.is_some() {
                        return blank;
                    }
                    let row = self.record_of(frame).is_some() && key.len() == 1;
                    let found = row || self.is_own_key(frame) || self.leads_if_there(scope.frame, frame, key);
                    if !found {
                        let what = self.record_name(*column).unwrap_or_else(|| format!("`{}`", name(*column)));
                        if self.versions_of(*column).is_some() {
                            return Some(format!("on that day no version of {what} may hold"));
                        }
                        return Some(format!("there may be no {what} for {}", self.frame_words(scope.frame)));
                    }
                }
                self.column_may_miss(scope, *column, Some(key), optional)
            }
            Op::SubsetRow(link, _) => {
                let what = self.record_name(*link).unwrap_or_default();
                Some(format!("there may be no {what} for {}", self.frame_words(scope.frame)))
            }
            Op::OwnPeriodOf(unit, ..) => Some(format!("a date may lie in no {}", self.unit_name(*unit))),
            Op::PeriodOf(unit, date) => {
                let optional = date.op.column().is_some_and(|column| self.model.columns.at(column).optional);
                match unit {
                    crate::calendar::Unit::Custom(_) => Some(format!("a date may lie in no {}", self.unit_name(*unit))),
                    _ => self.may_miss(scope, date, optional),
                }
            }
            _ => None,
        }
    }

    /// Why a column may be missing on a row that the frame has: the row here, or the one with this key.
    fn column_may_miss(&self, scope: &Scope, column: ColumnId, key: Option<&[Expr]>, optional: bool) -> Option<String> {
        let name = &self.names.columns.at(column).name;
        if let Origin::Definition(definition) = &self.model.columns.at(column).origin {
            let holds = |condition: &Expr| match key {
                None => self.is_known(scope, condition),
                Some(key) => seen_from(condition, key).is_some_and(|condition| self.is_known(scope, &condition)),
            };
            let proved = definition.conditions.iter().all(holds);
            if !definition.conditions.is_empty() && !proved {
                let wheres: Vec<String> = definition
                    .conditions
                    .iter()
                    .map(|condition| self.words(self.names.exprs.at(condition.id).span).to_owned())
                    .collect();
                return Some(format!("`{name}` is there only where {}", wheres.join(" and ")));
            }
        }
        if let Origin::Credit = self.model.columns.at(column).origin
            && optional
        {
            let rules = self.rules_with(column);
            if key.is_none() && rules.iter().any(|rule| self.is_of_rule(scope, *rule)) {
                return None;
            }
            let rules: Vec<String> = rules
                .iter()
                .filter_map(|rule| self.resolved.credits.get(*rule))
                .map(|rule| format!("`{}`", rule.tree.name.text))
                .collect();
            return Some(format!("only the credits of {} have a `{name}`", rules.join(" and ")));
        }
        optional.then(|| match self.is_data(column) {
            true => format!("`{name}` may be blank"),
            false => format!("`{name}` may be missing"),
        })
    }

    /// Whether a value is there on every row, as far as all that it reads is checked.
    pub fn is_always_there(&self, value: &Checked) -> bool {
        if value.missing.is_some() || value.ty == Ty::Unknown {
            return false;
        }
        // A definition that is not checked yet has no origin of its own.
        let is_settled =
            |column| matches!(self.model.columns.at(column).origin, Origin::Data(_) | Origin::Definition(_));
        let mut open = vec![&value.expr];
        while let Some(expr) = open.pop() {
            if expr.op.column().is_some_and(|column| !is_settled(column)) {
                return false;
            }
            open.extend(expr.op.operands());
        }
        true
    }

    /// `X exists`: a value, or the row of a record.
    pub fn exists(&mut self, scope: &Scope, operand: &tree::Expr, span: Span) -> Checked {
        if let ExprKind::Path(path) = &operand.kind
            && path.rest.is_empty()
            && self.meanings(scope, &path.head).is_empty()
            && let Some(Symbol::Record(position)) = self.resolved.symbol(&path.head.text)
        {
            let record: RecordId = crate::resolve::id(position);
            let frame = self.model.records.at(record).frame;
            return match self.project(scope.frame, frame, &scope.instead(), span) {
                Ok(key) => {
                    let op = self.row_exists(scope, record, key, span);
                    self.known(op, span, Type::YesNo)
                }
                Err(why) => match self.subset_row(scope, record, span) {
                    Some(row) => {
                        let versions = self.model.records.at(record).versions.is_some();
                        let op = match versions {
                            true => self.row_exists(scope, record, vec![row], span),
                            false => Op::Exists(Box::new(row)),
                        };
                        self.known(op, span, Type::YesNo)
                    }
                    None => self.cannot_read(scope, frame, None, span, &why),
                },
            };
        }
        let operand = self.infer(scope, operand);
        if self.is_always_there(&operand) {
            self.warn(error::always_there(span));
        }
        let mut checked = self.known(Op::Exists(Box::new(operand.expr)), span, Type::YesNo);
        if operand.ty == Ty::Unknown {
            checked.ty = Ty::Unknown;
        }
        checked
    }
}
