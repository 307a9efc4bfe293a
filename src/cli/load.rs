//! From the paths of a command line to projects, and the problems of several projects as one list.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files::{PlanFolder, plan_files};
use super::terminal::Stream;
use super::{Form, Status};
use crate::diagnostics::{self, Code, Diagnostic};
use crate::ids::{FileId, Id, IdVec};
use crate::project::{self, Project};
use crate::source::SourceFile;

/// The plan files of one folder that a command is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    folder: PathBuf,
    files: Vec<String>,
}

impl Entry {
    /// These files of a folder.
    pub fn new(folder: PathBuf, files: Vec<String>) -> Entry {
        Entry { folder, files }
    }

    /// The plan files at a path: a plan file itself, or all in a folder.
    pub fn at(path: &Path) -> Result<Entry, Box<Diagnostic>> {
        let shown = path.display();
        let is_folder = match path.metadata() {
            Ok(found) => found.is_dir(),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                let message = format!("there is no file or folder `{shown}`");
                return Err(Box::new(Diagnostic::new(Code::MissingFile, message)));
            }
            Err(error) => return Err(Box::new(unreadable(path, &error))),
        };
        if is_folder {
            let files = plan_files(path).map_err(|error| unreadable(path, &error))?;
            if files.is_empty() {
                let problem = Diagnostic::new(Code::NoPlan, format!("there is no plan file in `{shown}`"));
                return Err(Box::new(problem.help(match folders_with_plans(path).as_slice() {
                    [] => "the names of plan files end in `.plan`".to_owned(),
                    folders => format!("name a folder that holds them: {}", folders.join(", ")),
                })));
            }
            return Ok(Entry { folder: path.to_owned(), files });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Entry { folder: folder.to_owned(), files: name.into_iter().collect() })
    }

    /// All its files, and those they use.
    pub fn load(&self) -> Project {
        project::load(&PlanFolder::new(&self.folder), &self.files)
    }

    /// The path of one of its files as people would write it here.
    pub fn shown(&self, file: &str) -> String {
        let path: PathBuf = self.folder.components().collect();
        match path.join(file).strip_prefix(".") {
            Ok(below) => below.display().to_string(),
            Err(_) => path.join(file).display().to_string(),
        }
    }
}

/// The entries of several paths, one for each folder, in the order of the paths.
pub(super) fn entries(paths: &[PathBuf], found: &mut Found) -> Vec<Entry> {
    let mut entries: Vec<(PathBuf, Entry)> = Vec::new();
    for path in paths {
        match Entry::at(path) {
            Err(problem) => found.problems.push(*problem),
            Ok(entry) => {
                let folder = entry.folder.canonicalize().unwrap_or_else(|_| entry.folder.clone());
                match entries.iter_mut().find(|(known, _)| *known == folder) {
                    None => entries.push((folder, entry)),
                    Some((_, known)) => {
                        known.files.extend(entry.files);
                        known.files.sort();
                        known.files.dedup();
                    }
                }
            }
        }
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::MissingFile, format!("`{}` cannot be read: {error}", path.display()))
}

/// Problems of any number of projects, with the sources they point into.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The problems.
    pub problems: Vec<Diagnostic>,
    sources: IdVec<FileId, SourceFile>,
}

impl Found {
    /// Adds a project's sources and problems that point into them.
    pub fn add(&mut self, entry: &Entry, project: &Project, problems: Vec<Diagnostic>) {
        let before = self.sources.len();
        for source in project.sources.iter() {
            let id = self.sources.next_id();
            // The standard library lies in no folder.
            let path = match project.standard.contains(&source.id) {
                true => source.path.clone(),
                false => entry.shown(&source.path),
            };
            self.sources.push(SourceFile::new(id, path, source.text.clone()));
        }
        self.problems.extend(problems.into_iter().map(|mut problem| {
            for label in &mut problem.labels {
                label.span.file = FileId::from_index(label.span.file.index().saturating_add(before));
            }
            problem
        }));
    }

    /// Adds problems that point into the sources of a project, the only one added so far.
    pub fn extend(&mut self, problems: Vec<Diagnostic>) {
        self.problems.extend(problems);
    }

    /// Adds a problem that points into no plan file.
    pub fn push(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// How many errors and how many warnings there are.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.problems.iter().filter(|problem| problem.is_error()).count();
        (errors, self.problems.len().saturating_sub(errors))
    }

    /// The status these problems come to.
    pub fn status(&self) -> Status {
        if self.counts().0 > 0 { Status::Problems } else { Status::Fine }
    }

    /// All problems as text.
    pub fn render(&self, form: Form, stream: Stream) -> String {
        diagnostics::render(&self.problems, &self.sources, &form.options(stream))
    }

    /// For people: where the codes of these problems are explained.
    pub fn more(&self, stream: Stream) -> String {
        let Some(code) = self.problems.iter().map(|problem| problem.code).min() else {
            return String::new();
        };
        let line = format!("`attain explain-error {}` says what this code means and how to fix it", code.text());
        let line = match self.problems.iter().all(|problem| problem.code == code) {
            true => line,
            false => line.replace("this code means", "a code means"),
        };
        format!("\n{}\n", stream.quiet(&line))
    }
}

/// The folders in a folder that hold plan files, in backticks and in order of their names.
fn folders_with_plans(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let holds = |path: &PathBuf| path.is_dir() && plan_files(path).is_ok_and(|files| !files.is_empty());
    let mut folders: Vec<String> = entries.filter(holds).map(|path| format!("`{}`", path.display())).collect();
    folders.sort();
    folders
}
