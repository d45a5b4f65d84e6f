//! What callers rely on, through the public interface only.

#[cfg(test)]
mod smoke;
#[cfg(test)]
mod support;
