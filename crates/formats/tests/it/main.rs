//! The readers from outside, and what is written for others.

#[cfg(test)]
mod fhir;
#[cfg(test)]
mod hl7v2;
#[cfg(test)]
mod outside;
