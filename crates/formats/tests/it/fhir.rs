//! The Bundle of a pharmacogenomic result: what it says, and what is read back from it.

mod bundle;
mod properties;
mod sample;
