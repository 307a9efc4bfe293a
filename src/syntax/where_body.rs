//! A definition with `where` in its head whose body stands on the line of its `=`.
//!
//! The `=` that ends its line begins the body, and the grammar reads any other behind `where` as a comparison. Where no `=`
//! ends its line, the body begins behind the first one that cannot belong to the condition: comparisons do not follow one
//! another, so `where kind = new = 5%` and `where amount > 0 = 5%` leave no doubt.

use super::keywords::is_word_char;
use super::problem::{Place, Problem};
use crate::diagnostics::{Code, Diagnostic};

/// The text with the body of a definition on a line below its `=`, where it can be told which that is. A blank becomes a line
/// break, so nothing moves.
pub(super) fn with_body_below(text: &str) -> Option<String> {
    let signs = signs(text)?;
    let alone = signs.first().copied().filter(|_| signs.len() == 1);
    let at = signs.iter().copied().find(|at| is_complete(text, *at)).or(alone)?;
    let behind = at.saturating_add(1);
    let rest = text.get(behind..)?.strip_prefix(' ')?;
    Some(format!("{}\n{rest}", text.get(..behind)?))
}

/// The lesson where it cannot be told.
pub(super) fn body_not_below(place: Place<'_>) -> Option<Problem> {
    let signs = signs(place.text)?;
    let first = *signs.first()?;
    // The comparison of the condition comes first where there are several on the first line.
    let line_end = place.text.get(first..)?.find('\n').map_or(place.text.len(), |end| first.saturating_add(end));
    let at = signs.iter().copied().rfind(|at| *at < line_end)?;
    let message = "with a `where` in the head, the body begins on the line below its `=`";
    let problem = Diagnostic::new(Code::Syntax, message)
        .at(place.span(at, at.saturating_add(1)), "this `=` is read as a comparison")
        .help("break the line behind the `=` that begins the body");
    Some(Box::new(problem))
}

/// The `=` of a definition with `where` in its head, none of which ends its line.
fn signs(text: &str) -> Option<Vec<usize>> {
    let word = text.split(|c| !is_word_char(c)).next()?;
    if !matches!(word, "let" | "quota" | "measure" | "earn" | "balance" | "pay") {
        return None;
    }
    let (mut quoted, mut open) = (false, 0_u32);
    let mut signs = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' => open = open.saturating_add(1),
            ')' => open = open.saturating_sub(1),
            '=' if !quoted && open == 0 && is_plain_equal(text, at) => signs.push(at),
            _ => {}
        }
    }
    let head = text.get(..*signs.first()?)?;
    let has_where = head.split(|c| !is_word_char(c)).any(|word| word == "where");
    let ends_line = |at: &usize| {
        let rest = text.get(at.saturating_add(1)..).unwrap_or("");
        rest.split('\n').next().unwrap_or("").trim().is_empty()
    };
    (has_where && !signs.iter().any(ends_line)).then_some(signs)
}

/// Whether what stands in front of a `=`, back to the `where`, `and` or `or` before it, is a condition already.
fn is_complete(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    let is_word = |start: usize, word: &str| {
        let left = before.get(..start).and_then(|text| text.chars().next_back());
        let right = before.get(start.saturating_add(word.len())..).and_then(|text| text.chars().next());
        !left.is_some_and(is_word_char) && !right.is_some_and(is_word_char)
    };
    let last = |word: &str| {
        let found = before.rmatch_indices(word).find(|(start, _)| is_word(*start, word));
        found.map(|(start, _)| start.saturating_add(word.len()))
    };
    let begins = ["where", "and", "or"].into_iter().filter_map(last).max().unwrap_or(0);
    let condition = before.get(begins..).unwrap_or("");
    let compares = condition.contains(['<', '>', '=']);
    compares || last("exists").is_some_and(|end| before.get(end..).is_some_and(|rest| rest.trim().is_empty()))
}

/// Whether the `=` here is not part of another sign.
fn is_plain_equal(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at.saturating_add(1)..).and_then(|text| text.chars().next());
    !matches!(before, Some('<' | '>' | '=' | '!')) && !matches!(after, Some('=' | '>' | '<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_begins_behind_the_first_sign_that_cannot_compare() {
        let cases = [
            ("let a for each D where kind = new = 5%", Some("let a for each D where kind = new =\n5%")),
            ("let a for each D where x > 0 = 5%", Some("let a for each D where x > 0 =\n5%")),
            ("let a for each D where x exists = 5%", Some("let a for each D where x exists =\n5%")),
            ("let a for each D where is_new = 5%", Some("let a for each D where is_new =\n5%")),
            ("let a for each D where t = \"a = b\" = 5%", Some("let a for each D where t = \"a = b\" =\n5%")),
            (
                "earn a for each D where x > 0 and kind = new = if p = q then 1 else 2",
                Some("earn a for each D where x > 0 and kind = new =\nif p = q then 1 else 2"),
            ),
            ("let a for each D = sum of x where kind = new", None),
            ("let a for each D where kind = new =\n  5%", None),
            ("credit a for each D where kind = new", None),
        ];
        for (text, below) in cases {
            assert_eq!(with_body_below(text).as_deref(), below, "{text}");
        }
    }
}
