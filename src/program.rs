//! The `program` stage.
