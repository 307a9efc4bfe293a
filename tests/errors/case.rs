//! A case: the files it gives, and what a person is told about them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::workbook::workbook_of_text;
use attain::data::Memory;
use attain::diagnostics::{Code, Diagnostic, render};
use attain::{compile, engine, fault, project, testing};

/// The files of a case.
pub struct Case {
    /// As written.
    pub given: String,
    files: BTreeMap<String, String>,
}

/// What a person is told.
pub struct Told {
    pub codes: Vec<Code>,
    pub text: String,
}

impl Case {
    pub fn read(path: &Path) -> Case {
        Case::new(&fs::read_to_string(path).unwrap())
    }

    pub fn new(given: &str) -> Case {
        let mut files = common();
        for section in given.split("=== ").skip(1) {
            let (name, text) = section.split_once('\n').unwrap();
            match name.strip_suffix(" is not there") {
                Some(name) => drop(files.remove(name)),
                None => drop(files.insert(name.to_owned(), expanded(text.strip_suffix("\\\n").unwrap_or(text)))),
            }
        }
        Case { given: given.to_owned(), files }
    }

    /// Reads and checks, runs the tests of the plan or else its data, and stops where a stage has errors, as a person would see it.
    pub fn told(&self) -> Told {
        let plans: BTreeMap<String, String> = self
            .files
            .iter()
            .filter(|(name, _)| name.ends_with(".plan"))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect();
        let project = project::load(&plans, &["plan.plan".to_owned()]);
        let (plans, mut problems) = compile::plans(&project);
        if !problems.iter().any(Diagnostic::is_error) {
            let memory = self.files.iter().fold(Memory::new(), |memory, (name, text)| match name.ends_with(".xlsx") {
                true => memory.with(name, workbook_of_text(text)),
                false => memory.with(name, text.as_str()),
            });
            for plan in &plans {
                let tests = testing::run(plan, &project);
                problems.extend(tests.iter().flat_map(|test| test.diagnostics()));
                if tests.is_empty() {
                    problems.extend(run(plan, &memory));
                }
            }
        }
        Told {
            codes: problems.iter().map(|problem| problem.code).collect(),
            text: render(&problems, &project.sources, &Default::default()),
        }
    }
}

fn run(plan: &compile::Plan<'_>, memory: &Memory) -> Vec<Diagnostic> {
    let tables = match attain::plans::Computed::default().load(&plan.program, memory) {
        Ok(tables) => tables,
        Err(problems) => return problems,
    };
    match engine::run(&plan.program, &tables) {
        Ok(_) => Vec::new(),
        Err(stopped) => fault::describe(&plan.program, &stopped.so_far, &stopped.faults),
    }
}

fn common() -> BTreeMap<String, String> {
    let folder = super::folder().join("common");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The text with each `{{ X * N }}` written out.
fn expanded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{ ") {
        let (inner, behind) = behind.split_once(" }}").unwrap();
        let (repeated, times) = inner.rsplit_once(" * ").unwrap();
        out.push_str(before);
        out.push_str(&repeated.repeat(times.parse().unwrap()));
        rest = behind;
    }
    out + rest
}
