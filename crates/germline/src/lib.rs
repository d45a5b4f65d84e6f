//! Germline variants: classification, phenotype-driven diagnosis, risk.
//!
//! For: a pure engine, facts and knowledge in, statements with reasons out.
//! Never: I/O, the clock, randomness.
//! Holds no code yet: its place is kept so that the arrows are fixed before it is filled.
