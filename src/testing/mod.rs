//! The `testing` stage.
