//! The `project` stage.
