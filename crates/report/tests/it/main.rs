//! From statements to the view.

#[cfg(test)]
mod sample;
#[cfg(test)]
mod view;
