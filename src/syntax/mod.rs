//! From source text to a tree with spans and comments.

pub mod tree;
