//! Populations: columnar tables, counts with small-cell rules, exports.
//!
//! For: questions about many patients, answered so that nobody can be picked out of an answer.
//! Never: pages; an exact count of a small cell.
//! Rules will come from `docs/SECURITY.md` (small cells). Holds no code yet.
