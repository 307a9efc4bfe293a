//! Arithmetic, comparisons, logic and the calendar as formulas.

use super::expr::{Expr, Part, excel, while_so};
use super::rounding::rounded;
use super::values::{Kind, day, kind, literal, sound_decimals};
use super::walk::{At, Walk, where_all};
use crate::step::{ActiveDays, Amount, Formula, Node};

impl<'a> Walk<'a> {
    /// An operation over operands.
    pub(super) fn operation(&mut self, formula: &'a Formula, at: At) -> Expr {
        let Node::Operation { op, operands, rounded: kept, active, .. } = &formula.node else {
            return Expr::unknown();
        };
        match (op.as_str(), operands.as_slice()) {
            ("exists", [asked]) => self.exists(asked),
            ("days_active", [period, ..]) if formula.value.is_some() => match active {
                Some(active) => self.days_active(formula, period, active),
                None => self.as_in_run(formula, "days on which a person is active"),
            },
            _ if formula.value.is_none() || operands.iter().any(|operand| operand.value.is_none()) => {
                self.as_in_run(formula, "it rests on a value that is missing")
            }
            ("and" | "or", _) => self.logic(op == "or", operands, at),
            ("not", [a]) => {
                let a = self.operand(a, at);
                excel("NOT({0})", &[&a])
            }
            ("plus" | "minus" | "times" | "of" | "over", [a, b]) => self.arithmetic(op, formula, (a, b), at),
            ("negate", [a]) if number(a) => {
                let a = self.operand(a, at);
                excel("-[0]", &[&a])
            }
            ("minimum" | "maximum", all) if all.iter().all(|one| number(one) || date(one)) => {
                let all: Vec<Expr> = all.iter().map(|one| self.operand(one, at)).collect();
                let pattern = if op == "minimum" { "MIN({0})" } else { "MAX({0})" };
                excel(pattern, &[&super::expr::joined(&all)])
            }
            ("round", [a]) => match kept {
                Some(kept) => {
                    let sound = a.value.as_ref().map_or(1, |value| sound_decimals(&[value]));
                    // The formula of a rounding may name its number several times: it stands in a row of its own.
                    let a = self.operand(a, at.or(Some(2)));
                    rounded(&a, kept.places, &kept.mode, sound)
                }
                None => self.as_in_run(formula, "a rounding without places"),
            },
            ("equal" | "not_equal", [a, b]) => {
                let same = self.same(a, b, at);
                if op == "equal" { same } else { excel("NOT({0})", &[&same]) }
            }
            ("less" | "less_or_equal" | "greater" | "greater_or_equal", [a, b])
                if (number(a) && number(b)) || (date(a) && date(b)) =>
            {
                let difference = self.difference(a, b, at);
                let sign = match op.as_str() {
                    "less" => "<",
                    "less_or_equal" => "<=",
                    "greater" => ">",
                    _ => ">=",
                };
                excel(&format!("[0]{sign}0"), &[&difference])
            }
            _ => self.calendar(op, formula, operands, at),
        }
    }

    fn calendar(&mut self, op: &str, formula: &'a Formula, operands: &'a [Formula], at: At) -> Expr {
        match (op, operands) {
            ("period_of" | "own_period_of", [of]) if date(of) => {
                let of = self.operand(of, None);
                let bounds = formula.value.as_ref().and_then(|value| value.first.as_deref().zip(value.last.as_deref()));
                let (Some((first, last)), false) = (bounds, of.is_constant()) else {
                    return literal(formula.value.as_ref());
                };
                let tests = vec![excel("[0]>=[1]", &[&of, &day(first)]), excel("[0]<=[1]", &[&of, &day(last)])];
                while_so(tests, literal(formula.value.as_ref()))
            }
            ("months_between", [a, b]) if date(a) && date(b) => {
                let (a, b) = (self.operand(a, at), self.operand(b, at));
                let months = excel("(YEAR({1})-YEAR({0}))*12+MONTH({1})-MONTH({0})", &[&a, &b]);
                excel("[2]-IF(EDATE({0},{2})>[1],1,0)", &[&a, &b, &months])
            }
            _ => self.as_in_run(formula, why(op)),
        }
    }

    fn arithmetic(&mut self, op: &str, formula: &'a Formula, (a, b): (&'a Formula, &'a Formula), at: At) -> Expr {
        let pattern = match op {
            "plus" => "[0]+[1]",
            "minus" => "[0]-[1]",
            "over" => "[0]/[1]",
            _ => "[0]*[1]",
        };
        let moved = date(a) && number(b);
        let numbers = number(a) && number(b);
        let days = date(a) && date(b) && op == "minus";
        if !(moved || numbers || days) {
            return self.as_in_run(formula, "it moves a period");
        }
        let months = moved && b.value.as_ref().is_some_and(|value| value.unit == "months");
        let (left, right) = (self.operand(a, at), self.operand(b, at));
        match (months, op) {
            (true, "plus") => excel("EDATE({0},{1})", &[&left, &right]),
            (true, _) => excel("EDATE({0},-[1])", &[&left, &right]),
            // In brackets: what stands behind a minus, and a quotient below a line, are one.
            (false, _) => excel(pattern, &[&left, &right]),
        }
    }

    /// What one number or day is more than another, without the noise of doubles.
    pub(super) fn difference(&mut self, a: &'a Formula, b: &'a Formula, at: At) -> Expr {
        let (left, right) = (self.operand(a, at), self.operand(b, at));
        let plain = date(a) || (number(b) && right.is("0"));
        if plain {
            return excel("[0]-[1]", &[&left, &right]);
        }
        let amounts: Vec<&Amount> = a.value.iter().chain(&b.value).collect();
        let sound = sound_decimals(&amounts).saturating_sub(2).max(1);
        excel(&format!("ROUND([0]-[1],{sound})"), &[&left, &right])
    }

    fn same(&mut self, a: &'a Formula, b: &'a Formula, at: At) -> Expr {
        if (number(a) && number(b)) || (date(a) && date(b)) {
            let difference = self.difference(a, b, at);
            return excel("[0]=0", &[&difference]);
        }
        let (left, right) = (self.operand(a, at), self.operand(b, at));
        if a.value.as_ref().map(kind) == Some(Kind::Truth) {
            return excel("[0]=[1]", &[&left, &right]);
        }
        excel("EXACT({0},{1})", &[&left, &right])
    }

    /// `and`, `or`: one operand is there where it decided alone; what the other would have been is not known.
    fn logic(&mut self, or: bool, operands: &'a [Formula], at: At) -> Expr {
        let all: Vec<Expr> = operands.iter().map(|one| self.operand(one, at)).collect();
        match (or, all.as_slice()) {
            (true, [a]) => excel("IF({0},TRUE,NA())", &[a]),
            (false, [a]) => excel("IF({0},NA(),FALSE)", &[a]),
            (true, [a, b]) => excel("IF({0},TRUE,{1})", &[a, b]),
            (false, [a, b]) => excel("IF({0},{1},FALSE)", &[a, b]),
            _ => Expr::unknown(),
        }
    }

    /// Whether there is a value.
    fn exists(&mut self, asked: &'a Formula) -> Expr {
        let (value, key) = match &asked.node {
            Node::Step { step, at } => (self.raw(step), at.as_deref().unwrap_or_default()),
            Node::Row { .. } => return self.operand(asked, None),
            _ => (self.operand(asked, None), Default::default()),
        };
        if value.is_constant() {
            return Expr::text(if value.is("\"\"") { "FALSE" } else { "TRUE" });
        }
        // A definition that loses its value says that it is unknown, and so does this.
        let there = if value.0.iter().any(|part| matches!(part, Part::Input(_))) {
            excel("[0]<>\"\"", &[&value])
        } else {
            excel("IF([0]<>\"\",TRUE,FALSE)", &[&value])
        };
        self.at_key(key, there)
    }

    /// The days of a period from one day to another.
    fn days_active(&mut self, formula: &'a Formula, period: &'a Formula, active: &'a ActiveDays) -> Expr {
        let Some(within) = &active.within else {
            return literal(formula.value.as_ref());
        };
        let tests: Vec<Expr> = self.unchanged(period).into_iter().collect();
        let mut side = |of: &'a Option<Formula>, bound: &str, pattern: &str| -> Expr {
            let bound = day(bound);
            let Some(of) = of else { return bound };
            let own = match &of.node {
                Node::Step { step, .. } => self.raw(step),
                _ => self.operand(of, None),
            };
            match of.value {
                _ if own.is("\"\"") => bound,
                _ if own.is_constant() => excel(pattern, &[&bound, &own]),
                _ => {
                    let given = excel("IF([0]=\"\",{1},{0})", &[&own, &bound]);
                    excel(pattern, &[&bound, &given])
                }
            }
        };
        let first = side(&active.from, within.first.as_deref().unwrap_or_default(), "MAX({0},{1})");
        let last = side(&active.to, &within.last, "MIN({0},{1})");
        let days = excel("MAX(0,[0]-[1]+1)", &[&last, &first]);
        let inside: Vec<Expr> = active.inside.as_ref().and_then(|inside| self.test(inside)).into_iter().collect();
        let days = where_all(inside, &days, &Expr::text("0"));
        while_so(tests, days)
    }
}

/// Whether a value is a number.
pub(super) fn number(formula: &Formula) -> bool {
    formula.value.as_ref().map(kind) == Some(Kind::Number)
}

/// Whether a value is a day.
pub(super) fn date(formula: &Formula) -> bool {
    formula.value.as_ref().map(kind) == Some(Kind::Date)
}

/// Why an operation is not live.
fn why(op: &str) -> &'static str {
    match op {
        "level" => "how many managers stand between",
        "less" | "less_or_equal" | "greater" | "greater_or_equal" => "a comparison of periods or words",
        "minimum" | "maximum" => "the first or last of periods or words",
        _ => "periods of the plan's calendar",
    }
}
