//! The values of a run computed again from its plan files and its data.

use std::collections::{BTreeMap, HashMap};

use super::{Check, Options, Plan, lines};
use crate::data::StoredRecord;
use crate::diagnostics::Diagnostic;
use crate::engine;
use crate::fault;
use crate::ids::{ColumnId, FrameId};
use crate::program::Program;
use crate::reference::{self, Interpreter};
use crate::store::{self, Outputs, PlanRun, Run, sha256};
use crate::table::{Results, Tables};
use crate::types::model::{Origin, Word};

pub(super) const ALL: &str = "recomputation";
pub(super) const SAMPLE: &str = "reference";

/// The plans of a run with their data and what they come to.
type Ran<'a> = Vec<(&'a Program, Tables, Results)>;

/// The checks: everything computed again, and a sample of it by the reference interpreter; or everything by that.
pub(super) fn check(run: &Run, plans: &[Plan<'_>], options: &Options) -> Vec<Check> {
    let by = match options.all {
        true => "by the reference interpreter",
        false => "by the engine",
    };
    let data = match run.outputs() {
        Outputs::All => "`inputs/`",
        Outputs::Parquet => "the data files",
    };
    let compute = if options.all { by_reference } else { by_engine };
    let ran = match ran(run, plans, compute) {
        Ok(ran) => ran,
        Err(problems) => {
            let findings = problems.iter().map(lines).collect();
            return vec![Check::of(ALL, format!("computed again {by} from `plan/` and {data}"), findings)];
        }
    };
    let made: Vec<PlanRun<'_>> = ran.iter().map(|(program, _, results)| PlanRun { program, results }).collect();
    let again = match store::again(run, &made) {
        Ok(again) => again,
        Err(problem) => return vec![Check::of(ALL, format!("computed again {by}"), vec![lines(&problem)])],
    };
    let told = again.differences.iter();
    let findings: Vec<String> =
        told.flat_map(|(path, told)| told.iter().map(move |what| format!("`{path}`: {what}"))).collect();
    let text =
        format!("all {} values, in {} files, computed again {by} from `plan/` and {data}", again.values, again.files);
    let mut checks = vec![Check::of(ALL, text, findings)];
    if !options.all {
        checks.push(sample(run, &ran, options));
    }
    checks
}

/// Computes all plans of a run.
fn ran<'a>(
    run: &Run,
    plans: &[Plan<'a>],
    compute: fn(&Program, &Tables) -> Result<Results, Vec<Diagnostic>>,
) -> Result<Ran<'a>, Vec<Diagnostic>> {
    let programs: Vec<&Program> = plans.iter().map(|plan| plan.program).collect();
    let read = |program: &Program, given: &[StoredRecord]| {
        let known = plans.iter().find(|plan| plan.program.names.plan.name == program.names.plan.name);
        match known.filter(|_| given.is_empty()) {
            Some(plan) => Ok(plan.tables.clone()),
            None => run.tables_with(program, given),
        }
    };
    store::rerun(&programs, &read, compute)
}

fn by_engine(program: &Program, tables: &Tables) -> Result<Results, Vec<Diagnostic>> {
    engine::run(program, tables).map_err(|stopped| fault::describe(program, &stopped.so_far, &stopped.faults))
}

fn by_reference(program: &Program, tables: &Tables) -> Result<Results, Vec<Diagnostic>> {
    let described = |fault| fault::describe(program, &Results::of(tables.clone()), &[fault]);
    reference::run(program, tables).map_err(described)
}

/// Some values of each definition, by the reference interpreter.
fn sample(run: &Run, ran: &Ran<'_>, options: &Options) -> Check {
    let (mut asked, mut stored, mut findings) = (0_usize, 0_usize, Vec::new());
    for (program, tables, _) in ran {
        let mut values =
            Values { run, program, tables, interpreter: Interpreter::new(program, tables), rows: HashMap::new() };
        match values.check(options, &mut findings) {
            Ok((some, all)) => {
                asked = asked.saturating_add(some);
                stored = stored.saturating_add(all);
            }
            Err(problems) => findings.extend(problems.iter().map(lines)),
        }
    }
    let seed = if options.seed.is_empty() { String::new() } else { format!(", chosen by `{}`", options.seed) };
    let text = format!(
        "{asked} of {stored} values, up to {} of each definition{seed}, computed by the reference interpreter",
        options.sample
    );
    Check::of(SAMPLE, text, findings)
}

/// The values of one plan of a run, to be computed one by one.
struct Values<'a> {
    run: &'a Run,
    program: &'a Program,
    tables: &'a Tables,
    interpreter: Interpreter<'a>,
    /// The rows of the frames asked for, by their keys.
    rows: HashMap<FrameId, HashMap<Vec<String>, u32>>,
}

impl Values<'_> {
    /// Compares a sample of the values of each column; says how many were compared, of how many.
    fn check(&mut self, options: &Options, findings: &mut Vec<String>) -> Result<(usize, usize), Vec<Diagnostic>> {
        let plan = &self.program.names.plan.name;
        let (mut asked, mut all) = (0_usize, 0_usize);
        let tables = self.run.manifest.plans.get(plan).map(|plan| plan.results.keys()).into_iter().flatten();
        for frame in tables {
            let table = self.run.results(plan, frame).map_err(|problem| vec![problem])?;
            let columns = table.entry().columns.iter().filter(|column| !column.key);
            for name in columns.map(|column| column.name.as_str()) {
                let Some(column) = self.column(frame, name) else { continue };
                // In order of a hash that no one can choose keys by, and that is the same tomorrow.
                let mut chosen: BTreeMap<String, (&[String], String)> = BTreeMap::new();
                for key in table.keys() {
                    if let Some(value) = table.get(name, key).map_err(|problem| vec![problem])? {
                        all = all.saturating_add(1);
                        chosen.insert(place(options, [plan, frame, name], key), (key, value));
                    }
                }
                for (key, value) in chosen.into_values().take(options.sample) {
                    asked = asked.saturating_add(1);
                    let computed = self.value(column, key)?;
                    if computed.as_ref() != Some(&value) {
                        let computed = computed.map_or("no value".to_owned(), |computed| format!("`{computed}`"));
                        let row = key.join(", ");
                        findings.push(format!("`{name}` of {row}: the folder has `{value}`, the reference {computed}"));
                    }
                }
            }
        }
        Ok((asked, all))
    }

    /// The column that a column of a table holds; none for what stands beside amounts, such as their currency.
    fn column(&self, frame: &str, name: &str) -> Option<ColumnId> {
        let model = &self.program.model;
        let named = |column: &ColumnId, name: &str| self.program.names.columns.at(*column).name == name;
        let of_frame = |column: &ColumnId| {
            let own = store::frame_name(self.program, model.columns.at(*column).frame);
            frame == own || frame.strip_suffix(".all") == Some(&own)
        };
        let is_definition = |column: &ColumnId| match &model.columns.at(*column).origin {
            Origin::Definition(definition) => definition.word != Word::Let,
            _ => false,
        };
        let definition =
            model.columns.ids().find(|column| named(column, name) && is_definition(column) && of_frame(column));
        let credit = model.credit.as_ref().filter(|_| frame == "Credit");
        definition.or_else(|| match (credit?, name.strip_suffix("_of_credit").unwrap_or(name)) {
            (credit, "date") => Some(credit.date),
            (credit, "amount") => Some(credit.amount),
            (credit, name) => credit.columns.iter().find(|column| named(column, name)).copied(),
        })
    }

    /// A value as the run folder prints it.
    fn value(&mut self, column: ColumnId, key: &[String]) -> Result<Option<String>, Vec<Diagnostic>> {
        let (program, tables) = (self.program, self.tables);
        let described = |fault| fault::describe(program, &Results::of(tables.clone()), &[fault]);
        let frame = program.model.columns.at(column).frame;
        if !self.rows.contains_key(&frame) {
            let keys = self.interpreter.keys(frame).map_err(described)?;
            self.rows.insert(frame, keys.into_iter().zip(0_u32..).collect());
        }
        let Some(row) = self.rows.get(&frame).and_then(|rows| rows.get(key)).copied() else { return Ok(None) };
        let cell = self.interpreter.cell(column, row).map_err(described)?;
        store::printed(program, tables, column, cell.value).map_err(|problem| vec![problem])
    }
}

/// The place of a value in the order of the sample.
fn place(options: &Options, words: [&str; 3], key: &[String]) -> String {
    let parts = [options.seed.as_str()].into_iter().chain(words).chain(key.iter().map(String::as_str));
    sha256(parts.collect::<Vec<&str>>().join("\n").as_bytes())
}
