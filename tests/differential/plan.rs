//! The plans of the repository, and data for them.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::OnceLock;

use attain::data::Memory;
use attain::diagnostics::{Options, render};
use attain::program::Program;
use attain::table::Tables;
use attain::{compile, project};

/// A plan to run.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    /// `plans/saas_ae` as it is.
    Saas,
    /// The same without what must always hold, so that all is computed whatever the data.
    SaasUnbounded,
    /// `plans/adventureworks` without its control totals.
    AdventureWorks,
    /// Tables of every kind.
    Tables,
    /// What the language says of time, with no sense as a plan.
    Time,
    /// Several credits of one row, and grains of several parts.
    Credits,
    /// `versions.plan`, beside this file.
    Versions,
    /// `currency.plan`, beside this file.
    Currency,
}

impl Plan {
    /// The plan, compiled once.
    pub fn program(self) -> &'static Program {
        static SAAS: OnceLock<Program> = OnceLock::new();
        static UNBOUNDED: OnceLock<Program> = OnceLock::new();
        static ADVENTUREWORKS: OnceLock<Program> = OnceLock::new();
        static TABLES: OnceLock<Program> = OnceLock::new();
        static TIME: OnceLock<Program> = OnceLock::new();
        static CREDITS: OnceLock<Program> = OnceLock::new();
        static VERSIONS: OnceLock<Program> = OnceLock::new();
        static CURRENCY: OnceLock<Program> = OnceLock::new();
        match self {
            Plan::Currency => CURRENCY.get_or_init(|| compiled(self)),
            Plan::Saas => SAAS.get_or_init(|| compiled(self)),
            Plan::SaasUnbounded => UNBOUNDED.get_or_init(|| compiled(self)),
            Plan::AdventureWorks => ADVENTUREWORKS.get_or_init(|| compiled(self)),
            Plan::Tables => TABLES.get_or_init(|| compiled(self)),
            Plan::Time => TIME.get_or_init(|| compiled(self)),
            Plan::Credits => CREDITS.get_or_init(|| compiled(self)),
            Plan::Versions => VERSIONS.get_or_init(|| compiled(self)),
        }
    }

    fn texts(self) -> Vec<(&'static str, String)> {
        let plan = include_str!("../../plans/saas_ae/ae_2026.plan");
        let records = include_str!("../../plans/saas_ae/records.plan");
        match self {
            Plan::Currency => vec![("currency.plan", include_str!("currency.plan").to_owned())],
            Plan::Versions => vec![("versions.plan", include_str!("versions.plan").to_owned())],
            Plan::Time => vec![("time.plan", include_str!("time.plan").to_owned())],
            Plan::Credits => vec![("credits.plan", include_str!("credits.plan").to_owned())],
            Plan::Saas => vec![("ae_2026.plan", plan.to_owned()), ("records.plan", records.to_owned())],
            Plan::SaasUnbounded => {
                // An item ends where the next blank line is.
                let items = plan.split("\n\n").filter(|item| !item.lines().any(|line| line.starts_with("ensure ")));
                let kept: Vec<&str> = items.collect();
                vec![("ae_2026.plan", kept.join("\n\n")), ("records.plan", records.to_owned())]
            }
            Plan::AdventureWorks => {
                let plan = include_str!("../../plans/adventureworks/adventureworks.plan");
                let records = include_str!("../../plans/adventureworks/records.plan");
                let kept: Vec<&str> =
                    records.lines().filter(|line| !line.trim_start().starts_with("control ")).collect();
                vec![("adventureworks.plan", plan.to_owned()), ("records.plan", kept.join("\n") + "\n")]
            }
            Plan::Tables => vec![("tables.plan", crate::tables::PLAN.to_owned())],
        }
    }
}

fn compiled(plan: Plan) -> Program {
    let files: BTreeMap<String, String> =
        plan.texts().into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    let entries: Vec<String> = files.keys().cloned().collect();
    let project = project::load(&files, &entries);
    let (plans, problems) = compile::plans(&project);
    assert_eq!(plans.len(), 1, "{}", render(&problems, &project.sources, &Options::default()));
    plans[0].program.clone()
}

/// A data file: its header and its rows.
#[derive(Clone)]
pub struct File {
    pub path: &'static str,
    pub header: &'static str,
    pub rows: Vec<String>,
}

/// The data of one case.
#[derive(Clone)]
pub struct Data {
    pub plan: Plan,
    pub files: Vec<File>,
    /// A number to choose by.
    pub seed: u32,
}

impl File {
    fn text(&self) -> String {
        let rows = self.rows.iter();
        rows.fold(format!("{}\n", self.header), |text, row| text + row + "\n")
    }
}

impl Data {
    /// The same rows in another order.
    pub fn shuffled(&self, seed: u64) -> Data {
        let mut state = seed;
        // Knuth's generator: the order only has to be another one.
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut shuffled = self.clone();
        for file in &mut shuffled.files {
            for last in (1..file.rows.len()).rev() {
                file.rows.swap(last, next(last + 1));
            }
        }
        shuffled
    }
}

/// As it can be pasted into a test.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}, seed {}", self.plan, self.seed)?;
        for file in &self.files {
            f.write_char('\n')?;
            writeln!(f, "{}:\n{}", file.path, file.text())?;
        }
        Ok(())
    }
}

/// The data as tables; what is generated is always sound.
pub fn load(program: &Program, data: &Data) -> Tables {
    let memory = data.files.iter().fold(Memory::new(), |memory, file| memory.with(file.path, file.text()));
    match attain::plans::Computed::default().load(program, &memory) {
        Ok(tables) => tables,
        Err(problems) => panic!("{}", render(&problems, &program.names.sources, &Options::default())),
    }
}

/// A number of units at so many places, as a data file has it.
pub fn decimal(units: i64, places: u32) -> String {
    let factor = 10_u64.pow(places);
    let (sign, size) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
    match places {
        0 => units.to_string(),
        _ => format!("{sign}{}.{:0width$}", size / factor, size % factor, width = places as usize),
    }
}
