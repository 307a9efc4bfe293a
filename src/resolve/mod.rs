//! From parsed files to the names of one plan: what is declared, once each, by kind.

mod error;
mod standard;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, Diagnostic};
use crate::ids::{FileId, Id};
use crate::project::Project;
use crate::source::Span;
use crate::syntax::tree::{self, Item, ItemKind, Name};

/// A declared thing with its documentation.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a, T> {
    /// The tree.
    pub tree: &'a T,
    /// The `##` lines above.
    pub doc: Option<&'a str>,
}

/// What a name of a plan means; the number is the position among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A record.
    Record(usize),
    /// A named choice.
    Choice(usize),
    /// A unit of periods from data.
    Periods(usize),
    /// A table of rates.
    Rates(usize),
    /// A definition.
    Definition(usize),
    /// A credit rule.
    Credit(usize),
    /// An `ensure`.
    Ensure(usize),
}

impl Symbol {
    /// What it is, in words.
    pub fn kind(self) -> &'static str {
        match self {
            Symbol::Record(_) => "a record",
            Symbol::Choice(_) => "a choice",
            Symbol::Periods(_) => "a kind of period",
            Symbol::Rates(_) => "a table of rates",
            Symbol::Definition(_) => "a definition",
            Symbol::Credit(_) => "a credit rule",
            Symbol::Ensure(_) => "an ensure",
        }
    }
}

/// The names of one plan: those of its file and of all files it uses.
#[derive(Clone, Debug)]
pub struct Resolved<'a> {
    /// The file with the plan.
    pub file: FileId,
    /// The plan's own block.
    pub plan: Declared<'a, tree::Plan>,
    /// Records.
    pub records: Vec<Declared<'a, tree::Record>>,
    /// Named choices.
    pub choices: Vec<Declared<'a, tree::Choice>>,
    /// Units of the plan's own.
    pub units: Vec<Declared<'a, tree::DeclaredUnit>>,
    /// Periods from data.
    pub periods: Vec<Declared<'a, tree::Periods>>,
    /// Tables of rates.
    pub rates: Vec<Declared<'a, tree::Rates>>,
    /// Definitions.
    pub definitions: Vec<Declared<'a, tree::Define>>,
    /// Credit rules, in order of their names.
    pub credits: Vec<Declared<'a, tree::Credit>>,
    /// Ensures.
    pub ensures: Vec<Declared<'a, tree::Ensure>>,
    /// Tests of the plan's own file.
    pub tests: Vec<&'a tree::Test>,
    /// The names of what could not be read in these files.
    pub broken: BTreeSet<&'a str>,
    /// Whether all files are here that these use; otherwise no name can be called unknown.
    pub complete: bool,
    /// What holds later in place of a definition: by its name, in order of the days.
    pub later_definitions: BTreeMap<&'a str, Vec<&'a tree::Define>>,
    /// The positions of the tables that hold later in place of another: by its name, in order of the days.
    pub later_rates: BTreeMap<&'a str, Vec<usize>>,
    /// What holds later in place of a credit rule: by its name, in order of the days.
    pub later_credits: BTreeMap<&'a str, Vec<&'a tree::Credit>>,
    /// The positions of the ensures that hold later in place of another: by its name, in order of the days.
    pub later_ensures: BTreeMap<&'a str, Vec<usize>>,
    /// All names.
    pub symbols: BTreeMap<&'a str, (Symbol, &'a Name)>,
    /// The other plans that it uses.
    pub plans: Vec<UsedPlan<'a>>,
    /// The files of these names.
    pub files: Vec<FileId>,
}

/// Another plan whose definitions can be read.
#[derive(Clone, Copy, Debug)]
pub struct UsedPlan<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its file.
    pub file: FileId,
}

fn used_plan(project: &Project, file: FileId) -> Option<UsedPlan<'_>> {
    let plan = project.parsed.at(file).items.iter().find_map(|item| match &item.kind {
        ItemKind::Plan(plan) => Some(plan),
        _ => None,
    })?;
    Some(UsedPlan { name: &plan.name, file })
}

/// Collects the names of the plan in a file and of the files it uses; a name declared twice is a
/// problem, and its first declaration counts. None when the file has no plan.
pub fn resolve<'a>(project: &'a Project, file: FileId) -> (Option<Resolved<'a>>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let (files, plans) = project.closure(file);
    let items: Vec<(FileId, &Item)> =
        files.iter().flat_map(|id| project.parsed.at(*id).items.iter().map(|item| (*id, item))).collect();
    let items = standard::taken(project, items);
    let Some(plan) = the_plan(&items, &mut problems) else {
        return (None, problems);
    };
    let mut resolved = Resolved {
        file,
        plan,
        records: Vec::new(),
        choices: Vec::new(),
        units: Vec::new(),
        periods: Vec::new(),
        rates: Vec::new(),
        definitions: Vec::new(),
        credits: Vec::new(),
        ensures: Vec::new(),
        tests: Vec::new(),
        broken: files.iter().flat_map(|id| project.parsed.at(*id).broken.iter().map(String::as_str)).collect(),
        complete: !project.problems.iter().any(is_lost_file),
        later_definitions: BTreeMap::new(),
        later_rates: BTreeMap::new(),
        later_credits: BTreeMap::new(),
        later_ensures: BTreeMap::new(),
        symbols: BTreeMap::new(),
        plans: plans.into_iter().filter_map(|file| used_plan(project, file)).collect(),
        files: files.clone(),
    };
    // What is dated stands behind what it replaces.
    let mut sorted = items.clone();
    sorted.sort_by_key(|(_, item)| since(item).map(|since| since.day));
    // Credits are keyed by the names of their rules, so the rules stand in that order.
    sorted.sort_by_key(|(_, item)| match &item.kind {
        ItemKind::Credit(credit) => Some(credit.name.text.as_str()),
        _ => None,
    });
    for (id, item) in sorted {
        resolved.declare(id, item, &mut problems);
    }
    (Some(resolved), problems)
}

/// The day from which an item holds, where it says one.
fn since(item: &Item) -> Option<tree::Since> {
    match &item.kind {
        ItemKind::Define(define) => define.since,
        ItemKind::Rates(rates) => rates.since,
        ItemKind::Credit(credit) => credit.since,
        ItemKind::Ensure(ensure) => ensure.since,
        _ => None,
    }
}

/// The one plan of a file.
fn the_plan<'a>(items: &[(FileId, &'a Item)], problems: &mut Vec<Diagnostic>) -> Option<Declared<'a, tree::Plan>> {
    let mut found: Option<Declared<'a, tree::Plan>> = None;
    for (_, item) in items {
        let ItemKind::Plan(plan) = &item.kind else {
            continue;
        };
        match &found {
            Some(first) => problems.push(error::second_plan(&plan.name, &first.tree.name)),
            None => found = Some(Declared { tree: plan, doc: item.doc.as_deref() }),
        }
    }
    found
}

impl<'a> Resolved<'a> {
    fn declare(&mut self, file: FileId, item: &'a Item, problems: &mut Vec<Diagnostic>) {
        let doc = item.doc.as_deref();
        let (name, symbol) = match &item.kind {
            ItemKind::Edition(number) => {
                if number.value.to_string() != "1" {
                    problems.push(error::edition(number));
                }
                return;
            }
            ItemKind::Use(_) | ItemKind::Plan(_) => return,
            ItemKind::Test(test) => {
                match file == self.file {
                    true => self.tests.push(test),
                    false => problems.push(error::idle_test(&test.title)),
                }
                return;
            }
            ItemKind::Record(tree) => (&tree.name, Symbol::Record(add(&mut self.records, tree, doc))),
            // A unit stands behind numbers and in types alone: columns and definitions may be called like it.
            ItemKind::Unit(tree) => {
                add(&mut self.units, tree, doc);
                return;
            }
            ItemKind::Choice(tree) => (&tree.name, Symbol::Choice(add(&mut self.choices, tree, doc))),
            ItemKind::Periods(tree) => (&tree.name, Symbol::Periods(add(&mut self.periods, tree, doc))),
            ItemKind::Rates(tree) => {
                let position = add(&mut self.rates, tree, doc);
                if self.is_later_table(tree, position) {
                    return;
                }
                (&tree.name, Symbol::Rates(position))
            }
            ItemKind::Define(tree) if self.is_later_definition(tree) => return,
            ItemKind::Define(tree) => (&tree.name, Symbol::Definition(add(&mut self.definitions, tree.as_ref(), doc))),
            ItemKind::Credit(tree) if self.is_later_credit(tree) => return,
            ItemKind::Credit(tree) => (&tree.name, Symbol::Credit(add(&mut self.credits, tree.as_ref(), doc))),
            ItemKind::Ensure(tree) => {
                let position = add(&mut self.ensures, tree.as_ref(), doc);
                if self.is_later_ensure(tree, position) {
                    return;
                }
                (&tree.name, Symbol::Ensure(position))
            }
        };
        self.name(name, symbol, problems);
    }

    fn name(&mut self, name: &'a Name, symbol: Symbol, problems: &mut Vec<Diagnostic>) {
        // A plan with a calendar of its own has quarters or years of its own.
        let own_unit = matches!(symbol, Symbol::Periods(_)) && OWN_UNITS.contains(&name.text.as_str());
        if RESERVED.contains(&name.text.as_str()) && !own_unit {
            problems.push(error::reserved(name));
            return;
        }
        if let Some((_, first)) = self.symbols.get(name.text.as_str()) {
            problems.push(error::duplicate(name, first));
            return;
        }
        self.symbols.insert(&name.text, (symbol, name));
    }

    /// Takes a dated table as one that holds later, where there is one before it.
    fn is_later_table(&mut self, tree: &'a tree::Rates, position: usize) -> bool {
        let (Some(since), Some(Symbol::Rates(first))) = (tree.since, self.symbol(&tree.name.text)) else {
            return false;
        };
        let since_of = |at: usize| self.rates.get(at).and_then(|table| table.tree.since);
        holds_later(&mut self.later_rates, &tree.name, since, Some(first), since_of, position)
    }

    /// Takes a dated definition as one that holds later, where there is one before it.
    fn is_later_definition(&mut self, tree: &'a tree::Define) -> bool {
        let (Some(since), Some(Symbol::Definition(first))) = (tree.since, self.symbol(&tree.name.text)) else {
            return false;
        };
        let first = self.definitions.get(first).map(|definition| definition.tree);
        holds_later(&mut self.later_definitions, &tree.name, since, first, |define| define.since, tree)
    }

    /// Takes a dated credit rule as one that holds later, where there is one before it.
    fn is_later_credit(&mut self, tree: &'a tree::Credit) -> bool {
        let (Some(since), Some(Symbol::Credit(first))) = (tree.since, self.symbol(&tree.name.text)) else {
            return false;
        };
        let first = self.credits.get(first).map(|rule| rule.tree);
        holds_later(&mut self.later_credits, &tree.name, since, first, |rule| rule.since, tree)
    }

    /// Takes a dated ensure as one that holds later, where there is one before it.
    fn is_later_ensure(&mut self, tree: &'a tree::Ensure, position: usize) -> bool {
        let (Some(since), Some(Symbol::Ensure(first))) = (tree.since, self.symbol(&tree.name.text)) else {
            return false;
        };
        let since_of = |at: usize| self.ensures.get(at).and_then(|ensure| ensure.tree.since);
        holds_later(&mut self.later_ensures, &tree.name, since, Some(first), since_of, position)
    }

    /// What a name means.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).map(|(symbol, _)| *symbol)
    }
}

/// Adds what holds from a day on to all that holds later under its name, unless the one before it begins on that day.
fn holds_later<'a, T: Copy>(
    later: &mut BTreeMap<&'a str, Vec<T>>,
    name: &'a Name,
    since: tree::Since,
    first: Option<T>,
    since_of: impl Fn(T) -> Option<tree::Since>,
    this: T,
) -> bool {
    let last = later.get(name.text.as_str()).and_then(|all| all.last()).copied();
    if last.or(first).and_then(since_of).is_some_and(|before| before.day == since.day) {
        return false;
    }
    later.entry(&name.text).or_default().push(this);
    true
}

/// Names with a meaning of their own.
const RESERVED: [&str; 11] =
    ["Credit", "day", "month", "quarter", "half", "year", "min", "max", "round", "floor", "ceil"];

/// Units of periods that a plan may declare anew.
const OWN_UNITS: [&str; 4] = ["month", "quarter", "half", "year"];

fn add<'a, T>(list: &mut Vec<Declared<'a, T>>, tree: &'a T, doc: Option<&'a str>) -> usize {
    list.push(Declared { tree, doc });
    list.len().saturating_sub(1)
}

/// Whether a problem keeps a whole file from being read.
fn is_lost_file(problem: &Diagnostic) -> bool {
    matches!(
        problem.code,
        Code::MissingFile | Code::NoStandardFile | Code::OutsideProject | Code::NotText | Code::TooLong
    )
}

/// A problem for a project whose files have no plan at all.
pub fn no_plan() -> Diagnostic {
    Diagnostic::new(Code::NoPlan, "there is no plan here")
        .help("a plan file has a block `plan NAME { … }`; a file without one is a library that others `use`")
}

/// A file without a plan that no plan uses.
pub fn no_plan_uses(path: &str, place: Span) -> Diagnostic {
    Diagnostic::new(Code::UnusedFile, format!("no plan here uses `{path}`, so only its syntax is checked"))
        .at(place, "")
        .help("a file without a plan is a library, and is checked with each plan that uses it: check these together")
}

/// The id of a thing by its position among its kind.
pub fn id<I: Id>(position: usize) -> I {
    I::from_index(position)
}
