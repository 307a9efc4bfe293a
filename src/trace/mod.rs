//! The `trace` stage.
