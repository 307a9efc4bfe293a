//! Bytes that may be anything: the corpus of `fuzz`, and mutations of it from fixed seeds, through the same entries.
//!
//! `ATTAIN_FUZZ_SECONDS` says for how long each entry is tried, `ATTAIN_FUZZ_SEED` where the mutations begin. A text
//! that panics is left in the folder for temporary files, and named.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the clock says how long to go on, not what comes out")]

#[path = "../fuzz/entries.rs"]
mod entries;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longer inputs are cut: a build without optimisation reads slowly.
const LONGEST_BYTES: usize = 3_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with an ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The sections of the cases of `tests/errors` and the blocks of the documentation, plans or data.
fn texts(plans: bool) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for path in files(&root().join("tests/errors"), "txt") {
        let text = fs::read_to_string(path).unwrap();
        for section in text.split("=== ").skip(1) {
            let Some((name, text)) = section.split_once('\n') else { continue };
            if name.ends_with(if plans { ".plan" } else { ".csv" }) {
                found.push(text.as_bytes().to_vec());
            }
        }
    }
    for path in files(&root().join("docs"), "md") {
        let text = fs::read_to_string(path).unwrap();
        for block in text.split("\n```").filter(|block| block.starts_with(if plans { "attain" } else { "csv" })) {
            found.extend(block.split_once('\n').map(|(_, text)| text.as_bytes().to_vec()));
        }
    }
    found
}

/// What an entry begins with: whole plans, so that mutations stay near plans that check.
fn corpus(entry: &str) -> Vec<Vec<u8>> {
    let mut corpus = match entry {
        "data" => texts(false),
        _ => texts(true),
    };
    let head = fs::read(root().join("fuzz/data.plan")).unwrap();
    match entry {
        "data" => {
            let header = "id,owner,backup,closed,paid,amount,currency,fixed,share,number,count,term,open,kind,period\n";
            let rows = "d1,p1,,2026-01-05,,100.00,USD,12.3400,50%,1.25,3,30,yes,new,2026-Q1\n\
                        d2,p2,p1,2026-04-05,2026-05-01,-7,JPY,0.0001,-5.5%,-1.000001,0,,no,renewal,2026-Q2\n";
            corpus.push(format!("{header}{rows}").into_bytes());
        }
        "check" => {
            let whole = corpus.iter().map(|text| [head.as_slice(), b"\n", text].concat()).collect::<Vec<_>>();
            corpus.extend(whole);
        }
        _ => {}
    }
    for path in files(&root().join("tests/fuzz/found"), entry) {
        corpus.push(fs::read(path).unwrap());
    }
    corpus.into_iter().filter(|text| text.len() <= 2 * LONGEST_BYTES).collect()
}

/// Numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Words that break things, and those of the language.
const WORDS: [&str; 96] = [
    "(",
    ")",
    "{",
    "}",
    "\"",
    "'",
    "#",
    "##",
    "|",
    ",",
    ".",
    ":",
    "=",
    "<>",
    "<",
    ">=",
    "-",
    "+",
    "*",
    "/",
    "%",
    "?",
    "\\",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "é",
    "日本",
    "“",
    "≥",
    "$1,000",
    "10 %",
    "==",
    "&&",
    "!",
    ";",
    "0",
    "1",
    "999999999999999999",
    "0.0000001",
    "1e9",
    "1,000",
    "-1",
    "5%",
    "12 USD",
    "3 days",
    "2026-02-30",
    "2026-03-31",
    "2026-Q1",
    "FY2026",
    "9999-12-31",
    "0001-01-01",
    "if ",
    "then ",
    "else ",
    "case ",
    "when ",
    "sum of ",
    "count of ",
    "largest ",
    "previous ",
    "increase of ",
    " by ",
    " over team",
    " where ",
    " exists",
    " or ",
    " and ",
    "not ",
    " in USD using Fx at ",
    "for each ",
    "Person",
    "Person, month",
    "Person, quarter",
    "Deal",
    "Credit",
    "Row",
    "key ",
    "record X {",
    "plan ",
    "rates r by x, step {",
    "credit c for each Row {",
    "test \"t\" {",
    "expect ",
    "given ",
    "let x = ",
    "balance b ",
    "earn e ",
    "pay p ",
    " as USD",
    " as number(8)",
    " exact",
    "round(x, 2)",
];

/// One input changed in a few places.
fn mutated(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut text = corpus[dice.below(corpus.len())].clone();
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(text.len() + 1);
        let reach = dice.below(40);
        let end = (at + dice.below(1 + reach)).min(text.len());
        let put: Vec<u8> = match dice.below(7) {
            0 => Vec::new(),
            1 => vec![dice.below(256) as u8],
            2 => text[at..end].repeat(2),
            3 => {
                let other = &corpus[dice.below(corpus.len())];
                let from = dice.below(other.len() + 1);
                other[from..(from + dice.below(80)).min(other.len())].to_vec()
            }
            _ => WORDS[dice.below(WORDS.len())].as_bytes().to_vec(),
        };
        let keep = dice.below(2) == 0;
        text.splice(at..if keep { at } else { end }, put);
    }
    text.truncate(LONGEST_BYTES);
    text
}

fn seconds() -> u64 {
    std::env::var("ATTAIN_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Tries an entry on its corpus and on mutations; a first failure stops it.
fn smoke(entry: &str, run: fn(&[u8])) {
    let corpus = corpus(entry);
    assert!(!corpus.is_empty());
    let seed = std::env::var("ATTAIN_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut dice = Dice(seed);
    let until = Instant::now() + Duration::from_secs(seconds());
    let mut done = 0_u64;
    let mut open = corpus.iter();
    let mut slowest = Duration::ZERO;
    while Instant::now() < until {
        let input = match open.next() {
            Some(input) => input.clone(),
            None => mutated(&corpus, &mut dice),
        };
        let begun = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            let path = std::env::temp_dir().join(format!("attain-fuzz-{seed}-{done}.{entry}"));
            fs::write(&path, &input).unwrap();
            panic!("{entry} failed on {}:\n{}", path.display(), String::from_utf8_lossy(&input));
        }
        if begun.elapsed() > slowest {
            slowest = begun.elapsed();
            if slowest > Duration::from_secs(10) {
                fs::write(std::env::temp_dir().join(format!("attain-slow-{seed}-{done}.{entry}")), &input).unwrap();
            }
        }
        done += 1;
    }
    println!("{entry}: {done} inputs, the slowest took {slowest:?}");
}

#[test]
fn texts_are_parsed() {
    smoke("parse", entries::parse);
}

#[test]
fn plans_are_checked() {
    smoke("check", entries::check);
}

#[test]
fn data_is_read() {
    smoke("data", entries::data);
}

/// Writes the corpus for cargo-fuzz into the folder `ATTAIN_FUZZ_CORPUS`.
#[test]
fn corpus_for_cargo_fuzz() {
    let Some(folder) = std::env::var_os("ATTAIN_FUZZ_CORPUS").map(PathBuf::from) else { return };
    for entry in ["parse", "check", "data"] {
        fs::create_dir_all(folder.join(entry)).unwrap();
        for (number, input) in corpus(entry).iter().enumerate() {
            fs::write(folder.join(entry).join(format!("{number}")), input).unwrap();
        }
    }
}
