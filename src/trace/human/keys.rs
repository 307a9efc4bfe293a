//! Row keys as words: in full in the title, and elsewhere only where they differ from it.

use crate::step::KeyPart;

use super::glyphs::clean;

/// ` of SalesPerson 275 in window 2011-05-31`.
pub(super) fn title(key: &[KeyPart]) -> String {
    worded(key, |part| format!("{} {}", clean(&part.part), value(&part.value)))
}

/// The parts that another key does not have: ` of 282 in 2026-Q1`.
pub(super) fn beyond(key: &[KeyPart], other: &[KeyPart]) -> String {
    let rest: Vec<KeyPart> = differing(key, other).cloned().collect();
    worded(&rest, |part| value(&part.value))
}

/// The parts that another key does not have, in a row of a list: `sale 43659`.
pub(super) fn listed(key: &[KeyPart], other: &[KeyPart]) -> String {
    let values: Vec<String> =
        differing(key, other).map(|part| value_beyond(&part.value, other)).filter(|text| !text.is_empty()).collect();
    if values.is_empty() {
        key.iter().map(|part| value(&part.value)).collect::<Vec<_>>().join(" ")
    } else {
        values.join(" ")
    }
}

/// What the rows of a list are called: the record or period of the key's last part that differs.
pub(super) fn noun(key: &[KeyPart], other: &[KeyPart]) -> String {
    let part = differing(key, other).last().or(key.last());
    part.map_or_else(|| "row".to_owned(), |part| clean(&part.part))
}

/// The period of a key, where it has one.
pub(super) fn period(key: &[KeyPart]) -> Option<String> {
    key.iter().find(|part| is_period(part)).map(|part| value(&part.value))
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

/// Units of time are written small, records are not.
fn is_period(part: &KeyPart) -> bool {
    part.part.starts_with(|c: char| c.is_ascii_lowercase())
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
            let there: Vec<String> = parts.iter().filter(|part| !known(part)).map(|part| clean(part)).collect();
            there.join(" ")
        }
        Err(_) => clean(text),
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
        assert_eq!(noun(&credit, &root), "Credit");
        assert_eq!(period(&quarter), Some("2026-Q1".to_owned()));
    }
}
