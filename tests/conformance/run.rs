//! A case computed by both interpreters, and held against what must come of it.

use std::collections::BTreeMap;

use attain::calendar::{CustomId, Date, Period, Unit, parse_date};
use attain::compile::{self, Plan};
use attain::data::{GivenRow, Memory};
use attain::diagnostics::{Diagnostic, render};
use attain::ids::{ColumnId, FrameId};
use attain::program::Program;
use attain::project::{self, Project};
use attain::table::{Results, State, Stopped, Tables, Value};
use attain::types::model::{FrameRows, KeyPart, Origin};
use attain::value::Exact;
use attain::{engine, fault, keys};

use super::agree;
use super::case::{Asked, Case, Problem, Rows, Run, Stop};
use super::support::workbook::workbook_of_text;

/// The file that a case is.
pub const ENTRY: &str = "case.plan";

/// The files that every case may use, and the plan that stands above fragments.
pub struct Common {
    pub files: BTreeMap<String, String>,
    pub frame: String,
}

/// A case that is read and checked.
pub struct Checked<'a> {
    pub project: &'a Project,
    pub plans: Vec<Plan<'a>>,
    /// All problems, those of the data files and of their computation among them.
    pub problems: Vec<Diagnostic>,
    /// The lines that stand above the case's own.
    above: u32,
}

impl Common {
    /// The plan files of a case.
    pub fn project(&self, fragment: bool, plan: &str) -> (Project, u32) {
        let frame = if fragment { format!("{}\n", self.frame) } else { String::new() };
        let mut files = self.files.clone();
        files.insert(ENTRY.to_owned(), format!("{frame}{plan}"));
        let above = u32::try_from(frame.lines().count()).unwrap();
        (project::load(&files, &[ENTRY.to_owned()]), above)
    }
}

impl<'a> Checked<'a> {
    /// Checks the plans, and runs them on the data files where there are some.
    pub fn new(project: &'a Project, above: u32, data: &[(String, String)]) -> Result<Checked<'a>, String> {
        let (plans, mut problems) = compile::plans(project);
        if !data.is_empty() {
            let memory = memory(data);
            for plan in &plans {
                problems.extend(of_data(&plan.program, &memory)?);
            }
        }
        Ok(Checked { project, plans, problems, above })
    }

    /// The plan of the case's own file, which stands behind those it uses.
    pub fn plan(&self) -> Result<&Plan<'a>, String> {
        self.plans.last().ok_or_else(|| format!("there is no plan:\n{}", self.shown()))
    }

    pub fn shown(&self) -> String {
        render(&self.problems, &self.project.sources, &Default::default())
    }

    /// The problems at their main places, in order.
    pub fn places(&self) -> Vec<Problem> {
        let mut places: Vec<Problem> = self.problems.iter().map(|problem| self.place(problem)).collect();
        places.sort();
        places.dedup();
        places
    }

    fn place(&self, problem: &Diagnostic) -> Problem {
        let code = problem.code.text().to_owned();
        if let Some(data) = &problem.data {
            let line = data.row.map_or_else(String::new, |row| row.to_string());
            return Problem { code, file: data.file.clone(), line };
        }
        let Some(label) = problem.labels.first() else {
            return Problem { code, file: String::new(), line: String::new() };
        };
        let source = self.project.sources.at(label.span.file);
        let line = source.place(label.span.start).line;
        let line = if source.path == ENTRY { line.saturating_sub(self.above) } else { line };
        Problem { code, file: source.path.clone(), line: line.to_string() }
    }
}

fn memory(data: &[(String, String)]) -> Memory {
    data.iter().fold(Memory::new(), |memory, (name, text)| match name.ends_with(".xlsx") {
        true => memory.with(name, workbook_of_text(text)),
        false => memory.with(name, text.clone()),
    })
}

/// The problems of the data and the faults of the computation.
fn of_data(program: &Program, memory: &Memory) -> Result<Vec<Diagnostic>, String> {
    match attain::plans::Computed::default().load(program, memory) {
        Err(problems) => Ok(problems),
        Ok(tables) => {
            agreed(program, &tables)?;
            let stopped = engine::run(program, &tables).err();
            Ok(stopped.map_or_else(Vec::new, |stopped| fault::describe(program, &stopped.so_far, &stopped.faults)))
        }
    }
}

/// Both interpreters, and the traces, give the same.
fn agreed(program: &Program, tables: &Tables) -> Result<(), String> {
    agree::both(program, tables)?;
    agree::all_traced(program, tables)
}

/// Why a case is not as it says; how many values it states.
pub fn check(case: &Case, common: &Common) -> Result<usize, String> {
    let (project, above) = common.project(case.fragment, &case.plan);
    let checked = Checked::new(&project, above, &case.data)?;
    let mut expected = case.problems.clone();
    expected.sort();
    let mut found = checked.places();
    if expected.iter().all(|problem| problem.code.starts_with('E')) {
        found.retain(|problem| problem.code.starts_with('E'));
    }
    if found != expected {
        return Err(format!("expected the problems {expected:?}\nfound {found:?}\n{}", checked.shown()));
    }
    let mut values = 0;
    for run in &case.runs {
        let program = &checked.plan()?.program;
        match tables(program, &case.data, run)? {
            Ok(tables) => {
                agreed(program, &tables)?;
                let computed = engine::run(program, &tables);
                came_out(program, &computed, run).map_err(|why| format!("{}: {why}", run.title))?;
            }
            Err(problems) => {
                let occurs = |stop: &Stop| problems.iter().any(|problem| problem.code.text() == stop.code);
                if run.stops.is_empty() || !run.stops.iter().all(occurs) {
                    return Err(render(&problems, &program.names.sources, &Default::default()));
                }
            }
        }
        values += run.expect.len() + run.stops.len();
    }
    Ok(values)
}

/// The rows given, or else those of the data files; the problems of rows that cannot be data.
type Loaded = Result<Tables, Vec<Diagnostic>>;

fn tables(program: &Program, data: &[(String, String)], run: &Run) -> Result<Loaded, String> {
    let mut computed = attain::plans::Computed::default();
    if !data.is_empty() {
        return Ok(computed.load(program, &memory(data)));
    }
    let mut given = Vec::new();
    for (record, rows) in &run.given {
        given.extend(given_rows(program, record, rows)?);
    }
    Ok(computed.from_rows(program, &given))
}

fn given_rows(program: &Program, record: &str, rows: &Rows) -> Result<Vec<GivenRow>, String> {
    let named = program.names.records.pairs().find(|(_, named)| named.name == record);
    let (record, named) = named.ok_or_else(|| format!("there is no record `{record}`"))?;
    let columns = program.model.columns.pairs().filter(|(_, column)| match &column.origin {
        Origin::Data(data) => data.record == record,
        _ => false,
    });
    let columns: BTreeMap<&str, ColumnId> =
        columns.map(|(id, _)| (program.names.columns.at(id).name.as_str(), id)).collect();
    let ids = rows.header.iter().map(|name| columns.get(name.as_str()).copied().ok_or(name));
    let ids = ids.collect::<Result<Vec<ColumnId>, &String>>().map_err(|name| format!("there is no column `{name}`"))?;
    let row = |cells: &Vec<String>| {
        let there = ids.iter().copied().zip(cells.iter().cloned()).filter(|(_, cell)| !cell.is_empty());
        GivenRow { record, cells: there.collect(), span: named.span }
    };
    Ok(rows.rows.iter().map(row).collect())
}

fn came_out(program: &Program, computed: &Result<Results, Stopped>, run: &Run) -> Result<(), String> {
    match computed {
        Ok(_) if !run.stops.is_empty() => Err("the computation does not stop".to_owned()),
        Ok(results) => {
            let wrong: Vec<String> =
                run.expect.iter().filter_map(|asked| answer(program, results, asked).err()).collect();
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
        }
        Err(stopped) => {
            let told = fault::describe_each(program, &stopped.so_far, &stopped.faults);
            let occurs = |stop: &Stop| {
                let mut places = told.iter().zip(&stopped.faults);
                places.any(|(problem, fault)| {
                    let key = keys::frame_key(program, &stopped.so_far, fault.frame, fault.row);
                    problem.code.text() == stop.code && (stop.key.is_empty() || key.contains(&stop.key))
                })
            };
            match run.stops.is_empty() || !run.stops.iter().all(occurs) {
                true => Err(render(&told, &program.names.sources, &Default::default())),
                false => Ok(()),
            }
        }
    }
}

/// Holds one value against what came out.
fn answer(program: &Program, results: &Results, asked: &Asked) -> Result<(), String> {
    let column = column(program, &asked.name).ok_or_else(|| format!("there is no `{}`", asked.name))?;
    let (column, asked) = that_holds(program, results, column, asked);
    let rows = rows(program, results, column, &asked);
    let texts: Vec<Option<String>> =
        rows.iter().map(|row| keys::print_cell(program, &results.tables, column, *row)).collect();
    let number = |text: &Option<String>| text.as_deref().and_then(exact);
    let holds = match asked.what.as_str() {
        "value" => texts == [Some(asked.value.clone())],
        "none" => texts.iter().all(Option::is_none),
        "count" => texts.len().to_string() == asked.value,
        "sum" => {
            let sum = texts.iter().map(number).try_fold(Exact::zero(), |sum, one| Some(sum.plus(&one?)));
            sum.is_some() && sum == exact(&asked.value)
        }
        other => return Err(format!("unknown `{other}`")),
    };
    if holds { Ok(()) } else { Err(format!("{asked:?}\n  found {texts:?}")) }
}

fn exact(text: &str) -> Option<Exact> {
    match text.strip_suffix('%') {
        Some(percent) => Some(Exact::parse(percent)?.times(&Exact::from_units(1, 2))),
        None => Exact::parse(text),
    }
}

/// The definition with a name; `Record.column` is a column of a record, or of the credits.
pub fn column(program: &Program, name: &str) -> Option<ColumnId> {
    let (record, name) = name.split_once('.').map_or((None, name), |(record, name)| (Some(record), name));
    let named = program.model.columns.pairs().filter(|(id, _)| program.names.columns.at(*id).name == name);
    let mut fitting = named.filter(|(_, column)| match (&column.origin, record) {
        (Origin::Definition(_), None) | (Origin::Credit, Some("Credit")) => true,
        (Origin::Data(data), Some(record)) => program.names.records.at(data.record).name == record,
        _ => false,
    });
    fitting.next().map(|(id, _)| id)
}

/// Of a value without a day of its own that changes on some days, the column that holds when it is asked for.
fn that_holds(program: &Program, results: &Results, first: ColumnId, asked: &Asked) -> (ColumnId, Asked) {
    let calendar = &results.tables.calendar;
    let from = |name: &str| parse_date(name.strip_prefix(&format!("{} from ", asked.name))?).ok();
    let named = program.names.columns.pairs();
    let mut later: Vec<(Date, ColumnId)> = named.filter_map(|(id, named)| Some((from(&named.name)?, id))).collect();
    later.sort_by_key(|(day, _)| *day);
    let of_period = |unit| calendar.first_day(unit, calendar.parse(unit, &asked.period)?);
    let day = parse_date(&asked.period).ok().or_else(|| Unit::REGULAR.into_iter().find_map(of_period));
    match day.filter(|_| !later.is_empty()) {
        Some(day) => {
            let holds = later.into_iter().take_while(|(from, _)| *from <= day).last();
            (holds.map_or(first, |(_, column)| column), Asked { period: String::new(), ..asked.clone() })
        }
        None => (first, asked.clone()),
    }
}

/// The rows of a column that are meant.
pub fn rows(program: &Program, results: &Results, column: ColumnId, asked: &Asked) -> Vec<u32> {
    let data = results.tables.column(column).unwrap();
    let all = (0..u32::try_from(data.len()).unwrap()).filter(|row| data.state(*row) != State::NoRow);
    let finder = Finder { program, results, column, frame: program.model.columns.at(column).frame };
    let wanted: Vec<&str> = asked.of.split('|').filter(|key| !key.is_empty()).collect();
    all.filter(|row| finder.has(*row, &wanted) && finder.lies_in(*row, &asked.period)).collect()
}

struct Finder<'a> {
    program: &'a Program,
    results: &'a Results,
    column: ColumnId,
    frame: FrameId,
}

impl Finder<'_> {
    /// Whether each of these is a part of the row's key, or the key of its person.
    fn has(&self, row: u32, wanted: &[&str]) -> bool {
        let mut known = keys::frame_key(self.program, self.results, self.frame, row);
        let flow = self.results.flows.get(&self.column);
        let person = flow.and_then(|flow| flow.person.get(row as usize).copied().flatten());
        let people = self.program.model.plan.people;
        known.extend(person.map(|person| keys::record_key(self.program, &self.results.tables, people, person)));
        wanted.iter().all(|key| known.iter().any(|own| own == key))
    }

    /// Whether the row's date or period lies in the period named.
    fn lies_in(&self, row: u32, name: &str) -> bool {
        if name.is_empty() || keys::frame_key(self.program, self.results, self.frame, row).iter().any(|own| own == name)
        {
            return true;
        }
        let calendar = &self.results.tables.calendar;
        let custom = (0..self.program.model.periods.len()).map(|number| Unit::Custom(CustomId(number as u16)));
        let units = Unit::REGULAR.into_iter().chain(custom.filter(|unit| !calendar.is_own(*unit)));
        let mut named = units.filter_map(|unit| Some((unit, calendar.parse(unit, name)?)));
        let date = self.date(row);
        let period = self.period(row);
        // The name of a period of the row's own unit is that one, also where a coarser one begins on that day.
        if period.is_some_and(|(own, _)| calendar.parse(own, name).is_some()) && date.is_none() {
            return false;
        }
        named.any(|(unit, wanted)| {
            let of_date = date.is_some_and(|date| calendar.period_of(unit, date) == Some(wanted));
            of_date || period.is_some_and(|(own, period)| calendar.coarsen(own, period, unit) == Some(wanted))
        })
    }

    /// The date on which it is paid, or that of a credit.
    fn date(&self, row: u32) -> Option<Date> {
        if let Some(flow) = self.results.flows.get(&self.column) {
            return flow.date.get(row as usize).copied().flatten();
        }
        let credit = self.program.model.credits_of(self.frame)?;
        match self.results.tables.column(credit.date)?.get(row)? {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    fn period(&self, row: u32) -> Option<(Unit, Period)> {
        if matches!(self.program.model.frames.at(self.frame).rows, FrameRows::Record(_)) {
            return None;
        }
        let key = self.results.tables.rows(self.frame)?.key(row);
        let mut parts = self.program.model.frames.at(self.frame).parts.iter().zip(key);
        parts.find_map(|(part, key)| match part {
            KeyPart::Period(unit) => Some((*unit, Period(i32::try_from(*key).ok()?))),
            _ => None,
        })
    }
}
