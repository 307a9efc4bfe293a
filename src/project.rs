//! From an entry to all parsed files: the closure of `use`, over a small [`Files`] trait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::ids::{FileId, IdVec};
use crate::source::{SourceFile, Span};
use crate::standard;
use crate::syntax::tree::{ItemKind, Parsed, Use};
use crate::syntax::{self};

/// Where plan files come from. Paths are relative to the project's folder, with `/`.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileProblem>;

    /// The text of a file of the standard library: this version's own, unless the project keeps that of another.
    fn standard(&self, name: &str) -> Option<String> {
        standard::text(name).map(str::to_owned)
    }
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
    pub sources: Arc<IdVec<FileId, SourceFile>>,
    /// The same files, parsed.
    pub parsed: IdVec<FileId, Parsed>,
    /// For each file, the files it uses directly.
    pub uses: IdVec<FileId, Vec<FileId>>,
    /// The files of the standard library among them.
    pub standard: BTreeSet<FileId>,
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
    let mut loader = Loader { files, project: Project::default(), known: BTreeMap::new(), linked: BTreeSet::new() };
    let entry = |path: &String| Wanted { path: path.clone(), standard: None, used: None };
    loader.read(entries.iter().map(entry).collect());
    for path in entries {
        loader.link(&entry(path), &mut Vec::new());
    }
    loader.project
}

/// So many files of one circle are named.
const NAMED_IN_CIRCLE: usize = 12;

struct Loader<'a> {
    files: &'a dyn Files,
    project: Project,
    /// By path the file, or why it is not there.
    known: BTreeMap<String, Result<FileId, Diagnostic>>,
    /// The files whose uses were gone through.
    linked: BTreeSet<FileId>,
}

/// A file that an entry or another file names.
struct Wanted {
    /// As the project names it.
    path: String,
    /// Its name in the standard library, where it is one of that.
    standard: Option<String>,
    /// Where another file names it.
    used: Option<Span>,
}

impl Loader<'_> {
    /// Reads and parses files side by side, then those that they use, until all are there.
    fn read(&mut self, mut wanted: Vec<Wanted>) {
        while !wanted.is_empty() {
            let first = self.project.sources.len();
            for wanted in wanted {
                if !self.known.contains_key(&wanted.path) {
                    let file = self.text(&wanted).map(|text| {
                        let sources = Arc::make_mut(&mut self.project.sources);
                        let id = sources.next_id();
                        sources.push(SourceFile::new(id, &wanted.path, text));
                        self.project.uses.push(Vec::new());
                        self.project.standard.extend(wanted.standard.is_some().then_some(id));
                        id
                    });
                    self.known.insert(wanted.path, file);
                }
            }
            let new: Vec<&SourceFile> = self.project.sources.iter().skip(first).collect();
            let parsed: Vec<Parsed> = new.par_iter().map(|source| syntax::parse(source)).collect();
            let uses = |(source, parsed): (&&SourceFile, &Parsed)| {
                let uses = parsed.items.iter().filter_map(use_of);
                uses.filter_map(|used| wanted_by(&source.path, &used)).collect::<Vec<Wanted>>()
            };
            wanted = new.iter().zip(&parsed).flat_map(uses).collect();
            for parsed in parsed {
                self.project.parsed.push(parsed);
            }
        }
    }

    /// Goes through what a file uses, and tells all problems in this order. `open` are the files on the way here.
    fn link(&mut self, wanted: &Wanted, open: &mut Vec<String>) -> Option<FileId> {
        let path = wanted.path.as_str();
        let id = match self.known.get(path)? {
            Ok(id) => *id,
            Err(problem) => {
                let problem = problem.clone();
                self.project.problems.push(match wanted.used {
                    Some(span) => problem.at(span, "used here"),
                    None => problem,
                });
                return None;
            }
        };
        if !self.linked.insert(id) {
            self.refuse_cycle(path, wanted.used, open);
            self.refuse_namesake(id, wanted);
            return Some(id);
        }
        let parsed = self.project.parsed.at(id);
        let uses: Vec<Use> = parsed.items.iter().filter_map(use_of).collect();
        self.project.problems.extend(parsed.problems.iter().cloned());
        open.push(path.to_owned());
        for used in uses {
            let Some(target) = wanted_by(path, &used) else {
                self.project.problems.push(outside(&used.path.text, used.path.span));
                continue;
            };
            if let Some(used) = self.link(&target, open) {
                self.project.uses.at_mut(id).push(used);
            }
        }
        open.pop();
        Some(id)
    }

    /// A file of the project may not be called as one of the standard library that is used, too.
    fn refuse_namesake(&mut self, known: FileId, wanted: &Wanted) {
        let Some(span) = wanted.used else { return };
        if self.project.standard.contains(&known) != wanted.standard.is_some() {
            let message =
                format!("`{}` is a file of the standard library here and one of the folder there", wanted.path);
            let problem = Diagnostic::new(Code::DuplicateName, message)
                .at(span, "used here")
                .help(format!("give the file another place than the folder `{}`", standard::FOLDER));
            self.project.problems.push(problem);
        }
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

    fn text(&self, wanted: &Wanted) -> Result<String, Diagnostic> {
        match &wanted.standard {
            Some(name) => self.files.standard(name).ok_or_else(|| no_standard(name)),
            None => self.text_at(&wanted.path),
        }
    }

    fn text_at(&self, path: &str) -> Result<String, Diagnostic> {
        let bytes = self.files.read(path).map_err(|problem| match problem {
            FileProblem::NotThere => Diagnostic::new(Code::MissingFile, format!("there is no file `{path}`"))
                .help("a path in `use` is relative to the file that uses it"),
            FileProblem::Outside => Diagnostic::new(Code::OutsideProject, format!("`{path}` leaves the folder"))
                .help("a plan uses files of its own folder only; copy the file into it"),
            FileProblem::Other(why) => Diagnostic::new(Code::MissingFile, format!("`{path}` cannot be read: {why}")),
        })?;
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..at).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
            let why = format!("`{path}` is not UTF-8 text: line {line} has a byte that belongs to no character");
            Diagnostic::new(Code::NotText, why).help("save the file as UTF-8")
        })
    }
}

fn use_of(item: &crate::syntax::tree::Item) -> Option<Use> {
    match &item.kind {
        ItemKind::Use(used) => Some(used.clone()),
        _ => None,
    }
}

/// What a file at a path uses; none where that leaves the folder.
fn wanted_by(path: &str, used: &Use) -> Option<Wanted> {
    let name = &used.path.text;
    let path = match used.standard {
        true => format!("{}/{name}", standard::FOLDER),
        false => beside(path, name)?,
    };
    Some(Wanted { path, standard: used.standard.then(|| name.clone()), used: Some(used.path.span) })
}

/// A file that the standard library does not have.
fn no_standard(name: &str) -> Diagnostic {
    let near = suggest::did_you_mean(name, standard::names());
    let all: Vec<String> = standard::names().map(|name| format!("`{name}`")).collect();
    Diagnostic::new(Code::NoStandardFile, format!("the standard library has no file `{name}`")).help(match near {
        Some(near) => format!("{near} it has {}", all.join(", ")),
        None => format!("it has {}", all.join(", ")),
    })
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
