//! Many texts in one piece of memory, and what is written often as text: numbers, fields of CSV files, parts of keys.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::table::row_number;
use crate::value::Fixed;

/// Texts, each known by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TextList {
    /// All of them, one behind the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

/// So many texts are printed at once by one thread.
const SHARE: usize = 1 << 14;

impl TextList {
    /// So many texts, each as `print` appends it.
    pub fn of(count: usize, print: impl Fn(usize, &mut String) + Sync) -> TextList {
        let starts: Vec<usize> = (0..count).step_by(SHARE).collect();
        let share = |start: &usize| {
            let mut list = TextList::default();
            (*start..start.saturating_add(SHARE).min(count))
                .for_each(|number| list.push_with(|text| print(number, text)));
            list
        };
        let shares: Vec<TextList> = starts.par_iter().map(share).collect();
        let mut shares = shares.into_iter();
        let mut all = shares.next().unwrap_or_default();
        shares.for_each(|share| all.append(&share));
        all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text with a number; the empty text beyond the end.
    pub fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        let found = start.zip(self.ends.get(number)).and_then(|(start, end)| self.text.get(*start..*end));
        found.unwrap_or_default()
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..row_number(self.len())).map(|number| self.get(number))
    }

    /// Appends one and says its number.
    pub fn push(&mut self, text: &str) -> u32 {
        self.push_with(|all| all.push_str(text));
        row_number(self.len()).saturating_sub(1)
    }

    fn push_with(&mut self, print: impl FnOnce(&mut String)) {
        print(&mut self.text);
        self.ends.push(self.text.len());
    }

    /// Appends those of another list.
    pub fn append(&mut self, other: &TextList) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| end.saturating_add(before)));
    }

    /// The texts of this list as they stand between the quotes of a JSON string; none where that changes nothing.
    pub fn as_json(&self) -> Option<TextList> {
        let escaped = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\');
        let any = self.text.as_bytes().par_chunks(SHARE).any(|bytes| bytes.iter().any(|byte| escaped(*byte)));
        any.then(|| TextList::of(self.len(), |number, text| text.push_str(&json_body(self.get(row_number(number))))))
    }

    /// Whether a quotation mark stands in any of them.
    pub fn has_quotes(&self) -> bool {
        self.text.contains('"')
    }

    /// How the texts are to be ordered, each as if this byte stood behind it.
    pub fn order(&self, end: Option<u8>) -> Order {
        let numbers = 0..row_number(self.len());
        let ordered = |a: u32, b: u32| compare(self.get(a), self.get(b), end);
        let ascends = |number: u32| ordered(number, number.saturating_add(1)) == Ordering::Less;
        if (0..numbers.end.saturating_sub(1)).into_par_iter().all(ascends) {
            return Order::Number;
        }
        let prefixes: Vec<u64> = numbers.clone().into_par_iter().map(|number| prefix(self.get(number), end)).collect();
        if numbers.clone().into_par_iter().all(|number| self.get(number).len() <= size_of::<u64>()) {
            return Order::By(prefixes);
        }
        let mut sorted: Vec<(u64, u32)> = prefixes.into_iter().zip(numbers).collect();
        sorted.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ordered(a.1, b.1)));
        let mut ranks = vec![0; self.len()];
        for (rank, (_, number)) in (0_u64..).zip(sorted) {
            ranks.get_mut(number as usize).into_iter().for_each(|place| *place = rank);
        }
        Order::By(ranks)
    }

    /// The rank of each text among all, by bytes.
    pub fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..row_number(self.len())).collect();
        sorted.par_sort_by(|a, b| self.get(*a).cmp(self.get(*b)));
        let mut ranks = vec![0; self.len()];
        for (rank, number) in (0_u32..).zip(sorted) {
            ranks.get_mut(number as usize).into_iter().for_each(|place| *place = rank);
        }
        ranks
    }
}

/// An order of the texts of a list.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// They stand in it.
    Number,
    /// Each by a number of its own; two with the same one are the same, or differ in nothing but the byte behind them.
    By(Vec<u64>),
}

impl Order {
    /// What orders the text with a number.
    pub fn of(&self, number: u32) -> u64 {
        match self {
            Order::Number => u64::from(number),
            Order::By(ranks) => ranks.get(number as usize).copied().unwrap_or(u64::MAX),
        }
    }
}

/// Compares texts, each with a byte behind it.
fn compare(a: &str, b: &str, end: Option<u8>) -> Ordering {
    match end {
        None => a.cmp(b),
        Some(end) => a.bytes().chain([end]).cmp(b.bytes().chain([end])),
    }
}

/// The first bytes of a text with a byte behind it, as a number.
fn prefix(text: &str, end: Option<u8>) -> u64 {
    let bytes = text.bytes().chain(end).chain(std::iter::repeat(0));
    bytes.take(size_of::<u64>()).fold(0, |number, byte| (number << 8) | u64::from(byte))
}

/// A text as it stands between the quotes of a JSON string.
pub(super) fn json_body(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let body = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    body.unwrap_or_default().to_owned()
}

/// Appends a field of a CSV file, in quotes where it needs them.
pub(super) fn push_field(out: &mut String, field: &str) {
    if field.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.push('"');
        push_doubled(out, field);
        out.push('"');
    } else {
        out.push_str(field);
    }
}

/// Appends what stands between the quotes of a field of a CSV file.
pub(super) fn push_doubled(out: &mut String, text: &str) {
    let mut parts = text.split('"');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("\"\"");
        out.push_str(part);
    }
}

/// The most bytes that a number of 64 bits takes at the places that it may have.
const LONGEST: usize = 48;

/// Appends a number with all its places, as [`Fixed`] prints.
pub(super) fn push_fixed(out: &mut String, fixed: Fixed) {
    let places = usize::from(fixed.places);
    let Some(mut left) = u64::try_from(fixed.units.unsigned_abs()).ok().filter(|_| places < LONGEST.saturating_sub(22))
    else {
        out.push_str(&fixed.to_string());
        return;
    };
    let mut text = [b'0'; LONGEST];
    let mut length = 0;
    for (position, byte) in text.iter_mut().rev().enumerate() {
        length = position.saturating_add(1);
        if places > 0 && position == places {
            *byte = b'.';
            continue;
        }
        *byte = b'0' | u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
        // At least one digit stands before the point.
        if left == 0 && (places == 0 || position > places) {
            break;
        }
    }
    if fixed.units < 0 {
        out.push('-');
    }
    let digits = text.get(LONGEST.saturating_sub(length)..).and_then(|digits| std::str::from_utf8(digits).ok());
    out.push_str(digits.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(texts: &[&str]) -> TextList {
        let mut list = TextList::default();
        texts.iter().for_each(|text| {
            list.push(text);
        });
        list
    }

    #[test]
    fn texts_come_back_by_their_numbers() {
        let all = list(&["a", "", "né"]);
        assert_eq!(all.iter().collect::<Vec<_>>(), ["a", "", "né"]);
        assert_eq!((all.get(3), all.len()), ("", 3));
        let many = TextList::of(40_000, |number, text| text.push_str(&number.to_string()));
        assert_eq!((many.get(0), many.get(39_999), many.len()), ("0", "39999", 40_000));
    }

    #[test]
    fn only_what_json_escapes_is_changed() {
        assert_eq!(list(&["a", "né,'"]).as_json(), None);
        assert_eq!(list(&["a\"b", "c\\", "\n"]).as_json(), Some(list(&["a\\\"b", "c\\\\", "\\n"])));
    }

    proptest! {
        #[test]
        fn numbers_print_as_fixed_ones_do(units in prop_oneof![any::<i64>().prop_map(i128::from), any::<i128>(), -2000..2000_i128], places in 0_u8..=30) {
            let fixed = Fixed { units, places };
            let mut text = String::new();
            push_fixed(&mut text, fixed);
            prop_assert_eq!(text, fixed.to_string());
        }

        #[test]
        fn fields_are_those_of_the_csv_writer(fields in prop::collection::vec("[a-c\",\n\r ]{0,4}", 2..5)) {
            let mut text = String::new();
            for (index, field) in fields.iter().enumerate() {
                if index > 0 { text.push(','); }
                push_field(&mut text, field);
            }
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
            writer.write_record(&fields).unwrap();
            prop_assert_eq!(text + "\n", String::from_utf8(writer.into_inner().unwrap()).unwrap());
        }

        #[test]
        fn orders_are_those_of_the_bytes(texts in prop::collection::vec("[ !a-c0-9]{0,12}|[0-9]{1,3}", 0..20)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let list = list(&texts);
            for end in [None, Some(b'"')] {
                let order = list.order(end);
                for (a, first) in (0_u32..).zip(&texts) {
                    for (b, second) in (0_u32..).zip(&texts) {
                        let expected = compare(first, second, end);
                        let found = order.of(a).cmp(&order.of(b));
                        prop_assert!(found == expected || first == second || prefix(first, end) == prefix(second, end), "{:?} {:?}", first, second);
                    }
                }
            }
        }
    }
}
