//! What the grammar accepts, what it answers to mistakes, and that nothing makes it panic.

mod bad;
mod good;
mod robust;
mod show;
mod spans;
