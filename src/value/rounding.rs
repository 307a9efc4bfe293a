//! The rounding modes a plan may choose.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a value that does not fit its places is brought to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero.
    #[serde(rename = "half up")]
    HalfUp,
    /// To the nearest; a tie goes to the even neighbour.
    #[serde(rename = "half even")]
    HalfEven,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the next lower value.
    Floor,
    /// To the next higher value.
    Ceiling,
}

impl Rounding {
    /// Every mode, in the order in which help texts list them.
    pub const ALL: [Rounding; 6] = [
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::Down,
        Rounding::Up,
        Rounding::Floor,
        Rounding::Ceiling,
    ];

    /// The words by which a plan asks for this mode.
    pub fn words(self) -> &'static str {
        match self {
            Rounding::HalfUp => "half up",
            Rounding::HalfEven => "half even",
            Rounding::Down => "down",
            Rounding::Up => "up",
            Rounding::Floor => "floor",
            Rounding::Ceiling => "ceiling",
        }
    }

    /// The mode a plan asks for by these words.
    pub fn from_words(words: &str) -> Option<Rounding> {
        Rounding::ALL.into_iter().find(|mode| mode.words() == words)
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_the_mode_also_in_json() {
        for mode in Rounding::ALL {
            assert_eq!(Rounding::from_words(mode.words()), Some(mode));
            let json = serde_json::to_string(&mode).unwrap();
            assert_eq!(json, format!("\"{}\"", mode.words()));
            assert_eq!(serde_json::from_str::<Rounding>(&json).unwrap(), mode);
        }
        assert_eq!(Rounding::from_words("Half Up"), None);
        assert_eq!(Rounding::from_words(""), None);
    }
}
