//! Behaviour that users of the engine rely on.
#![expect(clippy::needless_pass_by_value, reason = "values made where they are passed")]

#[cfg(test)]
mod compat;
#[cfg(test)]
mod ctml;
#[cfg(test)]
mod hand;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod population;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod three_valued;
