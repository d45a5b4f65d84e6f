//! From facts in a real record to statements, and back again from their capsules.

#[cfg(test)]
mod adopting;
#[cfg(test)]
mod concluding;
#[cfg(test)]
mod differing;
#[cfg(test)]
mod following;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod replaying;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tumor;
