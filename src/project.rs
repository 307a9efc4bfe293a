//! From an entry to all parsed files: the closure of `use`, over a small [`Files`] trait.

use std::collections::BTreeMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{FileId, IdVec};
use crate::source::{SourceFile, Span};
use crate::syntax::tree::{ItemKind, Parsed};
use crate::syntax::{self};

/// Where plan files come from. Paths are relative to the project's folder, with `/`.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileProblem>;
}

/// Why a plan file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// It is not there.
    NotThere,
    /// It lies outside the project's folder.
    Outside,
    /// Anything else, in words.
    Other(String),
}

/// Plan files in memory.
impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileProblem> {
        self.get(path).map(|text| text.clone().into_bytes()).ok_or(FileProblem::NotThere)
    }
}

/// All files that an entry needs, parsed.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The sources.
    pub sources: IdVec<FileId, SourceFile>,
    /// The same files, parsed.
    pub parsed: IdVec<FileId, Parsed>,
    /// For each file, the files it uses directly.
    pub uses: IdVec<FileId, Vec<FileId>>,
    /// Problems of finding and parsing files.
    pub problems: Vec<Diagnostic>,
}

impl Project {
    /// The files that have a plan, in order of their paths.
    pub fn plans(&self) -> Vec<FileId> {
        let mut plans: Vec<FileId> = self.parsed.ids().filter(|id| self.is_plan(*id)).collect();
        plans.sort_by(|a, b| self.sources.at(*a).path.cmp(&self.sources.at(*b).path));
        plans
    }

    /// Whether a file has a plan.
    fn is_plan(&self, file: FileId) -> bool {
        self.parsed.at(file).items.iter().any(|item| matches!(item.kind, ItemKind::Plan(_)))
    }

    /// A file and all the libraries it uses, directly or not, each once, in order of first use; and the
    /// other plans that these use, whose files stay their own.
    pub fn closure(&self, file: FileId) -> (Vec<FileId>, Vec<FileId>) {
        let (mut found, mut plans) = (vec![file], Vec::new());
        let mut next = 0;
        while let Some(file) = found.get(next).copied() {
            for used in self.uses.at(file) {
                let list = if self.is_plan(*used) { &mut plans } else { &mut found };
                if !list.contains(used) {
                    list.push(*used);
                }
            }
            next = next.saturating_add(1);
        }
        plans.retain(|plan| *plan != file);
        (found, plans)
    }
}

/// Reads and parses the entries and everything they use. Problems are collected in the project.
pub fn load(files: &dyn Files, entries: &[String]) -> Project {
    let mut loader = Loader { files, project: Project::default(), known: BTreeMap::new() };
    for entry in entries {
        loader.file(entry, None, &mut Vec::new());
    }
    loader.project
}

/// So many files of one circle are named.
const NAMED_IN_CIRCLE: usize = 12;

struct Loader<'a> {
    files: &'a dyn Files,
    project: Project,
    known: BTreeMap<String, FileId>,
}

impl Loader<'_> {
    /// `path` is as the project names it; `used` says where another file names it; `open` are the
    /// files being read on the way here.
    fn file(&mut self, path: &str, used: Option<Span>, open: &mut Vec<String>) -> Option<FileId> {
        if let Some(id) = self.known.get(path) {
            let id = *id;
            self.refuse_cycle(path, used, open);
            return Some(id);
        }
        let text = self.text(path, used)?;
        let id = self.project.sources.next_id();
        let source = SourceFile::new(id, path, text);
        let parsed = syntax::parse(&source);
        self.project.problems.extend(parsed.problems.iter().cloned());
        let uses: Vec<(String, Span)> = parsed.items.iter().filter_map(use_of).collect();
        self.project.sources.push(source);
        self.project.parsed.push(parsed);
        self.project.uses.push(Vec::new());
        self.known.insert(path.to_owned(), id);
        open.push(path.to_owned());
        for (target, span) in uses {
            let Some(target) = beside(path, &target) else {
                self.project.problems.push(outside(&target, span));
                continue;
            };
            if let Some(used) = self.file(&target, Some(span), open) {
                self.project.uses.at_mut(id).push(used);
            }
        }
        open.pop();
        Some(id)
    }

    fn refuse_cycle(&mut self, path: &str, used: Option<Span>, open: &[String]) {
        let (Some(span), Some(first)) = (used, open.iter().position(|other| other == path)) else {
            return;
        };
        let between = open.iter().skip(first).skip(1);
        let more = between.len().saturating_sub(NAMED_IN_CIRCLE);
        let mut between: Vec<String> = between.take(NAMED_IN_CIRCLE).map(|path| format!("`{path}`")).collect();
        between.extend((more > 0).then(|| format!("{more} more")));
        let through = if between.is_empty() { String::new() } else { format!(" through {}", between.join(", ")) };
        let problem = Diagnostic::new(Code::UseCycle, format!("`{path}` uses itself{through}"))
            .at(span, "this closes the circle")
            .help("move what both need into a third file that uses neither");
        self.project.problems.push(problem);
    }

    fn text(&mut self, path: &str, used: Option<Span>) -> Option<String> {
        let problem = match self.files.read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let before = error.as_bytes().get(..at).unwrap_or_default();
                    let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
                    let why =
                        format!("`{path}` is not UTF-8 text: line {line} has a byte that belongs to no character");
                    Diagnostic::new(Code::NotText, why).help("save the file as UTF-8")
                }
            },
            Err(FileProblem::NotThere) => Diagnostic::new(Code::MissingFile, format!("there is no file `{path}`"))
                .help("a path in `use` is relative to the file that uses it"),
            Err(FileProblem::Outside) => Diagnostic::new(Code::OutsideProject, format!("`{path}` leaves the folder"))
                .help("a plan uses files of its own folder only; copy the file into it"),
            Err(FileProblem::Other(why)) => {
                Diagnostic::new(Code::MissingFile, format!("`{path}` cannot be read: {why}"))
            }
        };
        self.project.problems.push(match used {
            Some(span) => problem.at(span, "used here"),
            None => problem,
        });
        None
    }
}

fn use_of(item: &crate::syntax::tree::Item) -> Option<(String, Span)> {
    match &item.kind {
        ItemKind::Use(path) => Some((path.text.clone(), path.span)),
        _ => None,
    }
}

fn outside(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::OutsideProject, format!("`{path}` leaves the folder"))
        .at(span, "used here")
        .help("a plan uses files of its own folder only; copy the file into it")
}

/// The path of `target` as named in the file `from`; none when it leaves the folder.
fn beside(from: &str, target: &str) -> Option<String> {
    if target.starts_with('/') || target.contains('\\') || target.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_file_that_uses_it() {
        assert_eq!(beside("a/b.plan", "c.plan").as_deref(), Some("a/c.plan"));
        assert_eq!(beside("a/b.plan", "../c.plan").as_deref(), Some("c.plan"));
        assert_eq!(beside("b.plan", "../c.plan"), None);
        assert_eq!(beside("b.plan", "/etc/passwd"), None);
    }
}
