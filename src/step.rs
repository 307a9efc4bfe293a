//! The `step` stage.
