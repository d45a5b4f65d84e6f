//! The readers from outside.

#[cfg(test)]
mod hl7v2;
#[cfg(test)]
mod outside;
