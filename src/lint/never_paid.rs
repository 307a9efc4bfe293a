//! W0721: an earning that no payment reads.
//!
//! What is earned and never leaves the company is most often a `pay` that was not written, or one that forgets a component.

use std::collections::BTreeSet;

use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ColumnId;
use crate::types::TypedPlan;
use crate::types::graph::{Node, graph};
use crate::types::model::{Model, Origin, Word};

/// So many earnings are written in the advice.
const LISTED: usize = 3;

/// The earnings that no `pay` reads, directly or through other definitions, nor another plan.
pub(super) fn never_paid(plan: &TypedPlan) -> Vec<Diagnostic> {
    let paid = behind_payments(&plan.model);
    let unpaid: Vec<ColumnId> = of_word(&plan.model, Word::Earn)
        .filter(|column| !paid.contains(&Node::Column(*column)))
        .filter(|column| !plan.used_elsewhere.contains(&plan.names.columns.at(*column).name))
        .collect();
    if of_word(&plan.model, Word::Pay).next().is_none() {
        return no_payment(plan, &unpaid).into_iter().collect();
    }
    unpaid.into_iter().map(|column| unread(plan, column)).collect()
}

/// The definitions with a word.
fn of_word(model: &Model, word: Word) -> impl Iterator<Item = ColumnId> {
    model.columns.pairs().filter_map(move |(id, column)| match &column.origin {
        Origin::Definition(definition) if definition.word == word => Some(id),
        _ => None,
    })
}

/// All that the payments rest on.
fn behind_payments(model: &Model) -> BTreeSet<Node> {
    let graph = graph(model);
    let mut open: Vec<Node> = of_word(model, Word::Pay).map(Node::Column).collect();
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if reached.insert(node)
            && let Some(needs) = graph.get(&node)
        {
            open.extend(needs.now.iter().chain(&needs.before));
        }
    }
    reached
}

fn unread(plan: &TypedPlan, earning: ColumnId) -> Diagnostic {
    let named = plan.names.columns.at(earning);
    Diagnostic::new(Code::NeverPaid, format!("no `pay` reads `{}`, so it is earned and never paid", named.name))
        .at(named.span, "")
        .help("add it to the `pay` that it belongs to; what is only reported is a `measure`")
}

fn no_payment(plan: &TypedPlan, unpaid: &[ColumnId]) -> Option<Diagnostic> {
    unpaid.first()?;
    let why = "this plan has earnings and no `pay`, so nothing is paid";
    let problem = Diagnostic::new(Code::NeverPaid, why);
    let problem =
        unpaid.iter().fold(problem, |problem, column| problem.at(plan.names.columns.at(*column).span, "earned"));
    let unit = plan.names.unit_name(plan.model.plan.pay);
    let person = &plan.names.records.at(plan.model.plan.people).name;
    let names = unpaid.iter().take(LISTED).map(|column| format!("sum of {}", plan.names.columns.at(*column).name));
    let sum = names.collect::<Vec<_>>().join(" + ");
    let help = format!("say what leaves the company, such as `pay payout for each {person}, {unit} = {sum}`");
    Some(problem.help(help))
}
