//! What several tests share.

pub mod workbook;
