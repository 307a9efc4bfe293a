//! What problems look like in each form. Each snapshot begins with the input it was made from.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use attain::diagnostics::{Code, DataPlace, Diagnostic, Format, Options, render};
use attain::ids::{FileId, IdVec};
use attain::source::{SourceFile, Span};

const PLAN: &str = "edition 1
use \"records.plan\"

plan ae_2026 \"Account Executive 2026\" {
  effective  2026-01-01 to 2026-12-31
  year       starts January
  currency   USD
  people     Person where role = AE
}

let deal_value for each Deal as USD =
  amont in USD using Fx at closed

measure bookings for each Person, quarter =
  sum of Credit.amount

let share for each Person, quarter =
  bookings + Quota.amount

earn bonus for each Person, year on end of year =
  if bookings >= 1M USD then 10% of bookings else 0
";

const RECORDS: &str = "record Person from \"people.csv\" {
  key id   text
  role     AE | Manager
}

record Quota from \"quota.csv\" {
  key person   Person
  key quarter  quarter
  amount       EUR
}
";

struct Case {
    sources: IdVec<FileId, SourceFile>,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut sources = IdVec::new();
        for (path, text) in files {
            sources.push(SourceFile::new(sources.next_id(), *path, *text));
        }
        Self { sources }
    }

    /// The words `text` in a file, at their `nth` occurrence.
    fn span(&self, file: u32, text: &str, nth: usize) -> Span {
        let source = self.sources.at(FileId(file));
        let (start, _) = source.text.match_indices(text).nth(nth).unwrap();
        source.span_of(start, start + text.len())
    }

    fn show(&self, problems: &[Diagnostic], options: &Options) -> String {
        let mut out = String::new();
        for file in self.sources.iter() {
            if file.text.len() < 2000 {
                let visible = file.text.replace('\u{1b}', "␛").replace('\u{202e}', "⮎");
                out += &format!("--- {}\n{visible}\n", file.path);
            } else {
                out += &format!("--- {} ({} bytes)\n", file.path, file.text.len());
            }
        }
        out + "--- shown\n" + &render(problems, &self.sources, options)
    }
}

fn plan_case() -> Case {
    Case::new(&[("ae/plan.plan", PLAN), ("ae/records.plan", RECORDS)])
}

fn options(format: Format) -> Options {
    Options { format, ..Options::default() }
}

fn plan_problems(case: &Case) -> Vec<Diagnostic> {
    let bonus = Diagnostic::new(
        Code::NeedsAggregate,
        "`bookings` has one value for each Person and quarter, but `bonus` is for each Person and year",
    )
    .at(case.span(0, "bookings", 2), "one for each quarter of the year")
    .at(case.span(0, "for each Person, year", 0), "one for the year")
    .help("say how the quarters become one value, for example `sum of bookings`");
    let clash = Diagnostic::new(Code::CurrencyClash, "dollars and euros cannot be added")
        .at(case.span(0, "+", 0), "")
        .at(case.span(0, "bookings", 1), "USD")
        .at(case.span(0, "Quota.amount", 0), "EUR")
        .at(case.span(1, "EUR", 0), "declared here")
        .help("convert one of them: `Quota.amount in USD using Fx at end of quarter`");
    let name = Diagnostic::new(Code::UnknownName, "`amont` means nothing in a Deal")
        .at(case.span(0, "amont", 0), "")
        .help("did you mean `amount`?");
    let unused = Diagnostic::new(Code::Unused, "nothing uses `share`").at(case.span(0, "share", 0), "defined here");
    vec![bonus, clash, name, unused]
}

fn cell(row: u64, found: &str) -> Diagnostic {
    Diagnostic::new(Code::BadNumber, "the cell is not an amount of money")
        .data(DataPlace {
            file: "deals.csv".to_owned(),
            row: Some(row),
            column: Some("Close Value".to_owned()),
            found: Some(found.to_owned()),
            expected: Some("a number with up to 2 decimals, such as 1250.00".to_owned()),
        })
        .help("write the decimals with a point and leave thousands apart out")
}

#[test]
fn human_with_labels_in_two_files() {
    let case = plan_case();
    let shown = case.show(&plan_problems(&case), &options(Format::Human));
    insta::assert_snapshot!(shown);
}

#[test]
fn human_in_ascii() {
    let case = plan_case();
    let ascii = Options { unicode: false, width: 60, ..Options::default() };
    insta::assert_snapshot!(case.show(&plan_problems(&case), &ascii));
}

#[test]
fn human_in_colour() {
    let case = plan_case();
    let colour = Options { colour: true, ..Options::default() };
    let mut problems = plan_problems(&case);
    problems.push(cell(17, "12,5O"));
    let shown = render(&problems, &case.sources, &colour);
    if std::env::var_os("ATTAIN_LOOK").is_some() {
        println!("{shown}");
    }
    insta::assert_snapshot!(shown.replace('\u{1b}', "␛"));
}

#[test]
fn concise_and_json() {
    let case = plan_case();
    let mut problems = plan_problems(&case);
    problems.push(cell(17, "12,5O"));
    problems.push(Diagnostic::new(Code::NoPlan, "no file here has a plan"));
    insta::assert_snapshot!(case.show(&problems, &options(Format::Concise)));
    insta::assert_snapshot!(case.show(&problems, &options(Format::Json)));
}

#[test]
fn sarif_and_github() {
    let case = plan_case();
    let mut problems = plan_problems(&case);
    problems.push(cell(17, "12,5O"));
    problems.push(Diagnostic::new(Code::NoPlan, "no file here has a plan: 100% of them, no more"));
    insta::assert_snapshot!(case.show(&problems, &options(Format::Github)));
    let shown = case.show(&problems, &options(Format::Sarif));
    let (_, results) = shown.split_once("\"results\": ").unwrap();
    insta::assert_snapshot!(results);
}

/// The properties without which viewers of SARIF show nothing, or refuse the log.
#[test]
fn sarif_has_what_its_readers_need() {
    let case = plan_case();
    let mut problems = plan_problems(&case);
    problems.push(cell(17, "12,5O"));
    problems.push(Diagnostic::new(Code::NoPlan, "no file here has a plan"));
    let log: serde_json::Value =
        serde_json::from_str(&render(&problems, &case.sources, &options(Format::Sarif))).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "attain");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["E0205", "E0206", "E0302", "E0304", "E0503", "W0702"], "each code once");
    for rule in rules {
        let code = Code::from_text(rule["id"].as_str().unwrap()).unwrap();
        assert_eq!(rule["shortDescription"]["text"], code.title());
        assert!(!rule["fullDescription"]["text"].as_str().unwrap().is_empty());
        assert_eq!(rule["help"]["text"], code.page());
        assert_eq!(rule["help"]["markdown"], code.page());
        assert!(["error", "warning"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), problems.len());
    for result in results {
        assert_eq!(ids[result["ruleIndex"].as_u64().unwrap() as usize], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
        for location in result["locations"].as_array().unwrap().iter().chain(&related) {
            let place = &location["physicalLocation"];
            assert!(!place["artifactLocation"]["uri"].as_str().unwrap().is_empty());
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        }
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
    let none: serde_json::Value = serde_json::from_str(&render(&[], &case.sources, &options(Format::Sarif))).unwrap();
    assert_eq!(none["runs"][0]["results"].as_array().unwrap().len(), 0, "a log without results says all is well");
}

#[test]
fn a_cell() {
    let case = Case::new(&[]);
    let mut whole = cell(1, "");
    whole.code = Code::NoColumn;
    whole.message = "the file has no column `Close Value`".to_owned();
    whole.data.as_mut().unwrap().row = None;
    whole.data.as_mut().unwrap().found = None;
    let problems =
        [whole, cell(17, "12,5O"), cell(4, ""), cell(5, "1\n\u{1b}[2J\u{202e}2"), cell(6, &"9".repeat(5000))];
    insta::assert_snapshot!(case.show(&problems, &options(Format::Human)));
}

#[test]
fn a_cell_and_its_declaration() {
    let case = plan_case();
    let problem = cell(17, "12,5O").at(case.span(1, "amount       EUR", 0), "declared here");
    insta::assert_snapshot!(case.show(&[problem], &options(Format::Human)));
}

#[test]
fn a_line_of_100_000_columns() {
    let text = format!("# before\nlet a = {}amont * 2{}\n# behind\n", "1 + ".repeat(25_000), " + 3".repeat(25_000));
    let case = Case::new(&[("long.plan", &text)]);
    let near =
        Diagnostic::new(Code::UnknownName, "`amont` means nothing here").at(case.span(0, "amont", 0), "this name");
    let apart = Diagnostic::new(Code::WrongType, "the ends of a long line")
        .at(case.span(0, " + 3\n", 0), "the end")
        .at(case.span(0, "let", 0), "the beginning");
    insta::assert_snapshot!(case.show(&[near, apart], &options(Format::Human)));
}

#[test]
fn escape_sequences_in_the_source() {
    let text = "let a = \"\u{1b}]0;owned\u{7}\u{1b}[31m\" \t+ \u{202e}abc\nlet b = 1";
    let case = Case::new(&[("\u{1b}[1mbad.plan", text)]);
    let problem = Diagnostic::new(Code::WrongType, "text cannot be \u{1b}[5madded")
        .at(case.span(0, "abc", 0), "here \u{1b}[2J")
        .help("remove \u{9b}2J it");
    let shown = case.show(std::slice::from_ref(&problem), &options(Format::Human));
    insta::assert_snapshot!(shown.replace("--- \u{1b}", "--- ␛"));
    for format in [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Github] {
        let shown = render(std::slice::from_ref(&problem), &case.sources, &options(format));
        let hidden = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!shown.contains(hidden), "{format:?}: {shown:?}");
    }
}

#[test]
fn more_than_twenty() {
    let case = Case::new(&[]);
    let problems: Vec<_> = (0..57).map(|row| cell(58 - row, "x")).collect();
    let shown = case.show(&problems, &options(Format::Human));
    let tail: Vec<_> = shown.lines().rev().take(10).collect();
    let tail: Vec<_> = tail.into_iter().rev().collect();
    insta::assert_snapshot!(format!("57 problems\n--- shown, last lines\n{}", tail.join("\n")));
    assert_eq!(shown.matches("× E0503").count(), 20);
    let concise = render(&problems, &case.sources, &options(Format::Concise));
    assert_eq!(concise.lines().count(), 57);
}

#[test]
fn labels_at_awkward_places() {
    let text = "let a =\r\n  1\r\n\r\nlet é = 日本 + 2\n\nlet c = {\n1\n2\n3\n4\n5\n6\n7\n8\n9\n}\nlet d = 1";
    let case = Case::new(&[("awkward.plan", text), ("empty.plan", "")]);
    let end = case.sources.at(FileId(0)).span_of(text.len(), text.len());
    let problems = [
        Diagnostic::new(Code::Syntax, "over two lines").at(case.span(0, "a =\r\n  1\r\n", 0), "both"),
        Diagnostic::new(Code::Syntax, "wide letters")
            .at(case.span(0, "日本", 0), "wide")
            .at(case.span(0, "é", 0), "narrow"),
        Diagnostic::new(Code::Syntax, "a tall label")
            .at(case.span(0, "let c = {\n1\n2\n3\n4\n5\n6\n7\n8\n9\n}", 0), "the first line alone"),
        Diagnostic::new(Code::Syntax, "the end of the file").at(end, "something is missing here"),
        Diagnostic::new(Code::Syntax, "an empty file").at(case.sources.at(FileId(1)).span(), "nothing here"),
    ];
    insta::assert_snapshot!(case.show(&problems, &options(Format::Human)));
}

#[test]
fn spans_outside_of_everything_do_no_harm() {
    let case = Case::new(&[("é.plan", "é")]);
    let mut problems = Vec::new();
    for (file, start, end) in [(0, 1, 1), (0, 0, 99), (0, 99, 99), (0, 2, 0), (7, 0, 1)] {
        let span = Span { file: FileId(file), start, end };
        problems.push(Diagnostic::new(Code::Syntax, "outside").at(span, "x"));
    }
    for format in [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Github] {
        let shown = render(&problems, &case.sources, &options(format));
        assert_eq!(shown.matches("outside").count(), 5);
    }
}

#[test]
fn no_problems_are_nothing() {
    let case = Case::new(&[]);
    assert_eq!(render(&[], &case.sources, &options(Format::Human)), "");
    assert_eq!(render(&[], &case.sources, &options(Format::Concise)), "");
    assert_eq!(render(&[], &case.sources, &options(Format::Json)), "[]\n");
}
