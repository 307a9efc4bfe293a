//! A bar for the stages of a run, where people are looking.

use std::cell::Cell;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::amounts::grouped;
use super::terminal::Stream;

/// The stages of a run under way.
pub(super) struct Progress {
    bar: ProgressBar,
    unicode: bool,
    /// The stage that is counted in rows, where one is.
    counted: Cell<Option<&'static str>>,
}

impl Progress {
    /// A bar on standard error for so many stages; nothing at all where it is no terminal.
    pub fn new(stream: Stream, stages: u64) -> Progress {
        if !stream.is_terminal {
            return Progress { bar: ProgressBar::hidden(), unicode: false, counted: Cell::default() };
        }
        let bar = ProgressBar::with_draw_target(Some(stages), ProgressDrawTarget::stderr());
        let progress = Progress { bar, unicode: stream.unicode, counted: Cell::default() };
        progress.looks("{bar:24} {pos}/{len} {msg}");
        progress
    }

    fn looks(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            let signs = if self.unicode { "━━╌" } else { "=> " };
            self.bar.set_style(style.progress_chars(signs));
        }
    }

    /// How many rows of a stage are done, which takes long enough to tell how many they are a second, and how long it
    /// will take.
    pub fn rows(&self, words: &'static str, done: u64, of: u64) {
        if self.counted.replace(Some(words)) != Some(words) {
            self.bar.reset();
            self.looks("{bar:24} {human_pos} of {human_len} rows {msg}, {eta} left");
        }
        let taken = self.bar.elapsed().as_millis();
        let rate = u128::from(done).saturating_mul(1000).checked_div(taken).unwrap_or_default();
        self.bar.set_message(format!("{words}, {} a second", grouped(&rate.to_string())));
        self.bar.set_length(of);
        self.bar.set_position(done);
    }

    /// Says how many there are, once that is known.
    pub fn length(&self, stages: u64) {
        self.bar.set_length(stages);
    }

    /// Begins a stage: the ones before it are done.
    pub fn stage(&self, position: u64, words: &'static str) {
        if self.counted.take().is_some() {
            self.looks("{spinner} {msg}");
        }
        self.bar.set_position(position);
        self.bar.set_message(words);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
