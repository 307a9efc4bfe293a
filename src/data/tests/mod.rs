//! Whole loads: what comes out of them, and every problem they can find.

mod cells;
mod forms;
mod given;
mod pieces;
mod plan;
mod stored;
mod tables;

use super::*;
use crate::program::Program;

/// Files by name and text.
fn files(files: &[(&str, &str)]) -> Memory {
    let add = |memory: Memory, file: &(&str, &str)| memory.with(file.0, file.1);
    files.iter().fold(Memory::new(), add)
}

fn loaded(program: &Program, given: &[(&str, &str)]) -> Tables {
    match load(program, &files(given), &[]) {
        Ok(tables) => tables,
        Err(problems) => panic!("{problems:#?}"),
    }
}

fn problems(program: &Program, given: &[(&str, &str)]) -> Vec<Diagnostic> {
    load(program, &files(given), &[]).unwrap_err()
}

/// A problem in short: its code, place and message.
fn short(problem: &Diagnostic) -> String {
    let code = problem.code.text();
    let Some(place) = &problem.data else {
        return format!("{code}: {}", problem.message);
    };
    let row = place.row.map_or_else(String::new, |row| format!(":{row}"));
    let column = place.column.as_deref().unwrap_or("-");
    format!("{code} {}{row}:{column}: {}", place.file, problem.message)
}

fn shorts(problems: &[Diagnostic]) -> Vec<String> {
    problems.iter().map(short).collect()
}

fn help(problem: &Diagnostic) -> &str {
    problem.help.as_deref().unwrap_or_default()
}

fn expected(problem: &Diagnostic) -> &str {
    let place = problem.data.as_ref().unwrap();
    place.expected.as_deref().unwrap()
}
