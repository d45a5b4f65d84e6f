//! The engine with the pack that ships, and with files as callers write them.

#[cfg(test)]
mod advice;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod pack;
#[cfg(test)]
mod shipped;
