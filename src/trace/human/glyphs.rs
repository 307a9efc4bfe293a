//! The signs a page is drawn with, in Unicode or in ASCII alone, and text made safe for a terminal.

/// The signs of one page.
#[derive(Clone, Copy, Debug)]
pub(in crate::trace) struct Glyphs {
    /// Whether signs beyond ASCII may be used.
    pub(in crate::trace) unicode: bool,
}

impl Glyphs {
    /// Before a number that was cut off: it is not quite this one.
    pub(in crate::trace) fn about(self) -> &'static str {
        if self.unicode { "≈ " } else { "~ " }
    }

    /// For what is left out.
    pub(in crate::trace) fn more(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Points at the row that was taken.
    pub(in crate::trace) fn here(self) -> &'static str {
        if self.unicode { "◂" } else { "<" }
    }

    /// The sign of an operation, blank where it is not written between its operands.
    pub(in crate::trace) fn sign(self, op: &str) -> &'static str {
        let (unicode, ascii) = match op {
            "plus" => ("+", "+"),
            "minus" | "negate" => ("−", "-"),
            "times" | "of" => ("×", "*"),
            "over" => ("÷", "/"),
            "equal" => ("=", "="),
            "not_equal" => ("≠", "<>"),
            "less" => ("<", "<"),
            "less_or_equal" => ("≤", "<="),
            "greater" => (">", ">"),
            "greater_or_equal" => ("≥", ">="),
            _ => ("", ""),
        };
        if self.unicode { unicode } else { ascii }
    }

    /// How much room signs take, with the space behind them.
    pub(in crate::trace) fn sign_width(self) -> usize {
        if self.unicode { 2 } else { 3 }
    }
}

/// Text on one line that cannot steer a terminal: each run of blanks is one space, and control
/// characters, also those that turn the direction of writing, are replaced.
pub(in crate::trace) fn clean(text: &str) -> String {
    let words: Vec<String> = text
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().map(visible).collect())
        .collect();
    words.join(" ")
}

fn visible(c: char) -> char {
    let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    if c.is_control() || turns || matches!(c, '\u{061c}' | '\u{feff}') { '\u{fffd}' } else { c }
}

/// `1 credit`, `14 credits`.
pub(in crate::trace) fn counted(count: usize, noun: &str) -> String {
    let noun = noun.to_lowercase();
    let many = match noun.as_str() {
        _ if count == 1 => noun,
        _ if noun.ends_with("person") => noun.replace("person", "people"),
        _ => match noun.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
            _ if noun.ends_with('s') => noun,
            _ => format!("{noun}s"),
        },
    };
    format!("{count} {many}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\u{fffd}[31mb");
        assert_eq!(clean("if a\r\n\t  then b"), "if a then b");
        assert_eq!(clean("x\u{202e}y\u{7f}\u{9b}"), "x\u{fffd}y\u{fffd}\u{fffd}");
        assert_eq!(clean("Müller 株式"), "Müller 株式");
    }

    #[test]
    fn nouns_follow_their_count() {
        assert_eq!(counted(1, "Credit"), "1 credit");
        assert_eq!(counted(14, "Credit"), "14 credits");
        assert_eq!(counted(0, "Person"), "0 people");
        assert_eq!(counted(8, "SalesPerson"), "8 salespeople");
        assert_eq!(counted(2, "Territory"), "2 territories");
        assert_eq!(counted(2, "day"), "2 days");
        assert_eq!(counted(2, "Sales"), "2 sales");
    }
}
