//! What several tests share.
#![allow(dead_code)] // each of them uses a part

pub mod workbook;
