//! What listens: plain on loopback, TLS everywhere else.
//!
//! For: the listeners of HTTP and MLLP, their certificates, and who is at the other end.
//! Never: plain text off this machine; a client without the certificate that was asked for; a
//! handshake that keeps others waiting.
//! Rules come from TLS 1.3 (RFC 8446) and 1.2 (RFC 5246) as rustls has them, and from the
//! Security Rule's safeguard for transmission (45 CFR 164.312(e)).

mod listener;
mod peer;
mod stream;
mod tls;

pub use listener::Listener;
pub use peer::Peer;
pub use stream::Stream;
pub use tls::{Tls, TlsFiles};

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address is not of this machine alone, and there is no certificate.
    #[error(
        "{0} is reached from other machines: name a certificate and its key, or put a TLS proxy \
         before an address of this machine"
    )]
    Plain(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file of a certificate, a key or authorities cannot be used.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
