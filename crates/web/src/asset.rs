//! The style sheet and the pictures, under names that hold their digest, so that browsers may
//! keep them for ever.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// The content security policy that every page is made for: nothing inline, nothing from abroad.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Hexadecimal digits of the digest that an asset's name holds.
const NAME_DIGITS: usize = 12;

/// A file that pages refer to. It never changes under its name: serve it as `immutable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: &'static [u8],
    /// SHA-256 of the bytes, lower-case hex; quoted, it is the `ETag`.
    pub sha256: String,
}

/// The media type of the scripts (RFC 9239).
pub const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

struct Named {
    /// The name in the source, `cognate.css`.
    plain: &'static str,
    /// The name in the address, `cognate.0123456789ab.css`.
    hashed: String,
    asset: Asset,
}

/// The style sheet, of its parts: one file to fetch.
static SHEET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let parts = [
        include_str!("../assets/cognate.css"),
        include_str!("../assets/chart.css"),
        include_str!("../assets/form.css"),
        include_str!("../assets/console.css"),
    ];
    parts.concat().into()
});

static ASSETS: LazyLock<Vec<Named>> = LazyLock::new(|| {
    vec![
        named("cognate.css", "text/css; charset=utf-8", &SHEET),
        named("locus.js", JAVASCRIPT, include_bytes!("../assets/locus.js")),
        named("queue.js", JAVASCRIPT, include_bytes!("../assets/queue.js")),
        named("passkey.js", JAVASCRIPT, include_bytes!("../assets/passkey.js")),
        named("favicon.svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")),
    ]
});

fn named(plain: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Named {
    let mut sha256 = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    let short = sha256.get(..NAME_DIGITS).unwrap_or_default();
    let (stem, extension) = plain.rsplit_once('.').unwrap_or((plain, ""));
    let hashed = format!("{stem}.{short}.{extension}");
    Named { plain, hashed, asset: Asset { content_type, bytes, sha256 } }
}

/// The asset of an address: what follows `/assets/`. `None` for every other name, older digests
/// included.
pub fn asset(name: &str) -> Option<Asset> {
    ASSETS.iter().find(|named| named.hashed == name).map(|named| named.asset.clone())
}

/// The address of an asset by its name in the source, `cognate.css`.
pub fn asset_path(plain: &str) -> String {
    let hashed = ASSETS.iter().find(|named| named.plain == plain).map(|n| n.hashed.as_str());
    format!("{}{}", crate::path::ASSETS, hashed.unwrap_or(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_the_digest_and_lead_back_to_the_bytes() {
        for (plain, content_type) in
            [("cognate.css", "text/css; charset=utf-8"), ("favicon.svg", "image/svg+xml")]
        {
            let address = asset_path(plain);
            let name = address.strip_prefix("/assets/").unwrap();
            let found = asset(name).unwrap();
            assert_eq!(found.content_type, content_type);
            assert!(!found.bytes.is_empty());
            assert!(found.sha256.starts_with(name.split('.').nth(1).unwrap()), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_served() {
        for name in ["", "cognate.css", "cognate.000000000000.css", "../Cargo.toml", "/"] {
            assert_eq!(asset(name), None, "{name}");
        }
    }

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'; "));
    }

    #[test]
    fn the_style_sheet_fetches_nothing() {
        let css = std::str::from_utf8(&SHEET).unwrap();
        assert!(!css.contains("url(") && !css.contains("@import"));
    }
}
