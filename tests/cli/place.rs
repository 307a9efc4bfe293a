//! A folder to run commands in, with a copy of the account-executive plan and its data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of its own.
pub struct Place {
    folder: TempDir,
}

/// What a command came to.
pub struct Ended {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// An empty folder.
    pub fn empty() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with `plans/` and `data/`.
    pub fn saas() -> Place {
        let place = Place::empty();
        let plans = crate_folder().join("plans/saas_ae");
        copy(&plans, &place.path("plans"), "plan");
        copy(&plans.join("data"), &place.path("data"), "csv");
        place
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    /// Replaces a text that stands in a file.
    pub fn edit(&self, below: &str, from: &str, to: &str) {
        let text = self.read(below);
        assert!(text.contains(from), "{below} has {from:?}");
        self.write(below, text.replacen(from, to, 1));
    }

    /// The command, in this folder.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attain"));
        command.current_dir(self.folder.path()).args(arguments.split_whitespace());
        for variable in ["NO_COLOR", "TERM", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a command, its arguments separated by blanks.
    pub fn attain(&self, arguments: &str) -> Ended {
        let output: Output = self.command(arguments).output().unwrap();
        let ended = Ended {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.err.contains("panicked"), "{arguments}: {}", ended.err);
        ended
    }

    /// A run of the plans that must succeed.
    pub fn run(&self, out: &str) -> Ended {
        let ended = self.attain(&format!("run plans --data data --out {out}"));
        assert_eq!(ended.status, 0, "{}", ended.err);
        ended
    }

    /// The names of what lies in this folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The bytes of every file below a folder, by path.
    pub fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(below), "", &mut files);
        files
    }
}

impl Ended {
    /// Everything, for a snapshot.
    pub fn text(&self) -> String {
        format!("status {}\n--- out\n{}--- err\n{}", self.status, self.out, self.err)
    }
}

pub fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path, extension: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == extension) {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}
