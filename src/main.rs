//! The `attain` command.

use std::process::ExitCode;

/// Columns of a million values come and go all the time; this one gives their memory out again without
/// asking the system for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    attain::cli::main()
}
