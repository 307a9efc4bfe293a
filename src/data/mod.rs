//! The `data` stage.
