//! Files that use each other, leave their folder or are no text.

use std::collections::BTreeMap;
use std::process::Command;

use attain::project::{self, FileProblem, Files};

use crate::{HEAD, codes, errors_of, soon};

/// `u0.plan` with the plan, and further files, each with what it uses.
fn project_of(number: usize, uses: impl Fn(usize) -> Vec<usize>) -> BTreeMap<String, String> {
    let file = |n: usize| {
        let uses: String = uses(n).into_iter().map(|other| format!("use \"u{other}.plan\"\n")).collect();
        let body = if n == 0 { HEAD.to_owned() } else { format!("let x{n} for each Person = base\n") };
        (format!("u{n}.plan"), uses + &body)
    };
    (0..number).map(file).collect()
}

#[test]
fn a_thousand_files_that_use_each_other() {
    let chain = project_of(1_000, |n| if n < 999 { vec![n + 1] } else { Vec::new() });
    assert_eq!(errors_of(chain, "u0.plan"), []);
    let fan = project_of(300, |n| (n + 1..(n + 30).min(300)).collect());
    assert_eq!(errors_of(fan, "u0.plan"), []);
    let circle = project_of(1_000, |n| vec![(n + 1) % 1_000]);
    let found = errors_of(circle, "u0.plan");
    assert_eq!((codes(&found), found.len()), (vec!["E0203"], 1));
    assert!(found[0].message.len() < 500, "{}", found[0].message);
    let itself = project_of(2, |n| vec![n]);
    assert_eq!(codes(&errors_of(itself, "u0.plan")), ["E0203"]);
}

#[test]
fn paths_that_leave_the_folder() {
    for path in ["../x.plan", "/etc/passwd", "C:\\x.plan", "C:/x.plan", "a/../../x.plan", "..\\x.plan", "//host/x"] {
        let text = format!("use \"{}\"\n{HEAD}", path.replace('\\', "\\\\"));
        assert_eq!(codes(&errors_of([("p.plan".to_owned(), text)].into(), "p.plan")), ["E0202"], "{path}");
    }
    for path in ["none.plan", "", ".", "a/", "p.plan/x"] {
        let text = format!("use \"{path}\"\n{HEAD}");
        assert_eq!(codes(&errors_of([("p.plan".to_owned(), text)].into(), "p.plan")), ["E0201"], "{path}");
    }
}

struct Bytes(Vec<u8>);

impl Files for Bytes {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileProblem> {
        Ok(self.0.clone())
    }
}

#[test]
fn bytes_that_are_no_text() {
    for bytes in [b"\xff".to_vec(), b"\xff\xfee\0d\0".to_vec(), vec![0x80; 1_000_000], b"edition 1\n\xc3".to_vec()] {
        let project = soon(move || project::load(&Bytes(bytes), &["p.plan".to_owned()]));
        assert_eq!(codes(&project.problems), ["E0106"]);
    }
}

/// Runs `attain check` in a folder, and says the codes that it reports.
#[cfg(unix)]
fn checked(folder: &std::path::Path, path: &str) -> String {
    let mut attain = Command::new(env!("CARGO_BIN_EXE_attain"));
    let ended = attain.args(["check", path, "--format", "concise"]).current_dir(folder).output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn links_that_leave_the_folder() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("plans");
    std::fs::create_dir(&folder).unwrap();
    std::fs::create_dir(root.path().join("other")).unwrap();
    std::fs::write(root.path().join("other/secret.plan"), "let secret for each Person = 1 USD\n").unwrap();
    symlink("../other/secret.plan", folder.join("file.plan")).unwrap();
    symlink("../other", folder.join("folder")).unwrap();
    symlink("round.plan", folder.join("round.plan")).unwrap();
    symlink("nowhere.plan", folder.join("nothing.plan")).unwrap();
    for (path, code) in [("file.plan", "E0202"), ("folder/secret.plan", "E0202"), ("nothing.plan", "E0201")] {
        std::fs::write(folder.join("a.plan"), format!("use \"{path}\"\n{HEAD}")).unwrap();
        let told = checked(&folder, "a.plan");
        assert!(told.contains(code), "{path}: {told}");
    }
    // A link to itself, and a folder in place of a file.
    for path in ["round.plan", "folder"] {
        std::fs::write(folder.join("a.plan"), format!("use \"{path}\"\n{HEAD}")).unwrap();
        assert!(checked(&folder, "a.plan").contains("error[E02"), "{path}");
    }
}
