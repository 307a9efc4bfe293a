//! The `cli` stage.
