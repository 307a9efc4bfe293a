//! The `reference` stage.
