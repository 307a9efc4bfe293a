//! What the grammar accepts, what it answers to mistakes, and that nothing makes it panic.

mod good;
mod show;
