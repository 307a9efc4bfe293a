//! What people bring from other tools, and how Attain says it: one table for each place where it shows. Words are
//! asked for here only where they name nothing of the plan.

use super::slips::{Slip, number_at};

/// What is said of a habit, and what to write instead.
pub type Habit = (String, String);

/// The right form for a word or sign that does not belong where it stands.
pub(super) fn of_token(slip: &Slip<'_>) -> Option<Habit> {
    let Slip { text, start, found, before, after_value, .. } = *slip;
    let rest = text.get(start..).unwrap_or("");
    let behind = rest.get(found.len()..).unwrap_or("").trim_start();
    let lower = found.to_lowercase();
    let known = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
    if let Some(habit) = of_number(slip, behind) {
        return Some(habit);
    }
    match lower.as_str() {
        "'" => {
            let inner = behind.split(['\'', '\n']).next().unwrap_or("").trim();
            known("a text stands in double quotes", &format!("write `\"{inner}\"`"))
        }
        "$" | "€" | "£" | "¥" => of_currency_sign(found, before, behind),
        "^" | "²" | "³" => known("there is no sign for powers", "write the product: `x * x`"),
        "√" => known("there are no roots", "compute the number beforehand, or keep it as a column"),
        "*" if before == "*" => known("there is no sign for powers", "write the product: `x * x`"),
        "=" if matches!(before, "+" | "-" | "*" | "/") => known(
            "a value does not change",
            "define another value; one that grows from period to period is a `balance` that reads `previous NAME`",
        ),
        "<" if rest.starts_with("<-") && !after_value => known("a definition says its value with `=`", "write `=`"),
        "&" if after_value => known("`&` is written `and`", "write `and`; texts cannot be joined"),
        "|" if after_value => known("`|` is written `or`", "write `or`; a `|` stands between the values of a choice"),
        "?" if after_value => {
            known("a choice between two values is written `if … then … else …`", "write `if … then … else …`")
        }
        "{" if after_value && slip.words.contains(&"then") => {
            known("an `if` has no braces", "write `if … then … else …`")
        }
        "mod" if after_value => known("there is no remainder", REMAINDER),
        "%" if after_value && !before.ends_with(|c: char| c.is_ascii_digit()) && starts_value(behind) => {
            known("there is no remainder", REMAINDER)
        }
        "between" if after_value => {
            known("`between` is two comparisons", "write `x >= 1 and x <= 10` for `x between 1 and 10`")
        }
        "is" | "isnull" if after_value => of_is(&lower, behind),
        "equals" | "eq" if after_value => known(&format!("`{found}` is written `=`"), "write `=`"),
        "greater" | "less" | "more" | "fewer" | "exceeds" if after_value => {
            known(&format!("a comparison with `{found}` is a sign"), "write `>`, `>=`, `<` or `<=`")
        }
        "like" if after_value => {
            known("texts are compared as a whole", "compare with `=`, or keep a column for the group")
        }
        "elif" | "elseif" | "elsif" => known("the next question begins with `else if`", "write `else if … then …`"),
        "end" if matches!(slip.before, "day" | "month" | "quarter" | "half" | "year") => {
            let right = format!("`end of {}`", slip.before);
            known(&format!("the end of a {} is written {right}", slip.before), &format!("write {right}"))
        }
        "end" | "endif" | "fi" if after_value => {
            known("nothing ends an `if` or a `case` but its `else`", "delete `end`; parentheses hold it together")
        }
        _ if after_value && is_currency(&before.to_uppercase()) && starts_number(found) => Some((
            "an amount has the code of its currency behind it".to_owned(),
            format!("write `{found} {}`", before.to_uppercase()),
        )),
        _ if after_value && is_currency(found) => known(
            "only a written number has its currency behind it",
            &format!("leave `{found}` out; `X in {found} using RATES at DATE` converts an amount"),
        ),
        _ if after_value && is_calendar_word(before) && starts_number(found) => known(
            "this is not how a day or a period is written",
            "write a day `2026-03-31`, a month `2026-03`, a quarter `2026-Q1`, a half `2026-H1`",
        ),
        _ => None,
    }
}

const REMAINDER: &str = "write it with `floor`: `a - b * floor(a / b)` is what is left of `a`";

/// A number as other countries write it.
fn of_number(slip: &Slip<'_>, behind: &str) -> Option<Habit> {
    let Slip { text, start, found, before, after_value, .. } = *slip;
    let digits = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let joined = text.get(..start).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
    let message = || "this is not how a number is written".to_owned();
    if matches!(found, "," | "'") && joined && starts_number(behind) && !rest_has_blank(text, start) {
        return Some((message(), format!("write `{}`", number_at(text, start)?)));
    }
    // `1 000 000`
    if after_value && digits(before) && before.len() <= 3 && digits(found) && found.len() == 3 {
        let more = behind.split(' ').take_while(|word| digits(word) && word.len() == 3);
        let all: Vec<&str> = [before, found].into_iter().chain(more).collect();
        return Some((message(), format!("between groups of three digits stands a comma: write `{}`", all.join(","))));
    }
    None
}

/// Whether a blank stands behind the sign at a position.
fn rest_has_blank(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().nth(1)).is_some_and(char::is_whitespace)
}

/// `US$ 100`, `100 €`
fn of_currency_sign(sign: &str, before: &str, behind: &str) -> Option<Habit> {
    let code = match (sign, before) {
        ("$", "CA" | "C" | "CDN") => "CAD",
        ("$", "A" | "AU") => "AUD",
        ("$", _) => "USD",
        ("€", _) => "EUR",
        ("£", _) => "GBP",
        _ => "JPY",
    };
    let end = behind.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.')).unwrap_or(behind.len());
    let number = behind.get(..end).unwrap_or("");
    if starts_number(number) {
        let message = "an amount has the code of its currency behind it".to_owned();
        return Some((message, format!("write `{number} {code}`")));
    }
    let help = match before {
        _ if starts_number(before) => format!("write `{code}` behind the number"),
        _ => "write `USD`, `EUR`, `GBP` or `JPY`".to_owned(),
    };
    Some(("a currency is written with its code".to_owned(), help))
}

/// `x is null`, `x is AE`, `x is greater than 5`
fn of_is(word: &str, behind: &str) -> Option<Habit> {
    let behind = behind.to_lowercase();
    let next =
        behind.strip_prefix("not ").unwrap_or(&behind).split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let (message, help) = match next {
        _ if word == "isnull" => (EXISTS, IS_THERE),
        "null" | "nil" | "none" | "blank" | "empty" | "missing" | "there" | "nothing" => (EXISTS, IS_THERE),
        "greater" | "more" | "above" => ("a comparison is a sign", "write `>`, or `>=` where the bound counts too"),
        "less" | "fewer" | "below" => ("a comparison is a sign", "write `<`, or `<=` where the bound counts too"),
        "at" => ("a comparison is a sign", "write `>=` for `at least`, `<=` for `at most`"),
        _ => ("`is` is written `=`", "write `=`, and `<>` for `is not`"),
    };
    Some((message.to_owned(), help.to_owned()))
}

const EXISTS: &str = "whether a value is there is asked for with `exists`";
const IS_THERE: &str = "write `x exists`, or `not (x exists)` for `x is null`";

/// `Jan`, `Q1`
fn is_calendar_word(word: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = word.to_lowercase();
    MONTHS.iter().any(|month| lower.starts_with(month)) || is_ordinal(&lower)
}

/// `q1`, `h2`
fn is_ordinal(lower: &str) -> bool {
    matches!(lower, "q1" | "q2" | "q3" | "q4" | "h1" | "h2")
}

fn starts_value(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '(')
}

fn is_currency(word: &str) -> bool {
    crate::value::Currency::from_code(word).is_some()
}

fn starts_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// What a function of a spreadsheet or a database is in Attain.
pub fn of_call(name: &str) -> Option<Habit> {
    let sum = |word: &str| {
        format!("write `{word} of COLUMN where CONDITION`, such as `{word} of Deal.amount where kind = new`")
    };
    let help = match name.to_lowercase().as_str() {
        "sumif" | "sumifs" | "sumproduct" => sum("sum"),
        "countif" | "countifs" | "counta" | "countblank" => sum("count"),
        "averageif" | "averageifs" | "avgif" => sum("average"),
        "vlookup" | "xlookup" | "hlookup" | "lookup" | "index" | "match" | "getpivotdata" => {
            "read through the reference, such as `owner.region`, or look it up in a table of `rates`: `rate(x)`"
                .to_owned()
        }
        "iferror" | "ifna" | "ifnull" | "isnull" | "coalesce" | "nvl" | "zn" => {
            "write `x or 0`: `or` gives a default where a value may be missing; `if y = 0 then 0 else x / y` keeps a \
             division from failing"
                .to_owned()
        }
        "isblank" | "isna" | "iserror" => "write `x exists`, or `not (x exists)`".to_owned(),
        "roundup" => "write `ceil(x)`, or `rounded up` in the head of the definition".to_owned(),
        "rounddown" | "trunc" | "int" => "write `floor(x)`, or `rounded down` in the head of the definition".to_owned(),
        "ceiling" => "write `ceil(x)`".to_owned(),
        "abs" => "write `max(x, -x)`".to_owned(),
        "mod" => "write it with `floor`: `a - b * floor(a / b)` is what is left of `a`".to_owned(),
        "power" | "pow" => "write the product: `x * x`".to_owned(),
        "ifs" | "switch" | "choose" | "decode" | "iif" => {
            "write `case X when A then … else …`, or `case when CONDITION then … else …`".to_owned()
        }
        "today" | "now" => "nothing in a plan depends on the day it is run: name the date".to_owned(),
        "year" | "month" | "quarter" | "day" => format!("write `{} of DATE`", name.to_lowercase()),
        "and" | "or" | "xor" => "write it between two conditions: `a and b`, `a or b`".to_owned(),
        "not" => "write `not (…)`".to_owned(),
        "date" | "datevalue" => "write the day: `2026-03-31`".to_owned(),
        "stdev" | "median" | "percentile" | "quartile" => {
            "there is `largest`, `smallest`, `average` and `rank`; compute others beforehand".to_owned()
        }
        "eomonth" => "write `end of month`".to_owned(),
        "edate" | "dateadd" => "write `DATE + 6 months`".to_owned(),
        "datediff" | "datedif" => "write `LATER - EARLIER` for days, `months from A to B` for months".to_owned(),
        "concat" | "concatenate" | "left" | "right" | "mid" | "trim" | "upper" | "lower" | "text" | "value" => {
            "texts are compared as a whole and never cut or joined: keep a column for the part that matters".to_owned()
        }
        _ => return None,
    };
    Some((format!("`{name}` is a function of another tool"), help))
}

/// The small form of a function that is written in capitals.
pub fn small(name: &str) -> Option<&'static str> {
    let known = ["min", "max", "round", "floor", "ceil"];
    known.into_iter().find(|small| *small != name && *small == name.to_lowercase())
}

/// What a word that means nothing says in other tools.
pub fn of_word(word: &str) -> Option<Habit> {
    let said = |message: String, help: &str| Some((message, help.to_owned()));
    let lower = word.to_lowercase();
    if let (Some(code), Some(number)) = (word.get(..3), word.get(3..))
        && is_currency(code)
        && starts_number(number)
    {
        let message = "an amount has the code of its currency behind it".to_owned();
        return Some((message, format!("write `{number} {code}`")));
    }
    match lower.as_str() {
        "sum" | "count" | "average" | "largest" | "smallest" | "first" | "last" if lower != word => {
            said(format!("the words of the language are written small: `{lower}`"), &format!("write `{lower} of …`"))
        }
        "max" | "maximum" | "min" | "minimum" | "avg" | "mean" | "total" => {
            let right = match lower.get(..3) {
                Some("max") => "largest",
                Some("min") => "smallest",
                Some("tot") => "sum",
                _ => "average",
            };
            let message = format!("many values become one with `{right} of`");
            said(message, &format!("write `{right} of …`; `max(a, b)` and `min(a, b)` compare values of one row"))
        }
        _ if is_ordinal(&lower) => said(
            format!("`{word}` is not how a period is written"),
            "write it with its year, such as `2026-Q1` or `2026-H1`",
        ),
        "true" => said(format!("`{word}` is written `yes`"), "write `yes`"),
        "false" => said(format!("`{word}` is written `no`"), "write `no`"),
        "null" | "nil" | "none" | "nothing" | "blank" | "na" => said(
            format!("there is no word such as `{word}`: a value is there or missing"),
            "ask with `x exists`, and give a default with `x or 0`; a definition that may be missing says so with `?`, \
             such as `as USD?`",
        ),
        _ => None,
    }
}

/// The type that another tool's type is.
pub fn of_type(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "string" | "str" | "varchar" | "char" | "nvarchar" | "label" => "write `text`",
        "int" | "bigint" | "long" | "count" => "write `integer`",
        "decimal" | "float" | "double" | "real" | "numeric" | "num" => {
            "write `number`, or `number(8)` for more decimals; an amount of money has its currency as type, such as `USD`"
        }
        "bool" | "boolean" | "flag" => "write `yes/no`",
        "datetime" | "timestamp" | "time" => "write `date`: the language knows days and no hours",
        "money" | "dollar" | "dollars" | "amount" => {
            "write the code of the currency, such as `USD`, or `money in currency` where a column names it"
        }
        "percentage" | "pct" | "rate" => "write `percent`",
        "enum" | "picklist" | "category" => "write the values: `new | renewal`, or declare a `choice`",
        "usdollar" | "euro" | "euros" => "write the code of the currency, such as `USD` or `EUR`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_spreadsheets_are_known_in_any_case() {
        assert!(of_call("SUMIFS").is_some_and(|(_, help)| help.contains("sum of")));
        assert!(of_call("XLookup").is_some_and(|(_, help)| help.contains("owner.region")));
        assert_eq!(of_call("kind_weight"), None);
        assert_eq!((small("MAX"), small("max")), (Some("max"), None));
    }

    #[test]
    fn an_amount_has_its_currency_behind_it() {
        let slip = |before: &'static str| Slip {
            text: "100 + x",
            start: 0,
            found: "100",
            before,
            words: &[],
            after_value: true,
            name: false,
        };
        let (_, help) = of_token(&slip("USD")).unwrap();
        assert_eq!(help, "write `100 USD`");
        assert_eq!(of_token(&slip("rate")), None);
    }
}
