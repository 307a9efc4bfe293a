//! The `engine` stage.
