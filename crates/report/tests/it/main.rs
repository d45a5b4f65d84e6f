//! From statements to the view, and from the view to the document.

#[cfg(test)]
mod board;
#[cfg(test)]
mod document;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod page;
#[cfg(test)]
mod reader;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod view;
