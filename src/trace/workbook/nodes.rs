//! What a formula does, as a formula of a cell.

use super::expr::{Expr, Part, excel, while_so};
use super::values::{Kind, day, kind, literal};
use super::walk::{At, Walk, is_still, key_text};
use crate::step::{Amount, Formula, Node, Step};
use crate::value::Exact;

impl<'a> Walk<'a> {
    /// The content of the cell of a formula.
    pub(super) fn content(&mut self, formula: &'a Formula, at: At) -> Expr {
        match &formula.node {
            Node::Constant => self.constant(formula),
            Node::Key { .. } | Node::Missing => literal(formula.value.as_ref()),
            Node::Row { at: key, .. } | Node::Absent { at: key, .. } => {
                self.at_key(key, literal(formula.value.as_ref()))
            }
            Node::Present { conditions } => self.present(formula, conditions),
            Node::Step { step, at: key } => {
                let value = self.step_value(step);
                self.at_key(key.as_deref().unwrap_or_default(), value)
            }
            Node::Operation { .. } => self.operation(formula, at),
            Node::If { condition, then, taken, not_taken } => match taken {
                Some(branch) => self.choice(condition, branch, (*then, not_taken), at),
                None => self.as_in_run(formula, "the condition had no value"),
            },
            Node::Default { asked, instead } => self.default(formula, asked, instead.as_deref(), at),
            Node::Aggregate { .. } => self.aggregate(formula, at),
            Node::Ordered { .. } => self.ordered(formula, at),
            Node::Pooled { rank, prizes } => self.pooled(formula, rank, prizes, at),
            Node::Allocate { .. } => self.allocate(formula, at),
            Node::Increase { after, before, list, .. } => {
                self.increase(formula, after.as_deref(), before.as_deref(), list.as_deref())
            }
            Node::Previous { step, starting, .. } => match (step, starting) {
                (Some(step), _) => self.step_value(step),
                (None, Some(starting)) => self.operand(starting, at),
                (None, None) => literal(formula.value.as_ref()),
            },
            Node::Version { day, step, at: key } => self.version(day.as_deref(), step.as_deref(), key),
            Node::Days { .. } => self.days(formula, at),
            Node::Table { .. } => self.table(formula, at),
            Node::Convert { amount, rates, to } => self.convert(formula, amount, (rates, to.as_deref()), at),
        }
    }

    /// A number that the plan writes is an input; words are not.
    fn constant(&mut self, formula: &Formula) -> Expr {
        let number = formula.value.as_ref().filter(|value| kind(value) == Kind::Number);
        match number {
            Some(value) if is_literal(&formula.text) => self.inputs.number(self.step, &formula.text, value),
            _ => literal(formula.value.as_ref()),
        }
    }

    /// Whether a definition has its row: all its conditions hold. What follows one that did not is not known.
    fn present(&mut self, formula: &Formula, conditions: &'a [Formula]) -> Expr {
        let was = literal(formula.value.as_ref());
        if formula.value.as_ref().is_some_and(|value| value.text == "yes") {
            let tests: Vec<Expr> = conditions.iter().filter_map(|condition| self.test(condition)).collect();
            return super::expr::all(tests).unwrap_or(was);
        }
        let tests: Vec<Expr> = conditions.iter().filter_map(|condition| self.unchanged(condition)).collect();
        while_so(tests, was)
    }

    /// `if`: the branch taken, and of the other one only what its words say.
    fn choice(&mut self, condition: &'a Formula, branch: &'a Formula, (then, other): (bool, &str), at: At) -> Expr {
        let condition = self.labelled(condition, at, "");
        let taken = self.operand(branch, at);
        let other = self.written(other, branch.value.as_ref()).unwrap_or_else(Expr::unknown);
        let (yes, no) = if then { (&taken, &other) } else { (&other, &taken) };
        if condition.is("TRUE") || condition.is("FALSE") {
            return taken;
        }
        excel("IF({0},{1},{2})", &[&condition, yes, no])
    }

    /// A number as the plan writes it, in the unit of another one.
    fn written(&mut self, text: &str, like: Option<&Amount>) -> Option<Expr> {
        let like = like.filter(|value| kind(value) == Kind::Number)?;
        let number = text.trim().trim_matches(['(', ')']).split(' ').next()?;
        if !is_literal(text) || text.trim().split(' ').count() > 2 {
            return None;
        }
        let (digits, percent) = match number.strip_suffix('%') {
            Some(digits) => (digits, true),
            None => (number, false),
        };
        let value = Exact::parse(&digits.replace(',', ""))?;
        let value = if percent { value.over(&Exact::from_integer(100))? } else { value };
        let unit = if percent { "percent".to_owned() } else { like.unit.clone() };
        let amount = Amount::new(value.to_string(), unit);
        Some(self.inputs.number(self.step, text.trim(), &amount))
    }

    /// `A or B`.
    fn default(&mut self, formula: &'a Formula, asked: &'a Formula, instead: Option<&'a Formula>, at: At) -> Expr {
        let Some(instead) = instead else {
            let words = formula.text.rsplit_once(" or ").map_or("", |(_, words)| words.trim_end_matches(')'));
            let other = self.written(words, formula.value.as_ref()).unwrap_or_else(Expr::unknown);
            let own = match &asked.node {
                // Only a cell of the data can lose its value.
                Node::Step { step, at: key } => {
                    let raw = self.raw(step);
                    let value = if raw.0.iter().any(|part| matches!(part, Part::Input(_))) {
                        excel("IF([0]=\"\",{1},{0})", &[&raw, &other])
                    } else {
                        raw
                    };
                    return self.at_key(key.as_deref().unwrap_or_default(), value);
                }
                _ => self.operand(asked, at),
            };
            return own;
        };
        let value = self.operand(asked, None);
        let other = self.operand(instead, at);
        if value.is("\"\"") { other } else { excel("IF([0]=\"\",{1},{0})", &[&value, &other]) }
    }

    /// A share: the definition with this row less the same without it, as long as the rows stand in their order.
    fn increase(
        &mut self,
        formula: &'a Formula,
        after: Option<&str>,
        before: Option<&str>,
        list: Option<&str>,
    ) -> Expr {
        let Some(after) = after.filter(|_| formula.value.is_some()) else {
            return self.as_in_run(formula, "there is nothing to share in");
        };
        let after = self.step_value(after);
        let share = match before {
            Some(before) => excel("[0]-[1]", &[&after, &self.step_value(before)]),
            None => after,
        };
        let order = list.and_then(|list| self.want(list)).map(|(_, at)| Expr::of(Part::Order(at)));
        while_so(order.into_iter().collect(), share)
    }

    /// The version that holds on a day, as long as it holds.
    fn version(&mut self, on: Option<&'a Formula>, step: Option<&str>, key: &'a [Formula]) -> Expr {
        let Some(id) = step else {
            let tests = on.into_iter().chain(key).filter_map(|part| self.unchanged(part)).collect();
            return while_so(tests, Expr::blank());
        };
        let value = self.step_value(id);
        let value = self.at_key(key, value);
        let asked = match on {
            Some(on) => self.operand(on, None),
            None => return value,
        };
        let bounds = self.find(id).map(|(step, _)| step.key.iter().rev().take(2).map(|part| part.value.as_str()));
        let bounds: Vec<&str> = bounds.into_iter().flatten().collect();
        let mut tests = Vec::new();
        if let ([last, first], false) = (bounds.as_slice(), asked.is_constant()) {
            for (bound, pattern) in [(first, "[0]>=[1]"), (last, "[0]<=[1]")] {
                if !bound.is_empty() {
                    tests.push(excel(pattern, &[&asked, &day(bound)]));
                }
            }
        }
        while_so(tests, value)
    }

    /// A conversion: times the rate from, over the rate to.
    fn convert(
        &mut self,
        formula: &'a Formula,
        amount: &'a Formula,
        with: (&'a [Formula], Option<&'a Formula>),
        at: At,
    ) -> Expr {
        let (rates, to) = with;
        let sides = [amount, formula].map(|side| side.value.as_ref().map(|value| value.unit.as_str()));
        let [Some(from), Some(into)] = sides else {
            return self.as_in_run(formula, "an amount that is missing");
        };
        let mut value = self.operand(amount, at);
        let tests: Vec<Expr> = to.and_then(|to| self.unchanged(to)).into_iter().collect();
        if from == into {
            let currency = self.currency_of(amount);
            return while_so(tests.into_iter().chain(currency).collect(), value);
        }
        let unit = |rate: &Formula| rate.value.as_ref().map(|value| value.unit.clone()).unwrap_or_default();
        let base = rates.first().map(unit).unwrap_or_default();
        let mut found = false;
        for (side, pattern) in [(from, "[0]*[1]"), (into, "[0]/[1]")] {
            if base.starts_with(&format!("{side} ")) {
                continue;
            }
            let rate = rates.iter().find(|rate| self.rate_is_of(rate, side));
            if let Some(rate) = rate {
                let rate = self.operand(rate, at);
                value = excel(pattern, &[&value, &rate]);
                found = true;
            }
        }
        if found {
            return while_so(tests, value);
        }
        // Nothing needs no rate.
        self.fixed = Some("0 in another currency: the rate was not read");
        let zero = is_still(&value, amount.value.as_ref());
        while_so(vec![zero], literal(formula.value.as_ref()))
    }

    /// That an amount is still in its currency, where the trace knows the cell that names it.
    fn currency_of(&mut self, amount: &Formula) -> Vec<Expr> {
        let Node::Step { step, .. } = &amount.node else { return Vec::new() };
        let key = self.find(step).map(|(step, _)| key_text(&step.key)).unwrap_or_default();
        let facts = self.facts.get(&key).cloned().unwrap_or_default();
        let steps: Vec<&'a Step> = facts.into_iter().filter_map(|at| self.steps.get(at).copied()).collect();
        let named = steps.into_iter().filter(|step| step.value.as_ref().is_some_and(|value| value.unit == "currency"));
        named.map(|step| is_still(&self.raw(&step.id), step.value.as_ref())).collect()
    }

    fn rate_is_of(&self, rate: &Formula, currency: &str) -> bool {
        let Node::Step { step, .. } = &rate.node else { return false };
        self.find(step).is_some_and(|(step, _)| step.key.iter().any(|part| part.value.contains(currency)))
    }
}

/// Whether words are a number as a plan writes it.
pub(super) fn is_literal(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['(', '-']);
    text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['*', '/', '+', '(', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_plan_is_known_by_its_words() {
        assert!(["0", "2,000 USD", "250%", "1.5"].iter().all(|text| is_literal(text)));
        assert!(["AE", "", "0 + x", "2 * quota", "quota"].iter().all(|text| !is_literal(text)));
    }
}
