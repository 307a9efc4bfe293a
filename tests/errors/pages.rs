//! The pages' examples.
