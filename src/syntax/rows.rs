//! Rows of a table as plan documents write them: `up to 100,000 USD`, `0 - 100,000`, `< 100,000`, `100,000+`.

use super::keywords::is_word_char;
use super::problem::{Place, Problem};
use super::scan::lines;
use crate::diagnostics::{Code, Diagnostic};
use crate::value::Currency;

/// So many rows are written in the advice.
const LISTED: usize = 8;

/// A row of a table, as far as a person reads it.
struct Row<'a> {
    /// The range of the words that say where it lies.
    words: (usize, usize),
    /// Where it begins, where it says so: the bound, and whether the bound itself is in it.
    from: Option<(Bound<'a>, bool)>,
    /// Where it ends, where it says so.
    to: Option<Bound<'a>>,
    /// What stands behind.
    value: &'a str,
    /// Whether no table is written so.
    foreign: bool,
}

/// A number with its unit, or the name of a constant.
#[derive(Clone, Copy)]
struct Bound<'a> {
    number: &'a str,
    unit: Option<&'a str>,
}

/// The lesson for a table in which rows say where they end, or say it in signs; all of them at once.
pub(super) fn foreign_rows(place: Place<'_>) -> Option<Problem> {
    let (head, block) = place.text.strip_prefix("rates")?.split_once('{')?;
    // The bands of a table from a record are told by its columns.
    let of_record = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut words = head.split_whitespace().skip(1);
    if words.next() == Some("from") && words.next().is_some_and(of_record) {
        return None;
    }
    let base = place.text.len().saturating_sub(block.len());
    let rows: Vec<Row<'_>> = lines(block).filter_map(|(at, line)| row(base.saturating_add(at), line)).collect();
    if !rows.iter().any(|row| row.foreign) {
        return None;
    }
    let problem =
        Diagnostic::new(Code::WrongHabit, "a row of a table says where it begins, and ends where the next begins");
    let foreign = rows.iter().filter(|row| row.foreign);
    let problem = foreign.fold(problem, |problem, row| problem.at(place.span(row.words.0, row.words.1), ""));
    Some(Box::new(problem.help(format!("write the rows so:\n{}", written(&rows).join("\n")))))
}

/// The rows as Attain writes them.
fn written(rows: &[Row<'_>]) -> Vec<String> {
    let bounds = || rows.iter().flat_map(|row| row.from.map(|(bound, _)| bound).into_iter().chain(row.to));
    let unit = bounds().find_map(|bound| bound.unit);
    let mut before: Option<Bound<'_>> = None;
    let mut out = Vec::new();
    for row in rows {
        let zero = Bound { number: "0", unit: None };
        let (bound, inclusive) = row.from.unwrap_or((before.unwrap_or(zero), true));
        let word = if inclusive { "from" } else { "above" };
        out.push(format!("`{word} {}  {}`", bound.words(unit), row.value));
        before = row.to;
    }
    if out.len() > LISTED {
        out.truncate(LISTED);
        out.push("…".to_owned());
    }
    out
}

impl Bound<'_> {
    /// In the unit of the table, where it has none of its own.
    fn words(&self, unit: Option<&str>) -> String {
        let unit = if self.number.starts_with(|c: char| c.is_ascii_digit()) { self.unit.or(unit) } else { None };
        match unit {
            Some("%") => format!("{}%", self.number),
            Some(unit) => format!("{} {unit}", self.number),
            None => self.number.to_owned(),
        }
    }
}

/// A line of a table that begins with a bound.
fn row(at: usize, line: &str) -> Option<Row<'_>> {
    let start = line.len().saturating_sub(line.trim_start().len());
    let line = line.trim_end();
    let mut rest = Rest { line, at: start };
    let opening = rest.opening();
    // `first` may be a value of a choice.
    let names = opening != Opening::Nothing && !line.trim_start().starts_with("first");
    let first = rest.bound().or_else(|| rest.name().filter(|_| names))?;
    let end = rest.second(opening);
    let after = rest.closing();
    let behind = rest.text();
    // A table on one line ends there.
    let value = behind.trim_end_matches(['}', ' ']);
    if value.is_empty() {
        return None;
    }
    let words = (at.saturating_add(start), at.saturating_add(line.len().saturating_sub(behind.len())));
    let words = (words.0, at.saturating_add(line.get(..words.1.saturating_sub(at)).unwrap_or("").trim_end().len()));
    let (from, to) = match (opening, end) {
        (Opening::UpTo, _) => (None, Some(first)),
        (Opening::Above | Opening::Over, end) => (Some((first, false)), end),
        (_, end) => (Some((first, true)), end),
    };
    let legal = matches!(opening, Opening::From | Opening::Above) && to.is_none() && !after;
    Some(Row { words, from, to, value, foreign: !legal && (opening != Opening::Nothing || to.is_some() || after) })
        .filter(|row| row.foreign || legal)
}

/// The words a row begins with.
#[derive(Clone, Copy, PartialEq)]
enum Opening {
    Nothing,
    /// `from`, which a table may say.
    From,
    /// `above`, which a table may say.
    Above,
    /// `at least`, `>=`
    AtLeast,
    /// `over`, `>`, `more than`
    Over,
    /// `up to`, `<`, `under`
    UpTo,
}

const OPENINGS: [(&str, Opening); 19] = [
    ("from", Opening::From),
    ("above", Opening::Above),
    ("between", Opening::AtLeast),
    ("at least", Opening::AtLeast),
    (">=", Opening::AtLeast),
    ("=>", Opening::AtLeast),
    ("over", Opening::Over),
    ("more than", Opening::Over),
    ("greater than", Opening::Over),
    ("exceeding", Opening::Over),
    (">", Opening::Over),
    ("up to", Opening::UpTo),
    ("upto", Opening::UpTo),
    ("less than", Opening::UpTo),
    ("under", Opening::UpTo),
    ("<=", Opening::UpTo),
    ("=<", Opening::UpTo),
    ("<", Opening::UpTo),
    ("first", Opening::UpTo),
];

/// What stands between the two bounds of a row.
const BETWEEN: [&str; 6] = ["to", "through", "until", "up to", "and", "-"];

/// What stands behind the one bound of a row.
const BEHIND: [&str; 8] = ["+", "and above", "and over", "and up", "and more", "or more", "or above", "upwards"];

/// What is left of a line.
struct Rest<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn text(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or("").trim_start()
    }

    /// Goes on behind some words or a sign, blanks before them included.
    fn take(&mut self, words: &str) -> bool {
        let text = self.text();
        let Some(behind) = words.split(' ').try_fold(text, |text, word| {
            let text = text.trim_start();
            let same = text.get(..word.len())?.eq_ignore_ascii_case(word);
            let behind = text.get(word.len()..)?;
            let whole = !word.ends_with(is_word_char) || !behind.starts_with(is_word_char);
            (same && whole).then_some(behind)
        }) else {
            return false;
        };
        self.at = self.line.len().saturating_sub(behind.len());
        true
    }

    fn opening(&mut self) -> Opening {
        OPENINGS.iter().find(|(words, _)| self.take(words)).map_or(Opening::Nothing, |(_, opening)| *opening)
    }

    /// A number with its unit: `100,000 USD`, `$100,000`, `80%`, `50k`.
    fn bound(&mut self) -> Option<Bound<'a>> {
        let text = self.text();
        let sign = text.chars().next().and_then(currency_of);
        let text = if sign.is_some() { text.get(text.chars().next()?.len_utf8()..)?.trim_start() } else { text };
        let inner = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
        let digits = text.find(|c| !inner(c)).unwrap_or(text.len());
        let digits = text.get(..digits)?.trim_end_matches([',', '.']).len();
        let behind = text.get(digits..)?;
        let length = digits.saturating_add(usize::from(ends_with_scale(behind)));
        let number = text.get(..length).filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))?;
        let behind = text.get(length..)?;
        if behind.starts_with(is_word_char) || is_date(number, behind) {
            return None;
        }
        self.at = self.line.len().saturating_sub(behind.len());
        let unit = match sign {
            Some(code) => Some(code),
            None => self.unit(),
        };
        Some(Bound { number, unit })
    }

    /// The name of a constant.
    fn name(&mut self) -> Option<Bound<'a>> {
        let text = self.text();
        let number = text.get(..text.find(|c| !is_word_char(c)).unwrap_or(text.len()))?;
        if !number.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        self.at = self.line.len().saturating_sub(text.len()).saturating_add(number.len());
        Some(Bound { number, unit: None })
    }

    /// `%`, or a word that is no word of a row and has the value behind it.
    fn unit(&mut self) -> Option<&'a str> {
        let text = self.text();
        if text.starts_with('%') {
            self.take("%");
            return text.get(..1);
        }
        let length = text.find(|c| !is_word_char(c)).unwrap_or(text.len());
        let word = text.get(..length).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        let of_a_row = BETWEEN.iter().chain(&BEHIND).any(|words| words.split(' ').next() == Some(word));
        let last = text.get(length..)?.trim().is_empty();
        if of_a_row || (last && Currency::from_code(word).is_none()) {
            return None;
        }
        self.at = self.line.len().saturating_sub(text.len()).saturating_add(length);
        Some(word)
    }

    /// The second bound of a row; a `-` that touches the number behind it and not the one before is its sign.
    fn second(&mut self, opening: Opening) -> Option<Bound<'a>> {
        let before = self.at;
        let rest = self.line.get(self.at..).unwrap_or("");
        let is_sign = rest.starts_with(' ')
            && rest
                .trim_start()
                .strip_prefix('-')
                .is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
        let mut between = BETWEEN.iter();
        let found = !is_sign && opening != Opening::UpTo && between.any(|words| self.take(words));
        let bound = if found { self.bound().or_else(|| self.name()) } else { None };
        if bound.is_none() || self.text().is_empty() {
            self.at = before;
            return None;
        }
        bound
    }

    fn closing(&mut self) -> bool {
        BEHIND.iter().any(|words| self.take(words))
    }
}

fn currency_of(sign: char) -> Option<&'static str> {
    Some(match sign {
        '$' => "USD",
        '€' => "EUR",
        '£' => "GBP",
        '¥' => "JPY",
        _ => return None,
    })
}

/// Whether a `k` or an `M` belongs to the number in front.
fn ends_with_scale(behind: &str) -> bool {
    let mut letters = behind.chars();
    matches!(letters.next(), Some('k' | 'M')) && !letters.next().is_some_and(is_word_char)
}

/// Whether a number is the year of a date or a period.
fn is_date(number: &str, behind: &str) -> bool {
    let year = number.len() == 4 && number.chars().all(|c| c.is_ascii_digit());
    year && behind.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}
