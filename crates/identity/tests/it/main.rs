//! What users of the proofs rely on: right ones hold, wrong ones of every kind do not.

#[cfg(test)]
mod authenticator;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod signing;
#[cfg(test)]
mod tokens;
