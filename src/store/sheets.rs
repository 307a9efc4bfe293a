//! CSV files: UTF-8, lines ended by LF, quotes where they are needed only.

use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a file with a header and these rows.
pub(super) fn write<T: Serialize>(header: &[&str], rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).has_headers(false).from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The rows of a file that [`write`] wrote.
pub(super) fn read<T: DeserializeOwned>(file: impl Read) -> Result<Vec<T>, csv::Error> {
    csv::Reader::from_reader(file).into_deserialize().collect()
}
