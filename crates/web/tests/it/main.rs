//! What every page must hold, whatever is in its view, and what the pages say.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_log;
#[cfg(test)]
mod console;
#[cfg(test)]
mod destinations;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod lifestyle;
#[cfg(test)]
mod locus;
#[cfg(test)]
mod page;
#[cfg(test)]
mod safety;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod summary;
#[cfg(test)]
mod trials;
