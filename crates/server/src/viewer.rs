//! The browser of genomes that the operator brings: a script of somebody else's, served from here
//! under a name that holds its digest.

use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// Largest script, in bytes.
pub const VIEWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Hexadecimal digits of the digest that its name holds.
const NAME_DIGITS: usize = 12;
/// What a script of igv.js has within it; a file without is another one.
const MARK: &[u8] = b"createBrowser";

/// The script.
#[derive(Clone)]
pub struct Viewer {
    /// The name in its address, `igv.0123456789ab.js`.
    pub(crate) name: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    pub(crate) bytes: Arc<[u8]>,
}

/// Without the bytes.
impl fmt::Debug for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Viewer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Viewer {
    /// A script as it was read.
    ///
    /// # Errors
    /// When it is too large, or is no script of igv.js.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > VIEWER_BYTES_MAX {
            return Err(format!("has more than {VIEWER_BYTES_MAX} bytes"));
        }
        if !bytes.windows(MARK.len()).any(|window| window == MARK) {
            return Err("is no igv.js: nothing in it is called `createBrowser`".to_owned());
        }
        let mut sha256 = String::new();
        for byte in Sha256::digest(&bytes) {
            // Writing to a string cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        let short = sha256.get(..NAME_DIGITS).unwrap_or_default();
        Ok(Self { name: format!("igv.{short}.js"), sha256, bytes: bytes.into() })
    }

    /// The address of the script.
    pub(crate) fn path(&self) -> String {
        format!("{}{}", web::path::ASSETS, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_named_after_its_digest_and_another_file_is_refused() {
        let viewer = Viewer::new(b"globalThis.igv={createBrowser(){}}".to_vec()).unwrap();
        assert_eq!(viewer.path(), format!("/assets/igv.{}.js", viewer.sha256.get(..12).unwrap()));
        assert_eq!(viewer.sha256.len(), 64);
        assert!(Viewer::new(b"hello".to_vec()).is_err());
        assert!(Viewer::new(vec![b'c'; VIEWER_BYTES_MAX + 1]).is_err());
    }
}
