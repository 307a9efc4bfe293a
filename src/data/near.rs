//! "Did you mean": the nearest of the texts that would have been right.

/// Longer texts are not compared: the distance costs length times length.
const LONGEST_CHARS: usize = 100;

/// The nearest candidate, where about two thirds of the letters agree; capitals count as small
/// letters. Of equally near ones the first in the alphabet.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = length.saturating_add(1).checked_div(3)?.min(4);
    if length > LONGEST_CHARS {
        return None;
    }
    let folded = word.to_lowercase();
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| {
            let near = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (near, candidate)
        })
        .filter(|(near, _)| *near <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The question for the help of a problem.
pub(super) fn did_you_mean<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
