//! `attain explain-error`.

use super::Status;
use super::terminal::{Stream, Terminal};
use crate::diagnostics::{Code, clean, suggest};

/// Says what the code of a problem means, with an example and how to fix it.
///
/// What is shown is the page of the code, which also stands in `docs/errors`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, such as E0301
    #[arg(value_name = "CODE", value_parser = code, required_unless_present = "list")]
    code: Option<Code>,
    /// List all codes with their titles
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

/// Shows the page of a code, or the titles of all.
pub(super) fn explain_error(args: &Args, terminal: &mut Terminal) -> Status {
    let text = match args.code {
        Some(code) => page(code.page(), terminal.out),
        None => Code::ALL.iter().map(|code| format!("{}  {}\n", code.text(), code.title())).collect(),
    };
    terminal.print(&text);
    Status::Fine
}

/// The code meant by a word; capitals do not matter, and neither does a missing `E`.
fn code(word: &str) -> Result<Code, String> {
    let upper = word.trim().to_uppercase();
    let known = Code::from_text(&upper).or_else(|| Code::from_text(&format!("E{upper:0>4}")));
    known.ok_or_else(|| {
        let codes = Code::ALL.iter().map(|code| code.text());
        let meant = match suggest::did_you_mean(&upper, codes) {
            Some(meant) => meant,
            None => "`attain explain-error --list` lists the codes".to_owned(),
        };
        format!("there is no such code; {}", clean::one_line(&meant, 200))
    })
}

/// A page as a terminal shows it: headings stand out, and examples are indented instead of fenced.
fn page(page: &str, stream: Stream) -> String {
    let mut out = String::new();
    let mut example = false;
    for line in page.lines() {
        if line.starts_with("```") {
            example = !example;
            continue;
        }
        let shown = match line.trim_start_matches('#') {
            _ if example && line.is_empty() => String::new(),
            _ if example => format!("    {line}"),
            heading if heading.len() < line.len() => stream.strong(heading.trim_start()),
            _ => line.to_owned(),
        };
        out.push_str(&shown);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_written() {
        for word in ["E0301", "e0301", "0301", "301", " E0301 "] {
            assert_eq!(code(word), Ok(Code::WrongType), "{word}");
        }
        assert_eq!(code("W0702"), Ok(Code::Unused));
    }

    #[test]
    fn another_word_is_answered() {
        assert_eq!(code("E030"), Err("there is no such code; did you mean `E0301`?".to_owned()));
        assert_eq!(code("?"), Err("there is no such code; `attain explain-error --list` lists the codes".to_owned()));
    }
}
