//! Where a person may be sent back to with a code (RFC 9700 §2.1, RFC 8252 for applications on the
//! person's own device).

/// Characters of an address.
pub const ADDRESS_BYTES_MAX: usize = 1024;
/// Schemes that a browser runs or opens itself.
const RUN_BY_BROWSERS: [&str; 7] =
    ["about", "blob", "data", "file", "filesystem", "javascript", "vbscript"];

/// What is wrong with an address that a client wants to be registered for; `None` = nothing. At an
/// authorization, addresses are compared as texts, and nothing else counts.
pub fn fault(address: &str) -> Option<&'static str> {
    if address.len() > ADDRESS_BYTES_MAX || !address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("is longer than is taken, or holds more than printable ASCII");
    }
    if address.contains(['#', '*', '\\', '"', '<', '>', ';', ',', '\'']) {
        return Some("holds a fragment, a wildcard or a character that is not of an address");
    }
    let Some((scheme, rest)) = address.split_once(':') else { return Some("has no scheme") };
    match scheme {
        "https" | "http" => {
            let Some(host) = host(rest) else { return Some("has no host, or a user") };
            let is_plain = scheme == "http" && !is_this_machine(host);
            is_plain.then_some("is plain HTTP and not on the person's own machine")
        }
        // A scheme of an application's own is a reversed domain name (RFC 8252 §7.1).
        _ if RUN_BY_BROWSERS.contains(&scheme.to_ascii_lowercase().as_str()) => {
            Some("has a scheme that browsers run")
        }
        _ if scheme.contains('.') && scheme.bytes().all(is_of_scheme) => None,
        _ => Some("has neither `https` nor the scheme of an application"),
    }
}

/// Scheme, host and port: what a policy for the browser can name.
pub fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once(':')?;
    if !matches!(scheme, "https" | "http") {
        return Some(format!("{scheme}:"));
    }
    host(rest).map(|host| format!("{scheme}://{host}"))
}

fn is_of_scheme(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-+".contains(&byte)
}

/// Host and port of what follows the scheme; `None` with a user in it.
fn host(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("//")?;
    let host = rest.split(['/', '?']).next()?;
    (!host.is_empty() && !host.contains('@')).then_some(host)
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix("[::1]") {
        Some(port) => return port.is_empty() || port.starts_with(':'),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "127.0.0.1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_lead_back_to_the_application() {
        for right in [
            "https://app.example/callback",
            "https://app.example:8443/a?b=c",
            "http://127.0.0.1:3000/cb",
            "http://localhost/cb",
            "http://[::1]:9/cb",
            "com.example.app:/callback",
        ] {
            assert_eq!(fault(right), None, "{right}");
        }
        for wrong in [
            "",
            "/callback",
            "https:",
            "https:///x",
            "http://app.example/cb",
            "http://localhost.evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "https://user@app.example/",
            "https://app.example/#x",
            "https://*.example/",
            "https://app.example/a b",
            "https://app.example/\r\nx",
            "https://app.example\\@evil.example",
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "data:text/html,x",
            "myapp:/cb",
            "https://app.example/;script-src",
        ] {
            assert!(fault(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_what_a_policy_names() {
        for (address, expected) in [
            ("https://app.example/cb?x", "https://app.example"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(origin(address).as_deref(), Some(expected));
        }
    }
}
