//! The `ids` stage.
