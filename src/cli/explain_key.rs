//! From what the command line says of a value to the key of its row.

use super::narrow::{listed, no_such, people, periods};
use crate::diagnostics::{Code, Diagnostic};
use crate::fault::part_name;
use crate::ids::{ColumnId, FrameId, RecordId};
use crate::keys;
use crate::program::Program;
use crate::table::Tables;
use crate::types::model::{KeyPart, KnownBy, Type};

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// `--person`.
    pub person: Option<&'a str>,
    /// `--period`.
    pub period: Option<&'a str>,
    /// Every `--key`.
    pub keys: &'a [(String, String)],
}

/// The same, of another row.
#[derive(Clone, Debug, Default)]
pub(super) struct Owned {
    person: Option<String>,
    period: Option<String>,
    keys: Vec<(String, String)>,
}

impl Owned {
    /// As the command line says it.
    pub fn asked(&self) -> Asked<'_> {
        Asked { person: self.person.as_deref(), period: self.period.as_deref(), keys: &self.keys }
    }
}

/// A part of a key.
struct Part {
    /// Its name for `--key`.
    name: String,
    /// Another name for it.
    also: Option<String>,
    /// What it is in words.
    what: String,
    option: Opt,
}

/// The option that gives a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opt {
    Person,
    Period,
    Key,
}

/// The rows a frame can have.
enum Rows {
    /// These.
    All(Vec<Vec<String>>),
    /// Every combination of these values of the parts.
    Each(Vec<Vec<String>>),
}

/// The key of the one row that is asked for, or why there is none.
pub(super) fn key(
    program: &Program,
    tables: &Tables,
    column: ColumnId,
    asked: &Asked<'_>,
    credits: impl FnOnce() -> Vec<Vec<String>>,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let frame = program.model.columns.at(column).frame;
    let name = &program.names.columns.at(column).name;
    let wanted = Wanted { name, parts: parts(program, frame) };
    let given = wanted.given(asked)?;
    match rows(program, tables, frame, credits) {
        Rows::All(rows) => wanted.among(rows, &given),
        Rows::Each(values) => wanted.combined(&values, &given),
    }
}

/// What is asked for with some of its parts in the place of others. Each of these is a value alone, of a period or a person,
/// or else of the part that knows it, or `PART=VALUE`.
pub(super) fn instead(
    program: &Program,
    tables: &Tables,
    column: ColumnId,
    asked: &Asked<'_>,
    against: &[String],
    credits: impl FnOnce() -> Vec<Vec<String>>,
) -> Result<Owned, Vec<Diagnostic>> {
    let frame = program.model.columns.at(column).frame;
    let wanted = Wanted { name: &program.names.columns.at(column).name, parts: parts(program, frame) };
    let rows = rows(program, tables, frame, credits);
    let values: Vec<Vec<String>> = (0..wanted.parts.len()).map(|index| rows.values(index)).collect();
    let mut owned = Owned {
        person: asked.person.map(str::to_owned),
        period: asked.period.map(str::to_owned),
        keys: asked.keys.to_vec(),
    };
    if wanted.by_option(Opt::Person).is_none() {
        // Whoever a row leads to, another one may lead to someone else.
        owned.person = None;
    }
    let mut problems = Vec::new();
    for text in against {
        let (index, value) = match wanted.meant(text, &values) {
            Ok(meant) => meant,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let Some(part) = wanted.parts.get(index) else { continue };
        owned.keys.retain(|(name, _)| wanted.by_name(name) != Some(index));
        match part.option {
            Opt::Person => owned.person = Some(value),
            Opt::Period => owned.period = Some(value),
            Opt::Key => owned.keys.push((part.name.clone(), value)),
        }
    }
    if problems.is_empty() { Ok(owned) } else { Err(problems) }
}

/// Whether a person is a part of the keys of a definition.
pub(super) fn has_person(program: &Program, column: ColumnId) -> bool {
    let frame = program.model.columns.at(column).frame;
    parts(program, frame).iter().any(|part| part.option == Opt::Person)
}

/// A row in words: `Person p1, month 2026-03`.
pub(super) fn row_words(program: &Program, frame: FrameId, key: &[String]) -> String {
    let parts = parts(program, frame);
    let words: Vec<String> = parts.iter().zip(key).map(|(part, value)| format!("{} {value}", part.what)).collect();
    words.join(", ")
}

/// The parts of a frame's keys.
fn parts(program: &Program, frame: FrameId) -> Vec<Part> {
    let described = program.model.frames.at(frame);
    let people = program.model.plan.people;
    let plain = |name: &str, option: Opt| Part { name: name.to_owned(), also: None, what: name.to_owned(), option };
    match described.rows.known_by() {
        KnownBy::Nothing => Vec::new(),
        KnownBy::Credit => {
            let [rule, source, child] = ["rule", "source", "child"].map(|name| plain(name, Opt::Key));
            vec![rule, source, child, plain("person", Opt::Person)]
        }
        KnownBy::Record(record) => {
            let key = &program.model.records.at(record).key;
            let record_name = &program.names.records.at(record).name;
            let part = |column: &ColumnId| {
                let name = program.names.columns.at(*column).name.clone();
                let option = match program.model.columns.at(*column).ty {
                    Type::Reference(target) if target == people => Opt::Person,
                    Type::Period(_) => Opt::Period,
                    _ if record == people => Opt::Person,
                    _ => Opt::Key,
                };
                let single = key.len() == 1;
                let also = single.then(|| record_name.clone());
                Part { what: if single { record_name.clone() } else { name.clone() }, name, also, option }
            };
            key.iter().map(part).collect()
        }
        KnownBy::Parts => {
            let part = |part: &KeyPart| match part {
                KeyPart::Record(record) if *record == people => plain(&part_name(program, *part), Opt::Person),
                KeyPart::Period(_) => plain(&part_name(program, *part), Opt::Period),
                _ => plain(&part_name(program, *part), Opt::Key),
            };
            described.parts.iter().map(part).collect()
        }
    }
}

/// The rows of a frame, as far as they are known without computing anything.
fn rows(program: &Program, tables: &Tables, frame: FrameId, credits: impl FnOnce() -> Vec<Vec<String>>) -> Rows {
    let described = program.model.frames.at(frame);
    match described.rows.known_by() {
        KnownBy::Nothing => Rows::All(vec![Vec::new()]),
        KnownBy::Credit => Rows::All(credits()),
        KnownBy::Record(record) => {
            let key = &program.model.records.at(record).key;
            let cell = |column: &ColumnId, row| keys::print_cell(program, tables, *column, row).unwrap_or_default();
            let rows = all(program, tables, record);
            Rows::All(rows.map(|row| key.iter().map(|column| cell(column, row)).collect()).collect())
        }
        KnownBy::Parts => {
            let values = |part: &KeyPart| match part {
                KeyPart::Record(record) if *record == program.model.plan.people => people(program, tables),
                KeyPart::Record(record) => {
                    all(program, tables, *record).map(|row| keys::record_key(program, tables, *record, row)).collect()
                }
                KeyPart::Period(unit) => periods(tables, *unit),
                KeyPart::Choice(choice) => program.model.choices.at(*choice).clone(),
                KeyPart::Currency | KeyPart::Credit => Vec::new(),
            };
            Rows::Each(described.parts.iter().map(values).collect())
        }
    }
}

fn all(program: &Program, tables: &Tables, record: RecordId) -> std::ops::Range<u32> {
    tables.rows(program.model.records.at(record).frame).map_or(0..0, |rows| rows.all())
}

/// The definition asked for and what its keys are made of.
struct Wanted<'a> {
    name: &'a str,
    parts: Vec<Part>,
}

/// What is given, part by part.
type Given<'a> = [Option<&'a str>];

impl Rows {
    /// The values that a part of the key has.
    fn values(&self, index: usize) -> Vec<String> {
        match self {
            Rows::All(rows) => rows.iter().filter_map(|row| row.get(index).cloned()).collect(),
            Rows::Each(values) => values.get(index).cloned().unwrap_or_default(),
        }
    }
}

impl Wanted<'_> {
    fn by_option(&self, option: Opt) -> Option<usize> {
        self.parts.iter().position(|part| part.option == option)
    }

    fn by_name(&self, name: &str) -> Option<usize> {
        let is = |known: &String| known.eq_ignore_ascii_case(name);
        self.parts.iter().position(|part| is(&part.name) || part.also.as_ref().is_some_and(is))
    }

    /// The part that an `--against` is about, and its value.
    fn meant(&self, text: &str, values: &[Vec<String>]) -> Result<(usize, String), Diagnostic> {
        let knows = |index: &usize| values.get(*index).is_some_and(|known| known.iter().any(|known| known == text));
        let of = |first: bool| {
            let indices = self.parts.iter().enumerate().filter(move |(_, part)| (part.option != Opt::Key) == first);
            indices.map(|(index, _)| index).filter(knows).collect::<Vec<usize>>()
        };
        let (first, others) = (of(true), of(false));
        let known = if first.is_empty() { others } else { first };
        match (known.as_slice(), text.split_once('=')) {
            ([one], _) => Ok((*one, text.to_owned())),
            ([], Some((name, value))) => {
                let name = name.trim();
                let index = match name.to_ascii_lowercase().as_str() {
                    "person" => self.by_option(Opt::Person).or_else(|| self.by_name(name)),
                    "period" => self.by_option(Opt::Period).or_else(|| self.by_name(name)),
                    _ => self.by_name(name),
                };
                index.map(|index| (index, value.to_owned())).ok_or_else(|| self.no_part(&format!("--against {text}")))
            }
            ([], None) => Err(self.not_known(text, values)),
            (several, _) => Err(self.unclear(text, several)),
        }
    }

    fn unclear(&self, text: &str, several: &[usize]) -> Diagnostic {
        let parts: Vec<&Part> = several.iter().filter_map(|index| self.parts.get(*index)).collect();
        let what: Vec<&str> = parts.iter().map(|part| part.what.as_str()).collect();
        let message = format!("`--against {text}` may be a {}", what.join(" or a "));
        let options: Vec<String> =
            parts.iter().map(|part| format!("`--against {}={text}`", part.against_word())).collect();
        Diagnostic::new(Code::UnclearAgainst, message).help(format!("say which: {}", options.join(" or ")))
    }

    fn not_known(&self, text: &str, values: &[Vec<String>]) -> Diagnostic {
        let words: Vec<&str> = self.parts.iter().map(|part| part.what.as_str()).collect();
        let all: Vec<String> = values.iter().flatten().cloned().collect();
        match words.as_slice() {
            [] => self.no_part(&format!("--against {text}")),
            words => {
                let problem = no_such(&words.join(" or "), text, &all);
                let lists = self.parts.iter().zip(values);
                let lists =
                    lists.filter_map(|(part, values)| Some(format!("{}: {}", part.against_word(), listed(values)?)));
                match problem.help.is_some() && words.len() == 1 {
                    true => problem,
                    false => problem.help(format!("there is\n{}", lists.collect::<Vec<String>>().join("\n"))),
                }
            }
        }
    }

    /// The parts that the command line gives.
    fn given<'a>(&self, asked: &Asked<'a>) -> Result<Vec<Option<&'a str>>, Vec<Diagnostic>> {
        let mut given: Vec<Option<&str>> = vec![None; self.parts.len()];
        let mut problems = Vec::new();
        let person = asked.person.map(|value| ("--person".to_owned(), self.by_option(Opt::Person), value));
        let period = asked.period.map(|value| ("--period".to_owned(), self.by_option(Opt::Period), value));
        let keys = asked.keys.iter().map(|(name, value)| (format!("--key {name}"), self.by_name(name), value.as_str()));
        for (option, position, value) in person.into_iter().chain(period).chain(keys) {
            match position.and_then(|position| given.get_mut(position)) {
                None => problems.push(self.no_part(&option)),
                Some(known) if known.is_some_and(|known| known != value) => {
                    let message = format!("`{option}` says something else than another option");
                    problems.push(Diagnostic::new(Code::NoSuchCell, message).help("give each part of the key once"));
                }
                Some(known) => *known = Some(value),
            }
        }
        if problems.is_empty() { Ok(given) } else { Err(problems) }
    }

    fn no_part(&self, option: &str) -> Diagnostic {
        let message = format!("`{}` {}: `{option}` does not belong here", self.name, self.for_each());
        let problem = Diagnostic::new(Code::NoSuchCell, message);
        match self.parts.is_empty() {
            true => problem.help("leave the option out"),
            false => problem.help(format!("its key is given by {}", self.options(|_| true))),
        }
    }

    /// For what the definition has values.
    fn for_each(&self) -> String {
        let words: Vec<&str> = self.parts.iter().map(|part| part.what.as_str()).collect();
        match words.split_last() {
            None => "has one value for the plan".to_owned(),
            Some((last, [])) => format!("has a value for each {last}"),
            Some((last, before)) => format!("has a value for each {} and {last}", before.join(", ")),
        }
    }

    /// The options that give these parts.
    fn options(&self, wanted: impl Fn(usize) -> bool) -> String {
        let options = self.parts.iter().enumerate().filter(|(index, _)| wanted(*index));
        let options: Vec<String> = options.map(|(_, part)| format!("`{}`", part.option_words())).collect();
        options.join(" and ")
    }

    /// The one of these rows that has the parts given.
    fn among(&self, mut rows: Vec<Vec<String>>, given: &Given<'_>) -> Result<Vec<String>, Vec<Diagnostic>> {
        for ((index, part), wanted) in self.parts.iter().enumerate().zip(given) {
            let Some(wanted) = wanted else { continue };
            let value = |row: &Vec<String>| row.get(index).cloned();
            let known: Vec<String> = rows.iter().filter_map(value).collect();
            rows.retain(|row| row.get(index).is_some_and(|value| value == wanted));
            if rows.is_empty() {
                let earlier =
                    self.parts.iter().zip(given).take(index).filter_map(|(part, value)| Some((part, (*value)?)));
                let earlier: Vec<String> = earlier.map(|(part, value)| format!("{} `{value}`", part.what)).collect();
                let what = match earlier.is_empty() {
                    true => part.what.clone(),
                    false => format!("row of {} with {}", earlier.join(" and "), part.what),
                };
                return Err(vec![no_such(&what, wanted, &known)]);
            }
        }
        match rows.as_slice() {
            [one] => Ok(one.clone()),
            _ => {
                let values = |index: usize| rows.iter().filter_map(|row| row.get(index).cloned()).collect();
                Err(vec![self.missing(given, values)])
            }
        }
    }

    /// The row with the values given, the only ones where none are.
    fn combined(&self, values: &[Vec<String>], given: &Given<'_>) -> Result<Vec<String>, Vec<Diagnostic>> {
        let (mut key, mut problems) = (Vec::new(), Vec::new());
        let mut complete = true;
        for ((part, known), wanted) in self.parts.iter().zip(values).zip(given) {
            match (wanted, known.as_slice()) {
                (Some(wanted), known) if known.iter().any(|known| known == wanted) => key.push((*wanted).to_owned()),
                (Some(wanted), known) => problems.push(no_such(&part.what, wanted, known)),
                (None, [only]) => key.push(only.clone()),
                (None, _) => complete = false,
            }
        }
        if !complete {
            problems.push(self.missing(given, |index| values.get(index).cloned().unwrap_or_default()));
        }
        if problems.is_empty() { Ok(key) } else { Err(problems) }
    }

    /// Not all parts are given, and several rows remain.
    fn missing(&self, given: &Given<'_>, values: impl Fn(usize) -> Vec<String>) -> Diagnostic {
        let problem = Diagnostic::new(Code::NoSuchCell, format!("`{}` {}", self.name, self.for_each()));
        let open = |index: usize| {
            let several = || values(index).windows(2).any(|pair| matches!(pair, [a, b] if a != b));
            given.get(index).is_some_and(Option::is_none) && several()
        };
        let say = format!("say which one: add {}", self.options(open));
        let lists = self.parts.iter().enumerate().filter(|(index, _)| open(*index));
        let lists: Vec<String> = lists
            .filter_map(|(index, part)| Some(format!("\n{}: {}", part.option_words(), listed(&values(index))?)))
            .collect();
        problem.help(say + &lists.concat())
    }
}

impl Part {
    /// How `--against` calls the part.
    fn against_word(&self) -> &str {
        match self.option {
            Opt::Person => "person",
            Opt::Period => "period",
            Opt::Key => &self.name,
        }
    }

    /// How the part is given.
    fn option_words(&self) -> String {
        match self.option {
            Opt::Person => "--person KEY".to_owned(),
            Opt::Period => "--period PERIOD".to_owned(),
            Opt::Key => format!("--key {}=…", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted<'static> {
        let part = |name: &str, option| Part { name: name.to_owned(), also: None, what: name.to_owned(), option };
        Wanted { name: "x", parts: vec![part("rule", Opt::Key), part("source", Opt::Key), part("person", Opt::Person)] }
    }

    fn rows() -> Vec<Vec<String>> {
        let row = |row: [&str; 3]| row.map(str::to_owned).to_vec();
        [["a", "1", "p"], ["a", "2", "p"], ["b", "1", "q"]].map(row).to_vec()
    }

    #[test]
    fn a_row_may_be_known_by_some_of_its_parts() {
        let found = |given: [Option<&str>; 3]| wanted().among(rows(), &given).ok().map(|row| row.join(" "));
        assert_eq!(found([None, Some("2"), None]).as_deref(), Some("a 2 p"));
        assert_eq!(found([None, None, Some("q")]).as_deref(), Some("b 1 q"));
        assert_eq!(found([Some("a"), None, None]), None);
        assert_eq!(found([Some("b"), Some("2"), None]), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let problems = wanted().among(rows(), &[Some("a"), None, None]).unwrap_err();
        assert_eq!(problems[0].message, "`x` has a value for each rule, source and person");
        assert_eq!(
            problems[0].help.as_deref(),
            Some("say which one: add `--key source=…`\n--key source=…: `1` and `2`")
        );
    }
}
