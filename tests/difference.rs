//! A value against another one: cases calculated by hand, and what always holds of every pair of payouts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::arithmetic_side_effects)]

#[path = "difference/by_hand.rs"]
mod by_hand;
#[path = "difference/every_pair.rs"]
mod every_pair;
#[path = "difference/runs.rs"]
mod runs;
#[path = "difference/world.rs"]
mod world;
