//! Where the name of an endpoint may lead. The operator names endpoints; who answers for a name in
//! DNS may be somebody else, and could have it lead to this machine or to what a cloud tells its
//! machines. So each name is looked up once for a connection, and where any of its addresses may
//! not be, nothing is connected to. Addresses of private networks may be: a hospital's are.

use std::net::IpAddr;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// A name leads where nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[error("its name leads where nothing may be sent")]
pub(super) struct Refused;

/// Looks names up; the addresses that it gives are the ones that are connected to.
#[derive(Debug, Default)]
pub(super) struct Checked(DefaultResolver);

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        if found.iter().all(|address| may_lead(host, address.ip())) {
            return Ok(found);
        }
        Err(ureq::Error::Other(Box::new(Refused)))
    }
}

/// Whether a host may lead to an address: to this machine only where it says so.
fn may_lead(host: &str, address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_link_local = match address {
        // RFC 3927; also where clouds tell their machines who they are.
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    if is_link_local || address.is_unspecified() || address.is_multicast() {
        return false;
    }
    !address.is_loopback() || is_this_machine(host)
}

fn is_this_machine(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || literal.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::{Trust, agent, word};

    #[test]
    fn a_name_leads_to_this_machine_only_if_it_says_so() {
        for (host, address, expected) in [
            ("lis.example.org", "203.0.113.7", true),
            ("lis.hospital.example", "10.1.2.3", true),
            ("lis.hospital.example", "fd00::7", true),
            ("localhost", "127.0.0.1", true),
            ("LOCALHOST", "::1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("[::1]", "::1", true),
            ("lis.example.org", "127.0.0.1", false),
            ("lis.example.org", "::1", false),
            ("lis.example.org", "::ffff:127.0.0.1", false),
            ("localhost.example.org", "127.0.0.1", false),
            ("lis.example.org", "169.254.169.254", false),
            ("169.254.169.254", "169.254.169.254", false),
            ("lis.example.org", "::ffff:169.254.169.254", false),
            ("lis.example.org", "fe80::1", false),
            ("lis.example.org", "0.0.0.0", false),
            ("lis.example.org", "::", false),
            ("lis.example.org", "255.255.255.255", false),
            ("lis.example.org", "224.0.0.1", false),
        ] {
            assert_eq!(may_lead(host, address.parse().unwrap()), expected, "{host} {address}");
        }
    }

    #[test]
    fn nothing_is_connected_to_where_no_name_may_lead() {
        let agent = agent(&Trust::System).unwrap();
        for endpoint in ["http://169.254.169.254/latest/meta-data", "http://0.0.0.0:9/"] {
            let refused = agent.get(endpoint).call().unwrap_err();
            assert_eq!(word(&refused), "its name leads where nothing may be sent", "{endpoint}");
        }
    }
}
