//! Eligibility trees, three-valued evaluation, bitmap matching, explanation.
//!
//! For: which trials a patient may join, which are ruled out, and what would have to be asked.
//! Never: I/O, the clock, randomness; an unknown fact taken for a yes or a no.
//! Rules come from Kleene's strong three-valued logic (S. C. Kleene, Introduction to
//! Metamathematics, 1952, §64). So far the logic is here; trees, matching and explanation follow.

pub mod truth;

pub use truth::Truth;
