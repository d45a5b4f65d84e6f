//! Eligibility trees, three-valued evaluation, bitmap matching, explanation.
//!
//! For: a pure engine that says which trials a patient may enter, which not, and what is unknown.
//! Never: I/O, the clock, randomness.
//! Holds no code yet: its place is kept so that the arrows are fixed before it is filled.
