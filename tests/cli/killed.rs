//! Runs that are killed, and runs into one place: a run folder is there whole, or it is not there.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "how long a run takes says when it can be killed")]

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::place::Place;

/// So many runs are killed.
const KILLED: u64 = 50;

fn started(place: &Place, out: &str) -> Child {
    let mut command = place.command(&format!("run plans --data data --out {out}"));
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Numbers that look random and are the same each time (Marsaglia's xorshift, 64 bits).
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Killed at 50 moments between its start and a little behind its end, each with SIGKILL, a run is whole or not there.
#[test]
fn a_killed_run_is_whole_or_not_there() {
    let place = Place::saas();
    let begun = Instant::now();
    place.run("whole");
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let expected = place.files("whole");
    let (mut state, mut whole, mut left) = (20_260_131, 0, 0);
    for number in 0..KILLED {
        let out = format!("run-{number}");
        let mut child = started(&place, &out);
        thread::sleep(Duration::from_micros(next(&mut state) % (micros + micros / 4)));
        child.kill().unwrap();
        child.wait().unwrap();
        left += usize::from(place.names().iter().any(|name| name.starts_with(".attain-run-")));
        if place.path(&out).exists() {
            // The same bytes as a run that no one disturbed, which is verified below.
            assert!(place.files(&out) == expected, "{out}");
            whole += 1;
        }
    }
    assert_eq!(place.attain("verify whole --sample 1").status, 0);
    // The next run says what it clears away, and nothing is left but runs.
    let last = place.run("last");
    let mut names = place.names();
    names.retain(|name| !name.starts_with("run-"));
    assert_eq!(names, ["data", "last", "plans", "whole"], "{whole} whole, {left} left");
    assert!(last.err.is_empty() || last.err.contains("which a run that was killed had left"), "{}", last.err);
}

#[test]
fn of_two_runs_into_one_place_one_wins() {
    let place = Place::saas();
    for number in 0..8 {
        let out = format!("run-{number}");
        let both = [started(&place, &out), started(&place, &out)];
        let mut ended: Vec<(i32, String)> = both
            .map(|child| {
                let output = child.wait_with_output().unwrap();
                (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
            })
            .to_vec();
        ended.sort();
        assert_eq!((ended[0].0, ended[0].1.as_str(), ended[1].0), (0, "", 1), "{ended:?}");
        assert!(ended[1].1.contains("E0601") && ended[1].1.contains(&out), "{ended:?}");
        assert_eq!(place.attain(&format!("verify {out} --sample 0")).status, 0);
    }
    assert!(place.names().iter().all(|name| !name.starts_with(".attain")), "{:?}", place.names());
}
