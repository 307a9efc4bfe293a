//! The `lint` stage.
