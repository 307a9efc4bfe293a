//! "Did you mean": the nearest of the names that would have been right.

/// No name is compared beyond this length: the distance costs length times length.
const LONGEST_CHARS: usize = 100;

/// The candidate nearest to a word, if one is near enough: about a third of the letters may
/// differ, capitals count as small letters. Of equally near ones the first in the alphabet, so
/// the order of the candidates does not matter.
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_CHARS {
        return None;
    }
    let allowed = allowed_edits(length);
    let folded = word.to_lowercase();
    candidates
        .filter(|candidate| *candidate != word)
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| {
            let near = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (near, strsim::damerau_levenshtein(word, candidate), candidate)
        })
        .filter(|(near, ..)| *near <= allowed)
        .min()
        .map(|(.., candidate)| candidate)
}

/// The question to put into the help of a diagnostic.
pub fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// A third of the letters, rounded; never more than four, or long names would all be neighbours;
/// in one or two letters only capitals may differ.
fn allowed_edits(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=7 => 2,
        8..=10 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["bookings", "quarter_quota", "AE", "payout", "amount", "account"];

    fn near(word: &str) -> Option<&'static str> {
        closest(word, NAMES.into_iter())
    }

    #[test]
    fn typing_errors_are_found() {
        assert_eq!(near("boookings"), Some("bookings"));
        assert_eq!(near("bokings"), Some("bookings"));
        assert_eq!(near("quarter_qouta"), Some("quarter_quota"));
        assert_eq!(near("QuarterQuota"), Some("quarter_quota"));
        assert_eq!(near("Payout"), Some("payout"));
        assert_eq!(near("ae"), Some("AE"));
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(near("commission"), None);
        assert_eq!(near("VP"), None);
        assert_eq!(near(""), None);
        assert_eq!(near("payout"), None, "the word itself is no advice");
        assert_eq!(near(&"a".repeat(5000)), None);
    }

    #[test]
    fn ties_do_not_depend_on_the_order() {
        let names = ["rate_b", "rate_a", "rate_c"];
        assert_eq!(closest("rate_x", names.into_iter()), Some("rate_a"));
        assert_eq!(closest("rate_x", names.into_iter().rev()), Some("rate_a"));
        let cases = ["Kind", "kind"];
        assert_eq!(closest("kinds", cases.into_iter()), Some("kind"));
    }

    #[test]
    fn the_question_quotes_the_name() {
        let question = did_you_mean("payuot", NAMES.into_iter());
        assert_eq!(question.as_deref(), Some("did you mean `payout`?"));
    }
}
