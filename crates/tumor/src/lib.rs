//! Tumour profile, biomarkers, oncogenicity, tiers, therapies.
//!
//! For: a pure engine, facts of one tumour and knowledge in, statements with reasons out.
//! Never: I/O, the clock, randomness.
//! Holds no code yet: its place is kept so that the arrows are fixed before it is filled.
