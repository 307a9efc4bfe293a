//! The words of the language, in one place for all who need them.

/// The words that begin a top-level item.
pub const ITEMS: [&str; 17] = [
    "balance", "choice", "credit", "earn", "edition", "ensure", "let", "measure", "pay", "periods", "plan", "quota",
    "rates", "record", "test", "unit", "use",
];

/// The words that are never names, because expressions are made of them.
pub const RESERVED: [&str; 16] =
    ["and", "at", "by", "else", "exists", "if", "in", "no", "not", "of", "or", "over", "then", "using", "where", "yes"];

/// Whether a text can be the name of something.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && chars.all(is_word_char) && !RESERVED.contains(&text)
}

/// Whether a character can stand inside a name.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word_char(c)).filter(|word| !word.is_empty())
}

/// The candidate a mistyped word most likely stands for.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 40 {
        return None;
    }
    let lower = word.to_lowercase();
    let limit = match lower.len() {
        0 | 1 => return None,
        2 | 3 => 1,
        _ => 2,
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ascii_words_that_are_not_reserved() {
        assert!(is_name("Quota_2") && is_name("_x") && is_name("sum"));
        assert!(!is_name("by") && !is_name("2x") && !is_name("") && !is_name("é") && !is_name("a b"));
    }

    #[test]
    fn the_closest_word_is_not_far() {
        assert_eq!(closest("reccord", ITEMS), Some("record"));
        assert_eq!(closest("Let", ITEMS), Some("let"));
        assert_eq!(closest("hello", ITEMS), None);
        assert_eq!(closest("x", ITEMS), None);
    }
}
