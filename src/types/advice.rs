//! How to mend a problem, said with the plan's own names.

use super::checker::{Checked, Checker, Ty};
use super::error;
use super::expr::{Arithmetic, Op};
use super::model::{DataForm, Dimension, KeyPart, Part, RatesKind, Shown, Type};
use crate::diagnostics::Diagnostic;
use crate::ids::FrameId;
use crate::resolve::Symbol;
use crate::source::Span;
use crate::value::Currency;

/// Longer words are not repeated in advice.
const LONGEST_WORDS: usize = 48;

/// How many names are listed.
const LISTED_NAMES: usize = 8;

impl Checker<'_> {
    /// The words under a span where they are short, else `…`.
    pub fn short_words(&self, span: Span) -> &str {
        let words = self.words(span);
        let short = words.chars().count() <= LONGEST_WORDS && !words.contains('\n');
        if short { words } else { "…" }
    }

    /// The words of an operand, in parentheses where they are more than one.
    fn operand_words(&self, span: Span) -> String {
        let words = self.short_words(span);
        let bare = !words.contains(['+', '-', '*', '/']) && !words.contains(" of ") || words.starts_with('(');
        if bare { words.to_owned() } else { format!("({words})") }
    }

    /// Reports a value that may be missing. `letting` says how its reader could be missing too.
    pub fn report_missing(&mut self, missing: &(Span, String), letting: Option<String>) {
        let (place, why) = missing;
        let words = self.short_words(*place);
        let mut ways = Vec::new();
        let previous = words.starts_with("previous ");
        if previous && why.contains("no row before it") {
            ways.push("`starting at 0` at the end of the balance begins it".to_owned());
        }
        if let Some(default) = self.default_words(*place) {
            // These end in a list or a condition, which is closed before the `or`.
            let is_open = ["increase ", "rank ", "running "].iter().any(|word| words.starts_with(word));
            ways.push(match is_open {
                true => format!("`({words}) or {default}` gives a default"),
                false => format!("`({words} or {default})` gives a default"),
            });
        }
        if let Some(there) = self.there_words(*place, why).filter(|_| !previous) {
            ways.push(format!("`where {there} exists` leaves such rows out"));
        }
        ways.extend(letting);
        let problem = error::missing_unhandled(*place, why, &ways.join("; "));
        let problem = match self.declared_as(*place).filter(|_| why.contains(self.words(*place))) {
            Some(column) => self.declared_at(problem, column, "declared here"),
            None => problem,
        };
        self.report(problem);
    }

    /// A default of the type of the expression at a place.
    fn default_words(&self, place: Span) -> Option<&'static str> {
        let ty = self.names.exprs.iter().rfind(|written| written.span == place)?.ty;
        match ty {
            Type::Number(_, Shown::Percent) => Some("0%"),
            Type::Number(..) => Some("0"),
            Type::YesNo => Some("no"),
            Type::Text => Some("\"none\""),
            _ => None,
        }
    }

    /// What a `where` could ask for: the record's row, or the value where that is what may be blank.
    fn there_words(&self, place: Span, why: &str) -> Option<&str> {
        let words = self.short_words(place);
        let is_path = words.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let head = words.split('.').next().unwrap_or("");
        match self.resolved.symbol(head) {
            Some(Symbol::Record(_)) if !why.ends_with("may be blank") => Some(head),
            _ => is_path.then_some(words),
        }
    }

    /// What to do about a value where another type is wanted.
    pub fn instead_of(&self, found: Ty, wanted: Wanted, span: Span) -> Option<String> {
        self.instead_of_at(found, wanted, span, None)
    }

    /// The same, of a value with a number in it that has no unit.
    pub fn instead_of_at(&self, found: Ty, wanted: Wanted, span: Span, bare: Option<Span>) -> Option<String> {
        let words = self.short_words(span);
        match (wanted, found) {
            (Wanted::Number, Ty::Is(Type::Choice(choice))) => {
                let first = self.model.choices.at(choice).first()?;
                Some(format!(
                    "look it up in a table of rates, `TABLE({words})`, or ask: `if {words} = {first} then … else …`"
                ))
            }
            (Wanted::Number, Ty::Is(Type::YesNo)) => Some(format!("ask: `if {words} then … else …`")),
            (Wanted::Condition, Ty::Is(Type::Choice(choice))) => {
                let first = self.model.choices.at(choice).first()?;
                Some(format!("compare it, such as `{words} = {first}`"))
            }
            (Wanted::Condition, Ty::Is(Type::Number(..)) | Ty::Bare { .. }) => {
                Some(format!("compare it, such as `{words} > 0`"))
            }
            (Wanted::Money, Ty::Bare { .. }) => {
                let code = self.model.plan.currency.code();
                let with = match bare {
                    Some(number) => format!("{} {code}", self.short_words(number)),
                    None => format!("{words} {code}"),
                };
                Some(format!("give it its currency, `{with}`; what is no money is a `measure`"))
            }
            (Wanted::Money, ty) if per_time(ty).is_some() => self.amount_of_a_price(words, ty),
            (Wanted::Money, _) => Some("multiply it by an amount; what is no money is a `measure`".to_owned()),
            _ => None,
        }
    }

    /// What to do about two values that do not go together.
    pub fn not_together(&self, left: (&Checked, Span), right: (&Checked, Span)) -> Option<String> {
        let is_percent = |ty: Ty| matches!(ty, Ty::Is(Type::Number(_, Shown::Percent)));
        let is_money = |ty: Ty| matches!(ty, Ty::Is(Type::Number(_, Shown::Money)));
        if let Some(help) = self.units_together(left, right).or_else(|| self.day_together(left, right)) {
            return Some(help);
        }
        let (amount, other) = match (is_money(left.0.ty), is_money(right.0.ty)) {
            (true, false) => (left, right),
            (false, true) => (right, left),
            _ => return None,
        };
        let (amount, words) = (self.short_words(amount.1), self.short_words(other.1));
        match other.0.ty {
            ty if is_percent(ty) => Some(format!("a share of an amount is a product: `{words} of {amount}`")),
            Ty::Bare { .. } => {
                let code = self.model.plan.currency.code();
                Some(format!("give the number its currency, such as `{words} {code}`"))
            }
            _ => None,
        }
    }

    /// What to do about a day that is written in quotes, or with slashes, beside a date.
    fn day_together(&self, left: (&Checked, Span), right: (&Checked, Span)) -> Option<String> {
        let is_date = |ty: Ty| ty == Ty::Is(Type::Date);
        let other = match (is_date(left.0.ty), is_date(right.0.ty)) {
            (true, false) => right,
            (false, true) => left,
            _ => return None,
        };
        let words = self.short_words(other.1).trim_matches('"');
        let day = words.replace('/', "-");
        crate::calendar::parse_date(&day).is_ok().then(|| format!("a day is written `{day}`"))
    }

    /// What to do about a number of a unit beside something of another.
    fn units_together(&self, left: (&Checked, Span), right: (&Checked, Span)) -> Option<String> {
        let counted = |ty: Ty| match ty {
            Ty::Is(Type::Number(dimension, _)) if dimension.is_declared() => Some(dimension),
            _ => None,
        };
        let (dimension, units, other) = match (counted(left.0.ty), counted(right.0.ty)) {
            (Some(dimension), None) => (dimension, left, right),
            (None, Some(dimension)) => (dimension, right, left),
            (Some(_), Some(_)) => {
                return Some(
                    "numbers of one unit are added; a price per unit brings two units into one currency".to_owned(),
                );
            }
            (None, None) => return None,
        };
        let words = self.short_words(units.1);
        match other.0.ty {
            Ty::Bare { .. } => {
                let unit = self.names.dimension_words(dimension, false);
                Some(format!("give the number its unit, such as `{} {unit}`", self.short_words(other.1)))
            }
            Ty::Is(Type::Number(_, Shown::Money)) if matches!(dimension.below, Some(Part::Day | Part::Month)) => {
                self.amount_of_a_price(words, units.0.ty)
            }
            Ty::Is(Type::Number(_, Shown::Money)) if dimension.below.is_none() => {
                let one = self.names.dimension_words(dimension, true);
                Some(format!("a price makes an amount of it: `{words} * PRICE`, with a price per {one}"))
            }
            _ => Some("both sides need one unit; a quotient of two numbers of one unit is a plain number".to_owned()),
        }
    }

    /// How a price per day or per month becomes an amount.
    pub fn amount_of_a_price(&self, words: &str, price: Ty) -> Option<String> {
        let time = per_time(price)?;
        let words = if words.contains(' ') { "PRICE" } else { words };
        Some(format!(
            "a price per {time} makes an amount with a number of {time}s, such as `{words} * 3 {time}s`, or a column of type \
             `{time}s`"
        ))
    }

    /// How one of two amounts is brought into the currency of the other.
    pub fn conversion(&self, left: (&Checked, Span), right: (&Checked, Span)) -> String {
        let currency = |ty: Ty| match ty.number().and_then(|(dimension, _)| dimension.above) {
            Some(Part::Currency(currency)) => Some(currency),
            _ => None,
        };
        let home = self.model.plan.currency;
        let (span, to) = match (currency(left.0.ty), currency(right.0.ty)) {
            (None, Some(to)) => (left.1, to),
            (Some(from), Some(to)) if from != home => (left.1, to),
            (Some(to), _) => (right.1, to),
            (None, None) => (right.1, home),
        };
        format!("convert one of them first: {}", self.converted(span, to, "…"))
    }

    /// The conversion of an amount as it is written, with a record of this plan.
    pub fn converted(&self, span: Span, to: Currency, at: &str) -> String {
        let words = self.operand_words(span);
        let is_rate = |ty| {
            let below = |part| matches!(part, Some(Part::RowCurrency(_)));
            matches!(ty, Type::Number(Dimension { above: Some(Part::Currency(_)), below: b }, _) if below(b))
        };
        let rates = self
            .model
            .records
            .pairs()
            .find(|(_, record)| record.columns.iter().any(|column| is_rate(self.model.columns.at(*column).ty)));
        match rates {
            Some((record, _)) => {
                format!("`{words} in {} using {} at {at}`", to.code(), self.names.records.at(record).name)
            }
            None => format!(
                "`{words} in {} using RATES at {at}`, where RATES is a record with `key currency currency` and \
                 `rate {} per currency`",
                to.code(),
                to.code()
            ),
        }
    }

    /// Reports amounts in each row's own currency where one currency is needed.
    pub fn report_row_currency(&mut self, span: Span, ty: Ty) {
        let found = self.type_words(ty);
        let converted = self.converted(span, self.model.plan.currency, "DATE");
        let help = format!("convert each on its own row, in a `let` for each row: {converted}");
        self.report(error::row_currency(span, &found, &help));
    }

    /// What to do about a definition whose formula is not what its `as` says.
    pub fn declared_otherwise(&self, tree: &crate::syntax::tree::Define, declared: Ty, found: Ty) -> Option<String> {
        let currency = |ty: Ty| match ty {
            Ty::Is(Type::Number(Dimension { above: Some(Part::Currency(currency)), below: None }, _)) => Some(currency),
            _ => None,
        };
        match (currency(declared), currency(found), found) {
            (Some(to), Some(_), _) => {
                Some(format!("convert it, {}, or declare what it is", self.converted(tree.body.span, to, "DATE")))
            }
            (Some(_), _, found) if per_time(found).is_some() => {
                self.amount_of_a_price(self.short_words(tree.body.span), found)
            }
            (_, _, Ty::Is(Type::Number(dimension, _))) if dimension == Dimension::default() => {
                Some(format!("mend the formula, or declare `{}` as it is: `as number` or `as percent`", tree.name.text))
            }
            (Some(to), _, Ty::Is(Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _))) => {
                Some(format!("convert it: {}", self.converted(tree.body.span, to, "DATE")))
            }
            (_, _, Ty::Is(ty)) => {
                let code = self.type_code(ty);
                Some(format!("mend the formula, or declare `{}` as it is: `as {code}`", tree.name.text))
            }
            _ => None,
        }
    }

    /// What to do about a product of two amounts.
    pub fn no_square(&self, left: (&Checked, Span), right: (&Checked, Span)) -> String {
        let table = [(left, right), (right, left)].into_iter().find_map(|(one, other)| {
            let Op::Rate(id, _) = &one.0.expr.op else { return None };
            let kind = match self.model.rates.at(*id).kind {
                RatesKind::Marginal => "marginal",
                RatesKind::Retroactive => "retroactive",
                _ => return None,
            };
            Some((&self.names.rates.at(*id).named.name, kind, other.1))
        });
        match table {
            Some((name, kind, other)) => format!(
                "`{name}` is `{kind}` and gives an amount already: leave out `* {}`, or write `step` in the table for \
                 the rate alone",
                self.short_words(other)
            ),
            None => format!(
                "`{} / {}` is their ratio; one of the two may be meant as a rate or a percentage",
                self.short_words(left.1),
                self.short_words(right.1)
            ),
        }
    }

    /// How many values become one.
    pub fn aggregated(&self, column: Option<crate::ids::ColumnId>, span: Span) -> String {
        let words = self.short_words(span);
        let ty = column.map(|column| self.model.columns.at(column).ty);
        match ty {
            Some(Type::Number(Dimension { above: Some(Part::RowCurrency(_)), .. }, _)) => format!(
                "bring the amounts into one currency in a `let` of their own rows, {}, and write `sum of` that",
                self.converted(span, self.model.plan.currency, "DATE")
            ),
            Some(Type::Number(..)) => {
                format!("write `sum of {words}`, or `largest of`, `smallest of`, `average of`")
            }
            Some(Type::YesNo) => format!("write `any of {words}` or `all of {words}`"),
            _ => format!("write `largest of {words}` or `smallest of {words}`, or count them with `count of`"),
        }
    }

    /// How a bound without a unit is written in a table of this type.
    pub fn with_unit(&self, bound: Span, ty: Ty) -> Option<String> {
        let Ty::Is(Type::Number(dimension, _)) = ty else { return None };
        let unit = self.names.dimension_words(dimension, false);
        (!unit.is_empty()).then(|| format!("give it its unit: `{} {unit}`", self.short_words(bound)))
    }

    /// What a grain needs so that it leads to a part of a key.
    pub fn way_to(&self, from: FrameId, part: KeyPart) -> String {
        let rows = match self.record_of(from) {
            Some(record) => format!("the record `{}`", self.names.records.at(record).name),
            None => "the record it comes from".to_owned(),
        };
        let name = self.part_words(part);
        match part {
            KeyPart::Record(record) if record == self.model.plan.people => {
                format!("say whose its rows are: `to COLUMN` in {rows}, with a column of type `{name}`")
            }
            KeyPart::Period(unit) => self.way_to_period(from, unit),
            _ => format!(
                "read it where a row has one: on a record with a column of type `{name}`; from there it can be added up"
            ),
        }
    }

    /// Names to choose from, where none is near.
    pub fn listed(names: &[String]) -> Option<String> {
        let shown: Vec<String> = names.iter().take(LISTED_NAMES).map(|name| format!("`{name}`")).collect();
        let more = if names.len() > LISTED_NAMES { " …" } else { "" };
        (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
    }

    /// The problem of a quotient or an `exact` value that is added up.
    pub fn not_fixed(&self, value: &Checked, span: Span, members: FrameId) -> Diagnostic {
        let (words, rows) = (self.short_words(span), self.frame_words(members));
        let is_name = matches!(value.expr.op, Op::Read(_) | Op::ReadAt(..));
        let message = match (value.exact && is_name, &value.expr.op) {
            (true, _) => format!("`{words}` is `exact`, and only rounded values are added up"),
            (_, Op::Arithmetic(Arithmetic::Over, ..)) => "a quotient is rounded before it is added up".to_owned(),
            _ => "this is rounded before it is added up".to_owned(),
        };
        let words = words.strip_prefix('(').and_then(|words| words.strip_suffix(')')).unwrap_or(words);
        let file = self.record_of(members).and_then(|record| self.model.records.at(record).file.as_ref());
        let help = match file.map(|file| &file.form) {
            Some(DataForm::Plan { .. }) => "give it a name without `exact` in its own plan, and add that up".to_owned(),
            _ => {
                // A ratio that is money's in the end keeps as many places as it may.
                let ratio = matches!(value.ty, Ty::Is(Type::Number(dimension, _)) if dimension == Dimension::default());
                let places = if ratio { " as number(16)" } else { "" };
                format!(
                    "give it a name, where it is rounded once: `let NAME for {rows}{places} = {words}`, and add that up"
                )
            }
        };
        let problem = error::exact_use(span, message, &help);
        match value.expr.op.column().filter(|_| value.exact && is_name) {
            Some(column) => self.declared_at(problem, column, "`exact` here"),
            None => problem,
        }
    }
}

/// What a place wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Number,
    Condition,
    Money,
}

/// The time for which a price is: a day or a month.
fn per_time(ty: Ty) -> Option<&'static str> {
    match ty.number()?.0.below? {
        Part::Day => Some("day"),
        Part::Month => Some("month"),
        _ => None,
    }
}
