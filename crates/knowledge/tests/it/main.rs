//! The shipped pack against the files it was derived from, and the loader and the linter against
//! faults.

#[cfg(test)]
mod alleles;
#[cfg(test)]
mod derived;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod guidance;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod loading;
#[cfg(test)]
mod phenotypes;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod shipped;
