//! The `types` stage.
