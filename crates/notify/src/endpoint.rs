//! Where notifications may go: only to what the operator has named.
//!
//! A server that calls an address of a client's choice can be made to call what only it can reach
//! (CWE-918). So scheme, host and port have to be those of a prefix of the operator's, the path has
//! to begin with its path, redirects are not followed, and plain HTTP stays on this machine.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Bytes of an endpoint.
const ENDPOINT_BYTES_MAX: usize = 512;

/// The prefixes that the operator has named; none at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    prefixes: Vec<Address>,
}

/// An address in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    is_https: bool,
    host: String,
    port: u16,
    path: String,
}

impl Endpoints {
    /// Prefixes such as `https://ehr.example/hooks`.
    ///
    /// # Errors
    /// The prefix that cannot be used and what is wrong with it.
    pub fn new<T: AsRef<str>>(prefixes: &[T]) -> Result<Self, String> {
        let one = |text: &T| {
            let text = text.as_ref();
            address(text).map_err(|wrong| format!("`{text}` {wrong}"))
        };
        Ok(Self { prefixes: prefixes.iter().map(one).collect::<Result<_, _>>()? })
    }

    /// Whether nothing may be called at all.
    pub fn is_empty(&self) -> bool {
        self.prefixes.is_empty()
    }

    /// Whether an endpoint lies under one of the prefixes.
    ///
    /// # Errors
    /// Why not, in words for its owner.
    pub fn check(&self, endpoint: &str) -> Result<(), String> {
        if self.is_empty() {
            let text = "cannot be called: this server has no endpoints that may be notified; its \
                operator names them";
            return Err(text.to_owned());
        }
        let address = address(endpoint)?;
        if self.prefixes.iter().any(|prefix| prefix.covers(&address)) {
            return Ok(());
        }
        Err("is not under an address that the operator of this server has named".to_owned())
    }
}

impl Address {
    fn covers(&self, other: &Self) -> bool {
        let is_same_place =
            self.is_https == other.is_https && self.host == other.host && self.port == other.port;
        let rest = other.path.strip_prefix(self.path.trim_end_matches('/'));
        is_same_place && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Reads an address. What two readers could take for two addresses is none.
fn address(text: &str) -> Result<Address, String> {
    let refuse = |wrong: &str| Err(wrong.to_owned());
    if text.len() > ENDPOINT_BYTES_MAX {
        return Err(format!("is longer than {ENDPOINT_BYTES_MAX} bytes"));
    }
    let (is_https, rest) = match text.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        _ => return refuse("does not begin with `https://`"),
    };
    let at = rest.find('/').unwrap_or(rest.len());
    let (place, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    if !path.bytes().all(is_plain) {
        return refuse(
            "has more in its path than letters, digits and `-._~:`; what is secret \
            belongs into a header",
        );
    }
    if path.split('/').any(|part| part == "." || part == "..") || path.contains("//") {
        return refuse("has a path that is not in its plain form");
    }
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) if host.parse::<Ipv6Addr>().is_ok() => (format!("[{host}]"), port),
        Some(_) => return refuse("has a host that cannot be read"),
        None => {
            let at = place.find(':').unwrap_or(place.len());
            let (host, port) = place.split_at_checked(at).unwrap_or((place, ""));
            (host.to_ascii_lowercase(), port)
        }
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if !host.starts_with('[') && (host.is_empty() || !host.bytes().all(is_name)) {
        return refuse("has a host that cannot be read");
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => {
            if is_https {
                443
            } else {
                80
            }
        }
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map_err(|_| "has a port that cannot be read".to_owned())?
        }
        _ => return refuse("has a port that cannot be read"),
    };
    if !is_https && !is_loopback(&host) {
        return refuse("is not `https://`, which only an address of this machine may be");
    }
    let path = if path.is_empty() { "/" } else { path }.to_owned();
    Ok(Address { is_https, host, port, path })
}

fn is_loopback(host: &str) -> bool {
    let inner = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || inner.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_operator_named_may_be_called() {
        let named =
            ["https://ehr.example/hooks", "http://127.0.0.1:9000/", "https://[fd00::1]:8443"];
        let endpoints = Endpoints::new(&named).unwrap();
        for good in [
            "https://ehr.example/hooks",
            "https://EHR.example:443/hooks/a/b",
            "http://127.0.0.1:9000/anything",
            "https://[fd00::1]:8443/x",
        ] {
            assert_eq!(endpoints.check(good), Ok(()), "{good}");
        }
        for bad in [
            "https://ehr.example/hooksmith",
            "https://ehr.example/",
            "https://ehr.example:444/hooks",
            "http://ehr.example/hooks",
            "https://ehr.example.evil.test/hooks",
            "https://evil.test/https://ehr.example/hooks",
            "https://user@ehr.example/hooks",
            "https://ehr.example@evil.test/hooks",
            "https://ehr.example\\@evil.test/hooks",
            "https://ehr.example/hooks/../admin",
            "https://ehr.example/hooks/%2e%2e/admin",
            "https://ehr.example/hooks//x",
            "https://ehr.example/hooks?key=1",
            "https://ehr.example/hooks#x",
            "https://ehr.example/ho oks",
            "https:///hooks",
            "https://ehr.example:/hooks",
            "https://ehr.example:99999/hooks",
            "http://169.254.169.254/latest",
            "http://[::1]:9000/",
            "ftp://ehr.example/hooks",
            "ehr.example/hooks",
            "",
        ] {
            assert!(endpoints.check(bad).is_err(), "{bad}");
        }
        let long = format!("https://ehr.example/hooks/{}", "x".repeat(ENDPOINT_BYTES_MAX));
        assert!(endpoints.check(&long).is_err());
    }

    #[test]
    fn without_a_prefix_nothing_may_be_called() {
        let none = Endpoints::default();
        let said = none.check("https://ehr.example/hooks").unwrap_err();
        assert!(said.contains("operator"), "{said}");
        let wrong = Endpoints::new(&["http://ehr.example/"]).unwrap_err();
        assert!(wrong.contains("`http://ehr.example/`"), "{wrong}");
        assert!(Endpoints::new(&["http://localhost:9/", "http://[::1]/x"]).is_ok());
    }
}
