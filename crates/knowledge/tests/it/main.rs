//! The shipped pack against the files it was derived from, and the loader against faults.

#[cfg(test)]
mod derived;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod shipped;
