//! What is done with bytes that may be anything. The targets of cargo-fuzz and `tests/fuzz.rs` share these.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use attain::data::{self, Memory};
use attain::diagnostics::{Diagnostic, Format, Options, render};
use attain::ids::{FileId, Id, IdVec};
use attain::project::{self, Files};
use attain::source::SourceFile;
use attain::{compile, engine, fault, reference, syntax, testing};

/// A text is read. Its tree and problems lie within it, whatever it is.
pub fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = SourceFile::new(FileId::from_index(0), "a.plan", text.as_ref());
    let parsed = syntax::parse(&file);
    let whole = file.span();
    let inside = |span: attain::source::Span| span.start <= span.end && span.end <= whole.end;
    assert!(parsed.items.iter().all(|item| inside(item.span)), "items lie in the file");
    let labels = parsed.problems.iter().flat_map(|problem| &problem.labels);
    assert!(labels.clone().all(|label| inside(label.span)), "labels lie in the file");
    let parts = labels.flat_map(|label| [label.span.start, label.span.end]);
    assert!(parts.into_iter().all(|at| file.text.is_char_boundary(at as usize)), "no character is torn");
    let mut sources = IdVec::new();
    sources.push(file);
    show(&parsed.problems, &sources);
}

/// A plan is checked, and, where it has no errors, its tests are run.
pub fn check(bytes: &[u8]) {
    let files: BTreeMap<String, Vec<u8>> = [("a.plan".to_owned(), bytes.to_vec())].into();
    let project = project::load(&Bytes(files), &["a.plan".to_owned()]);
    let (plans, problems) = compile::plans(&project);
    for plan in &plans {
        for test in testing::run(plan, &project) {
            show(&test.diagnostics(), &project.sources);
        }
    }
    show(&problems, &project.sources);
}

/// A data file is read against a record with a column of each kind; what can be read is computed by both interpreters.
pub fn data(bytes: &[u8]) {
    static PROJECT: OnceLock<project::Project> = OnceLock::new();
    static PLANS: OnceLock<Vec<compile::Plan<'static>>> = OnceLock::new();
    let project = PROJECT.get_or_init(|| {
        let text = include_str!("data.plan").as_bytes().to_vec();
        project::load(&Bytes([("data.plan".to_owned(), text)].into()), &["data.plan".to_owned()])
    });
    let plans = PLANS.get_or_init(|| {
        let (plans, problems) = compile::plans(project);
        assert!(!problems.iter().any(Diagnostic::is_error), "{problems:?}");
        plans
    });
    for plan in plans {
        let memory = Memory::new().with("rows.csv", bytes).with("people.csv", "id\np1\np2\n");
        let tables = match data::load(&plan.program, &memory, &[]) {
            Ok(tables) => tables,
            Err(problems) => {
                show(&problems, &project.sources);
                continue;
            }
        };
        let fast = engine::run(&plan.program, &tables);
        let plain = reference::run(&plan.program, &tables);
        assert_eq!(fast.is_ok(), plain.is_ok(), "both interpreters agree whether there is a fault");
        match (fast, plain) {
            (Ok(fast), Ok(plain)) => {
                for id in plan.program.model.columns.ids() {
                    assert_eq!(fast.tables.column(id), plain.tables.column(id), "both agree on the values");
                }
            }
            (Err(stopped), _) => {
                show(&fault::describe(&plan.program, &stopped.so_far, &stopped.faults), &project.sources);
            }
            _ => {}
        }
    }
}

/// Problems can be shown in every form, and say something.
fn show(problems: &[Diagnostic], sources: &IdVec<FileId, SourceFile>) {
    for problem in problems {
        assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{problem:?}");
    }
    for format in [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Github] {
        let shown = render(problems, sources, &Options { format, ..Options::default() });
        assert!(!shown.contains('\u{1b}'), "nothing acts on a terminal");
    }
}

struct Bytes(BTreeMap<String, Vec<u8>>);

impl Files for Bytes {
    fn read(&self, path: &str) -> Result<Vec<u8>, project::FileProblem> {
        self.0.get(path).cloned().ok_or(project::FileProblem::NotThere)
    }
}
