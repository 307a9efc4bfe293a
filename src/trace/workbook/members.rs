//! Aggregates: a block of rows with the members, one below the other, and a formula over them.

use super::expr::{Expr, Part, Row, all, excel, while_so};
use super::rows::{BY, COUNTS, Content, Line, Look, VALUE};
use super::values::{Kind, Written, day, kind, literal, written};
use super::walk::{At, ListRows, Walk, key_text};
use crate::step::{Amount, Days, Formula, KeyPart, LeftOut, Member, Node, StepKind};
use crate::trace::human::{glyphs::clean, keys};

/// A row of a block: what it takes part with.
pub(super) struct Taking<'a> {
    pub(super) key: &'a [KeyPart],
    pub(super) date: Option<&'a str>,
    pub(super) group: &'a [Formula],
    pub(super) conditions: &'a [Formula],
}

impl<'a> Taking<'a> {
    pub(super) fn of(member: &'a Member) -> Taking<'a> {
        let Member { key, date, group, conditions, .. } = member;
        Taking { key, date: date.as_deref(), group, conditions }
    }
}

impl<'a> Walk<'a> {
    /// An aggregate over its members, or over the first rows of a list.
    pub(super) fn aggregate(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Aggregate { op, members, left_out, list, window, .. } = &formula.node else {
            return Expr::unknown();
        };
        if let Some(list) = list {
            return self.first_rows_of(formula, op, list);
        }
        if members.is_empty() && left_out.is_empty() {
            return literal(formula.value.as_ref());
        }
        let depth = at.unwrap_or(2);
        let header = self.block_header(members.len(), left_out.len(), depth);
        let first = self.lines.next();
        for member in members {
            self.member_line(&member.key, member.value.as_ref(), depth);
        }
        self.left_out_lines(left_out, depth);
        let last = self.lines.next().saturating_sub(1);
        self.register(first, None);
        if members.iter().any(|member| member.place.is_some()) {
            self.lines.heading(header, BY, "place");
        }
        for (row, member) in (first..).zip(members) {
            let value = self.member_value(op, member.value.as_ref(), depth);
            let taking = Taking::of(member);
            let counted = self.taking(row, &taking, window.as_ref());
            self.set_member(row, counted, value, &Expr::blank());
            self.lines.change(row, |line| line.was = counted_as(op, member.value.as_ref()));
            if let Some(place) = member.place {
                self.lines.work(row, BY, Expr::text(place.to_string()), Written::Number(place.to_string()), None);
            }
        }
        self.counts_heading(header);
        self.left_out(first.saturating_add(members.len()), left_out);
        let cells = Expr::of(Part::Cells(first, last, VALUE));
        self.reduced(op, formula, cells, members.iter().map(|member| member.value.as_ref()))
    }

    /// Says where the rows of the list that is being written stand.
    pub(super) fn register(&mut self, first: Row, order: Option<Row>) {
        if self.step.kind == StepKind::List {
            self.lists.entry(self.number).or_insert(ListRows { first, order });
        }
    }

    /// What stands above a block.
    pub(super) fn block_header(&mut self, members: usize, left_out: usize, depth: u8) -> Row {
        let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        let label = match left_out {
            0 => rows(members),
            out => format!("{}, {out} left out", rows(members)),
        };
        self.lines.push(Line { depth, look: Look::Header, label, ..Line::default() })
    }

    /// The row of a member, still without its content.
    pub(super) fn member_line(&mut self, key: &[KeyPart], value: Option<&'a Formula>, depth: u8) -> Row {
        let words = value.map_or_else(String::new, |formula| clean(&formula.text));
        let amount = value.and_then(|formula| formula.value.clone());
        let label = keys::listed(key, &self.step.key);
        self.lines.push(Line { depth, label, value: amount, valued: true, words, ..Line::default() })
    }

    /// The rows that a condition turned away.
    pub(super) fn left_out_lines(&mut self, rows: &'a [LeftOut], depth: u8) {
        for row in rows {
            let label = keys::listed(&row.key, &self.step.key);
            let words = clean(&row.failing().text);
            let note = "left out".to_owned();
            self.lines.push(Line { depth, look: Look::Dim, label, words, note, ..Line::default() });
        }
    }

    /// What a row would add if its condition held is not known.
    pub(super) fn left_out(&mut self, first: Row, rows: &'a [LeftOut]) {
        for (row, left) in (first..).zip(rows) {
            let content = match self.unchanged(&left.condition) {
                Some(test) => while_so(vec![test], Expr::blank()),
                None => Expr::blank(),
            };
            self.lines.change(row, |line| line.content = Content::Formula(content));
        }
    }

    /// What a member adds.
    fn member_value(&mut self, op: &str, value: Option<&'a Formula>, depth: u8) -> Expr {
        let Some(value) = value else { return Expr::text("1") };
        let own = self.member_cell(value, depth);
        match op {
            "any" | "all" => excel("IF({0},1,0)", &[&own]),
            "count" => Expr::text("1"),
            _ => own,
        }
    }

    /// The value of a member: a cell elsewhere, or a formula with rows below the block.
    pub(super) fn member_cell(&mut self, value: &'a Formula, depth: u8) -> Expr {
        match &value.node {
            Node::Step { .. } | Node::Constant | Node::Key { .. } => self.content(value, None),
            _ => self.operand(value, Some(depth.saturating_add(1))),
        }
    }

    /// Whether a row counts: its `where` holds. That it falls to this row, and into the window, is taken from the run:
    /// where that changes, other rows that are not here might count.
    pub(super) fn taking(&mut self, row: Row, taking: &Taking<'a>, window: Option<&'a Days>) -> Option<Expr> {
        let conditions: Vec<Expr> = taking.conditions.iter().filter_map(|one| self.test(one)).collect();
        let mut falls: Vec<Expr> = taking.group.iter().filter_map(|part| self.unchanged(part)).collect();
        if let (Some(window), Some(date)) = (window, taking.date) {
            falls.extend(window.bounds.iter().filter_map(|bound| self.unchanged(bound)));
            falls.extend(self.in_window(taking.key, window, date));
        }
        if conditions.is_empty() && falls.is_empty() {
            return None;
        }
        let counts = all(conditions).unwrap_or_else(|| Expr::text("TRUE"));
        let counts = while_so(falls, counts);
        self.lines.work(row, COUNTS, counts, Written::Truth(true), None);
        self.counting = true;
        Some(Expr::of(Part::Cell(row, COUNTS)))
    }

    /// Names the column that says whether a row counts, where there is one.
    pub(super) fn counts_heading(&mut self, header: Row) {
        if std::mem::take(&mut self.counting) {
            self.lines.heading(header, COUNTS, "counts");
        }
    }

    /// Whether the date by which a row counts is still in the window, where that date is a step.
    fn in_window(&mut self, key: &[KeyPart], window: &Days, date: &str) -> Vec<Expr> {
        let dated = self.facts.get(&key_text(key)).cloned().unwrap_or_default();
        let mut tests = Vec::new();
        for at in dated {
            let Some(step) = self.steps.get(at).copied() else { continue };
            if step.value.as_ref().is_some_and(|value| value.text == date) {
                let own = self.raw(&step.id);
                tests.extend(window.first.as_deref().map(|first| excel("[0]>=[1]", &[&own, &day(first)])));
                tests.push(excel("[0]<=[1]", &[&own, &day(&window.last)]));
            }
        }
        tests
    }

    /// The cell of a member.
    pub(super) fn set_member(&mut self, row: Row, counted: Option<Expr>, value: Expr, other: &Expr) {
        let content = match counted {
            Some(counted) => excel("IF({0},{1},{2})", &[&counted, &value, other]),
            None => value,
        };
        self.set(row, content);
    }

    /// An aggregate of cells.
    pub(super) fn reduced<'v>(
        &mut self,
        op: &str,
        formula: &'a Formula,
        cells: Expr,
        values: impl Iterator<Item = Option<&'v Formula>>,
    ) -> Expr {
        let amounts: Vec<Option<&Amount>> = values.map(|value| value.and_then(|value| value.value.as_ref())).collect();
        let numeric =
            |amount: &Option<&Amount>| amount.is_none_or(|amount| matches!(kind(amount), Kind::Number | Kind::Date));
        let counted = matches!(op, "count" | "any" | "all");
        let there = amounts.iter().flatten().count();
        if formula.value.is_none() {
            return excel(&format!("IF(COUNT({{0}})={there},\"\",NA())"), &[&cells]);
        }
        if !counted && !amounts.iter().all(numeric) {
            return self.as_in_run(formula, "the largest or smallest of words or periods");
        }
        excel(reduction(op), &[&cells])
    }

    /// The first rows of the list that several steps use.
    fn first_rows_of(&mut self, formula: &'a Formula, op: &str, list: &str) -> Expr {
        let Some((step, number)) = self.want(list) else { return Expr::unknown() };
        let Some(Node::Aggregate { members, .. }) = step.formula.as_ref().map(|formula| &formula.node) else {
            return Expr::unknown();
        };
        let first = self.step.first.map_or(u32::MAX, |(first, _)| first);
        let cells = |column| Expr::of(Part::List(number, (1, members.len()), column));
        if members.is_empty() || first == 0 {
            return literal(formula.value.as_ref());
        }
        let counted: Vec<Option<&Formula>> = members
            .iter()
            .filter(|member| member.place.is_some_and(|place| place <= first))
            .map(|member| member.value.as_ref())
            .collect();
        self.array = true;
        let picked = excel(&format!("IF([0]<={first},{{1}},\"\")"), &[&cells(BY), &cells(VALUE)]);
        self.reduced(op, formula, picked, counted.into_iter())
    }

    /// The days of a period on which a person is active.
    pub(super) fn days(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Days { op, runs, others, .. } = &formula.node else { return Expr::unknown() };
        let depth = at.unwrap_or(2);
        if op != "average" || formula.value.is_none() {
            return self.as_in_run(formula, "which days a person is active");
        }
        let header = self.block_header(runs.len(), 0, depth);
        self.lines.heading(header, COUNTS, "days");
        let first = self.lines.next();
        for run in runs {
            let value = run.value.as_ref().and_then(|value| value.value.clone());
            let label = format!("{} to {}", run.from, run.to);
            self.lines.push(Line { depth, label, value, valued: true, ..Line::default() });
        }
        let last = self.lines.next().saturating_sub(1);
        let because: Vec<&'a Formula> = others.iter().flat_map(|run| &run.because).collect();
        let others: Vec<Expr> = because.into_iter().filter_map(|one| self.unchanged(one)).collect();
        for (row, run) in (first..).zip(runs) {
            let value = run.value.as_ref().map_or_else(Expr::unknown, |value| self.member_cell(value, depth));
            let tests = run.because.iter().filter_map(|one| self.unchanged(one)).collect();
            self.set(row, while_so(tests, value));
            let days = run.days.to_string();
            self.lines.work(row, COUNTS, Expr::text(days.clone()), Written::Number(days), None);
        }
        let [values, days] = [VALUE, COUNTS].map(|column| Expr::of(Part::Cells(first, last, column)));
        while_so(others, excel("SUMPRODUCT({0},{1})/SUM({1})", &[&values, &days]))
    }
}

/// What a member is in the cell of a count: 1, or whether it holds.
pub(super) fn counted_as(op: &str, value: Option<&Formula>) -> Option<Written> {
    let holds = value.and_then(|value| value.value.as_ref()).is_none_or(|value| value.text == "yes");
    match op {
        "count" => Some(Written::Number("1".to_owned())),
        "any" | "all" => Some(Written::Number(if holds { "1" } else { "0" }.to_owned())),
        _ => None,
    }
}

/// The formula of an aggregate over cells, of which those without a number are none of its members.
pub(super) fn reduction(op: &str) -> &'static str {
    match op {
        "average" => "AVERAGE({0})",
        // Of no rows it is missing, and not 0.
        "largest" => "IF(COUNT({0})=0,NA(),MAX({0}))",
        "smallest" => "IF(COUNT({0})=0,NA(),MIN({0}))",
        "any" => "SUM({0})>0",
        "all" => "SUM({0})=COUNT({0})",
        _ => "SUM({0})",
    }
}

/// A value as it was in the run, for a cell in which a block works.
pub(super) fn was(formula: &Formula) -> Written {
    written(formula.value.as_ref())
}
