//! View struct → PDF.
//!
//! For: the paper form of what the pages show, from the same views.
//! Never: the record.
//! Holds no code yet: its place is kept so that the arrows are fixed before it is filled.
