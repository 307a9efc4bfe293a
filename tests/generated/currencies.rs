//! Amounts in several currencies.

use super::grain::Grain;
use super::plan::{Kind, Writer};

impl Writer<'_> {
    /// An amount converted at the rate of its day; a rate that is not there stops both.
    pub fn by_currencies(&mut self, kind: Kind, at: Grain, next: usize) -> Option<String> {
        if kind != Kind::Money {
            return None;
        }
        let other = *self.choices.of(&["EUR", "JPY"]);
        match at {
            Grain::Deal if self.on_own_row => Some(match self.choices.below(3) {
                0 => "((local in USD using Fx at closed) or 0 USD)".to_owned(),
                1 => format!("(((local in {other} using Fx at closed) in USD using Fx at paid) or 1 USD)"),
                _ => format!("(((amount in {other} using Fx at closed) in USD using Fx at closed) or 2 USD)"),
            }),
            Grain::Credit => {
                let inner = self.money(at, next);
                Some(format!("(({inner} in {other} using Fx at date) in USD using Fx at date)"))
            }
            _ => None,
        }
    }
}
