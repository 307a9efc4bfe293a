//! The fenced blocks of a page of `docs`; what each is for stands in `tests/docs.rs`.
#![allow(dead_code, reason = "each test file uses some of it")]

/// A fenced block of a page.
pub struct Block {
    /// The line of its opening fence.
    pub line: usize,
    pub info: String,
    pub text: String,
}

/// What is done with a block.
#[derive(Debug, PartialEq)]
pub enum Kind {
    Example { base: Base, code: Option<String> },
    File(String),
    Frame,
    Csv(String),
    Message,
    Ignored,
}

/// What an example is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    Fragment,
    Whole,
    Data,
}

/// The fenced blocks of a page; a fence that is not closed is an error.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { line: number + 1, info: info.to_owned(), text: String::new() });
            }
            (None, None) => {}
            (Some(block), Some("")) => blocks.push(block),
            (Some(block), Some(_)) => panic!("line {}: a fence within the block of line {}", number + 1, block.line),
            (Some(mut block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
        }
    }
    assert!(open.is_none(), "the last block is not closed");
    blocks
}

/// What an info string means; none when it is not known.
pub fn kind(info: &str) -> Option<Kind> {
    let words: Vec<&str> = info.split(' ').collect();
    let (base, rest) = match words.as_slice() {
        ["text" | "console"] => return Some(Kind::Ignored),
        ["text", "message"] => return Some(Kind::Message),
        ["csv" | "jsonl" | "xlsx", name] => return Some(Kind::Csv((*name).to_owned())),
        ["attain", "file", name] => return Some(Kind::File((*name).to_owned())),
        ["attain", "frame"] => return Some(Kind::Frame),
        ["attain", "whole", rest @ ..] => (Base::Whole, rest),
        ["attain", "data", rest @ ..] => (Base::Data, rest),
        ["attain", rest @ ..] => (Base::Fragment, rest),
        _ => return None,
    };
    let code = match rest {
        [] => None,
        ["error", code] if code.starts_with('E') && code.len() == 5 => Some((*code).to_owned()),
        ["warning", code] if code.starts_with('W') && code.len() == 5 => Some((*code).to_owned()),
        _ => return None,
    };
    Some(Kind::Example { base, code })
}
