//! The `cachette` binary.

fn main() {}
