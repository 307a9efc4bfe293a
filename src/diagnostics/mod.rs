//! The `diagnostics` stage.
