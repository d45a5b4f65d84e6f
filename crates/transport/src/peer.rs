//! Who is at the other end.

use std::fmt;
use std::net::SocketAddr;

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// SHA-256 of the certificate it has shown and proven, lower-case hex; `None` where none was
    /// asked for.
    pub certificate_sha256: Option<String>,
}

/// As it is kept beside what it sent: the address, and the certificate by its digest.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.certificate_sha256 {
            None => write!(f, "{}", self.address),
            Some(digest) => write!(f, "{} sha256:{digest}", self.address),
        }
    }
}
