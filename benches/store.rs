//! How long each phase of a run takes: `cargo bench --bench store -- PLAN DATA [TIMES [OUT]]` computes the plans of the
//! folder PLAN on the data of the folder DATA, writes the run folder below `target` and opens it again, so many times
//! over. The one at OUT is kept.
#![allow(clippy::disallowed_methods, clippy::float_arithmetic)] // it measures time

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use attain::store::{self, PlanRun, Run, RunOptions};
use attain::{compile, data, engine, project};

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo appends `--bench`.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let (Some(plan), Some(folder)) = (words.next(), words.next()) else {
        println!("say which plan to compute on which data: cargo bench --bench store -- PLAN DATA");
        return Ok(());
    };
    let times: u32 = words.next().map_or(Ok(3), |word| word.parse())?;
    let files = plan_files(Path::new(&plan))?;
    let entries: Vec<String> = files.keys().cloned().collect();
    let project = project::load(&files, &entries);
    let (plans, problems) = compile::plans(&project);
    let errors: Vec<String> =
        problems.iter().filter(|found| found.is_error()).map(|found| found.message.clone()).collect();
    if !errors.is_empty() {
        return Err(errors.join("\n").into());
    }
    let folder = data::Folder::new(PathBuf::from(folder));
    let mut computed = Vec::new();
    for plan in &plans {
        let tables = timed("read the data", || data::load(&plan.program, &folder, &[]));
        let tables = tables.map_err(|problems| format!("{problems:?}"))?;
        let results = timed("compute", || engine::run(&plan.program, &tables));
        computed.push((&plan.program, results.map_err(|stopped| format!("{:?}", stopped.faults))?));
    }
    let runs: Vec<PlanRun<'_>> = computed.iter().map(|(program, results)| PlanRun { program, results }).collect();
    if let Some(out) = words.next() {
        store::write(&runs, &RunOptions::default(), Path::new(&out)).map_err(|problem| problem.message)?;
    }
    for _ in 0..times {
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let out = home.path().join("run");
        let written = timed("write the run folder", || store::write(&runs, &RunOptions::default(), &out));
        written.map_err(|problem| problem.message)?;
        let opened = timed("open it", || Run::open(&out)).map_err(|problem| problem.message)?;
        let payouts = timed("read the payouts", || opened.payouts()).map_err(|problem| problem.message)?;
        println!("{} payouts; {} bytes on disk", payouts.len(), size(&out)?);
    }
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    println!("{what}: {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    done
}

/// The plan files of a folder, by name.
fn plan_files(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "plan") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

fn size(folder: &Path) -> std::io::Result<u64> {
    let mut total = 0_u64;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let below = if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
        total = total.saturating_add(below);
    }
    Ok(total)
}
