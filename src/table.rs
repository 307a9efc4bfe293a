//! The `table` stage.
