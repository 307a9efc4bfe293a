//! Text made safe within HTML.

use crate::trace::human::glyphs::clean;

/// Words on one line.
pub(super) fn text(words: &str) -> String {
    escaped(&clean(words))
}

/// Text with its blanks and line ends.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// An element with a class around what is HTML already.
pub(super) fn tag(name: &str, class: &str, inner: &str) -> String {
    if class.is_empty() {
        format!("<{name}>{inner}</{name}>")
    } else {
        format!("<{name} class=\"{class}\">{inner}</{name}>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_a_tag() {
        assert_eq!(text("a <b x=\"1\">&'\u{202e}"), "a &lt;b x=&quot;1&quot;&gt;&amp;&#39;\u{fffd}");
    }
}
