//! What needs what: the order of computation, and the circles in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::expr::{Aggregate, Expr, Op, Window};
use super::model::{KeyPart, Model, Origin};
use crate::ids::{ColumnId, EnsureId, FrameId, RuleId};

/// Something that is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// The credits of a rule.
    Rule(RuleId),
    /// The frame of all credits.
    Credits,
    /// A frame of combinations that occur elsewhere.
    Frame(FrameId),
    /// A definition.
    Column(ColumnId),
    /// A condition that must hold.
    Ensure(EnsureId),
}

/// What a node needs, apart from data.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Now, on its own or other rows.
    pub now: BTreeSet<Node>,
    /// Of the period before.
    pub before: BTreeSet<Node>,
}

/// What each node of a plan needs.
pub fn graph(model: &Model) -> BTreeMap<Node, Needs> {
    let mut graph = BTreeMap::new();
    for (id, column) in model.columns.pairs() {
        if let Origin::Definition(definition) = &column.origin {
            let mut needs = Needs::default();
            frame_needs(model, column.frame, &mut needs);
            needs.now.extend(column.row_currency().and_then(|currency| column_node(model, currency)));
            let flow = definition.date.iter().chain(&definition.person);
            for expr in definition.conditions.iter().chain([&definition.body]).chain(flow) {
                expr_needs(model, expr, &mut needs);
            }
            graph.insert(Node::Column(id), needs);
        }
    }
    for (id, rule) in model.rules.pairs() {
        let mut needs = Needs::default();
        for expr in rule.source_exprs().chain(rule.exprs()) {
            expr_needs(model, expr, &mut needs);
        }
        graph.insert(Node::Rule(id), needs);
    }
    for (id, ensure) in model.ensures.pairs() {
        let mut needs = Needs::default();
        frame_needs(model, ensure.frame, &mut needs);
        for expr in ensure.conditions.iter().chain([&ensure.holds]) {
            expr_needs(model, expr, &mut needs);
        }
        graph.insert(Node::Ensure(id), needs);
    }
    for frame in model.frames.ids() {
        if let Some(occurring) = model.occurring_of(frame) {
            let mut needs = Needs::default();
            frame_needs(model, occurring.members, &mut needs);
            for expr in &occurring.keys {
                expr_needs(model, expr, &mut needs);
            }
            graph.insert(Node::Frame(frame), needs);
        }
    }
    if model.credit.is_some() {
        let now = model.rules.ids().map(Node::Rule).collect();
        graph.insert(Node::Credits, Needs { now, before: BTreeSet::new() });
    }
    graph
}

fn frame_needs(model: &Model, frame: FrameId, needs: &mut Needs) {
    if model.credits_of(frame).is_some() {
        needs.now.insert(Node::Credits);
    }
    if model.occurring_of(frame).is_some() {
        needs.now.insert(Node::Frame(frame));
    }
}

fn column_node(model: &Model, column: ColumnId) -> Option<Node> {
    match model.columns.at(column).origin {
        Origin::Data(_) | Origin::Level => None,
        Origin::Credit => Some(Node::Credits),
        Origin::Definition(_) => Some(Node::Column(column)),
    }
}

fn expr_needs(model: &Model, expr: &Expr, needs: &mut Needs) {
    if let Some(node) = expr.op.column().and_then(|column| column_node(model, column)) {
        match &expr.op {
            Op::Previous(_) => needs.before.insert(node),
            _ => needs.now.insert(node),
        };
    }
    match &expr.op {
        Op::Previous(column) => starting_needs(model, *column, needs),
        Op::Aggregate(aggregate) => frame_needs(model, aggregate.members, needs),
        _ => {}
    }
    for operand in expr.op.operands() {
        expr_needs(model, operand, needs);
    }
}

/// A previous value on the first row is the column's starting value.
fn starting_needs(model: &Model, column: ColumnId, needs: &mut Needs) {
    if let Origin::Definition(definition) = &model.columns.at(column).origin
        && let Some(starting) = &definition.starting
    {
        expr_needs(model, &starting.value, needs);
    }
}

/// The strongly connected parts of a graph, each after those it needs; nodes of a part and parts
/// that do not need each other stand in order of their nodes. With `before`, needs of the period
/// before count too.
pub fn parts(graph: &BTreeMap<Node, Needs>, before: bool) -> Vec<Vec<Node>> {
    let mut walk = Walk {
        graph,
        before,
        index: BTreeMap::new(),
        low: BTreeMap::new(),
        stack: Vec::new(),
        on_stack: BTreeSet::new(),
        parts: Vec::new(),
    };
    for node in graph.keys() {
        if !walk.index.contains_key(node) {
            walk.visit(*node);
        }
    }
    walk.parts
}

/// The first node of a part that cannot be computed period by period, all of its rows before those of
/// the next period: the part needs the period before, and the node stands on other rows than the
/// first or adds up more of the part than its own rows up to their own period.
pub fn not_by_periods(model: &Model, part: &[Node]) -> Option<Node> {
    let columns: BTreeSet<ColumnId> = part.iter().filter_map(|node| column_of(*node)).collect();
    let frame = columns.first().map(|column| model.columns.at(*column).frame);
    let reads_before = part.len() > 1;
    let loose = |node: &&Node| match column_of(**node) {
        Some(column) => {
            let Origin::Definition(definition) = &model.columns.at(column).origin else { return false };
            let mut exprs = definition.conditions.iter().chain([&definition.body]);
            Some(model.columns.at(column).frame) != frame
                || exprs.any(|expr| adds_ahead(model, model.columns.at(column).frame, expr, &columns))
        }
        None => reads_before,
    };
    part.iter().find(loose).copied()
}

fn column_of(node: Node) -> Option<ColumnId> {
    match node {
        Node::Column(column) => Some(column),
        Node::Rule(_) | Node::Credits | Node::Frame(_) | Node::Ensure(_) => None,
    }
}

/// Whether an expression adds up or goes through some of these columns otherwise than up to the row's own
/// period.
fn adds_ahead(model: &Model, frame: FrameId, expr: &Expr, columns: &BTreeSet<ColumnId>) -> bool {
    let asked = || reads(expr, columns);
    let any = |exprs: &[Expr]| exprs.iter().any(|expr| reads(expr, columns));
    let ahead = match &expr.op {
        Op::Aggregate(aggregate) => asked() && !is_so_far(model, aggregate),
        // Within one period, only which rows take part is asked of all of them.
        Op::Running(running) if within_period(model, frame, &running.group) => any(&running.conditions),
        Op::Rank(rank) | Op::Pooled(_, rank) if within_period(model, frame, &rank.group) => any(&rank.conditions),
        Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Allocate(_) => asked(),
        _ => false,
    };
    ahead || expr.op.operands().into_iter().any(|operand| adds_ahead(model, frame, operand, columns))
}

/// Whether an aggregate has a window over its reader's own rows, each by the last day of its period.
fn is_so_far(model: &Model, aggregate: &Aggregate) -> bool {
    let parts = &model.frames.at(aggregate.members).parts;
    let is_period = |part: usize| matches!(parts.get(part), Some(KeyPart::Period(_)));
    let own_period = |window: &Window| match &window.date.op {
        Op::LastDay(_, period) => matches!(period.op, Op::Key(part) if is_period(part)),
        _ => false,
    };
    aggregate.members == aggregate.reader && aggregate.window.as_ref().is_some_and(own_period)
}

/// Whether the rows of a group lie in one period of their frame.
fn within_period(model: &Model, frame: FrameId, group: &[Expr]) -> bool {
    let parts = &model.frames.at(frame).parts;
    let is_own = |part: usize| matches!(parts.get(part), Some(KeyPart::Period(_)));
    group.iter().any(|expr| matches!(expr.op, Op::Key(part) if is_own(part)))
}

fn reads(expr: &Expr, columns: &BTreeSet<ColumnId>) -> bool {
    expr.op.column().is_some_and(|column| columns.contains(&column))
        || expr.op.operands().into_iter().any(|operand| reads(operand, columns))
}

/// A shortest circle through the first node of a strongly connected part: each node needs the next.
pub fn circle(graph: &BTreeMap<Node, Needs>, part: &[Node]) -> Vec<Node> {
    let Some(first) = part.first() else { return Vec::new() };
    let mut came_from: BTreeMap<Node, Node> = BTreeMap::new();
    let mut open = VecDeque::from([*first]);
    while let Some(node) = open.pop_front() {
        let needs = graph.get(&node).map(|needs| &needs.now);
        for next in needs.into_iter().flatten().filter(|next| part.binary_search(next).is_ok()) {
            if next == first {
                let mut circle = vec![node];
                while let Some(before) = circle.last().and_then(|node| came_from.get(node)) {
                    circle.push(*before);
                }
                circle.reverse();
                return circle;
            }
            if !came_from.contains_key(next) {
                came_from.insert(*next, node);
                open.push_back(*next);
            }
        }
    }
    part.to_vec()
}

/// Tarjan's algorithm, with a stack of its own: plans may be long.
struct Walk<'a> {
    graph: &'a BTreeMap<Node, Needs>,
    before: bool,
    index: BTreeMap<Node, usize>,
    low: BTreeMap<Node, usize>,
    stack: Vec<Node>,
    on_stack: BTreeSet<Node>,
    parts: Vec<Vec<Node>>,
}

impl Walk<'_> {
    fn needs(&self, node: Node) -> Vec<Node> {
        let Some(needs) = self.graph.get(&node) else {
            return Vec::new();
        };
        let before = needs.before.iter().filter(|_| self.before);
        needs.now.iter().chain(before).copied().filter(|other| self.graph.contains_key(other)).collect()
    }

    fn enter(&mut self, node: Node, open: &mut Vec<(Node, Vec<Node>)>) {
        let number = self.index.len();
        self.index.insert(node, number);
        self.low.insert(node, number);
        self.stack.push(node);
        self.on_stack.insert(node);
        let mut needs = self.needs(node);
        needs.reverse();
        open.push((node, needs));
    }

    fn lower(&mut self, node: Node, to: usize) {
        if let Some(low) = self.low.get_mut(&node) {
            *low = (*low).min(to);
        }
    }

    fn visit(&mut self, start: Node) {
        let mut open = Vec::new();
        self.enter(start, &mut open);
        while let Some((node, needs)) = open.last_mut() {
            let node = *node;
            match needs.pop() {
                Some(next) if !self.index.contains_key(&next) => self.enter(next, &mut open),
                Some(next) => {
                    if self.on_stack.contains(&next) {
                        let number = self.index.get(&next).copied().unwrap_or(0);
                        self.lower(node, number);
                    }
                }
                None => {
                    open.pop();
                    let low = self.low.get(&node).copied().unwrap_or(0);
                    if let Some((parent, _)) = open.last() {
                        let parent = *parent;
                        self.lower(parent, low);
                    }
                    if self.index.get(&node) == Some(&low) {
                        self.close(node);
                    }
                }
            }
        }
    }

    fn close(&mut self, node: Node) {
        let mut part = Vec::new();
        while let Some(last) = self.stack.pop() {
            part.push(last);
            self.on_stack.remove(&last);
            if last == node {
                break;
            }
        }
        part.sort();
        self.parts.push(part);
    }
}
