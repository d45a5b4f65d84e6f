//! Tests of the policies from outside.

mod agreement;
mod reading;
mod support;
