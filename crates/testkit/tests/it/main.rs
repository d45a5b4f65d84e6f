//! What the documents promise, held against the code.

#[cfg(test)]
mod safety_table;
