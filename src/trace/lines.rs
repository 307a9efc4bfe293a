//! Traces as JSON lines: each step on a line of its own, once, and behind those it rests on each payout and earning.
//! What stands in a line is written down in `docs/trace.md`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::step::{FORMAT, Step};
use crate::store::{Earning, Manifest};

/// The first line: what the traces are of.
#[derive(Debug, Serialize)]
struct Opening<'a> {
    line: &'static str,
    format: u32,
    /// The hash of the run's manifest.
    run: &'a str,
    /// The plans, each with the file that declares it.
    plans: BTreeMap<&'a str, &'a str>,
    /// The hash of each plan file.
    plan_files: BTreeMap<&'a str, &'a str>,
    /// The hash of each data file.
    data_files: BTreeMap<&'a str, &'a str>,
    /// The hash of `payouts.csv` and of `earnings.csv`.
    outputs: BTreeMap<&'a str, &'a str>,
    /// The person whose values these are; none for all.
    person: Option<&'a str>,
    /// The period whose values these are; none for all.
    period: Option<&'a str>,
    /// The plan whose values these are; none for all.
    plan: Option<&'a str>,
}

/// What the lines are narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed<'a> {
    /// One person.
    pub person: Option<&'a str>,
    /// One period.
    pub period: Option<&'a str>,
    /// One plan.
    pub plan: Option<&'a str>,
}

/// A row of `payouts.csv` or of `earnings.csv`, and the step that is its trace.
#[derive(Debug, Serialize)]
struct Value<'a> {
    line: &'static str,
    plan: &'a str,
    person: &'a str,
    period: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    amount: &'a str,
    currency: &'a str,
    step: &'a str,
}

/// The last line, without which a file is not whole.
#[derive(Debug, Serialize)]
struct End {
    line: &'static str,
    steps: u64,
    payouts: u64,
    earnings: u64,
}

/// Lines as they are written.
#[expect(missing_debug_implementations, reason = "what it writes to has none")]
pub struct Lines<'a> {
    out: &'a mut dyn Write,
    end: End,
}

impl<'a> Lines<'a> {
    /// Begins with the first line.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        out: &'a mut dyn Write,
        manifest: &Manifest,
        run: &str,
        narrowed: Narrowed<'_>,
    ) -> io::Result<Lines<'a>> {
        let outputs = manifest.output_files.iter().filter(|(path, _)| !path.contains('/'));
        let opening = Opening {
            line: "trace",
            format: FORMAT,
            run,
            plans: manifest.plans.iter().map(|(name, plan)| (name.as_str(), plan.file.as_str())).collect(),
            plan_files: manifest.plan_files.iter().map(|(path, file)| (path.as_str(), file.sha256.as_str())).collect(),
            data_files: manifest.data_files.iter().map(|(path, file)| (path.as_str(), file.sha256.as_str())).collect(),
            outputs: outputs.map(|(path, file)| (path.as_str(), file.sha256.as_str())).collect(),
            person: narrowed.person,
            period: narrowed.period,
            plan: narrowed.plan,
        };
        let mut lines = Lines { out, end: End { line: "end", steps: 0, payouts: 0, earnings: 0 } };
        lines.line(&opening)?;
        Ok(lines)
    }

    /// A step that no line before has.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn step(&mut self, step: &Step) -> io::Result<()> {
        self.end.steps = self.end.steps.saturating_add(1);
        self.line(step)
    }

    /// A payout, or an earning, whose steps stand above.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn value(&mut self, paid: bool, value: &Earning, step: &str) -> io::Result<()> {
        let count = if paid { &mut self.end.payouts } else { &mut self.end.earnings };
        *count = count.saturating_add(1);
        self.line(&Value {
            line: if paid { "payout" } else { "earning" },
            plan: &value.plan,
            person: &value.person,
            period: &value.period,
            name: &value.component,
            source: (!paid).then_some(value.source.as_str()),
            amount: &value.amount,
            currency: &value.currency,
            step,
        })
    }

    /// Ends with the last line.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(self) -> io::Result<()> {
        let Lines { out, end } = self;
        serde_json::to_writer(&mut *out, &end)?;
        out.write_all(b"\n")
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, line)?;
        self.out.write_all(b"\n")
    }
}
