//! A trace as a page for a browser: one file, without network, whose steps open and close, with the words of the plan beside
//! the numbers. It works without a script; printed, everything is open. Described in `docs/explain.md`.

mod escape;
mod lists;
mod nodes;
mod plan_text;
mod steps;

use std::collections::BTreeMap;

use self::escape::text;
use self::steps::Page;
use super::human::keys;
use crate::step::{Step, Trace};

/// The text of each plan file, by its path.
pub type PlanTexts = BTreeMap<String, String>;

/// The looks of the page.
const STYLE: &str = include_str!("html/style.css");

/// Opens and closes all steps, and opens what a link leads to and what is printed.
const SCRIPT: &str = include_str!("html/script.js");

/// The trace as one HTML file, with the words of the plan from the texts of its files.
///
/// The same trace gives the same bytes, and all that comes from plans and data is escaped.
pub fn html(trace: &Trace, texts: &PlanTexts) -> String {
    let Some(root) = trace.steps.iter().find(|step| step.id == trace.root) else {
        return "<!DOCTYPE html><title>attain</title><p>The trace does not hold the step it is about.</p>\n".to_owned();
    };
    let page = Page::of(trace, root, texts);
    let title = title(root);
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; ",
    );
    out.push_str("script-src 'unsafe-inline'\">\n");
    out.push_str(&format!("<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"));
    out.push_str(&page.head());
    out.push_str("<main>\n");
    out.push_str(&page.body());
    out.push_str("</main>\n");
    out.push_str(&page.foot());
    out.push_str(&format!("<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    out
}

/// `payout of Person p15 in month 2026-12`.
fn title(step: &Step) -> String {
    text(&format!("{}{}", step.name, keys::title(&step.key)))
}

#[cfg(test)]
mod tests;
