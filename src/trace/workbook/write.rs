//! The sheets as an XLSX file.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use super::WorkbookProblem;
use super::expr::{Expr, Part};
use super::inputs::Group;
use super::rows::{Content, How, Line, Look, VALUE};
use super::values::{Kind, Written, inexact, kind, written};
use super::walk::Walk;
use crate::step::{Amount, Trace};
use crate::trace::human::amounts::shown;
use crate::trace::human::glyphs::{Glyphs, clean};
use crate::trace::human::keys;
use crate::value::Currency;

/// The sheets.
const STEPS: &str = "Explain";
const INPUTS: &str = "Inputs";
const NOTES: &str = "Notes";

/// The row of the sheet of steps that names its columns, and the rows up to the first step.
const HEADER: u32 = 7;
const ABOVE: u32 = 8;

/// More rows than these no sheet has.
const MOST_ROWS: usize = 1_048_576;

/// Longer formulas Excel does not take.
const LONGEST: usize = 8_000;

/// Longer texts are cut.
const LONGEST_TEXT: usize = 2_000;

/// Of a day in the past, so that the file says nothing of the day on which it was written.
const CREATED: (u16, u8, u8) = (2000, 1, 1);

/// What is yellow is to be changed.
const INPUT: Color = Color::RGB(0x00FF_F2CC);
const FIXED: Color = Color::RGB(0x00EA_EAEA);
const HEAD: Color = Color::RGB(0x00DD_E8F3);
const DIM: Color = Color::RGB(0x0080_8080);

/// The bytes of the workbook.
pub(super) fn bytes(trace: &Trace, walk: &Walk<'_>) -> Result<Vec<u8>, WorkbookProblem> {
    let rows = walk.lines.all().len().max(walk.inputs.listed().len());
    if rows.saturating_add(ABOVE as usize) > MOST_ROWS {
        return Err(WorkbookProblem::TooManyRows(rows));
    }
    let book = Book::of(walk);
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_ymd(CREATED.0, CREATED.1, CREATED.2)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        book.steps(trace, workbook.add_worksheet())?;
        book.inputs(workbook.add_worksheet())?;
        book.notes(workbook.add_worksheet())?;
        workbook.save_to_buffer()
    };
    write().map_err(|problem| WorkbookProblem::Unwritten(problem.to_string()))
}

/// The rows with their places.
struct Book<'w, 'a> {
    walk: &'w Walk<'a>,
    /// The row of each input.
    inputs: BTreeMap<usize, u32>,
}

impl<'w, 'a> Book<'w, 'a> {
    fn of(walk: &'w Walk<'a>) -> Book<'w, 'a> {
        let mut inputs = BTreeMap::new();
        let mut row: u32 = 2;
        let mut group = None;
        for (number, input) in walk.inputs.listed() {
            // Each group has a title, and a blank row before it.
            let titles = if group == Some(input.group) { 0 } else { 2 };
            group = Some(input.group);
            row = row.saturating_add(titles);
            inputs.insert(number, row);
            row = row.saturating_add(1);
        }
        Book { walk, inputs }
    }

    /// A formula with the cells it names.
    fn text(&self, expr: &Expr) -> String {
        expr.0.iter().map(|part| self.part(part).unwrap_or_else(|| "NA()".to_owned())).collect()
    }

    fn part(&self, part: &Part) -> Option<String> {
        let cell = |row: usize, column: char| format!("{column}{}", excel_row(row));
        let cells = |from: usize, to: usize, column: char| format!("{}:{}", cell(from, column), cell(to, column));
        Some(match part {
            Part::Text(text) => text.clone(),
            Part::Cell(row, column) => cell(*row, *column),
            Part::Cells(from, to, column) => cells(*from, *to, *column),
            Part::Step(at) => cell(*self.walk.heads.get(at)?, VALUE),
            Part::Input(number) => format!("{INPUTS}!$C${}", self.inputs.get(number)?.saturating_add(1)),
            Part::List(at, (from, to), column) => {
                let first = self.walk.lists.get(at)?.first;
                let place = |place: &usize| first.saturating_add(*place).saturating_sub(1);
                if from == to { cell(place(from), *column) } else { cells(place(from), place(to), *column) }
            }
            Part::Order(at) => match self.walk.lists.get(at)?.order {
                Some(row) => cell(row, 'M'),
                None => "TRUE".to_owned(),
            },
        })
    }

    fn steps(&self, trace: &Trace, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(STEPS)?;
        // What is empty beside a formula is an empty text, not 0.
        sheet.set_formula_result_default("");
        let widths = [58.0, 17.0, 12.0, 52.0, 30.0, 7.0, 40.0, 13.0, 13.0, 13.0, 13.0, 13.0, 13.0];
        for (column, width) in (0_u16..).zip(widths) {
            sheet.set_column_width(column, width)?;
        }
        self.top(trace, sheet)?;
        let names = ["What", "Value", "Unit", "In the plan", "Where", "", "Note"];
        for (column, name) in (0_u16..).zip(names) {
            let format = if column == 1 { header().set_align(FormatAlign::Right) } else { header() };
            sheet.write_string_with_format(HEADER, column, name, &format)?;
        }
        for (row, line) in (ABOVE..).zip(self.walk.lines.all()) {
            self.line(sheet, row, line)?;
        }
        self.outline(sheet)?;
        sheet.set_freeze_panes(ABOVE, 1)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(HEADER, HEADER)?;
        // What lists and tables work with stands beside what is printed.
        let last = u32::try_from(self.walk.lines.all().len()).unwrap_or(u32::MAX).saturating_add(ABOVE);
        sheet.set_print_area(0, 0, last.saturating_sub(1), 6)?;
        Ok(())
    }

    /// What is asked for, in the run and with the inputs as they are now.
    fn top(&self, trace: &Trace, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let root = self.walk.steps.iter().find(|step| step.id == trace.root).copied();
        let Some(root) = root else { return Ok(()) };
        let value = root.value.as_ref();
        let title = format!("{}{}", clean(&root.name), keys::title(&root.key));
        sheet.write_string_with_format(0, 0, title, &Format::new().set_bold().set_font_size(15))?;
        sheet.write_string(1, 0, format!("plan {}", clean(&trace.plan)))?;
        let strong = shown_as(value).set_bold();
        sheet.write_string(2, 0, "In the run")?;
        constant(sheet, (2, 1), &written(value), &strong)?;
        sheet.write_string(3, 0, "With the inputs as they are now")?;
        let at = self.walk.steps.iter().position(|step| step.id == root.id).unwrap_or_default();
        let now = self.text(&Expr::of(Part::Step(at)));
        formula(sheet, (3, 1), &now, &written(value), &strong)?;
        sheet.write_string(2, 2, unit(value))?;
        sheet.write_string(3, 2, unit(value))?;
        if value.is_some_and(|value| kind(value) == Kind::Number) {
            sheet.write_string(4, 0, "Difference")?;
            formula(sheet, (4, 1), "B4-B3", &Written::Number("0".to_owned()), &shown_as(value))?;
        }
        let help = "Change a yellow cell on the sheet Inputs and see this sheet move. #N/A: the run holds too little to \
                    know it; change the data and run Attain again. Grey values are those of the run (sheet Notes).";
        sheet.write_string_with_format(5, 0, help, &Format::new().set_italic())?;
        Ok(())
    }

    fn line(&self, sheet: &mut Worksheet, row: u32, line: &Line) -> Result<(), XlsxError> {
        let look = |format: Format| match line.look {
            Look::Head => format.set_bold().set_background_color(HEAD),
            Look::Header => format.set_italic().set_font_color(DIM),
            Look::Dim => format.set_font_color(DIM),
            Look::Plain => format,
        };
        let plain = look(Format::new());
        let label = look(Format::new().set_indent(line.depth.saturating_mul(2).min(15)));
        sheet.write_string_with_format(row, 0, cut(&line.label), &label)?;
        let fixed = line.how == How::Fixed;
        let value = look(shown_as(line.value.as_ref()));
        let value = if fixed { value.set_background_color(FIXED) } else { value };
        let was = line.was.clone().unwrap_or_else(|| written(line.value.as_ref()));
        let mut note = line.note.clone();
        if let Some(exact) = line.value.as_ref().and_then(inexact).filter(|_| line.look == Look::Head) {
            note = format!("exactly {exact}");
        }
        if !self.content(sheet, (row, 1), &line.content, (&was, &value))? {
            note = format!("its formula is longer than a spreadsheet takes: the value of the run; {note}");
        }
        let how = match line.how {
            _ if line.content == Content::None => "",
            How::Fixed => "fixed",
            How::Live => "live",
        };
        let unit = if line.valued && line.content != Content::None { unit(line.value.as_ref()) } else { String::new() };
        let texts = [(2, unit.as_str()), (3, &line.words), (4, &line.place), (5, how), (6, &note)];
        for (column, text) in texts {
            if !text.is_empty() || line.look == Look::Head {
                sheet.write_string_with_format(row, column, cut(text), &plain)?;
            }
        }
        for work in &line.work {
            let column = u16::try_from(u32::from(work.column).saturating_sub(u32::from('A'))).unwrap_or(u16::MAX);
            let format = look(shown_as(work.amount.as_ref()));
            self.content(sheet, (row, column), &work.content, (&work.was, &format))?;
        }
        Ok(())
    }

    /// A cell; whether its formula could be written.
    fn content(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        content: &Content,
        (was, format): (&Written, &Format),
    ) -> Result<bool, XlsxError> {
        match content {
            Content::None => {}
            Content::Constant(value) => constant(sheet, at, value, format)?,
            Content::Formula(expr) | Content::Array(expr) => {
                let text = self.text(expr);
                if text.len() > LONGEST {
                    constant(sheet, at, was, format)?;
                    return Ok(false);
                }
                if matches!(content, Content::Array(_)) {
                    let whole = Formula::new(text).set_result(result(was));
                    sheet.write_array_formula_with_format(at.0, at.1, at.0, at.1, whole, format)?;
                } else {
                    formula(sheet, at, &text, was, format)?;
                }
            }
        }
        Ok(true)
    }

    /// What can be opened and closed.
    fn outline(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.group_symbols_above(true);
        for level in 1..=6_u8 {
            let mut begun: Option<u32> = None;
            let mut row = ABOVE;
            for line in self.walk.lines.all() {
                let inside = line.depth >= level;
                match (inside, begun) {
                    (true, None) => begun = Some(row),
                    (false, Some(first)) => {
                        sheet.group_rows(first, row.saturating_sub(1))?;
                        begun = None;
                    }
                    _ => {}
                }
                row = row.saturating_add(1);
            }
            if let Some(first) = begun {
                sheet.group_rows(first, row.saturating_sub(1))?;
            }
        }
        Ok(())
    }

    fn inputs(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(INPUTS)?;
        for (column, width) in (0_u16..).zip([34.0, 44.0, 18.0, 14.0, 44.0, 40.0]) {
            sheet.set_column_width(column, width)?;
        }
        for (column, name) in (0_u16..).zip(["Input", "Of", "Value", "Unit", "Where", "Note"]) {
            sheet.write_string_with_format(0, column, name, &header())?;
        }
        let mut group = None;
        for (number, input) in self.walk.inputs.listed() {
            let Some(row) = self.inputs.get(&number).copied() else { continue };
            if group != Some(input.group) {
                let title = match input.group {
                    Group::Data => "Cells of the data",
                    Group::Number => "Numbers in the formulas of the plan",
                    Group::Table => "Tables of the plan",
                };
                sheet.write_string_with_format(row.saturating_sub(1), 0, title, &Format::new().set_bold())?;
                group = Some(input.group);
            }
            sheet.write_string(row, 0, cut(&input.label))?;
            sheet.write_string(row, 1, cut(&input.of))?;
            let yellow = shown_as(input.value.as_ref()).set_background_color(INPUT).set_border(FormatBorder::Hair);
            constant(sheet, (row, 2), &written(input.value.as_ref()), &yellow)?;
            sheet.write_string(row, 3, unit(input.value.as_ref()))?;
            sheet.write_string(row, 4, cut(&input.place))?;
            let note = match &input.value {
                None => "missing: no value in the data".to_owned(),
                Some(value) => inexact(value).map_or_else(String::new, |text| format!("exactly {text}")),
            };
            sheet.write_string(row, 5, cut(&note))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        Ok(())
    }

    fn notes(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(NOTES)?;
        for (column, width) in (0_u16..).zip([70.0, 24.0, 60.0]) {
            sheet.set_column_width(column, width)?;
        }
        let mut row = 0_u32;
        for words in WORDS {
            sheet.write_string_with_format(row, 0, *words, &Format::new().set_align(FormatAlign::Top))?;
            row = row.saturating_add(1);
        }
        row = row.saturating_add(1);
        let fixed = self.walk.notes.iter().map(|note| (note.row, note.what.clone(), note.why.to_owned())).collect();
        let lines = self.walk.lines.all().iter().enumerate();
        let inexact = lines.filter_map(|(row, line)| {
            let exact = line.value.as_ref().filter(|_| line.content != Content::None).and_then(inexact)?;
            Some((row, line.label.clone(), format!("exactly {exact}")))
        });
        let fixed: Vec<(usize, String, String)> = fixed;
        row = list(sheet, row, "Fixed: values of the run, not computed here", &fixed)?;
        list(sheet, row, "Values of which the cell holds the nearest double", &inexact.collect::<Vec<_>>())?;
        Ok(())
    }
}

/// What the sheet of notes says first.
const WORDS: &[&str] = &[
    "This workbook re-computes one value of a run of Attain. The sheet Explain has a row for each step, the value asked for first;",
    "every value is a formula over other cells, down to the yellow cells of the sheet Inputs: the data, and the numbers and tables of the plan.",
    "Change a yellow cell and the value moves. It moves as Attain would compute it, or it becomes #N/A: never to another number.",
    "#N/A means that the run holds too little: the branch of an `if` that was not taken, a row that would come or go, another period or rate.",
    "Then change the data and run Attain again. `fixed` are values of the run that stay as long as all they rest on stays, and become #N/A else.",
    "Cells of the data that are empty are missing values. Emptying a cell makes its value missing.",
    "Spreadsheets compute in doubles of about 15 digits; Attain computes exactly. Before a value is rounded to its places it is rounded to the",
    "decimals that doubles still hold, and differences are rounded before they are compared with 0, so that noise decides no tie and no bound.",
    "That is exact for values of this size, up to about ten times the size they had in the run.",
];

fn list(sheet: &mut Worksheet, row: u32, title: &str, items: &[(usize, String, String)]) -> Result<u32, XlsxError> {
    let count = if items.is_empty() { "none".to_owned() } else { items.len().to_string() };
    sheet.write_string_with_format(row, 0, format!("{title}: {count}"), &Format::new().set_bold())?;
    let mut row = row.saturating_add(1);
    for (line, what, why) in items {
        sheet.write_string(row, 0, cut(what))?;
        sheet.write_string(row, 1, format!("{STEPS}, row {}", excel_row(*line)))?;
        sheet.write_string(row, 2, cut(why))?;
        row = row.saturating_add(1);
    }
    Ok(row.saturating_add(1))
}

/// The row of a spreadsheet.
fn excel_row(row: usize) -> usize {
    row.saturating_add(ABOVE as usize).saturating_add(1)
}

fn header() -> Format {
    Format::new().set_bold().set_border_bottom(FormatBorder::Thin)
}

/// A workbook has no numbers but binary ones; none of them is computed with here.
fn constant(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Written,
    format: &Format,
) -> Result<(), XlsxError> {
    match value {
        Written::Number(text) => match text.parse::<f64>() {
            Ok(number) => sheet.write_number_with_format(row, column, number, format)?,
            Err(_) => sheet.write_string_with_format(row, column, cut(text), format)?,
        },
        Written::Truth(truth) => sheet.write_boolean_with_format(row, column, *truth, format)?,
        Written::Text(text) => sheet.write_string_with_format(row, column, cut(text), format)?,
        Written::Blank => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

fn formula(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    was: &Written,
    format: &Format,
) -> Result<(), XlsxError> {
    let formula = Formula::new(text).set_result(result(was));
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

/// The value beside a formula, for programs that do not compute it.
fn result(was: &Written) -> String {
    match was {
        Written::Number(text) => text.parse::<f64>().map_or_else(|_| text.clone(), |number| number.to_string()),
        Written::Truth(true) => "TRUE".to_owned(),
        Written::Truth(false) => "FALSE".to_owned(),
        Written::Text(text) => cut(text),
        Written::Blank => String::new(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// How an amount is shown.
fn shown_as(amount: Option<&Amount>) -> Format {
    let format = Format::new();
    let Some(amount) = amount else { return format };
    let money = amount.unit.split(' ').next().and_then(Currency::from_code);
    let pattern = match amount.unit.as_str() {
        "date" => "yyyy-mm-dd".to_owned(),
        "percent" => "0.00####%".to_owned(),
        "integer" | "days" | "months" => "#,##0".to_owned(),
        _ if amount.number().is_none() => return format.set_align(FormatAlign::Right),
        _ => match money.map(Currency::minor_units) {
            Some(0) => "#,##0".to_owned(),
            Some(places) => format!("#,##0.{}####", "0".repeat(places.into())),
            None => return format,
        },
    };
    format.set_num_format(pattern)
}

/// The unit of an amount in a column of its own.
fn unit(amount: Option<&Amount>) -> String {
    let Some(amount) = amount else { return "missing".to_owned() };
    match amount.unit.as_str() {
        "percent" | "number" | "integer" | "text" | "choice" | "date" | "yes/no" => String::new(),
        _ if amount.number().is_none() => clean(&amount.unit),
        // `4 seats`: what stands behind the number.
        unit if unit.contains('/') => {
            let words = shown(Some(amount), Glyphs { unicode: true }).text();
            words.split_once(' ').map_or_else(String::new, |(_, unit)| unit.to_owned())
        }
        unit => clean(unit),
    }
}
