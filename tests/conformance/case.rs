//! A case of `tests/spec` as a file: `tests/spec/README.md` says what its sections mean.

use std::fmt::Write;

/// A plan with data or rows, and what must come of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// What the case shows, and where its values come from.
    pub about: String,
    /// Whether the text stands below the plan of the examples.
    pub fragment: bool,
    pub plan: String,
    /// Data files by name, in the order written.
    pub data: Vec<(String, String)>,
    /// The problems; none: there are no errors.
    pub problems: Vec<Problem>,
    pub runs: Vec<Run>,
}

/// A problem that is reported, at its main place: a line of a plan file, or a row of a data file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub code: String,
    pub file: String,
    pub line: String,
}

/// Rows, or the data files where there are none, and what comes of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub title: String,
    /// How the values were calculated.
    pub notes: String,
    pub given: Vec<(String, Rows)>,
    pub expect: Vec<Asked>,
    /// The computation stops: each error with its row, where that is said.
    pub stops: Vec<Stop>,
}

/// CSV: a header and rows of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A value that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// `value`, `none`, `sum` or `count`.
    pub what: String,
    pub name: String,
    /// Keys, separated by `|`.
    pub of: String,
    /// A period or the first day of one.
    pub period: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    pub code: String,
    pub record: String,
    pub key: String,
}

const PROBLEMS: [&str; 3] = ["code", "file", "line"];
const EXPECT: [&str; 5] = ["what", "name", "of", "in", "value"];
const STOPS: [&str; 3] = ["code", "record", "key"];

impl Case {
    /// A case as it stands in its file.
    pub fn parse(text: &str) -> Result<Case, String> {
        let mut sections = format!("\n{text}").split("\n=== ").map(str::to_owned).collect::<Vec<_>>().into_iter();
        let mut case = Case { about: sections.next().unwrap_or_default().trim().to_owned(), ..Case::default() };
        for section in sections {
            let (head, body) = section.split_once('\n').unwrap_or((&section, ""));
            let body = body.strip_suffix('\n').map_or_else(|| format!("{body}\n"), |body| format!("{body}\n"));
            case.section(head, body)?;
        }
        Ok(case)
    }

    fn section(&mut self, head: &str, body: String) -> Result<(), String> {
        let (word, name) = head.split_once(' ').unwrap_or((head, ""));
        let name = name.to_owned();
        if ["given", "expect", "stops"].contains(&word) && self.runs.is_empty() {
            self.runs.push(Run::default());
        }
        let run = self.runs.last_mut();
        match (word, run) {
            ("plan", _) => self.plan = body,
            ("fragment", _) => (self.fragment, self.plan) = (true, body),
            ("data", _) => self.data.push((name, body)),
            ("problems", _) => {
                self.problems = cells(&body, PROBLEMS)?
                    .into_iter()
                    .map(|[code, file, line]| Problem { code, file, line })
                    .collect();
            }
            ("test", _) => self.runs.push(Run { title: name, notes: body.trim().to_owned(), ..Run::default() }),
            ("given", Some(run)) => run.given.push((name, Rows::parse(&body)?)),
            ("expect", Some(run)) => {
                let asked = |[what, name, of, period, value]: [String; 5]| Asked { what, name, of, period, value };
                run.expect = cells(&body, EXPECT)?.into_iter().map(asked).collect();
            }
            ("stops", Some(run)) => {
                run.stops =
                    cells(&body, STOPS)?.into_iter().map(|[code, record, key]| Stop { code, record, key }).collect();
            }
            _ => return Err(format!("unknown section `{head}`")),
        }
        Ok(())
    }

    /// The file of a case.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.about);
        let word = if self.fragment { "fragment" } else { "plan" };
        let _ = write!(out, "\n=== {word}\n{}", self.plan);
        for (name, text) in &self.data {
            let _ = write!(out, "=== data {name}\n{text}");
        }
        let problems = self.problems.iter().map(|one| vec![one.code.clone(), one.file.clone(), one.line.clone()]);
        section(&mut out, "problems", &PROBLEMS, problems.collect());
        for run in &self.runs {
            run.write(&mut out);
        }
        out
    }
}

impl Run {
    fn write(&self, out: &mut String) {
        if !self.title.is_empty() {
            let _ = writeln!(out, "=== test {}", self.title);
        }
        for line in self.notes.lines() {
            let _ = writeln!(out, "{line}");
        }
        for (record, rows) in &self.given {
            let _ = write!(out, "=== given {record}\n{}", csv_text(&rows.header, &rows.rows));
        }
        let expect = self
            .expect
            .iter()
            .map(|one| vec![one.what.clone(), one.name.clone(), one.of.clone(), one.period.clone(), one.value.clone()]);
        section(out, "expect", &EXPECT, expect.collect());
        let stops = self.stops.iter().map(|stop| vec![stop.code.clone(), stop.record.clone(), stop.key.clone()]);
        section(out, "stops", &STOPS, stops.collect());
    }
}

impl Rows {
    fn parse(text: &str) -> Result<Rows, String> {
        let mut lines = records(text)?.into_iter();
        let header = lines.next().ok_or("a section of CSV is empty")?;
        Ok(Rows { header, rows: lines.collect() })
    }
}

fn section<const N: usize>(out: &mut String, word: &str, header: &[&str; N], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        let header: Vec<String> = header.iter().map(|one| (*one).to_owned()).collect();
        let _ = write!(out, "=== {word}\n{}", csv_text(&header, &rows));
    }
}

fn csv_text(header: &[String], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
    rows.collect::<Result<_, _>>().map_err(|problem| problem.to_string())
}

/// The cells of a section with this header.
fn cells<const N: usize>(text: &str, header: [&str; N]) -> Result<Vec<[String; N]>, String> {
    let mut rows = records(text)?.into_iter();
    if rows.next().is_none_or(|found| found != header) {
        return Err(format!("the header is {}", header.join(",")));
    }
    rows.map(|row| row.try_into().map_err(|row| format!("a row of another length: {row:?}"))).collect()
}
