//! Limits as plan documents write them: `X capped at Y`, `X, but at least Y`.

use super::keywords::is_word_char;
use super::problem::Place;
use super::scan::lines;

/// Longer formulas are not repeated in advice.
const LONGEST: usize = 48;

/// What a limit is called, and the function that it is.
const PHRASES: [(&str, &str); 21] = [
    ("capped at", "min"),
    ("capped to", "min"),
    ("limited to", "min"),
    ("up to", "min"),
    ("at most", "min"),
    ("no more than", "min"),
    ("not more than", "min"),
    ("not to exceed", "min"),
    ("not exceeding", "min"),
    ("with a cap of", "min"),
    ("with a maximum of", "min"),
    ("maximum", "min"),
    ("cap", "min"),
    ("at least", "max"),
    ("no less than", "max"),
    ("not less than", "max"),
    ("floored at", "max"),
    ("with a floor of", "max"),
    ("with a minimum of", "max"),
    ("minimum", "max"),
    ("not below", "max"),
];

/// The message and the help for a limit in words that stands at a position, where a value has ended; `at most` may have
/// been read as a time.
pub(super) fn limit(place: Place<'_>, start: usize) -> Option<(String, String)> {
    let text = place.text;
    let before = text.get(..start)?;
    let begin = ["at most", "at least"]
        .iter()
        .find_map(|words| before.trim_end().strip_suffix(words).map(str::len))
        .unwrap_or(start);
    if in_condition(text.get(..begin)?) {
        return None;
    }
    let (phrase, function, behind) = phrase_at(text.get(begin..)?)?;
    let value = before_limit(text.get(..begin)?);
    let bound = bound(behind);
    let (value, bound) = (value.unwrap_or("X"), bound.unwrap_or("Y"));
    let message = format!("`{phrase}` is written `{function}`");
    let meaning = if function == "min" { "the smaller of the two" } else { "the larger of the two" };
    Some((message, format!("write `{function}({value}, {bound})`: {meaning}")))
}

/// Whether a text ends in a condition, where `at least` compares.
fn in_condition(text: &str) -> bool {
    let words = text.split(|c: char| !is_word_char(c) && c != '=').rev();
    let mut telling = words.filter(|word| {
        matches!(*word, "where" | "if" | "when" | "and" | "or" | "not" | "ensure" | "then" | "else" | "=")
    });
    telling.next().is_some_and(|word| !matches!(word, "then" | "else" | "="))
}

/// The words of a limit at the beginning of a text, and what follows them.
fn phrase_at(text: &str) -> Option<(&'static str, &'static str, &str)> {
    let text = text.trim_start().trim_start_matches(',').trim_start();
    let text = text.strip_prefix("but ").unwrap_or(text).trim_start();
    PHRASES.iter().find_map(|(phrase, function)| {
        let same = text.get(..phrase.len())?.eq_ignore_ascii_case(phrase);
        let behind = text.get(phrase.len()..)?;
        (same && behind.starts_with(' ')).then_some((*phrase, *function, behind))
    })
}

/// The formula that is limited: from the last sign or word behind which one begins, on one line.
fn before_limit(text: &str) -> Option<&str> {
    let text = text.trim_end().trim_end_matches(',').trim_end();
    let (_, line) = lines(text).last()?;
    let mut open = 0_usize;
    let mut from = 0;
    for (at, c) in line.char_indices().rev() {
        match c {
            ')' => open = open.saturating_add(1),
            '(' | ',' | '=' if open == 0 => {
                from = at.saturating_add(1);
                break;
            }
            '(' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    let line = line.get(from..)?;
    let word =
        ["then ", "else "].iter().filter_map(|word| line.rfind(word).map(|at| at.saturating_add(word.len()))).max();
    let formula = line.get(word.unwrap_or(0)..)?.trim();
    (!formula.is_empty() && formula.len() <= LONGEST).then_some(formula)
}

/// The bound: a number with its unit, or a name.
fn bound(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let inner = |c: char| is_word_char(c) || matches!(c, ',' | '.' | '%');
    let first = text.find(|c| !inner(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(first)?;
    let unit = rest.strip_prefix(' ').unwrap_or("");
    let unit = unit.get(..unit.find(|c| !is_word_char(c)).unwrap_or(unit.len()))?;
    let is_unit = number.starts_with(|c: char| c.is_ascii_digit()) && crate::value::Currency::from_code(unit).is_some();
    let length = if is_unit { first.saturating_add(1).saturating_add(unit.len()) } else { first };
    text.get(..length).map(|bound| bound.trim_end_matches([',', '.'])).filter(|bound| !bound.is_empty())
}
