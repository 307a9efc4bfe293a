//! Text fitted into a width.

use unicode_width::UnicodeWidthStr;

use super::glyphs::Glyphs;

/// The text at a width, its end left out where it is too long.
pub(super) fn cut_end(text: &str, room: usize, glyphs: Glyphs) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let kept = fitting(text.chars(), room.saturating_sub(glyphs.more().width()));
    format!("{}{}", kept.trim_end(), glyphs.more())
}

/// The text at a width, its beginning left out where it is too long.
pub(super) fn cut_start(text: &str, room: usize, glyphs: Glyphs) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(glyphs.more().width());
    let kept: String = fitting(text.chars().rev(), room).chars().rev().collect();
    format!("{}{kept}", glyphs.more())
}

fn fitting(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut kept = String::new();
    for c in chars {
        kept.push(c);
        if kept.width() > room {
            kept.pop();
            break;
        }
    }
    kept
}

/// The words of a text on lines of a width.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width().saturating_add(word.width()) < room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLYPHS: Glyphs = Glyphs { unicode: true };

    #[test]
    fn long_text_is_cut_where_it_says_least() {
        assert_eq!(cut_end("quarter_commission", 10, GLYPHS), "quarter_c…");
        assert_eq!(cut_start("plans/ae/plan.plan:58", 10, GLYPHS), "…n.plan:58");
        assert_eq!(cut_end("株式会社", 5, GLYPHS), "株式…");
        assert_eq!(cut_end("short", 5, GLYPHS), "short");
        assert_eq!(cut_end("none", 0, GLYPHS), "…");
    }

    #[test]
    fn formulas_are_wrapped_between_words() {
        assert_eq!(wrapped("a + bb + ccc", 6), ["a + bb", "+ ccc"]);
        assert_eq!(wrapped("longer_than_that", 6), ["longer_than_that"]);
    }
}
