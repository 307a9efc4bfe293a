//! How large a data file is, told without reading it.

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::files::{Folder, SharedFile};
use crate::ids::RecordId;
use crate::program::Program;
use crate::types::model::DataForm;

/// The length of a line is told from so many bytes.
const LOOKED_AT: usize = 1 << 18;

/// About how many rows the data file of a record has: as many as a Parquet file says, or as many lines of the length of
/// the first ones fit into a file of lines. None where it has no such file, or it cannot be read, which is told when it
/// is.
pub fn rows_about(program: &Program, folder: &Folder, record: RecordId) -> Option<u64> {
    let source = program.model.records.at(record).file.as_ref()?;
    let file = || folder.open_shared(&source.path).ok();
    match source.form {
        DataForm::Parquet => {
            let rows = SerializedFileReader::new(file()?).ok()?.metadata().file_metadata().num_rows();
            u64::try_from(rows).ok()
        }
        DataForm::Csv { .. } | DataForm::JsonLines => lines_about(&file()?),
        DataForm::Sheet { .. } | DataForm::Plan { .. } => None,
    }
}

fn lines_about(file: &SharedFile) -> Option<u64> {
    let mut beginning = vec![0; LOOKED_AT];
    let read = file.read_at(0, &mut beginning).ok()?;
    let read = beginning.get(..read)?;
    let lines = u64::try_from(memchr::memchr_iter(b'\n', read).count()).ok()?.max(1);
    file.len().saturating_mul(lines).checked_div(u64::try_from(read.len()).ok()?)
}
