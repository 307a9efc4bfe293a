//! A value against another one, as a page.

use super::amounts::{Sum, grouped};
use super::grid::{Align, Grid, Look};
use super::terminal::Stream;
use crate::diagnostics::clean;
use crate::difference::{Block, Cause, Change, Difference, Evidence, Kind, Part, Side};
use crate::step::{Amount, KeyPart};
use crate::trace::{row_beyond, row_title, value_words};
use crate::value::{Exact, Fixed, Rounding, WIDE_DIGITS};

/// So many causes are listed, unless all are asked for.
const CAUSES: usize = 12;
/// So many definitions are opened, unless all are asked for.
const OPENED: usize = 8;
/// Down to this depth definitions are opened, unless another is asked for.
const DEPTH: usize = 4;
/// Parts of one definition that are listed, unless all are asked for.
const PARTS: usize = 6;

/// A label, the values on both sides, the part with its unit, and the place.
const ALIGNS: [Align; 6] = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Unit, Align::Left];

/// What is shown: everything, or down to a depth.
type Shown = (bool, Option<usize>);

/// The page.
pub(super) fn page(difference: &Difference, (full, depth): Shown, stream: Stream) -> String {
    let page = Page { difference, full, depth, stream };
    let mut parts = vec![page.head(), page.causes()];
    if depth != Some(0) {
        parts.push(page.steps());
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

struct Page<'a> {
    difference: &'a Difference,
    full: bool,
    depth: Option<usize>,
    stream: Stream,
}

impl Page<'_> {
    fn head(&self) -> String {
        let Difference { name, asked, against, difference, .. } = self.difference;
        let title = format!("{name}{} against{}", row_title(&asked.key), other(asked, against));
        let [now, before] = [asked, against].map(|side| value_words(Some(&side.value), self.stream.unicode));
        let sum = format!("  {now} - {before} = {}", self.signed(difference, true));
        let title = self.stream.strong(&clean::one_line(&title, 400));
        format!("{title}\n{}\n", clean::one_line(&sum, 400))
    }

    /// The flat list, which adds up to the difference. The roundings of all definitions are one line.
    fn causes(&self) -> String {
        let Difference { causes, against, asked, difference, .. } = self.difference;
        if causes.is_empty() {
            return "Nothing that they rest on differs.\n".to_owned();
        }
        let mut lines: Vec<([String; 5], &Cause)> = Vec::new();
        let mut rounding = Sum::default();
        for cause in causes {
            if cause.what.kind == Kind::Rounding && !self.full {
                rounding.add(&cause.amount);
            } else if self.full || !is_nothing(&cause.amount) {
                lines.push((self.cause(cause), cause));
            }
        }
        let [before, now] = columns(asked, against);
        let mut grid = Grid::new(2, &ALIGNS);
        grid.line(Look::Quiet, &["", &before, &now, "part"]);
        let most = if self.full { lines.len() } else { CAUSES };
        let rest = lines.split_off(most.min(lines.len()));
        for ([label, before, now, part, place], cause) in &lines {
            grid.line(Look::Plain, &[label, before, now, part, self.unit(), place]);
            if let Some(words) = self.other_run(cause) {
                grid.words(Look::Quiet, &format!("    {words}"));
            }
        }
        let mut sum = Sum::default();
        rest.iter().for_each(|(_, cause)| sum.add(&cause.amount));
        if !rest.is_empty() {
            let words = format!("{} more (`--full` lists them)", rest.len());
            grid.line(Look::Quiet, &[&words, "", "", &self.signed(&sum.text(), false), self.unit()]);
        }
        if !is_nothing(&rounding.text()) {
            grid.line(Look::Plain, &["rounding", "", "", &self.signed(&rounding.text(), false), self.unit()]);
        }
        let [before, now] = [against, asked].map(|side| self.value(Some(&side.value)));
        grid.line(Look::Strong, &["all", &before, &now, &self.signed(difference, false), self.unit()]);
        format!("{}\n{}", self.stream.strong("What caused it"), grid.text(self.stream))
    }

    /// What has become of a row in the run that does not have it.
    fn other_run(&self, cause: &Cause) -> Option<String> {
        let other = cause.other_run.as_ref()?;
        let side = if cause.what.asked.is_some() { &self.difference.against } else { &self.difference.asked };
        if !other.there {
            return Some(format!("it is not in the data of {}", side.run));
        }
        let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "blank".to_owned());
        let change =
            |change: &Change| format!("{} {}, was {}", change.column, cell(&change.asked), cell(&change.against));
        let changed: Vec<String> = other.changed.iter().map(change).collect();
        (!changed.is_empty()).then(|| changed.join("; "))
    }

    /// The label, the value on both sides, the part and the place of a cause.
    fn cause(&self, cause: &Cause) -> [String; 5] {
        let what = &cause.what;
        let value = |side: &Option<Evidence>| match (what.kind, side) {
            (Kind::Row | Kind::Rounding, _) | (_, None) => String::new(),
            (_, Some(side)) => self.value(side.value.as_ref()),
        };
        let part = self.signed(&cause.amount, false);
        [self.label(cause), value(&what.against), value(&what.asked), part, places(&what.against, &what.asked)]
    }

    fn label(&self, cause: &Cause) -> String {
        let what = &cause.what;
        let (before, now) = (what.against.as_ref(), what.asked.as_ref());
        let own = if now.is_some() { &self.difference.asked.key } else { &self.difference.against.key };
        let key: &[KeyPart] = now.or(before).map_or(&[], |side| &side.key);
        let of = row_beyond(key, own);
        let text = |side: Option<&Evidence>| side.map_or_else(String::new, |side| side.text.clone());
        match what.kind {
            Kind::Row => {
                let row = match key {
                    [_, _, ..] => format!("{}{of}", what.name),
                    _ if of.is_empty() => row_title(key).replacen(" of ", "", 1),
                    _ => of.replacen(" of ", "", 1),
                };
                format!("{row} {}", if now.is_some() { "came" } else { "went" })
            }
            Kind::Cell => format!("{}{of}", what.name),
            Kind::Plan => match (text(before), text(now)) {
                (one, other) if one == other => format!("{} `{one}`", what.name),
                (one, other) => format!("{} `{one}` now `{other}`", what.name),
            },
            Kind::Formula => match (before, now) {
                (Some(_), Some(_)) => format!("the formula of {}", what.name),
                (None, _) => format!("{}: `{}` is new", what.name, text(now)),
                (_, None) => format!("{}: `{}` is no more", what.name, text(before)),
            },
            Kind::Key => format!("the {} itself", what.name),
            Kind::Carried => format!("{}, carried over", what.name),
            Kind::OneSided => format!("{}{of}, missing on one side", what.name),
            Kind::Undivided => format!("{}{of}", what.name),
            Kind::Rounding => format!("rounding of {}", what.name),
        }
    }

    /// The definitions on the way, each with where its part went.
    fn steps(&self) -> String {
        let steps = &self.difference.steps;
        let deepest = self.depth.unwrap_or(if self.full { usize::MAX } else { DEPTH.saturating_add(1) });
        let opened = |step: &&Block| step.depth < deepest && !step.parts.is_empty();
        let all: Vec<&Block> = steps.iter().filter(|step| !step.parts.is_empty()).collect();
        let most = if self.full || self.depth.is_some() { usize::MAX } else { OPENED };
        let shown: Vec<&Block> = steps.iter().filter(opened).take(most).collect();
        let mut grid = Grid::new(2, &ALIGNS);
        for step in &shown {
            self.step(&mut grid, step);
        }
        let title = self.stream.strong("How it comes about");
        let file = self.stream.quiet(&clean::one_line(self.file(), 200));
        let mut text = format!("{}\n{}", format!("{title}  {file}").trim_end(), grid.text(self.stream));
        let hidden = all.len().saturating_sub(shown.len());
        if hidden > 0 {
            let words = match hidden {
                1 => "1 more definition; `--full` opens it".to_owned(),
                _ => format!("{hidden} more definitions; `--full` opens them"),
            };
            text.push_str(&format!("\n{}\n", self.stream.quiet(&words)));
        }
        text
    }

    fn step(&self, grid: &mut Grid, step: &Block) {
        let [before, now] = [&step.against, &step.asked].map(|side| self.value(side.value.as_ref()));
        let label = self.named(step);
        let place = self.line(step);
        let part = self.signed(&step.amount, false);
        grid.line(Look::Strong, &[&label, &before, &now, &part, self.unit(), &place]);
        for remark in &step.remarks {
            grid.words(Look::Quiet, &format!("    {remark}"));
        }
        for (label, amount) in self.parts(&step.parts) {
            grid.line(Look::Plain, &[&format!("  {label}"), "", "", &self.signed(&amount, false), self.unit()]);
        }
    }

    /// The file of the plan that has the value asked for.
    fn file(&self) -> &str {
        let first = self.difference.steps.first().and_then(|first| first.asked.plan.as_ref());
        first.map_or("", |place| &place.file)
    }

    /// The line of the plan, with its file where that is another one than that of the value asked for.
    fn line(&self, step: &Block) -> String {
        let here = |side: &Evidence| side.plan.as_ref().is_some_and(|place| place.file == self.file());
        let place = places(&Some(step.against.clone()), &Some(step.asked.clone()));
        match here(&step.asked) && here(&step.against) {
            true => place.replacen(&format!("{}:", self.file()), "line ", 1),
            false => place,
        }
    }

    fn named(&self, step: &Block) -> String {
        let first = match step.asked.first {
            Some((first, of)) if first < of => format!(" ({first} of {of})"),
            _ => String::new(),
        };
        format!("{}{}{first}", step.name, row_beyond(&step.asked.key, &self.difference.asked.key))
    }

    /// The parts of a definition: where they are many, those of one kind together.
    fn parts(&self, parts: &[Part]) -> Vec<(String, String)> {
        let mut told: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for part in parts.iter().filter(|part| self.full || !is_nothing(&part.amount)) {
            let (group, label) = self.part(part);
            let entry = (label, part.amount.clone());
            match told.iter_mut().find(|(known, _)| *known == group) {
                Some((_, entries)) => entries.push(entry),
                None => told.push((group, vec![entry])),
            }
        }
        let few = self.full || parts.len() <= PARTS;
        let lines = told.into_iter().flat_map(|(group, entries)| {
            if few || entries.len() == 1 {
                return entries;
            }
            let mut sum = Sum::default();
            entries.iter().for_each(|(_, amount)| sum.add(amount));
            vec![(group.replace('#', &entries.len().to_string()), sum.text())]
        });
        lines.collect()
    }

    /// What a part is told as among many, with `#` for their number, and alone.
    fn part(&self, part: &Part) -> (String, String) {
        if let Some(step) = part.step.and_then(|step| self.difference.steps.get(step)) {
            return (format!("{} of # rows", step.name), self.named(step));
        }
        let Some(cause) = part.cause.and_then(|cause| self.difference.causes.get(cause)) else {
            return Default::default();
        };
        let group = match cause.what.kind {
            Kind::Row if cause.what.asked.is_some() => "# rows came".to_owned(),
            Kind::Row => "# rows went".to_owned(),
            Kind::Cell => format!("# cells of {}", cause.what.name),
            _ => self.label(cause),
        };
        let label = if cause.what.kind == Kind::Rounding { "rounding".to_owned() } else { self.label(cause) };
        (group, label)
    }

    /// A value; without its unit where that stands behind the parts.
    fn value(&self, value: Option<&Amount>) -> String {
        let words = value_words(value, self.stream.unicode);
        match words.strip_suffix(self.unit()) {
            Some(number) if value.is_some_and(|value| value.unit == self.difference.unit) => {
                number.trim_end().to_owned()
            }
            _ => words,
        }
    }

    /// The unit behind the amounts; that of percentages stands in them.
    fn unit(&self) -> &str {
        match self.difference.unit.as_str() {
            "percent" | "number" | "integer" => "",
            unit => unit.split_once('/').map_or(unit, |(_, many)| many),
        }
    }

    /// An amount with its sign, and with its unit where it stands alone.
    fn signed(&self, amount: &str, alone: bool) -> String {
        let percent = self.difference.unit == "percent";
        let shown = match Exact::parse(amount) {
            Some(exact) if percent => {
                let places = self.difference.places.saturating_sub(2);
                let hundredfold = exact.times(&Exact::from_integer(100));
                Fixed::from_exact(&hundredfold, places, Rounding::HalfUp, WIDE_DIGITS)
                    .map_or_else(|_| amount.to_owned(), |fixed| fixed.to_string())
            }
            _ => amount.to_owned(),
        };
        let sign = if shown.starts_with('-') || is_nothing(&shown) { "" } else { "+" };
        let number = format!("{sign}{}", grouped(&shown));
        match (alone, percent, self.unit()) {
            (_, true, _) => format!("{number}%"),
            (true, false, unit) if !unit.is_empty() => format!("{number} {unit}"),
            _ => number,
        }
    }
}

/// Whether a part is too small for the places that are shown.
fn is_nothing(amount: &str) -> bool {
    Exact::parse(amount).is_some_and(|amount| amount.is_zero())
}

/// What is other on the side that a value is held against.
fn other(asked: &Side, against: &Side) -> String {
    let parts: Vec<KeyPart> = against.key.iter().filter(|part| !asked.key.contains(part)).cloned().collect();
    let run = if asked.run == against.run { String::new() } else { format!(" run {}", against.run) };
    let row = row_title(&parts);
    let row = row.strip_prefix(" of").or(row.strip_prefix(" in")).unwrap_or(&row);
    match (row.is_empty(), run.is_empty()) {
        (false, false) => format!("{row},{run}"),
        _ => format!("{row}{run}"),
    }
}

/// What the columns of the two sides are called.
fn columns(asked: &Side, against: &Side) -> [String; 2] {
    let own = |side: &Side, other: &Side| {
        let parts = side.key.iter().filter(|part| !other.key.contains(part)).map(|part| part.value.clone());
        let run = (side.run != other.run).then(|| side.run.clone());
        parts.chain(run).collect::<Vec<String>>().join(" ")
    };
    [own(against, asked), own(asked, against)]
}

/// Where a cause stands in the data or the plan, on both sides where these are two places.
fn places(against: &Option<Evidence>, asked: &Option<Evidence>) -> String {
    let place = |side: &Option<Evidence>| {
        let side = side.as_ref()?;
        match (&side.data, &side.plan) {
            (Some(cell), _) => Some(format!("{}:{}", cell.file, cell.row)),
            (None, Some(line)) => Some(format!("{}:{}", line.file, line.line)),
            (None, None) => None,
        }
    };
    match (place(against), place(asked)) {
        (Some(before), Some(now)) if before != now => match (before.rsplit_once(':'), now.rsplit_once(':')) {
            (Some((file, _)), Some((other, row))) if file == other => format!("{before}, {row}"),
            _ => format!("{before}, {now}"),
        },
        (before, now) => now.or(before).unwrap_or_default(),
    }
}
