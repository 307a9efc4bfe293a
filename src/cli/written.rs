//! A file written whole or not at all.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::diagnostics::{Code, Diagnostic, clean};

/// Writes a file where nothing is yet. It appears once all of it is there.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let name = clean::one_line(&path.display().to_string(), 400);
    if path.symlink_metadata().is_ok() {
        let problem = Diagnostic::new(Code::FileNotWritten, format!("`{name}` is there already"));
        return Err(problem.help("name another file, or move that one away: nothing is written over"));
    }
    write(path, bytes).map_err(|error| {
        let words = match error.kind() {
            ErrorKind::AlreadyExists => "it is there already".to_owned(),
            ErrorKind::NotFound => "its folder is not there".to_owned(),
            _ => error.to_string(),
        };
        Diagnostic::new(Code::FileNotWritten, format!("`{name}` could not be written: {words}"))
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".attain-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_written_over() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("page.html");
        assert!(whole(&path, b"one").is_ok());
        assert_eq!(whole(&path, b"two").unwrap_err().code, Code::FileNotWritten);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert!(whole(&home.path().join("none/page.html"), b"").unwrap_err().message.contains("folder"));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
