//! Rows in an order: the first and the last, running sums, ranks. Their order is that of the run, and each row is asked
//! whether it still stands behind the one before it.

use super::expr::{Column, Expr, Part, Row, excel, while_so};
use super::members::{Taking, counted_as, was};
use super::operation::{date, number};
use super::rows::{BY, COUNTS, VALUE, WORK};
use super::values::{Written, literal, sound_decimals};
use super::walk::{At, Walk};
use crate::step::{Formula, Node, Placed};

/// The column that says whether a row stands behind the one before it.
const ORDER: Column = 'M';

impl<'a> Walk<'a> {
    /// Rows one after another.
    pub(super) fn ordered(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Ordered { op, list, place, before, ties, largest_first, .. } = &formula.node else {
            return Expr::unknown();
        };
        let Some(list) = list else { return self.block(formula, at) };
        let Some((step, number)) = self.want(list) else { return Expr::unknown() };
        let Some(Node::Ordered { members, .. }) = step.formula.as_ref().map(|formula| &formula.node) else {
            return Expr::unknown();
        };
        let place = place.unwrap_or_default() as usize;
        if op == "rank" {
            return self.rank(formula, (number, members), place, (ties.as_deref().unwrap_or_default(), *largest_first));
        }
        let upto = place.saturating_sub(usize::from(*before));
        if upto == 0 {
            return literal(formula.value.as_ref());
        }
        let cells = Expr::of(Part::List(number, (1, upto), VALUE));
        let values = members.iter().take(upto).filter(|member| member.taken).map(|member| member.value.as_ref());
        let op = op.strip_prefix("running_").unwrap_or(op);
        let sum = self.reduced(op, formula, cells, values);
        while_so(vec![Expr::of(Part::Order(number))], sum)
    }

    /// The rows themselves.
    fn block(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Ordered { op, members, left_out, window, largest_first, .. } = &formula.node else {
            return Expr::unknown();
        };
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
        self.register(first, (members.len() > 1).then_some(header));
        let running = op.starts_with("running");
        let mut counts: Vec<Option<Expr>> = Vec::new();
        for (row, member) in (first..).zip(members) {
            let value = match &member.value {
                Some(value) => self.member_cell(value, depth),
                None if op.ends_with("count") && member.taken => Expr::text("1"),
                None => Expr::blank(),
            };
            let taking = Taking {
                key: &member.key,
                date: member.date.as_deref(),
                group: &member.group,
                conditions: if member.taken || !running { &member.conditions } else { &[] },
            };
            let counted = self.taking(row, &taking, window.as_ref());
            counts.push(counted.clone().filter(|_| !running));
            // Without a row that was taken another one would be, but in a running sum.
            let other = if running { Expr::blank() } else { Expr::unknown() };
            let value = if member.taken { value } else { self.turned_away(member, running) };
            self.set_member(row, counted, value, &other);
            let op = op.strip_prefix("running_").unwrap_or(op);
            let was = counted_as(op, member.value.as_ref()).filter(|_| member.taken);
            self.lines.change(row, |line| line.was = was);
        }
        self.counts_heading(header);
        self.left_out(first.saturating_add(members.len()), left_out);
        let order = self.order(header, first, (members, &counts), *largest_first);
        let taken: Vec<Row> = (first..).zip(members).filter(|(_, member)| member.taken).map(|(row, _)| row).collect();
        let value = match (op.as_str(), taken.as_slice()) {
            ("first" | "last", [row]) => Expr::of(Part::Cell(*row, VALUE)),
            ("rank" | "order", _) => order.clone().unwrap_or_else(|| Expr::text("TRUE")),
            (_, [from, .., to]) => {
                let cells = Expr::of(Part::Cells(*from, *to, VALUE));
                let values = members.iter().filter(|member| member.taken).map(|member| member.value.as_ref());
                let op = op.strip_prefix("running_").unwrap_or(op);
                self.reduced(op, formula, cells, values)
            }
            (_, [row]) => {
                let cells = Expr::of(Part::Cells(*row, *row, VALUE));
                let values = members.iter().filter(|member| member.taken).map(|member| member.value.as_ref());
                let op = op.strip_prefix("running_").unwrap_or(op);
                self.reduced(op, formula, cells, values)
            }
            _ => literal(formula.value.as_ref()),
        };
        if matches!(op.as_str(), "rank" | "order") || running {
            return value;
        }
        while_so(order.into_iter().collect(), value)
    }

    /// A row that stands in the order without counting.
    fn turned_away(&mut self, member: &'a Placed, running: bool) -> Expr {
        let condition = member.conditions.last().filter(|_| running);
        match condition.and_then(|condition| self.unchanged(condition)) {
            Some(test) => while_so(vec![test], Expr::blank()),
            None => Expr::blank(),
        }
    }

    /// Writes what the rows are put in order by, and whether they stand so; none where there is one row.
    fn order(
        &mut self,
        header: Row,
        first: Row,
        (members, counts): (&'a [Placed], &[Option<Expr>]),
        largest_first: bool,
    ) -> Option<Expr> {
        let columns: Vec<Column> =
            WORK.iter().copied().filter(|column| *column != COUNTS && *column != ORDER).collect();
        self.lines.heading(header, BY, "in order of");
        for ((row, member), counted) in (first..).zip(members).zip(counts) {
            for (column, by) in columns.iter().zip(&member.by) {
                // A row that no longer counts has no place among the others.
                let own = self.operand(by, None);
                let own = while_so(counted.iter().cloned().collect(), own);
                self.lines.work(row, *column, own, was(by), by.value.clone());
            }
        }
        let pairs = members.iter().zip(members.iter().skip(1));
        for (row, (one, other)) in (first..).zip(pairs) {
            let below = row.saturating_add(1);
            let stands = stands((row, one), (below, other), &columns, largest_first);
            self.lines.work(below, ORDER, stands, Written::Truth(true), None);
        }
        let last = first.saturating_add(members.len()).saturating_sub(1);
        let second = first.saturating_add(1);
        if members.len() < 2 {
            return None;
        }
        let order = excel("AND({0})", &[&Expr::of(Part::Cells(second, last, ORDER))]);
        self.lines.work(header, ORDER, order, Written::Truth(true), None);
        Some(Expr::of(Part::Cell(header, ORDER)))
    }

    /// The place of a row among others.
    fn rank(
        &mut self,
        formula: &'a Formula,
        (list, members): (usize, &'a [Placed]),
        place: usize,
        (ties, largest_first): (&str, bool),
    ) -> Expr {
        let values: Vec<&Formula> = members.iter().filter_map(|member| member.by.first()).collect();
        let own = values.get(place.saturating_sub(1)).and_then(|own| own.value.as_ref());
        let numeric = values.len() == members.len() && values.iter().all(|value| number(value) || date(value));
        let (Some(own), true) = (own, numeric && formula.value.is_some()) else {
            self.fixed = Some("a rank by words or periods");
            return while_so(vec![Expr::of(Part::Order(list))], literal(formula.value.as_ref()));
        };
        let all = Expr::of(Part::List(list, (1, members.len()), BY));
        let cell = Expr::of(Part::List(list, (place, place), BY));
        let amounts: Vec<_> = values.iter().filter_map(|value| value.value.as_ref()).collect();
        let sound = sound_decimals(&amounts).saturating_sub(2).max(1);
        let sign = if largest_first { ">" } else { "<" };
        let better = excel(&format!("1+SUMPRODUCT(--(ROUND({{0}}-[1],{sound}){sign}0))"), &[&all, &cell]);
        let same = values.iter().filter(|value| value.value.as_ref() == Some(own)).count();
        let equals = excel(&format!("SUMPRODUCT(--(ROUND({{0}}-[1],{sound})=0))={same}"), &[&all, &cell]);
        match ties {
            "shared" => better,
            "dense" => {
                let pattern = format!("1+SUMPRODUCT((ROUND({{0}}-[1],{sound}){sign}0)/COUNTIF({{0}},{{0}}))");
                excel(&pattern, &[&all, &cell])
            }
            // Equal rows stand in the order of what comes behind, and of their keys: that of the run.
            _ if same == 1 => while_so(vec![equals], better),
            _ => {
                self.fixed = Some("a rank among equals");
                while_so(vec![equals, Expr::of(Part::Order(list))], literal(formula.value.as_ref()))
            }
        }
    }

    /// The average of the prizes of the places that equals take together, as long as they take these.
    pub(super) fn pooled(&mut self, formula: &'a Formula, rank: &'a Formula, prizes: &'a [Formula], at: At) -> Expr {
        let Node::Ordered { list: Some(list), place: Some(place), largest_first, .. } = &rank.node else {
            return self.as_in_run(formula, "the prizes of several places");
        };
        let Some((step, number)) = self.want(list) else { return Expr::unknown() };
        let Some(Node::Ordered { members, .. }) = step.formula.as_ref().map(|formula| &formula.node) else {
            return Expr::unknown();
        };
        let place = *place as usize;
        let values: Vec<_> =
            members.iter().filter_map(|member| member.by.first()).filter_map(|by| by.value.as_ref()).collect();
        let Some(own) = values.get(place.saturating_sub(1)).copied().filter(|_| values.len() == members.len()) else {
            return self.as_in_run(formula, "the prizes of several places");
        };
        let sound = sound_decimals(&values).saturating_sub(2).max(1);
        let all = Expr::of(Part::List(number, (1, members.len()), BY));
        let cell = Expr::of(Part::List(number, (place, place), BY));
        let sign = if *largest_first { ">" } else { "<" };
        let same = values.iter().filter(|value| **value == own).count();
        let better = values.iter().take_while(|value| **value != own).count();
        let tests = [(sign, better), ("=", same)].map(|(sign, count)| {
            excel(&format!("SUMPRODUCT(--(ROUND({{0}}-[1],{sound}){sign}0))={count}"), &[&all, &cell])
        });
        let prizes: Vec<Expr> = prizes.iter().map(|prize| self.operand(prize, at.or(Some(2)))).collect();
        while_so(tests.to_vec(), excel("AVERAGE({0})", &[&super::expr::joined(&prizes)]))
    }
}

/// Whether a row stands behind another: by the first value in which they differ. Equal rows stand in order of their keys, so
/// rows that become equal are not known to.
fn stands(one: (Row, &Placed), other: (Row, &Placed), columns: &[Column], largest_first: bool) -> Expr {
    let same = |(a, b): (&Formula, &Formula)| a.value == b.value;
    let equal = one.1.by.iter().zip(&other.1.by).all(same);
    let mut expr = Expr::text(if equal { "TRUE" } else { "FALSE" });
    let pairs: Vec<_> = columns.iter().zip(one.1.by.iter().zip(&other.1.by)).enumerate().collect();
    for (index, (column, (a, b))) in pairs.into_iter().rev() {
        let cells = [one.0, other.0].map(|row| Expr::of(Part::Cell(row, *column)));
        let [left, right] = &cells;
        let plain = (number(a) && number(b)) || (date(a) && date(b));
        expr = if plain {
            let amounts: Vec<_> = a.value.iter().chain(&b.value).collect();
            let sound = sound_decimals(&amounts).saturating_sub(2).max(1);
            let sign = if index == 0 && largest_first { ">" } else { "<" };
            let difference = excel(&format!("ROUND([0]-[1],{sound})"), &[left, right]);
            excel(&format!("IF([0]=0,{{1}},[0]{sign}0)"), &[&difference, &expr])
        } else {
            // Words and periods: they stand as they stood in the run.
            let tests =
                vec![super::walk::is_still(left, a.value.as_ref()), super::walk::is_still(right, b.value.as_ref())];
            super::expr::all(tests).unwrap_or_else(|| Expr::text("TRUE"))
        };
    }
    expr
}
