//! The manifest: what a run folder holds, with a hash over each of its files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format of run folders that this version writes and reads.
pub const FORMAT: u32 = 1;

/// The name of the manifest.
pub(super) const MANIFEST: &str = "manifest.json";

/// The name of the file with the manifest's hash.
pub(super) const MANIFEST_HASH: &str = "manifest.sha256";

// Fields stand in order of their names, so the keys of the JSON are sorted.

/// All that a run read, computed and wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of Attain.
    pub attain: String,
    /// The data files read, by their paths below the data folder.
    pub data_files: BTreeMap<String, FileEntry>,
    /// The edition of the language.
    pub edition: u32,
    /// The hash of the manifest of the run before; none yet.
    pub follows: Option<String>,
    /// The format of the run folder.
    pub format: u32,
    /// The options of the run that decide what it writes.
    pub options: BTreeMap<String, String>,
    /// The files written beside the manifest and the plan files, by their paths in the run folder.
    pub output_files: BTreeMap<String, FileEntry>,
    /// The plan files, by their paths; they lie in `plan/`.
    pub plan_files: BTreeMap<String, PlanFile>,
    /// The plans, by name.
    pub plans: BTreeMap<String, PlanEntry>,
}

/// A file with rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// How many rows it has, without a header.
    pub rows: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A plan file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    /// SHA-256 of its bytes as stored, in hexadecimal.
    pub sha256: String,
}

/// What a run holds for one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// The plan file in which it is declared.
    pub file: String,
    /// Its input tables, by record.
    pub inputs: BTreeMap<String, TableEntry>,
    /// Its result tables, by frame.
    pub results: BTreeMap<String, TableEntry>,
    /// Its title.
    pub title: String,
    /// What it pays and what is earned under it.
    pub totals: Totals,
}

/// Exact totals: by name, then by currency (empty where there is none).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Of each `earn`.
    pub earn: BTreeMap<String, BTreeMap<String, String>>,
    /// Of each `pay`.
    pub pay: BTreeMap<String, BTreeMap<String, String>>,
}

/// A Parquet file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// Its columns in order.
    pub columns: Vec<ColumnEntry>,
    /// Its path in the run folder.
    pub file: String,
    /// The data file the rows came from, below the data folder.
    pub from: Option<String>,
}

/// A column of a Parquet file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEntry {
    /// Whether it is a part of the key of the rows.
    pub key: bool,
    /// How its cells read.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// How the cells of a column read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As they stand: texts, keys, choices, periods, currencies.
    Text,
    /// As a number at the column's places.
    Number,
    /// As a percentage: the number times 100.
    Percent,
    /// As a decimal or a fraction, never rounded.
    Exact,
    /// As a date.
    Date,
    /// As yes or no.
    #[serde(rename = "yes/no")]
    YesNo,
    /// As the data file the row came from.
    File,
    /// As the row in that file; the header is row 1.
    Row,
}

impl Manifest {
    /// The manifest as its file holds it.
    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// What the file with the manifest's hash holds.
pub(super) fn hash_line(manifest: &str) -> String {
    format!("{}  {MANIFEST}\n", sha256(manifest.as_bytes()))
}

/// SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
