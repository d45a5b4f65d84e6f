//! Behaviour that users of the engine rely on.

#[cfg(test)]
mod names;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod protein;
