//! The signatures: whether the bytes of this run are those that someone approved.

use super::{Check, Options, lines};
use crate::store::{Run, key_number, public_key};

const NAME: &str = "signature";

/// Checks the signatures in the folder; that of the key that is given must be there and hold.
pub(super) fn check(run: &Run, options: &Options) -> Check {
    let key = match options.public_key.as_deref().map(public_key).transpose() {
        Ok(key) => key,
        Err(problem) => return Check::of(NAME, "the public key is needed to check it", vec![lines(&problem)]),
    };
    let signatures = run.signatures(key.as_ref());
    let faults = signatures.iter().filter_map(|signed| Some(format!("`{}`: {}", signed.path, signed.fault.as_ref()?)));
    let mut findings: Vec<String> = faults.collect();
    let by: Vec<&str> = signatures.iter().map(|signed| signed.key.as_str()).collect();
    let Some(key) = key else {
        return match by.as_slice() {
            [] => Check::not_done(NAME, "the run is not signed"),
            _ if !findings.is_empty() => Check::of(NAME, format!("signed by {}", by.join(", ")), findings),
            _ => Check::not_done(
                NAME,
                format!("signed by {}: say whose key you trust with `--public-key KEY`", by.join(", ")),
            ),
        };
    };
    let number = key_number(key.keynum());
    if !by.contains(&number.as_str()) {
        findings.push(format!("there is no signature by the key {number}"));
    }
    let others = by.iter().filter(|other| **other != number).count();
    let others = if others == 0 { String::new() } else { format!("; {others} by other keys, which are not asked") };
    let text = match findings.is_empty() {
        true => format!("the key {number} signed this manifest{others}"),
        false => format!("by the key {number}{others}"),
    };
    Check::of(NAME, text, findings)
}
