//! Behaviour that users of the engine rely on.

#[cfg(test)]
mod names;
#[cfg(test)]
mod oncogenicity;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod protein;
#[cfg(test)]
mod therapy;
