//! The lines of a definition as they stand in the plan, the branches taken marked and the others greyed.

use super::escape::{escaped, tag, text};
use crate::step::{Formula, Node, PlanPlace, Step};

/// More lines than these are no definition.
const MOST: usize = 60;

/// How a character of the plan is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    Plain,
    Name,
    Taken,
    NotTaken,
}

/// The definition of a step, line by line.
pub(super) fn excerpt(step: &Step, place: &PlanPlace, source: &str) -> String {
    let (first, lines) = definition(source, place.line as usize);
    let whole: Vec<char> = lines.join("\n").chars().collect();
    let mut marks = vec![Mark::Plain; whole.len()];
    if let Some((from, to)) = find(&whole, &step.name, 0) {
        put(&mut marks, from, to, Mark::Name);
    }
    if let Some(formula) = &step.formula {
        branches(formula, &whole, &mut marks, 0);
    }
    let mut out = String::new();
    let mut at = 0_usize;
    for (number, line) in (first..).zip(&lines) {
        let length = line.chars().count();
        let range = at..at.saturating_add(length);
        let chars = whole.get(range.clone()).unwrap_or_default();
        let inked = ink(chars, marks.get(range).unwrap_or_default());
        at = at.saturating_add(length).saturating_add(1);
        out.push_str(&format!("<span class=\"line\"><span class=\"number\">{number}</span>{inked}</span>"));
    }
    format!("<figure class=\"plan\"><figcaption>{}</figcaption><pre>{out}</pre></figure>\n", text(&place.file))
}

/// The number of the first line and the lines of the definition that begins on a line: with the comments above it, up to a
/// blank line or the next item.
fn definition(source: &str, line: usize) -> (usize, Vec<&str>) {
    let all: Vec<&str> = source.lines().collect();
    let begin = line.saturating_sub(1);
    let comment = |at: &usize| all.get(*at).is_some_and(|line| line.trim_start().starts_with("##"));
    let above = (0..begin).rev().take_while(comment).last().unwrap_or(begin);
    let mut depth = 0_usize;
    let mut end = begin;
    let indent = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let own = all.get(begin).map_or(0, |line| indent(line));
    for (at, line) in all.iter().enumerate().skip(begin).take(MOST) {
        let begins = at > begin && depth == 0 && (line.trim().is_empty() || indent(line) <= own);
        if begins {
            break;
        }
        depth = depth.saturating_add(line.matches('{').count()).saturating_sub(line.matches('}').count());
        end = at.saturating_add(1);
        // The end of what is around.
        if depth == 0 && at > begin && line.trim() == "}" {
            break;
        }
    }
    (above.saturating_add(1), all.get(above..end.max(begin)).unwrap_or_default().to_vec())
}

/// Marks the branches of each `if`, the outer ones first.
fn branches(formula: &Formula, whole: &[char], marks: &mut [Mark], from: usize) {
    let begin = find(whole, &formula.text, from).map_or(from, |(begin, _)| begin);
    if let Node::If { condition, then, taken: Some(taken), not_taken } = &formula.node {
        let behind = find(whole, &condition.text, begin).map_or(begin, |(_, end)| end);
        let (one, other) =
            if *then { (taken.text.as_str(), not_taken.as_str()) } else { (not_taken.as_str(), taken.text.as_str()) };
        let own = if *then { [Mark::Taken, Mark::NotTaken] } else { [Mark::NotTaken, Mark::Taken] };
        let first = find(whole, one, behind);
        let second = find(whole, other, first.map_or(behind, |(_, end)| end));
        for (range, mark) in [first, second].into_iter().zip(own) {
            if let Some((from, to)) = range {
                put(marks, from, to, mark);
            }
        }
        branches(condition, whole, marks, begin);
        let at = if *then { first } else { second };
        branches(taken, whole, marks, at.map_or(behind, |(from, _)| from));
        return;
    }
    for operand in formula.node.operands().into_iter().filter(|operand| !operand.text.is_empty()) {
        branches(operand, whole, marks, begin);
    }
}

fn put(marks: &mut [Mark], from: usize, to: usize, mark: Mark) {
    marks.iter_mut().take(to).skip(from).for_each(|own| *own = mark);
}

/// Where words stand in a text, blanks and line ends left aside; not within a longer word.
fn find(whole: &[char], words: &str, from: usize) -> Option<(usize, usize)> {
    let wanted: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let first = wanted.first()?;
    (from..whole.len()).filter(|at| whole.get(*at) == Some(first)).find_map(|at| {
        if is_word(Some(first)) && is_word(at.checked_sub(1).and_then(|before| whole.get(before))) {
            return None;
        }
        let mut next = wanted.iter();
        let mut end = at;
        for (index, c) in whole.iter().enumerate().skip(at).filter(|(_, c)| !c.is_whitespace()) {
            match next.next() {
                None => break,
                Some(wanted) if wanted == c => end = index.saturating_add(1),
                Some(_) => return None,
            }
        }
        let inside = is_word(wanted.last()) && is_word(whole.get(end));
        (next.next().is_none() && !inside).then_some((at, end))
    })
}

/// The characters of a line with their marks.
fn ink(chars: &[char], marks: &[Mark]) -> String {
    let pairs: Vec<(&char, &Mark)> = chars.iter().zip(marks).collect();
    let mut out = String::new();
    for run in pairs.chunk_by(|(_, one), (_, other)| one == other) {
        let words: String =
            run.iter().map(|(c, _)| if c.is_control() && **c != '\t' { '\u{fffd}' } else { **c }).collect();
        let mark = run.first().map_or(Mark::Plain, |(_, mark)| **mark);
        out.push_str(&match mark {
            Mark::Plain => escaped(&words),
            Mark::Name => tag("b", "", &escaped(&words)),
            Mark::Taken => tag("mark", "", &escaped(&words)),
            Mark::NotTaken => tag("span", "not", &escaped(&words)),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "## What a quarter\n## pays.\nearn bonus for each Person =\n  if met\n  then 10% of x\n  else 0\n\nlet other = 1\n";

    #[test]
    fn a_definition_ends_before_the_next() {
        let (first, lines) = definition(PLAN, 3);
        assert_eq!((first, lines.len()), (1, 6));
        assert_eq!(definition(PLAN, 8), (8, vec!["let other = 1"]));
        assert_eq!(definition("credit a for each D {\n  to o\n\n  on d\n}\nlet x = 1", 1).1.len(), 5);
        assert_eq!(definition(PLAN, 99).1.len(), 0);
    }

    #[test]
    fn words_are_found_over_line_ends_but_not_within_words() {
        let whole: Vec<char> = "xa =\n  if a\n  then a1".chars().collect();
        assert_eq!(find(&whole, "if a then a1", 0), Some((7, whole.len())));
        assert_eq!(find(&whole, "a", 0), Some((10, 11)));
        assert_eq!(find(&whole, "", 0), None);
    }
}
