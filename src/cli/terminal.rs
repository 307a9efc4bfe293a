//! The streams a command writes to: whether they are a terminal, how wide, with colours or without.

use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use terminal_size::{Height, Width, terminal_size};

use super::Colour;

/// The columns of what is no terminal.
const COLUMNS: usize = 100;

/// Standard output and standard error.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Standard output, for results.
    pub out: Stream,
    /// Standard error, for problems and progress.
    pub err: Stream,
    /// Why a result could not be written.
    failure: Option<ErrorKind>,
}

/// What a stream can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// Whether people are looking.
    pub is_terminal: bool,
    /// Whether to colour.
    pub colour: bool,
    /// Whether signs beyond ASCII are shown.
    pub unicode: bool,
    /// Its columns.
    pub width: usize,
    /// Its lines, where people are looking.
    pub height: Option<usize>,
}

impl Stream {
    fn new(stream: &impl IsTerminal, colour: Colour) -> Stream {
        let is_terminal = stream.is_terminal();
        let size = terminal_size();
        let width = size.map(|(Width(columns), _)| usize::from(columns));
        let height = size.map(|(_, Height(lines))| usize::from(lines));
        Stream {
            is_terminal,
            colour: match colour {
                Colour::Always => true,
                Colour::Never => false,
                Colour::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
            },
            // What is piped is the same everywhere.
            unicode: !is_terminal || !(is_dumb() || is_ascii_locale()),
            width: width.filter(|columns| is_terminal && *columns > 0).unwrap_or(COLUMNS),
            height: height.filter(|lines| is_terminal && *lines > 0),
        }
    }

    /// Words that stand out.
    pub fn strong(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// Words that stand back.
    pub fn quiet(self, text: &str) -> String {
        self.painted("2", text)
    }

    /// Words that say all is well.
    pub fn good(self, text: &str) -> String {
        self.painted("32", text)
    }

    /// Words that say something is wrong.
    pub fn bad(self, text: &str) -> String {
        self.painted("31", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Terminal {
    /// The streams of this process.
    pub fn new(colour: Colour) -> Terminal {
        Terminal { out: Stream::new(&io::stdout(), colour), err: Stream::new(&io::stderr(), colour), failure: None }
    }

    /// Writes a result.
    pub fn print(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.failed(&error);
        }
    }

    /// Lets a long result be written piece by piece.
    pub fn stream(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = BufWriter::new(io::stdout().lock());
        if let Err(error) = write(&mut out).and_then(|()| out.flush()) {
            // What is left in the buffer goes nowhere either.
            drop(out.into_parts());
            self.failed(&error);
        }
    }

    /// Writes a problem or a remark.
    pub fn tell(&mut self, text: &str) {
        // When this cannot be written, there is nowhere left to say so.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Why a result could not be written, unless nobody wanted the rest of it.
    pub fn failure(&self) -> Option<ErrorKind> {
        self.failure
    }

    fn failed(&mut self, error: &io::Error) {
        if error.kind() != ErrorKind::BrokenPipe {
            self.failure = Some(error.kind());
            self.tell(&format!("attain: the result could not be written: {error}\n"));
        }
    }
}

/// Whether a variable of the environment has a value.
fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale is set to one that is not UTF-8.
fn is_ascii_locale() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let set = names.iter().filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty());
    // `C` and `POSIX` say nothing about the terminal.
    set.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains('.') && !locale.contains("utf-8") && !locale.contains("utf8")
    })
}
