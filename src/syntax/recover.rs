//! Takes the broken entry out of a block, so that the rest of the item can be read.

use super::keywords::is_word_char;
use super::problem::token_before;
use super::scan::lines;

/// A line of an item.
struct Line<'a> {
    start: usize,
    indent: usize,
    text: &'a str,
}

/// The text with blanks in place of the entry at a position; nothing where no block holds it.
pub(super) fn without_entry(text: &str, at: usize) -> Option<String> {
    if text.get(at..)?.trim().is_empty() {
        return closed(text);
    }
    let at = blamed(text, at);
    let lines: Vec<Line<'_>> = lines(text)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(start, line)| Line {
            start,
            indent: line.len().saturating_sub(line.trim_start().len()),
            text: line.trim(),
        })
        .collect();
    let broken = lines.iter().rposition(|line| line.start <= at)?;
    let (first, last) = entry(text, &lines, broken, at)?;
    let start = lines.get(first)?.start;
    let end = lines.get(last).map_or(text.len(), |line| line.start);
    let blanked = blanked(text, start, end);
    (blanked != text).then_some(blanked)
}

/// The lines of the entry that holds a line: from its first to the one behind its last.
fn entry(text: &str, lines: &[Line<'_>], broken: usize, at: usize) -> Option<(usize, usize)> {
    let opened = open_braces(text, at);
    opened.iter().rev().find_map(|brace| {
        let head = lines.iter().rposition(|line| line.start <= *brace)?;
        let top = head.saturating_add(1);
        let first = lines.get(top)?;
        let is_table = lines.get(head)?.text.starts_with("given") || lines.get(head)?.text.starts_with("expect");
        // A broken line of column names takes its table with it.
        if broken < top || (broken == top && is_table) {
            return None;
        }
        let starts = |line: &Line<'_>| line.indent <= first.indent;
        let begin = (top..=broken).rev().find(|at| lines.get(*at).is_some_and(starts))?;
        let next = broken.saturating_add(1);
        let end = (next..lines.len()).find(|at| lines.get(*at).is_some_and(starts));
        Some((begin, end.unwrap_or(lines.len())))
    })
}

/// The braces that are open at a position.
fn open_braces(text: &str, at: usize) -> Vec<usize> {
    let mut open = Vec::new();
    for (position, c) in outside_texts(text) {
        match c {
            _ if position >= at => break,
            '{' => open.push(position),
            '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The characters of a text that do not lie in quotes.
fn outside_texts(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        let was = quoted;
        if *c == '\n' {
            quoted = false;
        } else if *c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = *c == '\\' && was && !escaped;
        !was && !quoted
    })
}

/// The item with its blocks closed, where one is open at its end.
fn closed(text: &str) -> Option<String> {
    let open = open_braces(text, text.len()).len();
    (open > 0).then(|| format!("{text}{}", "}".repeat(open)))
}

/// A closing brace or the beginning of the next entry is not to blame when what stands before it is not
/// finished.
fn blamed(text: &str, at: usize) -> usize {
    let Some((start, last)) = token_before(text, at) else {
        return at;
    };
    let before = text.get(start.saturating_add(last.len())..at).unwrap_or("");
    let at_brace = text.get(at..).is_some_and(|rest| rest.starts_with('}'));
    let unfinished = matches!(
        last,
        "+" | "-"
            | "*"
            | "/"
            | "="
            | "<"
            | ">"
            | ","
            | "("
            | "|"
            | "and"
            | "or"
            | "not"
            | "of"
            | "if"
            | "then"
            | "else"
            | "where"
            | "to"
            | "on"
            | "in"
            | "using"
            | "at"
            | "by"
            | "from"
    );
    let word = last.chars().all(is_word_char);
    if at_brace && last != "{" || before.contains('\n') && unfinished || before.is_empty() && !word {
        return start;
    }
    at
}

/// Blanks a range; a block that opens in it is blanked to its end, a brace that closes an outer one
/// stays.
fn blanked(text: &str, start: usize, end: usize) -> String {
    let mut depth = 0_usize;
    let mut stop = text.len();
    for (at, c) in outside_texts(text).skip_while(|(at, _)| *at < start) {
        if at >= end && depth == 0 {
            stop = at;
            break;
        }
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' if depth == 0 => {
                stop = at;
                break;
            }
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let mut kept = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if (start..stop).contains(&at) && c != '\n' {
            kept.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            kept.push(c);
        }
    }
    kept
}
