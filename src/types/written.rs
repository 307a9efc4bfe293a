//! How the cells of a column are written in a file where not in the plain way: dates such as
//! `31/03/2026`, numbers such as `1.234,56`.

use chrono::Datelike;

use crate::calendar::{Date, parse_date};

/// How the cells of a column are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// As the language writes them: `2026-03-31`, `1234.56`.
    #[default]
    Plain,
    /// Dates by a pattern.
    Date(DatePattern),
    /// Numbers by a pattern.
    Number(NumberPattern),
}

/// Dates by a pattern such as `DD/MM/YYYY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatePattern {
    text: String,
    parts: Vec<DatePart>,
}

/// A part of a written date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatePart {
    /// `YYYY`
    Year,
    /// `MM`, or `M`: one digit or two.
    Month {
        padded: bool,
    },
    /// `MMM`: the first three letters of its English name.
    MonthName,
    /// `DD`, or `D`.
    Day {
        padded: bool,
    },
    Sign(u8),
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl DatePattern {
    /// A pattern of `YYYY`, one of `MM`, `M` and `MMM`, and one of `DD` and `D`, each once, with single
    /// signs that are no letters or digits between them; parts of one digit or two need a sign behind them.
    pub fn parse(text: &str) -> Option<DatePattern> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (part, length) = match () {
                () if rest.starts_with("YYYY") => (DatePart::Year, 4),
                () if rest.starts_with("MMM") => (DatePart::MonthName, 3),
                () if rest.starts_with("MM") => (DatePart::Month { padded: true }, 2),
                () if rest.starts_with('M') => (DatePart::Month { padded: false }, 1),
                () if rest.starts_with("DD") => (DatePart::Day { padded: true }, 2),
                () if rest.starts_with('D') => (DatePart::Day { padded: false }, 1),
                () => (DatePart::Sign(u8::try_from(first).ok().filter(|sign| is_sign(*sign))?), 1),
            };
            parts.push(part);
            rest = rest.get(length..)?;
        }
        is_whole(&parts).then(|| DatePattern { text: text.to_owned(), parts })
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The date of a cell.
    pub fn read(&self, cell: &str) -> Option<Date> {
        let (mut year, mut month, mut day) = (None, None, None);
        let mut rest = cell;
        for part in &self.parts {
            let (found, behind) = match part {
                DatePart::Sign(sign) => (0, rest.strip_prefix(char::from(*sign))?),
                DatePart::Year => digits(rest, 4, 4)?,
                DatePart::MonthName => month_name(rest)?,
                DatePart::Month { padded } | DatePart::Day { padded } => digits(rest, if *padded { 2 } else { 1 }, 2)?,
            };
            match part {
                DatePart::Sign(_) => {}
                DatePart::Year => year = Some(found),
                DatePart::Month { .. } | DatePart::MonthName => month = Some(found),
                DatePart::Day { .. } => day = Some(found),
            }
            rest = behind;
        }
        let plain = format!("{:04}-{:02}-{:02}", year?, month?, day?);
        if rest.is_empty() { parse_date(&plain).ok() } else { None }
    }

    /// A date as the pattern writes it.
    pub fn write(&self, date: Date) -> String {
        let part = |part: &DatePart| match part {
            DatePart::Year => format!("{:04}", date.year()),
            DatePart::Month { padded: true } => format!("{:02}", date.month()),
            DatePart::Month { padded: false } => date.month().to_string(),
            DatePart::MonthName => {
                let month = MONTHS.get(usize::try_from(date.month0()).unwrap_or_default());
                month.copied().unwrap_or_default().to_owned()
            }
            DatePart::Day { padded: true } => format!("{:02}", date.day()),
            DatePart::Day { padded: false } => date.day().to_string(),
            DatePart::Sign(sign) => char::from(*sign).to_string(),
        };
        self.parts.iter().map(part).collect()
    }
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_punctuation() || byte == b' '
}

/// Whether each of year, month and day is there once, and each can be told from the next.
fn is_whole(parts: &[DatePart]) -> bool {
    let count = |wanted: fn(&DatePart) -> bool| parts.iter().filter(|part| wanted(part)).count();
    let ends = parts.iter().zip(parts.iter().skip(1)).all(|(part, next)| {
        let open = matches!(part, DatePart::Month { padded: false } | DatePart::Day { padded: false });
        let sign = matches!(next, DatePart::Sign(_));
        (!open || sign) && !(sign && matches!(part, DatePart::Sign(_)))
    });
    ends && count(|part| *part == DatePart::Year) == 1
        && count(|part| matches!(part, DatePart::Month { .. } | DatePart::MonthName)) == 1
        && count(|part| matches!(part, DatePart::Day { .. })) == 1
}

/// A number of so many digits at the front, and what stands behind it.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(count).filter(|_| count >= least)?;
    Some((number.parse().ok()?, rest))
}

fn month_name(text: &str) -> Option<(u32, &str)> {
    let (name, rest) = text.split_at_checked(3)?;
    let found = (1..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name));
    Some((found?.0, rest))
}

/// Numbers by a pattern such as `1.234,56`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberPattern {
    text: &'static str,
    /// What stands between groups of three digits; a blank stands for those that do not break too.
    group: Option<char>,
    /// What stands before the decimals.
    decimal: char,
}

/// All patterns of numbers.
const NUMBER_PATTERNS: [NumberPattern; 5] = [
    NumberPattern { text: "1234,56", group: None, decimal: ',' },
    NumberPattern { text: "1.234,56", group: Some('.'), decimal: ',' },
    NumberPattern { text: "1 234,56", group: Some(' '), decimal: ',' },
    NumberPattern { text: "1,234.56", group: Some(','), decimal: '.' },
    NumberPattern { text: "1'234.56", group: Some('\''), decimal: '.' },
];

impl NumberPattern {
    /// One of the patterns by its text.
    pub fn parse(text: &str) -> Option<NumberPattern> {
        NUMBER_PATTERNS.into_iter().find(|pattern| pattern.text == text)
    }

    /// The texts of all patterns.
    pub fn all() -> impl Iterator<Item = &'static str> {
        NUMBER_PATTERNS.iter().map(|pattern| pattern.text)
    }

    /// The pattern as written.
    pub fn text(self) -> &'static str {
        self.text
    }

    /// What stands before the decimals.
    pub fn decimal(self) -> char {
        self.decimal
    }

    /// The number in the plain way of writing. Groups are of three digits; a number without them is
    /// read too. None where the cell is not written so.
    pub fn read(self, cell: &str) -> Option<String> {
        let (whole, decimals) = match cell.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (cell, None),
        };
        let (sign, whole) = match whole.strip_prefix('-') {
            Some(whole) => ("-", whole),
            None => ("", whole),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let groups: Vec<&str> = whole.split(|one| self.is_group(one)).collect();
        let (first, others) = groups.split_first()?;
        let grouped = others.is_empty() || first.len() <= 3 && others.iter().all(|group| group.len() == 3);
        let sound = grouped && groups.iter().all(|group| digits(group)) && decimals.is_none_or(digits);
        let decimals = decimals.map(|decimals| format!(".{decimals}")).unwrap_or_default();
        sound.then(|| format!("{sign}{}{decimals}", groups.concat()))
    }

    /// A plainly written number as the pattern writes it, without groups.
    pub fn write(self, plain: &str) -> String {
        plain.replace('.', self.decimal.encode_utf8(&mut [0; 4]))
    }

    fn is_group(self, one: char) -> bool {
        match self.group {
            Some(' ') => matches!(one, ' ' | '\u{a0}' | '\u{202f}'),
            group => group == Some(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_by_their_pattern_and_in_no_other_way() {
        let date = parse_date("2026-03-05").unwrap();
        for (pattern, cell) in [
            ("DD/MM/YYYY", "05/03/2026"),
            ("MM/DD/YYYY", "03/05/2026"),
            ("D.M.YYYY", "5.3.2026"),
            ("YYYYMMDD", "20260305"),
            ("DD-MMM-YYYY", "05-Mar-2026"),
            ("D MMM, YYYY", "5 Mar, 2026"),
        ] {
            let pattern = DatePattern::parse(pattern);
            assert_eq!(pattern.is_some(), cell != "5 Mar, 2026", "one sign between two parts");
            let Some(pattern) = pattern else { continue };
            assert_eq!(pattern.read(cell), Some(date), "{cell}");
            assert_eq!(pattern.write(date), cell);
        }
        let pattern = DatePattern::parse("DD/MM/YYYY").unwrap();
        for cell in ["5/3/2026", "05/03/26", "2026-03-05", "31/02/2026", "05/03/2026 ", "05/13/2026", "", "é/03/2026"]
        {
            assert_eq!(pattern.read(cell), None, "{cell}");
        }
        let short = DatePattern::parse("D.M.YYYY").unwrap();
        assert_eq!(short.read("05.12.2026"), parse_date("2026-12-05").ok());
        assert_eq!(DatePattern::parse("DD-MMM-YYYY").unwrap().read("05-MAR-2026"), Some(date));
    }

    #[test]
    fn patterns_without_a_part_or_with_two_years_are_none() {
        for pattern in ["DD/MM/YY", "MM/YYYY", "DMYYYY", "DD/MM/YYYY/YYYY", "dd/mm/yyyy", "DD//MM/YYYY", "", "é"] {
            assert_eq!(DatePattern::parse(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn numbers_are_read_by_their_pattern() {
        let read = |pattern: &str, cell: &str| NumberPattern::parse(pattern).unwrap().read(cell);
        let plain = |text: &str| Some(text.to_owned());
        assert_eq!(read("1.234,56", "1.234.567,80"), plain("1234567.80"));
        assert_eq!(read("1.234,56", "-1234,5"), plain("-1234.5"));
        assert_eq!(read("1.234,56", "1.234"), plain("1234"));
        assert_eq!(read("1.234,56", "1.23"), None);
        assert_eq!(read("1.234,56", "1,234.56"), None);
        assert_eq!(read("1.234,56", "1234.567"), None, "a first group has at most three digits");
        assert_eq!(read("1,234.56", "12,345.60"), plain("12345.60"));
        assert_eq!(read("1 234,56", "1\u{202f}234,56"), plain("1234.56"));
        assert_eq!(read("1234,56", "1.234,56"), None);
        assert_eq!(read("1'234.56", "1'234"), plain("1234"));
        assert_eq!(read("1234,56", ",5"), None);
        assert_eq!(read("1234,56", "5,"), None);
        assert_eq!(NumberPattern::parse("1.234,56").unwrap().write("-1234.5"), "-1234,5");
        assert_eq!(NumberPattern::parse("1.234"), None);
    }
}
