//! `case`.

use pest::iterators::Pair;

use super::expr::{DEPTH, Grown, grown};
use super::{Builder, Built, Parts};
use crate::diagnostics::Code;
use crate::syntax::tree::{Arm, Case, ExprKind};
use crate::syntax::words::Rule;

impl Builder<'_> {
    /// `case x when a, b then y else z`, or with conditions instead of `x`.
    pub(super) fn case_expr(&self, pair: Pair<'_, Rule>, level: u32) -> Built<Grown> {
        // Its arms take more of the stack than other levels do.
        let level = level.saturating_add(2);
        let span = self.span(&pair);
        let mut case = Case { subject: None, arms: Vec::new(), otherwise: None };
        let mut height = 0;
        for part in Parts::of(pair) {
            match part.as_rule() {
                Rule::subject => {
                    let subject = self.grow(part, level)?;
                    height = height.max(subject.height);
                    case.subject = Some(subject.expr);
                }
                Rule::when_part => {
                    let (arm, high) = self.arm(part, case.subject.is_some(), level)?;
                    // An arm lies in all those before it.
                    height = height.max(high).saturating_add(1);
                    case.arms.push(arm);
                }
                _ => {
                    let otherwise = self.grow(self.first(part)?, level)?;
                    height = height.max(otherwise.height);
                    case.otherwise = Some(otherwise.expr);
                }
            }
        }
        if u32::try_from(case.arms.len()).map_or(true, |arms| arms.saturating_add(level) >= DEPTH) {
            let message = format!("this `case` has {} arms, and each of them lies in the one before", case.arms.len());
            let help = "look the value up in a table of `rates`, which has as many rows as it takes";
            return Err(Self::problem(Code::TooDeep, message, span, help));
        }
        if case.arms.is_empty() {
            let message = "this `case` has no `when`";
            let help = "a `case` is written `case … when … then … else …`";
            return Err(Self::problem(Code::Syntax, message, span, help));
        }
        grown(ExprKind::Case(Box::new(case)), span, height)
    }

    fn arm(&self, pair: Pair<'_, Rule>, subject: bool, level: u32) -> Built<(Arm, u32)> {
        let span = self.span(&pair);
        let (mut values, mut result, mut height) = (Vec::new(), None, 0_u32);
        for part in Parts::of(pair) {
            if part.as_rule() == Rule::then_part {
                let value = self.grow(self.first(part)?, level)?;
                height = height.max(value.height);
                result = Some(value.expr);
                continue;
            }
            let value = self.grow(part, level)?;
            // Each further value lies beside those before it.
            height = height.max(value.height).saturating_add(1);
            values.push(value.expr);
        }
        if let (false, [_, second, ..]) = (subject, values.as_slice()) {
            let message = "without a value behind `case`, a `when` has one condition";
            let help = "join conditions by `or`, or name the value: `case kind when new, expansion then …`";
            return Err(Self::problem(Code::Syntax, message, second.span, help));
        }
        match result {
            Some(result) => Ok((Arm { values, result, span }, height)),
            None => {
                let message = "this `when` has no `then`";
                let help = "say what holds then: `when … then …`";
                Err(Self::problem(Code::Syntax, message, span, help))
            }
        }
    }
}
