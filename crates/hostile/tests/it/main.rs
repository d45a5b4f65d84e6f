//! What must hold for any bytes, on the stable toolchain.

#[cfg(test)]
mod runs;
