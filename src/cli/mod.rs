//! The commands, one file each, and what they share: the terminal, the environment and the file
//! system are touched here and nowhere else.
//!
//! Problems go to standard error and results to standard output, except for `check`, whose result
//! the problems are.

mod against_page;
mod amounts;
mod check;
mod estimate;
mod estimate_page;
mod explain;
mod explain_against;
mod explain_error;
mod explain_key;
mod explain_row;
mod explain_value;
mod files;
mod grid;
mod load;
mod narrow;
mod progress;
mod run;
mod run_json;
mod run_narrowed;
mod run_page;
mod run_parts;
mod sign;
mod stored;
mod terminal;
mod test;
mod trace;
mod verify;
mod written;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::diagnostics::{Format, Options};
use terminal::Terminal;

/// Sales compensation plans that people can read, computed exactly, with a trace for every number.
///
/// A plan file says who gets credit for a deal, what the quota was and what it pays. `attain check`
/// reads plans, `attain test` runs the examples in
/// them, `attain run` computes them on data, `attain explain` shows where a number comes from, `attain
/// verify` whether a run folder is what it says it is.
#[derive(Debug, Parser)]
#[command(name = "attain", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = false)]
struct Attain {
    #[command(subcommand)]
    command: Command,
    /// Whether to colour what is shown; `auto` colours on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Run(run::Args),
    Estimate(estimate::Args),
    Explain(explain::Args),
    Trace(trace::Args),
    ExplainError(explain_error::Args),
    Test(test::Args),
    Verify(verify::Args),
    Sign(sign::Args),
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// All is well.
    Fine,
    /// There are errors.
    Problems,
}

/// The forms in which a command shows problems and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people at a terminal
    #[default]
    Human,
    /// One line for each problem
    Concise,
    /// JSON, as `docs/json.md` describes it
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

impl Form {
    /// How problems look on a stream of this kind.
    fn options(self, stream: terminal::Stream) -> Options {
        let format = match self {
            Form::Human => Format::Human,
            Form::Concise => Format::Concise,
            Form::Json => Format::Json,
            Form::Sarif => Format::Sarif,
            Form::Github => Format::Github,
        };
        Options { format, colour: stream.colour, unicode: stream.unicode, width: stream.width, ..Options::default() }
    }
}

/// Reads the command line and does what it says. The exit status is 0 when all is well, 1 when there
/// are errors and 2 when the command line itself is wrong.
pub fn main() -> ExitCode {
    let attain = match Attain::try_parse() {
        Ok(attain) => attain,
        Err(error) => {
            // Help and the version are no errors and go to standard output. When nobody reads it,
            // there is no one left to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut terminal = Terminal::new(attain.color);
    let status = match &attain.command {
        Command::Check(args) => check::check(args, &mut terminal),
        Command::Run(args) => run::run(args, &mut terminal),
        Command::Test(args) => test::test(args, &mut terminal),
        Command::Sign(args) => sign::sign(args, &mut terminal),
        Command::Verify(args) => verify::verify(args, &mut terminal),
        Command::Estimate(args) => estimate::estimate(args, &mut terminal),
        Command::Explain(args) => explain::explain(args, &mut terminal),
        Command::Trace(args) => trace::trace(args, &mut terminal),
        Command::ExplainError(args) => explain_error::explain_error(args, &mut terminal),
    };
    match terminal.failure() {
        None if status == Status::Fine => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Attain::command().debug_assert();
    }
}
