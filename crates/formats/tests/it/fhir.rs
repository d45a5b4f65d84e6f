//! The Bundle of a pharmacogenomic result: what it says, what is read back from it, and whether
//! each resource keeps the rules of the profile that it claims.

mod bundle;
mod genome;
mod guide;
mod lifestyle;
mod profile;
mod properties;
mod sample;
