//! What people bring from other tools, and how Attain says it: one table for each place where it shows. Words are
//! asked for here only where they name nothing of the plan.

/// What is said of a habit, and what to write instead.
pub type Habit = (String, String);

/// The right form for a word or sign that does not belong where it stands; `before` is what stands before it, and
/// `after_value` says whether a value has just ended.
pub(super) fn of_token(rest: &str, found: &str, before: &str, after_value: bool) -> Option<Habit> {
    let lower = found.to_lowercase();
    let known = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
    match lower.as_str() {
        "'" => known("a text stands in double quotes", "write `\"West\"`"),
        "$" | "€" | "£" | "¥" => known("a currency is written with its code", "write `USD`, `EUR`, `GBP` or `JPY`"),
        "^" => known("there is no sign for powers", "write the product: `x * x`"),
        "*" if before == "*" => known("there is no sign for powers", "write the product: `x * x`"),
        "=" if matches!(before, "+" | "-" | "*" | "/") => known(
            "a value does not change",
            "define another value; one that grows from period to period is a `balance` that reads `previous NAME`",
        ),
        "<" if rest.starts_with("<-") && !after_value => known("a definition says its value with `=`", "write `=`"),
        "&" if after_value => known("`&` is written `and`", "write `and`; texts cannot be joined"),
        "mod" if after_value => {
            known("there is no remainder", "write it with `floor`: `a - b * floor(a / b)` is what is left of `a`")
        }
        "between" if after_value => {
            known("`between` is two comparisons", "write `x >= 1 and x <= 10` for `x between 1 and 10`")
        }
        "is" | "isnull" if after_value => known(
            "whether a value is there is asked for with `exists`",
            "write `x exists`, or `not (x exists)` for `x is null`",
        ),
        "like" if after_value => {
            known("texts are compared as a whole", "compare with `=`, or keep a column for the group")
        }
        "elif" | "elseif" | "elsif" => known("the next question begins with `else if`", "write `else if … then …`"),
        "end" | "endif" | "fi" if after_value => {
            known("nothing ends an `if` or a `case` but its `else`", "delete `end`; parentheses hold it together")
        }
        _ if after_value && is_currency(before) && starts_number(found) => {
            Some(("an amount has the code of its currency behind it".to_owned(), format!("write `{found} {before}`")))
        }
        _ => None,
    }
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
    match word.to_lowercase().as_str() {
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
        let (_, help) = of_token("100 + x", "100", "USD", true).unwrap();
        assert_eq!(help, "write `100 USD`");
        assert_eq!(of_token("100", "100", "rate", true), None);
    }
}
