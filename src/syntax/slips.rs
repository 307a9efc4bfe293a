//! What to do about a word or sign that does not belong where it stands: by the words around it and by the item in which
//! it stands.

use super::keywords::{ITEMS, RESERVED, closest, is_word_char};

/// Something that does not belong where it stands.
pub(super) struct Slip<'a> {
    /// The item.
    pub text: &'a str,
    /// Where it stands in the item.
    pub start: usize,
    /// The word or sign.
    pub found: &'a str,
    /// The word or sign before it.
    pub before: &'a str,
    /// The words of the language that could have stood there.
    pub words: &'a [&'static str],
    /// Whether a value ends here, so that it could have gone on.
    pub after_value: bool,
    /// Whether a name could stand here.
    pub name: bool,
}

impl Slip<'_> {
    /// How to mend it, where that can be told.
    pub fn advice(&self) -> Option<String> {
        self.of_child_rows()
            .or_else(|| self.of_spelling())
            .or_else(|| self.of_item())
            .or_else(|| self.of_value())
            .or_else(|| self.of_one_sign())
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    fn rest(&self) -> &str {
        self.text.get(self.start..).unwrap_or("")
    }

    /// The line up to the slip.
    fn line_before(&self) -> &str {
        let before = self.text.get(..self.start).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("")
    }

    /// `to each Split of Line`
    fn of_child_rows(&self) -> Option<String> {
        let rows = self.line_before().trim_start().strip_prefix("to each ")?.trim_end();
        matches!(self.found, "of" | "in").then(|| {
            format!(
                "name the record alone whose rows are credited: `to each {rows}`; what these refer to is read by name"
            )
        })
    }

    /// A word in capitals, a keyword as a name, an item that is indented, a word that is nearly right.
    fn of_spelling(&self) -> Option<String> {
        let (found, lower) = (self.found, self.found.to_lowercase());
        let first_on_line = self.line_before().trim().is_empty() && self.line_before().len() < self.start;
        if ITEMS.contains(&found) && first_on_line {
            return Some(format!("an item such as `{found}` begins at the left margin"));
        }
        if lower != found && (self.has(&lower) || RESERVED.contains(&lower.as_str())) {
            return Some(format!("the words of the language are written small: `{lower}`"));
        }
        if self.name && RESERVED.contains(&found) {
            return Some(format!("`{found}` is a word of the language and cannot be a name"));
        }
        let small = self.before.to_lowercase();
        if self.after_value && small != self.before && RESERVED.contains(&small.as_str()) {
            return Some(format!("the words of the language are written small: `{small}`"));
        }
        if matches!(found, "if" | "when") && !self.after_value && self.has("where") {
            return Some("did you mean `where`?".to_owned());
        }
        if matches!(found, "if" | "when" | "for" | "is") {
            return None;
        }
        let words = self.words.iter().copied().filter(|word| word.chars().all(is_word_char));
        closest(found, words).map(|meant| format!("did you mean `{meant}`?"))
    }

    /// What is meant in an item of its kind.
    fn of_item(&self) -> Option<String> {
        let item = self.text.split(|c| !is_word_char(c)).next().unwrap_or("");
        match item {
            "rates" => self.in_rates(),
            "record" => self.in_record(),
            "choice" => self.in_choice(),
            "test" => self.in_test(),
            "use" => Some(format!("write `use \"{}\"`", self.rest().lines().next()?.trim())),
            "ensure" if self.found == "=" => Some("write `:` in front of what must hold".to_owned()),
            "credit" if self.found == ":" => Some("leave the `:` out: `to owner`".to_owned()),
            _ => self.in_head(),
        }
    }

    /// The head of a definition.
    fn in_head(&self) -> Option<String> {
        let grain = self.line_before().rsplit_once("for each ").map(|(_, grain)| grain);
        let is_grain = |grain: &str| grain.chars().all(|c| is_word_char(c) || matches!(c, ' ' | ','));
        match self.found {
            "and" | "/" | "*" | "&" if grain.is_some_and(|grain| !grain.trim().is_empty() && is_grain(grain)) => {
                Some("a comma stands between the parts of a grain: `for each Person, month`".to_owned())
            }
            "be" | "is" | ":" if self.has("=") => Some("write `=`".to_owned()),
            "." if self.has("=") && self.has("for") => {
                let (name, behind) = (self.before, self.rest().get(1..)?.split(|c| !is_word_char(c)).next()?);
                Some(format!(
                    "a name has no dots: write `{name}_{behind}`; what it has a value for is said behind it, `{behind} \
                     for each Deal`"
                ))
            }
            "(" if self.has("=") && self.has("for") => {
                Some("a definition has no arguments: what it is for is said by its grain, `for each Person`".to_owned())
            }
            "per" | "foreach" | "each" | "every" | "by" if self.has("for") => Some("write `for each`".to_owned()),
            "every" | "all" if self.before == "for" => Some("write `for each`".to_owned()),
            found if self.before == "for" && self.has("each") => Some(format!("write `for each {found}`")),
            "each" | "every" if self.before == "for" => {
                Some("the grain stands in front of the `=`: `measure NAME for each Person = …`".to_owned())
            }
            _ => None,
        }
    }

    fn in_rates(&self) -> Option<String> {
        let row =
            "a row says where it begins, and the next one ends it: `from 0`, `above 100`, `below 50`, `otherwise`";
        let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        match self.found {
            "{" if self.has(",") => Some("say how it is read, such as `, step {` or `, marginal {`".to_owned()),
            "(" if self.has("by") => Some("write `rates NAME by INPUT, step { … }`".to_owned()),
            ">" if self.before == "-" => Some("the value stands behind with a blank between: `from 0  1%`".to_owned()),
            ":" | "=" | "|" | "," | ";" => {
                Some("the value stands behind with a blank between: `from 0  1%`".to_owned())
            }
            "<" | ">" | "to" | "-" | "–" => Some(row.to_owned()),
            found if number(found) => Some(row.to_owned()),
            _ => None,
        }
    }

    fn in_record(&self) -> Option<String> {
        match self.found {
            ":" => Some("a column and its type stand side by side: `amount USD`".to_owned()),
            "," => Some("nothing stands between two columns: write each on a line of its own".to_owned()),
            "per" => Some(self.two_below()),
            "=" if self.has("from") => {
                Some("write `from` in front of the file: `record Deal from \"deals.csv\"`".to_owned())
            }
            "(" if self.has("{") => Some("the columns stand in braces: `{ … }`".to_owned()),
            _ => None,
        }
    }

    fn in_choice(&self) -> Option<String> {
        let right = "write the values behind `=`, with `|` between: `choice Kind = new | renewal`";
        match self.found {
            "{" | "," | "(" | ";" => Some(right.to_owned()),
            found if found.starts_with('"') => Some("the values of a choice stand without quotes".to_owned()),
            _ => None,
        }
    }

    fn in_test(&self) -> Option<String> {
        let line = self.line_before().trim_start();
        let key = "say of what by its key, and when: `expect payout of \"p1\" in 2026-01 = 5 USD`";
        if self.found == "assert" {
            return Some("write `expect`".to_owned());
        }
        if line.starts_with("expect") {
            return match self.found {
                "(" if matches!(self.before, "sum" | "count" | "average" | "largest" | "smallest") => {
                    Some(format!("write `{} of …`", self.before))
                }
                "(" | "[" | "for" | "at" => Some(key.to_owned()),
                ":" | "is" | "equals" | "be" | "to" => Some("write `=`".to_owned()),
                ">" | "<" => Some(
                    "an expectation says the exact value with `=`; what only has to be so at least is an `ensure`"
                        .to_owned(),
                ),
                "in" | "of" => Some(key.to_owned()),
                found if self.before == "expect" && found.starts_with(|c: char| c.is_ascii_digit()) => {
                    Some("write what is asked for in front of the `=`, and the value behind it".to_owned())
                }
                found if self.before == "error" && found.starts_with('"') => {
                    Some(format!("write the code without quotes: `expect error {}`", found.trim_matches('"')))
                }
                "}" if self.before == "error" => Some("say which: `expect error E0401`".to_owned()),
                _ => None,
            };
        }
        let table = line.contains('|') || self.rest().lines().next().is_some_and(|line| line.contains('|'));
        match self.found {
            "|" if line.is_empty() => Some("a row has no `|` at its beginning and at its end".to_owned()),
            "," if !line.contains('{') && !table => Some("a `|` stands between the cells of a row".to_owned()),
            "," => Some("leave the comma out: `id \"d1\"  amount 5 USD`".to_owned()),
            ":" | "=" => Some("a name and its value stand side by side: `id \"d1\"`".to_owned()),
            _ => None,
        }
    }

    /// `closed in 2026-Q2`
    fn in_period(&self) -> Option<String> {
        let period = self.rest().split(|c: char| !is_word_char(c) && c != '-').next()?;
        let unit = match period.split_once('-')?.1.chars().next()? {
            'Q' => "quarter",
            'H' => "half",
            _ => "month",
        };
        let date = self.line_before().trim_end().strip_suffix("in")?.trim_end();
        let date = date.rsplit(|c: char| !is_word_char(c) && c != '.').next().filter(|date| !date.is_empty())?;
        Some(format!("ask for the period in which the day lies: `{unit} of {date} = {period}`"))
    }

    /// `USD per seat per month`
    fn two_below(&self) -> String {
        let behind = self.rest().get(self.found.len()..).unwrap_or("").trim_start();
        let second = behind.split(|c: char| !is_word_char(c)).next().unwrap_or("");
        format!(
            "one unit stands below the line: leave out `per {second}`; times `6 {second}s` it is then so much for as many, \
             as a number of months or days is a plain number in a product"
        )
    }

    /// What is meant inside of a formula.
    fn of_value(&self) -> Option<String> {
        let line = self.line_before();
        if self.found == "per"
            && line.rsplit_once(" per ").is_some_and(|(_, unit)| unit.trim().chars().all(is_word_char))
        {
            return Some(self.two_below());
        }
        if self.has("then") {
            return Some("between the question and its answer stands `then`: `if … then … else …`".to_owned());
        }
        let (found, before) = (self.found, self.before);
        if let Some(date) = self.computed_date() {
            return Some(format!("a date that is computed stands in parentheses: `on ({date})`"));
        }
        if before == "in" && found.starts_with(|c: char| c.is_ascii_digit()) {
            return self.in_period();
        }
        if before == "in" && matches!(found, "[" | "(" | "{") {
            return Some("ask for each value: `role = AE or role = Manager`".to_owned());
        }
        if !self.after_value {
            return match found {
                "+" if self.rest().trim_start_matches(['+', ' ']).starts_with(|c: char| c.is_ascii_digit()) => {
                    Some("a number without a sign is positive: leave the `+` out".to_owned())
                }
                "[" | "{" | "@" | "`" => Some("a name stands alone, without signs around it".to_owned()),
                ">" if before == "-" => Some("a dot leads from a reference to its column: `owner.region`".to_owned()),
                _ => None,
            };
        }
        let a_name = found.starts_with(|c: char| c.is_alphabetic() || c == '_');
        match (before, found) {
            ("sum" | "count" | "average" | "largest" | "smallest" | "any" | "all", _) if a_name => {
                Some(format!("write `{before} of {found}`"))
            }
            ("min" | "max", _) if a_name => Some(format!("write `{before}(a, b)`")),
            ("switch" | "select" | "match", _) => Some("write `case X when A then … else …`".to_owned()),
            ("unless", _) => Some("write `if not (…) then … else …`".to_owned()),
            ("the", _) => Some("leave `the` out".to_owned()),
            ("%", _) if a_name => Some(format!("a share of something is written with `of`: `5% of {found}`")),
            ("months", "since") => Some("write `months from A to B`: the complete months between two days".to_owned()),
            ("days", "since") => Some("days are counted by `-` between two days: `closed - signed`".to_owned()),
            ("least", _) => Some("`at least` is written `>=`".to_owned()),
            ("most", _) => Some("`at most` is written `<=`".to_owned()),
            ("x" | "X", _) => Some("a product is written with `*`".to_owned()),
            (_, "!") | (":", ":") => Some("a dot leads from a reference to its column: `owner.region`".to_owned()),
            (_, ":") => Some("a dot leads from a reference to its column: `owner.region`".to_owned()),
            (_, "[") => {
                Some("a row is not found by its number: read it through a reference, such as `owner.region`".to_owned())
            }
            ("case", _) => Some("ask with `if … then … else …`, or look it up in a table of `rates`".to_owned()),
            _ => None,
        }
    }

    /// `sum of amount on paid + 30 days where …`: what was meant to stand behind the `on` of an aggregate.
    fn computed_date(&self) -> Option<&str> {
        if !matches!(self.found, "where" | "to" | "by" | "over" | "top") {
            return None;
        }
        let date = self.text.get(..self.start)?.rsplit_once(" on ")?.1.trim();
        let plain = |c: char| is_word_char(c) || matches!(c, ' ' | '.' | '+' | '-');
        (date.contains(['+', '-']) && date.chars().all(plain)).then_some(date)
    }

    /// What a single sign or word mostly is a slip for.
    fn of_one_sign(&self) -> Option<String> {
        let digit_before = self.before.chars().next_back().is_some_and(|c| c.is_ascii_digit());
        match self.found {
            "," if digit_before => Some("in a number a comma stands between groups of three digits".to_owned()),
            "%" => Some("`%` stands directly behind a number: `10%`".to_owned()),
            "or" => Some("`or` in the condition of an aggregate stands in parentheses".to_owned()),
            "if" if !self.after_value => Some("inside other arithmetic an `if` stands in parentheses".to_owned()),
            "if" | "when" => Some("the question stands in front: `if … then … else …`".to_owned()),
            _ => None,
        }
    }
}

/// The number that is written around a position, as it is and as it should be: `1.000,00` is `1,000.00`.
pub(super) fn number_at(text: &str, start: usize) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'');
    let (before, behind) = (text.get(..start)?, text.get(start..)?);
    let left = before.rfind(|c| !is_part(c)).map_or(0, |at| at.saturating_add(1));
    let left = before.get(left..)?;
    let right = behind.get(..behind.find(|c| !is_part(c)).unwrap_or(behind.len()))?;
    let run = format!("{left}{right}");
    let run = run.trim_end_matches(['.', ',', '\'']);
    if !left.starts_with(|c: char| c.is_ascii_digit()) || run.len() > LONGEST_NUMBER {
        return None;
    }
    let (last, sign) = run.char_indices().rev().find(|(_, c)| !c.is_ascii_digit())?;
    let decimals = run.get(last.saturating_add(1)..)?;
    let same = run.chars().filter(|c| *c == sign).count();
    let has_other = run.chars().any(|c| !c.is_ascii_digit() && c != sign);
    // One sign in front of other than three digits, or one of its own behind others, is the decimal point.
    let is_point = same == 1 && sign != '\'' && (has_other || decimals.len() != 3);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (whole, decimals) = match is_point {
        true => (digits(run.get(..last)?), format!(".{decimals}")),
        false => (digits(run), String::new()),
    };
    Some(format!("{}{decimals}", grouped(&whole)))
}

/// Longer ones are not written out again.
const LONGEST_NUMBER: usize = 40;

/// Digits with a comma between groups of three.
fn grouped(digits: &str) -> String {
    let length = digits.len();
    let comma = |at: usize| at > 0 && length.saturating_sub(at).checked_rem(3) == Some(0);
    digits.chars().enumerate().flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit])).collect()
}

/// The right item for a word that begins none.
pub(super) fn item_for(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "define" | "def" | "var" | "const" | "set" | "function" | "fn" | "func" | "formula" | "calc" => "let",
        "table" | "tiers" | "tier" | "rate" | "lookup" | "schedule" | "scale" => "rates",
        "import" | "include" | "require" => "use",
        "enum" | "type" | "list" | "domain" | "picklist" => "choice",
        "assert" | "validate" | "constraint" => "ensure",
        "struct" | "class" | "entity" | "data" | "source" | "input" | "dataset" => "record",
        "bonus" | "commission" | "spiff" | "spif" | "incentive" | "earning" => "earn",
        "payment" | "payout" => "pay",
        "target" | "goal" => "quota",
        "metric" | "kpi" => "measure",
        "crediting" | "allocation" => "credit",
        "period" | "calendar" => "periods",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_other_countries_are_written_anew() {
        let cases = [
            ("1.000,00", 5, "1,000.00"),
            ("1.000.000,5", 9, "1,000,000.5"),
            ("1000,50", 4, "1,000.50"),
            ("10,5", 2, "10.5"),
            ("1,50,000", 1, "150,000"),
            ("1'000", 1, "1,000"),
            ("1'234'567.50", 1, "1,234,567.50"),
            ("1000,500", 4, "1,000,500"),
        ];
        for (text, at, right) in cases {
            assert_eq!(number_at(text, at).as_deref(), Some(right), "{text}");
        }
        assert_eq!(number_at("a, b", 1), None);
    }
}
