//! Text from files made safe to print: a plan or a cell must not be able to move the cursor,
//! change colours, or turn the direction of what stands around it.

/// Whether a character would act on the terminal, or hide, instead of showing itself.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Appends one character as it may be printed: tabs as blanks, hidden ones as `<U+202E>`.
pub fn push_visible(out: &mut String, character: char) {
    if character == '\t' {
        out.push_str("    ");
    } else if is_hidden(character) {
        out.push_str(&format!("<U+{:04X}>", u32::from(character)));
    } else {
        out.push(character);
    }
}

/// A word as a shell takes it.
pub fn shell_word(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A text as one printable line, cut after `limit` characters.
pub fn one_line(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.trim_end_matches(['\n', '\r']).chars().enumerate() {
        if count >= limit {
            out.push('…');
            break;
        }
        match character {
            '\n' | '\t' => out.push(' '),
            '\r' => {}
            other => push_visible(&mut out, other),
        }
    }
    out
}

/// A text of several lines, each printable.
pub fn block(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        line.chars().for_each(|character| push_visible(&mut out, character));
    }
    out
}

/// A JSON text without hidden characters. They stand only inside its strings, where `\u202e` says the same without acting on
/// a terminal that shows the JSON.
pub fn escape_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        if character != '\n' && is_hidden(character) {
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_bidi_controls_show_themselves() {
        assert_eq!(one_line("a\u{1b}[31mb", 99), "a<U+001B>[31mb");
        assert_eq!(one_line("\u{202e}x\u{9b}", 99), "<U+202E>x<U+009B>");
        assert_eq!(one_line("é 日本 \u{a0}", 99), "é 日本 \u{a0}");
    }

    #[test]
    fn one_line_has_no_line_ends_and_is_cut() {
        assert_eq!(one_line("a\r\nb\tc\n", 99), "a b c");
        assert_eq!(one_line("abcdef", 3), "abc…");
    }

    #[test]
    fn a_block_keeps_its_lines() {
        assert_eq!(block("a\u{7}\n  b"), "a<U+0007>\n  b");
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(shell_word("out/run-1"), "out/run-1");
        assert_eq!(shell_word("it's mine"), r"'it'\''s mine'");
        assert_eq!(shell_word("[\"a\"]"), "'[\"a\"]'");
        assert_eq!(shell_word(""), "''");
    }
}
