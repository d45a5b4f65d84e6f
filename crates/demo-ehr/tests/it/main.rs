//! The EHR against a Cognate that is played: what it asks, shows and tells.

#[cfg(test)]
mod desk;
#[cfg(test)]
mod played;
