//! Listeners as clients meet them.

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod listening;
