//! What several tests share.
#![allow(dead_code, clippy::arithmetic_side_effects, clippy::float_arithmetic)] // each of them uses a part

pub mod workbook;
