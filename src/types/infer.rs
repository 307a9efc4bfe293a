//! Types of expressions: literals, operators, conditions.

use super::advice::Wanted;
use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Arithmetic, Comparison, Expr, Op};
use super::model::{Dimension, Part, Shown, Type};
use super::names::duration;
use super::scope::Scope;
use super::units::product;
use crate::calendar::Unit;
use crate::cell::Value;
use crate::diagnostics::{Code, Diagnostic};
use crate::ids::ChoiceId;
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, ExprKind, LiteralKind, Name};
use crate::syntax::{habits, is_name};
use crate::value::{Currency, Exact, Fixed};

/// A plain number.
pub(super) const NUMBER: Type = Type::Number(Dimension { above: None, below: None }, Shown::Number);
/// A count.
pub(super) const INTEGER: Type = Type::Number(Dimension { above: None, below: None }, Shown::Integer);
/// A number of days.
pub(super) const DAYS: Type = Type::Number(Dimension { above: None, below: None }, Shown::Days);
/// A number of months.
pub(super) const MONTHS: Type = Type::Number(Dimension { above: None, below: None }, Shown::Months);
/// A percentage.
pub(super) const PERCENT: Type = Type::Number(Dimension { above: None, below: None }, Shown::Percent);

/// Goes on in another piece of stack where little is left: a definition is checked when the first reader asks
/// for it, in the midst of an expression.
fn with_room<T>(work: impl FnOnce() -> T) -> T {
    const LEFT_BYTES: usize = 128 * 1024;
    const PIECE_BYTES: usize = 4 * 1024 * 1024;
    stacker::maybe_grow(LEFT_BYTES, PIECE_BYTES, work)
}

/// An amount of a currency.
pub(super) fn money(currency: Currency) -> Type {
    Type::Number(Dimension { above: Some(Part::Currency(currency)), below: None }, Shown::Money)
}

impl Ty {
    /// The type, a plain number where nothing more is known.
    pub fn or_number(self) -> Type {
        match self {
            Ty::Is(ty) => ty,
            Ty::Bare { .. } | Ty::Unknown => NUMBER,
        }
    }

    /// The unit and look of a number.
    pub fn number(self) -> Option<(Dimension, Shown)> {
        match self {
            Ty::Is(Type::Number(dimension, shown)) => Some((dimension, shown)),
            Ty::Bare { .. } | Ty::Unknown => Some((Dimension::default(), Shown::Number)),
            Ty::Is(_) => None,
        }
    }
}

impl Checker<'_> {
    /// The type of an expression and the expression with all joins written out. Problems are
    /// reported; what has one is of unknown type.
    pub fn infer(&mut self, scope: &Scope, expr: &tree::Expr) -> Checked {
        with_room(|| self.infer_now(scope, expr))
    }

    fn infer_now(&mut self, scope: &Scope, expr: &tree::Expr) -> Checked {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, span),
            ExprKind::Path(path) => self.path(scope, path, span),
            ExprKind::Call(name, args) => self.call(scope, name, args, span),
            ExprKind::Negate(operand) => self.negate(scope, operand, span),
            ExprKind::Not(operand) => {
                let operand = self.condition(scope, operand);
                self.derive(Op::Not(Box::new(operand.expr.clone())), span, Ty::Is(Type::YesNo), &[&operand])
            }
            ExprKind::Exists(operand) => self.exists(scope, operand, span),
            ExprKind::Binary(op, left, right) => self.binary(scope, *op, left, right, span),
            ExprKind::If(condition, then, otherwise) => {
                self.if_then(scope, Ty::Unknown, [condition, then, otherwise], span)
            }
            ExprKind::Case(case) => self.case(scope, Ty::Unknown, case, span),
            ExprKind::Aggregate(aggregate) => self.aggregate(scope, aggregate, span),
            ExprKind::Previous(name) => self.previous(scope, name, span),
            ExprKind::Increase(name, order) => self.increase(scope, name, order, span),
            ExprKind::Running(running) => self.running(scope, running, span),
            ExprKind::Rank(rank) => self.rank(scope, rank, span),
            ExprKind::Allocate(_) => self.allocate_inside(span),
            ExprKind::Convert { value, currency, using, at } => {
                self.convert(scope, [value, at], (currency, using), span)
            }
            ExprKind::AsOf(value, day) => self.at_day(scope, value, day, span),
            ExprKind::ActiveOn(person, day) => self.active_on(scope, person, day, span),
            ExprKind::Ago(operand, ago) => self.ago(scope, operand, ago, span),
            ExprKind::DaysActive(unit) => self.days_active(scope, unit, span),
            ExprKind::DaysIn(unit) => self.of_period(scope, unit, span, DAYS, Op::DaysIn),
            ExprKind::MonthsBetween(from, to) => self.months_between(scope, from, to, span),
            ExprKind::StartOf(unit) if self.is_plan(unit) => self.plan_day(self.model.plan.effective.0, span),
            ExprKind::EndOf(unit) if self.is_plan(unit) => self.plan_day(self.model.plan.effective.1, span),
            ExprKind::StartOf(unit) => self.of_period(scope, unit, span, Type::Date, Op::FirstDay),
            ExprKind::EndOf(unit) => self.of_period(scope, unit, span, Type::Date, Op::LastDay),
        }
    }

    /// A yes-or-no expression.
    pub fn condition(&mut self, scope: &Scope, expr: &tree::Expr) -> Checked {
        let checked = self.infer_wanted(scope, expr, Ty::Is(Type::YesNo));
        if !matches!(checked.ty, Ty::Is(Type::YesNo) | Ty::Unknown) {
            let found = self.type_words(checked.ty);
            let problem = error::wrong_type(expr.span, &found, "yes or no");
            let advice = self.instead_of(checked.ty, Wanted::Condition, expr.span);
            let problem = error::with_help(problem, advice);
            self.report(self.or_meant(scope, problem, Type::YesNo, ""));
        }
        checked
    }

    /// An expression made of checked operands, all of which it needs.
    pub fn derive(&mut self, op: Op, span: Span, ty: Ty, operands: &[&Checked]) -> Checked {
        let expr = self.expr(op, span, ty.or_number());
        Checked {
            expr,
            ty,
            places: operands.iter().filter_map(|operand| operand.places).max(),
            fixed: operands.iter().all(|operand| operand.fixed),
            exact: operands.iter().any(|operand| operand.exact),
            missing: operands.iter().find_map(|operand| operand.missing.clone()),
        }
    }

    fn constant(&mut self, value: Value, span: Span, ty: Ty) -> Checked {
        let expr = self.expr(Op::Constant(value), span, ty.or_number());
        Checked { expr, ty, places: None, fixed: true, exact: false, missing: None }
    }

    /// A constant as a value with its type. `Err` is a problem to report.
    pub fn literal_value(&self, literal: &LiteralKind, span: Span) -> Result<(Value, Ty), Diagnostic> {
        Ok(match literal {
            LiteralKind::Number(number) => {
                let exact = number.to_exact();
                let zero = exact.is_zero();
                (Value::Number(exact), Ty::Bare { zero })
            }
            LiteralKind::Percent(number) => (Value::Number(percent(*number)), Ty::Is(PERCENT)),
            LiteralKind::Amount(number, unit) if duration(&unit.text).is_some() => {
                let (shown, each) = duration(&unit.text).unwrap_or((Shown::Days, 1));
                let exact = number.to_exact().times(&Exact::from_integer(each));
                if !exact.is_integer() {
                    return Err(error::broken_duration(span, shown));
                }
                (Value::Number(exact), Ty::Is(Type::Number(Dimension::default(), shown)))
            }
            LiteralKind::Amount(number, unit) => {
                let dimension = Dimension { above: Some(self.part(unit)?), below: None };
                (Value::Number(number.to_exact()), Ty::Is(Type::Number(dimension, shown_as(dimension))))
            }
            LiteralKind::Per(number, above, below) => {
                let dimension = self.ratio(above.as_ref(), below)?;
                (Value::Number(number.to_exact()), Ty::Is(Type::Number(dimension, Shown::Number)))
            }
            LiteralKind::Text(text) => (Value::Text(text.as_str().into()), Ty::Is(Type::Text)),
            LiteralKind::Date(date) => (Value::Date(*date), Ty::Is(Type::Date)),
            LiteralKind::YesNo(yes) => (Value::YesNo(*yes), Ty::Is(Type::YesNo)),
            LiteralKind::Period(text) => {
                let found = [Unit::Month, Unit::Quarter, Unit::Half, Unit::Year]
                    .into_iter()
                    .find_map(|unit| self.calendar.parse(unit, text).map(|period| (unit, period)));
                let problem = || Diagnostic::new(Code::BadLiteral, format!("`{text}` is no period")).at(span, "");
                let (unit, period) = found.ok_or_else(problem)?;
                (Value::Period(period), Ty::Is(Type::Period(unit)))
            }
            LiteralKind::Word(word) => {
                return Err(Diagnostic::new(Code::UnknownName, format!("`{word}` means nothing here")).at(span, ""));
            }
        })
    }

    /// The currency or the unit that a word names.
    pub fn part(&self, word: &Name) -> Result<Part, Diagnostic> {
        self.names.part(&word.text).ok_or_else(|| {
            if Currency::why_not(&word.text).is_some() {
                return error::no_currency(word);
            }
            let own = self.names.units.iter().flat_map(|unit| [unit.one.as_str(), unit.many.as_str()]);
            let known: Vec<&str> = own.chain(Currency::all().iter().map(|(code, _, _)| *code)).collect();
            let capitals = word.text.len() == 3 && word.text.chars().all(|letter| letter.is_ascii_uppercase());
            let what = if capitals { "no currency" } else { "no currency and no unit of this plan" };
            let problem = Diagnostic::new(Code::UnknownName, format!("`{}` is {what}", word.text)).at(word.span, "");
            match crate::diagnostics::suggest::did_you_mean(&word.text, known.into_iter()) {
                Some(help) => problem.help(help),
                None if capitals => problem,
                None => problem.help(format!("declare it: `unit {}`", word.text.trim_end_matches('s'))),
            }
        })
    }

    fn literal(&mut self, literal: &LiteralKind, span: Span) -> Checked {
        match self.literal_value(literal, span) {
            Ok((value, ty)) => self.constant(value, span, ty),
            Err(problem) => self.fail(problem, span),
        }
    }

    fn negate(&mut self, scope: &Scope, operand: &tree::Expr, span: Span) -> Checked {
        let checked = self.number(scope, operand);
        self.derive(Op::Negate(Box::new(checked.expr.clone())), span, checked.ty, &[&checked])
    }

    /// A number of any unit.
    pub fn number(&mut self, scope: &Scope, expr: &tree::Expr) -> Checked {
        let checked = self.infer(scope, expr);
        self.as_number(checked, expr.span)
    }

    fn as_number(&mut self, checked: Checked, span: Span) -> Checked {
        if checked.ty.number().is_none() {
            let found = self.type_words(checked.ty);
            let problem = error::wrong_type(span, &found, "a number");
            let problem = error::with_help(problem, self.instead_of(checked.ty, Wanted::Number, span));
            return self.fail(problem, span);
        }
        checked
    }

    /// `if`, whose branches are values of a type that is wanted, as far as it is known.
    fn if_then(&mut self, scope: &Scope, wanted: Ty, parts: [&tree::Expr; 3], span: Span) -> Checked {
        let [condition, then, otherwise] = parts;
        let condition = self.condition(scope, condition);
        let yes = self.infer_like(&self.knowing(scope, &condition.expr), then, wanted);
        let wanted = if wanted == Ty::Unknown { yes.ty } else { wanted };
        let no = self.infer_like(&self.having(scope, &condition.expr), otherwise, wanted);
        let ty = self.meet("if", (&yes, then.span), (&no, otherwise.span));
        let op = Op::If(Box::new(condition.expr.clone()), Box::new(yes.expr.clone()), Box::new(no.expr.clone()));
        let mut result = self.derive(op, span, ty, &[&yes, &no]);
        result.missing = condition.missing.or(result.missing);
        result
    }

    fn binary(&mut self, scope: &Scope, op: BinaryOp, left: &tree::Expr, right: &tree::Expr, span: Span) -> Checked {
        match op {
            BinaryOp::And => self.and(scope, left, right, span),
            BinaryOp::Or => self.or(scope, left, right, span),
            BinaryOp::Equal => self.compare(scope, Comparison::Equal, left, right, span),
            BinaryOp::NotEqual => self.compare(scope, Comparison::NotEqual, left, right, span),
            BinaryOp::Less => self.compare(scope, Comparison::Less, left, right, span),
            BinaryOp::LessOrEqual => self.compare(scope, Comparison::LessOrEqual, left, right, span),
            BinaryOp::Greater => self.compare(scope, Comparison::Greater, left, right, span),
            BinaryOp::GreaterOrEqual => self.compare(scope, Comparison::GreaterOrEqual, left, right, span),
            BinaryOp::Plus => self.add(scope, Arithmetic::Plus, left, right, span),
            BinaryOp::Minus => self.add(scope, Arithmetic::Minus, left, right, span),
            BinaryOp::Times => self.multiply(scope, Arithmetic::Times, left, right, span),
            BinaryOp::Over => self.multiply(scope, Arithmetic::Over, left, right, span),
            BinaryOp::Of if self.unit_word(left).is_some() => self.period_of_value(scope, left, right, span),
            // `SUM of x`: the word is told about, and what follows it is no share.
            BinaryOp::Of
                if bare_word(left).is_some_and(|word| habits::of_word(&word.text).is_some())
                    && self.is_unknown_word(scope, left) =>
            {
                self.infer(scope, left);
                self.failed(span)
            }
            BinaryOp::Of
                if bare_word(left).is_some_and(|word| word.text == "number") && self.is_unknown_word(scope, left) =>
            {
                let counted = format!("rows are counted with `count of`: `count of {}`", self.short_words(right.span));
                let problem = Diagnostic::new(Code::UnknownName, "`number` means nothing here").at(left.span, "");
                self.fail(problem.help(counted), span)
            }
            BinaryOp::Of => self.multiply(scope, Arithmetic::Of, left, right, span),
        }
    }

    fn and(&mut self, scope: &Scope, left: &tree::Expr, right: &tree::Expr, span: Span) -> Checked {
        let first = self.condition(scope, left);
        let second = self.condition(&self.knowing(scope, &first.expr), right);
        let op = Op::And(Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        self.derive(op, span, Ty::Is(Type::YesNo), &[&first, &second])
    }

    /// The default where the left side may be missing, else the logical one.
    fn or(&mut self, scope: &Scope, left: &tree::Expr, right: &tree::Expr, span: Span) -> Checked {
        let first = self.infer(scope, left);
        let second = self.infer_like(scope, right, first.ty);
        if first.missing.is_none() && matches!(first.ty, Ty::Is(Type::YesNo)) {
            if !matches!(second.ty, Ty::Is(Type::YesNo) | Ty::Unknown) {
                let found = self.type_words(second.ty);
                self.report(error::wrong_type(right.span, &found, "yes or no"));
            }
            let op = Op::Or(Box::new(first.expr.clone()), Box::new(second.expr.clone()));
            return self.derive(op, span, Ty::Is(Type::YesNo), &[&first, &second]);
        }
        if self.is_always_there(&first) {
            self.warn(error::never_missing(left.span, right.span));
        }
        let ty = self.meet("or", (&first, left.span), (&second, right.span));
        let op = Op::Default(Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        let mut result = self.derive(op, span, ty, &[&first, &second]);
        result.missing = second.missing;
        result
    }

    fn compare(&mut self, scope: &Scope, op: Comparison, left: &tree::Expr, right: &tree::Expr, span: Span) -> Checked {
        let (first, second) = self.infer_pair(scope, left, right);
        let word = comparison_word(op);
        let ty = self.meet(word, (&first, left.span), (&second, right.span));
        if !self.has_order(ty) && !matches!(op, Comparison::Equal | Comparison::NotEqual) {
            let found = self.type_words(ty);
            self.report(error::wrong_type(left.span, &found, "a number, a date, a period or a text"));
        }
        let op = Op::Compare(op, Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        self.derive(op, span, Ty::Is(Type::YesNo), &[&first, &second])
    }

    /// Whether values of a type come one after another.
    pub fn has_order(&self, ty: Ty) -> bool {
        match ty {
            Ty::Is(Type::YesNo | Type::Choice(_) | Type::Currency | Type::Reference(_)) => false,
            Ty::Is(_) | Ty::Bare { .. } | Ty::Unknown => true,
        }
    }

    /// Two operands of which one may be a bare word that only the other's type explains.
    fn infer_pair(&mut self, scope: &Scope, left: &tree::Expr, right: &tree::Expr) -> (Checked, Checked) {
        if self.is_unknown_word(scope, left) {
            let second = self.infer(scope, right);
            let first = self.infer_like(scope, left, second.ty);
            return (first, second);
        }
        let first = self.infer(scope, left);
        let second = self.infer_like(scope, right, first.ty);
        (first, second)
    }

    /// An expression where a value of a type is wanted: a bare word may be one of a choice's values or
    /// a currency.
    pub fn infer_like(&mut self, scope: &Scope, expr: &tree::Expr, wanted: Ty) -> Checked {
        match (&expr.kind, wanted) {
            (ExprKind::If(condition, then, otherwise), _) => {
                return self.if_then(scope, wanted, [condition, then, otherwise], expr.span);
            }
            (ExprKind::Case(case), _) => return self.case(scope, wanted, case, expr.span),
            _ => {}
        }
        match wanted {
            Ty::Is(Type::Choice(choice)) => self.infer_choice(scope, expr, choice),
            Ty::Is(Type::Currency) => match bare_word(expr).and_then(|name| Currency::from_code(&name.text)) {
                Some(currency) => self.constant(Value::Currency(currency), expr.span, wanted),
                None => self.infer(scope, expr),
            },
            // A word where a text is wanted was meant as one.
            Ty::Is(Type::Text) if self.is_unknown_word(scope, expr) && !self.is_meant(scope, expr) => {
                let words = self.words(expr.span).to_owned();
                let problem = Diagnostic::new(Code::UnknownName, format!("`{words}` means nothing here"));
                let help = format!("a text stands in quotes: `\"{words}\"`");
                self.fail(problem.at(expr.span, "").help(help), expr.span)
            }
            _ => self.infer_wanted(scope, expr, wanted),
        }
    }

    /// Whether a word that is no name here is close to one.
    fn is_meant(&self, scope: &Scope, expr: &tree::Expr) -> bool {
        let known = self.names_here(scope);
        bare_word(expr).is_some_and(|word| {
            crate::diagnostics::suggest::did_you_mean(&word.text, known.iter().map(String::as_str)).is_some()
                || habits::of_word(&word.text).is_some()
        })
    }

    /// An expression where a value of a choice is wanted. A word or a text that is close to one of its
    /// values and is nothing else of the choice is a slip.
    fn infer_choice(&mut self, scope: &Scope, expr: &tree::Expr, choice: ChoiceId) -> Checked {
        let wanted = Ty::Is(Type::Choice(choice));
        let (word, quoted) = match &expr.kind {
            ExprKind::Literal(LiteralKind::Text(text)) => (Name { text: text.clone(), span: expr.span }, true),
            _ => match bare_word(expr) {
                Some(name) => (name.clone(), false),
                None => return self.infer(scope, expr),
            },
        };
        let values = self.model.choices.at(choice);
        let position = values.iter().position(|value| *value == word.text);
        let near = values.iter().any(|value| value.eq_ignore_ascii_case(&word.text));
        match position {
            Some(position) if !quoted => {
                self.warn_of_hidden_name(scope, &word, choice);
                let value = Value::Choice(crate::cell::row_number(position));
                return self.constant(value, expr.span, wanted);
            }
            Some(_) if is_name(&word.text) => {
                let problem = error::quoted_choice(&word);
                return self.fail(problem, expr.span);
            }
            // What is no name stands in quotes.
            Some(position) => {
                let value = Value::Choice(crate::cell::row_number(position));
                return self.constant(value, expr.span, wanted);
            }
            None => {}
        }
        if quoted || self.is_unknown_word(scope, expr) {
            let problem = self.unknown_choice(choice, &word);
            return self.fail(problem, expr.span);
        }
        let checked = self.infer(scope, expr);
        if near && checked.ty != wanted && checked.ty != Ty::Unknown {
            let problem = self.unknown_choice(choice, &word);
            return self.fail(problem, expr.span);
        }
        checked
    }

    /// The problem of a word that is none of a choice's values.
    pub fn unknown_choice(&self, choice: ChoiceId, word: &Name) -> Diagnostic {
        let values = self.model.choices.at(choice);
        let name = &self.names.choices.at(choice).name;
        let list: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let problem = Diagnostic::new(
            Code::UnknownName,
            format!("`{}` is no value of {name}, which is {}", word.text, list.join(", ")),
        )
        .at(word.span, "");
        let problem = self.values_at(problem, choice);
        error::with_suggestion(problem, &word.text, values.iter().map(String::as_str))
    }

    fn add(&mut self, scope: &Scope, op: Arithmetic, left: &tree::Expr, right: &tree::Expr, span: Span) -> Checked {
        let first = self.infer(scope, left);
        let second = self.infer_wanted(scope, right, first.ty);
        if [first.ty, second.ty].iter().any(|ty| matches!(ty, Ty::Is(Type::Date | Type::Period(_)))) {
            return self.moved(op, (&first, left.span), (&second, right.span), span);
        }
        let (first, second) = (self.as_number(first, left.span), self.as_number(second, right.span));
        if let Some(problem) = self.moved_behind_on(op, left, first.ty, (second.ty, right.span)) {
            return self.fail(problem, span);
        }
        let word = if op == Arithmetic::Plus { "+" } else { "-" };
        let ty = self.meet(word, (&first, left.span), (&second, right.span));
        let op = Op::Arithmetic(op, Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        self.derive(op, span, ty, &[&first, &second])
    }

    fn multiply(
        &mut self,
        scope: &Scope,
        op: Arithmetic,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
    ) -> Checked {
        let first = self.number(scope, left);
        let second = self.number(scope, right);
        if op == Arithmetic::Of && matches!(left.kind, ExprKind::Literal(LiteralKind::Number(_))) {
            let words = self.words(left.span).to_owned();
            self.report(error::not_a_share(left.span, &words));
        }
        let ty = self.product(op, (&first, left.span), (&second, right.span));
        let operation = Op::Arithmetic(op, Box::new(first.expr.clone()), Box::new(second.expr.clone()));
        let mut result = self.derive(operation, span, ty, &[&first, &second]);
        let literals = first.places.is_none() && second.places.is_none();
        result.places = if literals { None } else { self.default_places(ty.or_number()) };
        result.fixed = false;
        result
    }

    /// The type of a product or quotient.
    fn product(&mut self, op: Arithmetic, left: (&Checked, Span), right: (&Checked, Span)) -> Ty {
        if left.0.ty == Ty::Unknown || right.0.ty == Ty::Unknown {
            return Ty::Unknown;
        }
        let (Some(a), Some(b)) = (left.0.ty.number(), right.0.ty.number()) else {
            return Ty::Unknown;
        };
        let (shown_a, shown_b) = (a.1, b.1);
        match product(a, b, op == Arithmetic::Over) {
            Some(dimension) => Ty::Is(Type::Number(dimension, look(dimension, shown_a, shown_b, op))),
            None => self.no_product(op, left, right),
        }
    }

    fn no_product(&mut self, op: Arithmetic, left: (&Checked, Span), right: (&Checked, Span)) -> Ty {
        let (a, b) = (self.type_words(left.0.ty), self.type_words(right.0.ty));
        let is_money = |ty: Ty| matches!(ty, Ty::Is(Type::Number(_, Shown::Money)));
        let problem = if op != Arithmetic::Over && is_money(left.0.ty) && is_money(right.0.ty) {
            error::money_times_money((left.1, &a), (right.1, &b), &self.no_square(left, right))
        } else {
            let word = if op == Arithmetic::Over { "/" } else { "*" };
            let problem = error::bad_unit(word, (left.1, &a), (right.1, &b));
            let price = [left, right].into_iter().find_map(|(one, at)| {
                let words = self.words(at).to_owned();
                self.amount_of_a_price(&words, one.ty)
            });
            match price {
                Some(help) => problem.help(help),
                None => problem,
            }
        };
        self.report(problem);
        Ty::Unknown
    }

    /// The one type that both operands have; reports when there is none.
    pub fn meet(&mut self, op: &str, left: (&Checked, Span), right: (&Checked, Span)) -> Ty {
        if let Some(ty) = meet(left.0.ty, right.0.ty) {
            // Beside something with a problem, a bare number does not show what was meant.
            let one_unknown = left.0.ty == Ty::Unknown || right.0.ty == Ty::Unknown;
            let told = one_unknown && matches!(ty, Ty::Bare { .. }) && !self.finding_own_type();
            return if told { Ty::Unknown } else { ty };
        }
        let (a, b) = (self.type_words(left.0.ty), self.type_words(right.0.ty));
        // The currency of an amount, or of a price.
        let currency = |ty: Ty| {
            let (Dimension { above, below }, _) = ty.number()?;
            above.filter(|above| matches!(above, Part::Currency(_) | Part::RowCurrency(_))).map(|_| below)
        };
        let problem = match (currency(left.0.ty), currency(right.0.ty)) {
            (Some(below), Some(other)) if below == other => {
                error::currency_clash(op, (left.1, &a), (right.1, &b), &self.conversion(left, right))
            }
            _ => {
                let problem = error::do_not_go(op, (left.1, &a), (right.1, &b));
                error::with_help(problem, self.not_together(left, right))
            }
        };
        self.report(problem);
        Ty::Unknown
    }

    /// Whether a bare word means nothing by itself.
    pub fn is_unknown_word(&self, scope: &Scope, expr: &tree::Expr) -> bool {
        let ExprKind::Path(path) = &expr.kind else {
            return false;
        };
        path.rest.is_empty() && self.unit(&path.head.text).is_none() && !self.is_name(scope, &path.head)
    }
}

/// The one type of two, if there is one.
pub(super) fn meet(left: Ty, right: Ty) -> Option<Ty> {
    match (left, right) {
        (Ty::Unknown, other) | (other, Ty::Unknown) => Some(other),
        (Ty::Bare { zero: a }, Ty::Bare { zero: b }) => Some(Ty::Bare { zero: a && b }),
        (Ty::Bare { zero }, other @ Ty::Is(Type::Number(dimension, _)))
        | (other @ Ty::Is(Type::Number(dimension, _)), Ty::Bare { zero }) => {
            (zero || dimension == Dimension::default()).then_some(other)
        }
        (Ty::Is(Type::Number(a, shown_a)), Ty::Is(Type::Number(b, shown_b))) => {
            let times = matches!((shown_a, shown_b), (Shown::Days, Shown::Months) | (Shown::Months, Shown::Days));
            (a == b && !times).then_some(Ty::Is(Type::Number(a, together(shown_a, shown_b))))
        }
        (Ty::Is(a), Ty::Is(b)) => (a == b).then_some(left),
        (Ty::Bare { .. }, Ty::Is(_)) | (Ty::Is(_), Ty::Bare { .. }) => None,
    }
}

/// How the sum of two numbers of one unit is shown.
fn together(a: Shown, b: Shown) -> Shown {
    match (a, b) {
        (a, b) if a == b => a,
        (Shown::Percent, _) | (_, Shown::Percent) => Shown::Percent,
        (Shown::Money, _) | (_, Shown::Money) => Shown::Money,
        (Shown::Days, Shown::Integer) | (Shown::Integer, Shown::Days) => Shown::Days,
        (Shown::Months, Shown::Integer) | (Shown::Integer, Shown::Months) => Shown::Months,
        _ => Shown::Number,
    }
}

/// How a number of a unit is shown.
pub(super) fn shown_as(dimension: Dimension) -> Shown {
    match (dimension.above, dimension.below) {
        (Some(Part::Currency(_) | Part::RowCurrency(_)), None) => Shown::Money,
        _ => Shown::Number,
    }
}

/// How a product is shown.
fn look(dimension: Dimension, a: Shown, b: Shown, op: Arithmetic) -> Shown {
    match (dimension.above, dimension.below) {
        (Some(_), None) => shown_as(dimension),
        (None, None) if a == Shown::Integer && b == Shown::Integer && op != Arithmetic::Over => Shown::Integer,
        _ => Shown::Number,
    }
}

/// `5%` as a ratio.
pub(super) fn percent(number: Fixed) -> Exact {
    number.to_exact().times(&Exact::from_units(1, 2))
}

fn comparison_word(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// The name that an expression is, if it is nothing more.
pub(super) fn bare_word(expr: &tree::Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Path(path) if path.rest.is_empty() => Some(&path.head),
        _ => None,
    }
}

/// The conjuncts of a condition, in order.
pub(super) fn conjuncts(expr: &tree::Expr) -> Vec<&tree::Expr> {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::And, left, right) => {
            let mut all = conjuncts(left);
            all.extend(conjuncts(right));
            all
        }
        _ => vec![expr],
    }
}

/// Checked conjuncts, each standing where those before it hold.
pub(super) fn conditions(checker: &mut Checker<'_>, scope: &mut Scope, condition: Option<&tree::Expr>) -> Vec<Expr> {
    let mut checked = Vec::new();
    for conjunct in condition.map(conjuncts).unwrap_or_default() {
        let one = checker.condition(scope, conjunct);
        *scope = checker.knowing(scope, &one.expr);
        checked.push(one.expr);
    }
    checked
}
