//! `attain sign`.

use std::path::PathBuf;

use super::load::Found;
use super::terminal::Terminal;
use super::{Form, Status};
use crate::diagnostics::Diagnostic;
use crate::store::{self, Run};

/// Signs a run folder, so that approving it means these bytes.
///
/// What is signed is `manifest.json`, which holds the hash of every other file. The signature is one of minisign, and
/// lies in the folder as `signatures/NUMBER.minisig`, where NUMBER is that of the key; several people may sign one run.
/// `attain verify RUN --public-key KEY` checks it, and so does
/// `minisign -V -p KEY -m RUN/manifest.json -x RUN/signatures/NUMBER.minisig`.
///
/// A run with a file that is not as it was written is not signed. To know that its numbers are right, run `attain verify`
/// before.
///
/// The exit status is 0 when the run was signed, 1 when it was not, 2 when the command line is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The run folder to sign
    #[arg(value_name = "RUN", required_unless_present = "new_key")]
    run: Option<PathBuf>,
    /// The file with the secret key; its password is asked for
    #[arg(long, value_name = "FILE", required_unless_present = "new_key")]
    key: Option<PathBuf>,
    /// Make a new secret key instead, and beside it the public one, whose name ends in `.pub`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "key"])]
    new_key: Option<PathBuf>,
    /// Protect the new key by no password
    #[arg(long, requires = "new_key")]
    no_password: bool,
}

/// Signs a run, or makes a key.
pub(super) fn sign(args: &Args, terminal: &mut Terminal) -> Status {
    match signed(args) {
        Ok(text) => {
            terminal.print(&text);
            Status::Fine
        }
        Err(problem) => {
            let mut found = Found::default();
            found.push(problem);
            let text = found.render(Form::Human, terminal.err);
            terminal.tell(&text);
            Status::Problems
        }
    }
}

fn signed(args: &Args) -> Result<String, Diagnostic> {
    if let Some(path) = &args.new_key {
        let (public, number) = store::new_key(path, args.no_password)?;
        let (secret, public) = (path.display(), public.display());
        return Ok(format!(
            "Key {number}\n  {secret}  secret: keep it where only you can read it\n  {public}  public: give it to those \
             who verify\n"
        ));
    }
    let (Some(run), Some(key)) = (&args.run, &args.key) else { return Ok(String::new()) };
    let path = store::sign(&Run::with_manifest(run)?, key)?;
    Ok(format!("Signed: {}\n", run.join(path).display()))
}
