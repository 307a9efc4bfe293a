//! What stands beside an amount: a remark, or the place it comes from.

use unicode_width::UnicodeWidthStr;

/// A note: words, and a place in a file. Neither is ever cut; what may be left out has fields of
/// its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The unit of the amount, where it is too long to stand behind it.
    unit: String,
    words: String,
    place: String,
    /// What follows the place where there is room.
    column: String,
}

impl Note {
    /// A remark.
    pub(super) fn remark(words: impl Into<String>) -> Note {
        Note { words: words.into(), ..Note::default() }
    }

    /// A place, and the column that may follow it.
    pub(super) fn place(place: impl Into<String>, column: impl Into<String>) -> Note {
        Note { place: place.into(), column: column.into(), ..Note::default() }
    }

    /// Puts words before the note.
    pub(super) fn lead(&mut self, words: &str) {
        self.words = joined(words, &self.words, ", ");
    }

    /// The note of an amount with a unit of so many words.
    pub(super) fn with_unit(&self, unit: &str) -> Note {
        Note { unit: unit.to_owned(), ..self.clone() }
    }

    /// The note in full.
    pub(super) fn text(&self) -> String {
        self.joined(&self.unit, &self.column)
    }

    /// The least that says it: a place tells the unit and the column to who looks there.
    pub(super) fn short(&self) -> String {
        self.joined(if self.place.is_empty() { &self.unit } else { "" }, "")
    }

    /// As much of the note as the room allows, the column left out first, then the unit; nothing
    /// where that is still too long.
    pub(super) fn fitted(&self, room: usize) -> Option<String> {
        let forms = [self.text(), self.joined(&self.unit, ""), self.short()];
        forms.into_iter().find(|text| text.width() <= room)
    }

    fn joined(&self, unit: &str, column: &str) -> String {
        let place = joined(&self.place, column, " ");
        joined(unit, &joined(&self.words, &place, ", "), ", ")
    }
}

fn joined(left: &str, right: &str, with: &str) -> String {
    let with = if left.is_empty() || right.is_empty() { "" } else { with };
    format!("{left}{with}{right}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_never_cut() {
        let note = Note::place("fx.csv:3", "rate").with_unit("USD per GBP");
        assert_eq!(note.fitted(26).as_deref(), Some("USD per GBP, fx.csv:3 rate"));
        assert_eq!(note.fitted(25).as_deref(), Some("USD per GBP, fx.csv:3"));
        assert_eq!(note.fitted(20).as_deref(), Some("fx.csv:3"));
        assert_eq!(note.fitted(7), None);
    }

    #[test]
    fn a_unit_is_left_out_only_beside_a_place() {
        let note = Note::remark("above").with_unit("USD per GBP");
        assert_eq!(note.fitted(18).as_deref(), Some("USD per GBP, above"));
        assert_eq!(note.fitted(17), None);
        assert_eq!(Note::default().fitted(0).as_deref(), Some(""));
    }
}
