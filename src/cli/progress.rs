//! A bar for the stages of a run, where people are looking.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Stream;

/// The stages of a run under way.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar on standard error for so many stages; nothing at all where it is no terminal.
    pub fn new(stream: Stream, stages: u64) -> Progress {
        if !stream.is_terminal {
            return Progress { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(Some(stages), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}");
        if let Ok(style) = style {
            let signs = if stream.unicode { "━━╌" } else { "=> " };
            bar.set_style(style.progress_chars(signs));
        }
        Progress { bar }
    }

    /// Says how many there are, once that is known.
    pub fn length(&self, stages: u64) {
        self.bar.set_length(stages);
    }

    /// Begins a stage: the ones before it are done.
    pub fn stage(&self, position: u64, words: &'static str) {
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
