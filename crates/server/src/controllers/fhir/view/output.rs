//! Memory with a limit, for a table that is sent when it is whole.

use std::io::{Error, ErrorKind, Write};

/// Bytes up to a limit.
pub(super) struct Capped {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Capped {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), bytes_max }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.bytes_max {
            return Err(Error::from(ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_last_byte_that_is_taken() {
        let mut output = Capped::new(4);
        output.write_all(b"abcd").unwrap();
        let refused = output.write_all(b"e").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::FileTooLarge);
        assert_eq!(output.into_bytes(), b"abcd");
    }
}
