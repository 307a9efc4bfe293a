//! Row keys as words: in full in the title, and elsewhere only where they differ from it.

use std::collections::BTreeSet;

use crate::step::KeyPart;

use super::glyphs::clean;

/// ` of SalesPerson 275 in window 2011-05-31`.
pub(in crate::trace) fn title(key: &[KeyPart]) -> String {
    worded(key, |part| format!("{} {}", clean(&part.part), value(&part.value)))
}

/// The parts that another key does not have: ` of 282 in 2026-Q1`.
pub(in crate::trace) fn beyond(key: &[KeyPart], other: &[KeyPart]) -> String {
    let rest: Vec<KeyPart> = differing(key, other).cloned().collect();
    worded(&rest, |part| value(&part.value))
}

/// The parts that another key does not have, in a row of a list: `sale 43659`.
pub(in crate::trace) fn listed(key: &[KeyPart], other: &[KeyPart]) -> String {
    let values: Vec<String> =
        differing(key, other).map(|part| value_beyond(&part.value, other)).filter(|text| !text.is_empty()).collect();
    if values.is_empty() {
        key.iter().map(|part| value(&part.value)).collect::<Vec<_>>().join(" ")
    } else {
        values.join(" ")
    }
}

/// The names of parts of keys.
pub(in crate::trace) type Varying = BTreeSet<String>;

/// The names of the parts in which some row of a list differs from another key.
pub(in crate::trace) fn varying<'a>(keys: impl Iterator<Item = &'a [KeyPart]>, other: &[KeyPart]) -> Varying {
    keys.flat_map(|key| differing(key, other)).map(|part| part.part.clone()).collect()
}

/// A row of a list in which these parts differ: also the row that the list is about is told by them.
pub(in crate::trace) fn listed_by(key: &[KeyPart], other: &[KeyPart], varying: &Varying) -> String {
    let own: Vec<String> =
        key.iter().filter(|part| varying.contains(&part.part)).map(|part| value(&part.value)).collect();
    if key == other && !own.is_empty() { own.join(" ") } else { listed(key, other) }
}

/// What the rows of a list are called: the record or period of the key's last part that differs.
pub(in crate::trace) fn noun(key: &[KeyPart], other: &[KeyPart]) -> String {
    let part = differing(key, other).last().or(key.last());
    part.map_or_else(|| "row".to_owned(), |part| clean(&part.part))
}

/// The period of a key, where it has one.
pub(in crate::trace) fn period(key: &[KeyPart]) -> Option<String> {
    key.iter().find(|part| is_period(part)).map(|part| value(&part.value))
}

/// `in 2025-Q1` for a row of another period than the row that reads it.
pub(in crate::trace) fn other_period(key: &[KeyPart], reader: &[KeyPart]) -> String {
    let other =
        |part: &&KeyPart| is_period(part) && reader.iter().any(|own| own.part == part.part && own.value != part.value);
    key.iter().find(other).map_or_else(String::new, |part| format!("in {}", value(&part.value)))
}

fn differing<'a>(key: &'a [KeyPart], other: &'a [KeyPart]) -> impl DoubleEndedIterator<Item = &'a KeyPart> {
    key.iter().filter(move |part| !other.contains(part))
}

fn worded(key: &[KeyPart], word: impl Fn(&KeyPart) -> String) -> String {
    let join = |periods: bool| {
        let parts: Vec<String> = key.iter().filter(|part| is_period(part) == periods).map(&word).collect();
        parts.join(", ")
    };
    let (rows, period) = (join(false), join(true));
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&format!(" of {rows}"));
    }
    if !period.is_empty() {
        text.push_str(&format!(" in {period}"));
    }
    text
}

/// Units of time are written small, records are not; a definition of another plan has a dot in its name.
pub(in crate::trace) fn is_period(part: &KeyPart) -> bool {
    part.part.starts_with(|c: char| c.is_ascii_lowercase()) && !part.part.contains('.')
}

/// A key of several columns is a list of texts, in which absent parts are empty.
fn value(text: &str) -> String {
    value_beyond(text, &[])
}

/// The same without the texts of a list that another key has as parts of its own.
fn value_beyond(text: &str, other: &[KeyPart]) -> String {
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(parts) => {
            let known = |part: &String| part.is_empty() || other.iter().any(|other| other.value == *part);
            let there: Vec<String> = parts.iter().filter(|part| !known(part)).map(|part| inner(part, &parts)).collect();
            let there: Vec<String> = there.into_iter().filter(|part| !part.is_empty()).collect();
            there.join(" ")
        }
        Err(_) => clean(text),
    }
}

/// A part of a list, which may be a key of several columns itself: then those of them that the list does not have.
fn inner(part: &str, list: &[String]) -> String {
    match serde_json::from_str::<Vec<String>>(part) {
        Ok(parts) => {
            let there = parts.iter().filter(|part| !part.is_empty() && !list.contains(part));
            there.map(|part| clean(part)).collect::<Vec<_>>().join(" ")
        }
        Err(_) => clean(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[(&str, &str)]) -> Vec<KeyPart> {
        parts.iter().map(|(part, value)| KeyPart { part: (*part).to_owned(), value: (*value).to_owned() }).collect()
    }

    #[test]
    fn keys_say_what_the_title_does_not() {
        let root = key(&[("Person", "p1"), ("month", "2026-03")]);
        let quarter = key(&[("Person", "p1"), ("quarter", "2026-Q1")]);
        let other = key(&[("Person", "p7"), ("month", "2026-03")]);
        let credit = key(&[("Credit", r#"["sale","43659","","275"]"#)]);
        assert_eq!(title(&root), " of Person p1 in month 2026-03");
        assert_eq!(beyond(&quarter, &root), " in 2026-Q1");
        assert_eq!(beyond(&other, &root), " of p7");
        assert_eq!(beyond(&root, &root), "");
        assert_eq!(listed(&credit, &root), "sale 43659 275");
        assert_eq!(listed(&credit, &key(&[("SalesPerson", "275")])), "sale 43659");
        assert_eq!(listed(&root, &root), "p1 2026-03");
        let split = key(&[("Credit", r#"["shared","D-2","[\"D-2\",\"7\"]","r2"]"#)]);
        assert_eq!(listed(&split, &root), "shared D-2 7 r2");
        let all = varying([other.as_slice(), root.as_slice()].into_iter(), &root);
        assert_eq!(listed_by(&root, &root, &all), "p1");
        assert_eq!(listed_by(&other, &root, &all), "p7");
        assert_eq!(other_period(&key(&[("month", "2025-03")]), &root), "in 2025-03");
        assert_eq!(other_period(&quarter, &root), "");
        assert_eq!(noun(&credit, &root), "Credit");
        assert_eq!(period(&quarter), Some("2026-Q1".to_owned()));
    }
}
