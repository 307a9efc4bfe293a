//! Schedules: `for each Contract, month from signed for 36 months`.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Arithmetic, Expr, Op};
use super::model::{Dimension, FrameRows, KeyPart, Origin, Schedule, Shown, Type};
use super::names::duration;
use super::scope::Scope;
use crate::calendar::Unit;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{FrameId, ScheduleId};
use crate::source::Span;
use crate::syntax::tree::{self, Grain};
use crate::value::Exact;

impl Checker<'_> {
    /// The frame of a schedule; the same schedule of the same rows is one frame.
    pub fn schedule(&mut self, base: FrameId, unit: Option<Unit>, grain: &Grain) -> Option<FrameId> {
        let tree = grain.schedule.as_ref()?;
        let (unit, part) = match (unit, self.model.frames.at(base).parts.as_slice()) {
            (Some(unit), [part @ KeyPart::Record(_)]) if !matches!(unit, Unit::Custom(_)) => (unit, *part),
            _ => {
                let why = "a schedule gives rows of one record periods of the calendar";
                let help = "name the record and the period: `for each Contract, month from signed for 36 months`";
                self.report(no_schedule(tree.span, why.to_owned(), help));
                return None;
            }
        };
        let scope = Scope::new(base);
        let start = self.of_data(&scope, &tree.start)?;
        if start.ty != Ty::Is(Type::Date) {
            if start.ty != Ty::Unknown {
                let found = self.type_words(start.ty);
                self.report(error::wrong_type(tree.start.span, &found, "a date"));
            }
            return None;
        }
        let count = self.schedule_length(&scope, unit, tree)?;
        let schedule = Schedule { base, unit, start: start.expr, count };
        let known = self.model.schedules.pairs().find(|(_, other)| **other == schedule).map(|(id, _)| id);
        let id: ScheduleId = known.unwrap_or_else(|| self.model.schedules.push(schedule));
        Some(self.frame(vec![part, KeyPart::Period(unit)], FrameRows::Schedule(id)))
    }

    /// How many periods of its unit a schedule has.
    fn schedule_length(&mut self, scope: &Scope, unit: Unit, tree: &tree::Schedule) -> Option<Expr> {
        let count = self.of_data(scope, &tree.count)?;
        let (word, span) = (self.unit_name(unit), tree.count.span);
        let problem = match (&tree.unit, says_what(count.ty)) {
            _ if count.ty == Ty::Unknown => return None,
            (Some(written), false) if is_whole(count.ty) => {
                if written.text == word || written.text == format!("{word}s") {
                    return Some(count.expr);
                }
                if let Some(of) = duration(&written.text) {
                    return self.in_other_periods((&count, span.to(written.span)), of, unit);
                }
                let why = format!("a length is not counted in `{}`", written.text);
                no_schedule(written.span, why, &format!("count it in {word}s"))
            }
            (None, true) => return self.in_periods((&count, span), unit).map(|periods| *periods),
            (Some(written), true) => {
                let found = self.type_words(count.ty);
                let problem = error::wrong_type(span, &found, "a plain number");
                problem
                    .at(written.span, "")
                    .help(format!("it says itself what it counts: leave out `{}`", written.text))
            }
            (None, false) if is_whole(count.ty) => {
                let problem = error::wrong_type(span, "a plain number", "a number of months or days");
                problem.help(format!("say what is counted: `for {} {word}s`", self.short_words(span)))
            }
            _ => error::wrong_type(span, &self.type_words(count.ty), "a whole number of periods"),
        };
        self.report(problem);
        None
    }

    /// A length that is counted in other periods than the schedule's: `month from signed for 2 quarters`.
    fn in_other_periods(&mut self, (count, span): (&Checked, Span), of: (Shown, i128), unit: Unit) -> Option<Expr> {
        let (shown, each) = of;
        let ty = Type::Number(Dimension::default(), shown);
        let each = Exact::from_integer(each);
        let op = match &count.expr.op {
            Op::Constant(Value::Number(number)) => Op::Constant(Value::Number(number.times(&each))),
            _ => {
                let each = self.expr(Op::Constant(Value::Number(each)), span, ty);
                Op::Arithmetic(Arithmetic::Times, Box::new(count.expr.clone()), Box::new(each))
            }
        };
        let length = self.derive(op, span, Ty::Is(ty), &[count]);
        self.in_periods((&length, span), unit).map(|periods| *periods)
    }

    /// An expression that reads data alone: the rows of a schedule are there before anything is computed.
    fn of_data(&mut self, scope: &Scope, expr: &tree::Expr) -> Option<Checked> {
        let checked = match self.with_constants(scope.frame, expr) {
            Ok(expr) => self.infer(scope, &expr),
            Err(path) => {
                self.not_data(path.span());
                return None;
            }
        };
        if !self.is_of_data(&checked.expr) {
            self.not_data(expr.span);
            return None;
        }
        Some(checked)
    }

    fn not_data(&mut self, span: Span) {
        let help = "use columns of the data, or a `let` of the plan that is a number or a day; leave rows out with a `where` \
                    behind the schedule";
        let problem =
            no_schedule(span, "a schedule is laid out by the data alone, and this is computed".to_owned(), help);
        self.report(problem);
    }

    fn is_of_data(&self, expr: &Expr) -> bool {
        let reads =
            expr.op.column().is_none_or(|column| matches!(self.model.columns.at(column).origin, Origin::Data(_)));
        let alone = !matches!(
            expr.op,
            Op::Aggregate(_) | Op::Running(_) | Op::Rank(_) | Op::Pooled(..) | Op::Increase(_) | Op::DaysActive(_)
        );
        reads && alone && expr.op.operands().into_iter().all(|operand| self.is_of_data(operand))
    }
}

fn no_schedule(span: Span, why: String, help: &str) -> Diagnostic {
    Diagnostic::new(Code::NoSchedule, why).at(span, "").help(help)
}

/// Whether a number is one of months or days.
fn says_what(ty: Ty) -> bool {
    matches!(ty, Ty::Is(Type::Number(dimension, Shown::Months | Shown::Days)) if dimension == Dimension::default())
}

/// A count, or a constant of which the grammar knows that it is one.
fn is_whole(ty: Ty) -> bool {
    match ty {
        Ty::Bare { .. } => true,
        Ty::Is(Type::Number(dimension, shown)) => dimension == Dimension::default() && shown == Shown::Integer,
        Ty::Is(_) | Ty::Unknown => false,
    }
}
