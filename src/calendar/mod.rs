//! The `calendar` stage.
