//! Accepting connections.

use crate::{Failure, Peer, Stream, Tls};
use sha2::{Digest, Sha256};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How long a handshake may take, in seconds.
const HANDSHAKE_SECONDS_MAX: u64 = 10;
/// Handshakes under way at a time; further connections wait in the system's backlog.
const HANDSHAKES_MAX: usize = 256;
/// Connections that are ready and not yet taken.
const READY_MAX: usize = 16;
/// How long to wait after the system has refused a connection, for want of files for example.
const REFUSED_WAIT: Duration = Duration::from_millis(100);

/// Listens on one address.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Plain(TcpListener),
    /// Handshakes are made beside each other, so that a slow client keeps nobody waiting.
    Tls {
        ready: mpsc::Receiver<(Stream, Peer)>,
        task: JoinHandle<()>,
    },
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Source::Tls { task, .. } = &self.source {
            task.abort();
        }
    }
}

/// Plain, whatever its address: the caller has seen to that.
impl TryFrom<TcpListener> for Listener {
    type Error = io::Error;

    fn try_from(listener: TcpListener) -> io::Result<Self> {
        Ok(Self { address: listener.local_addr()?, source: Source::Plain(listener) })
    }
}

impl Listener {
    /// Listens. Without TLS only addresses of this machine alone will do.
    ///
    /// # Errors
    /// [`Failure::Plain`] and [`Failure::Address`].
    pub async fn bind(address: SocketAddr, tls: Option<&Tls>) -> Result<Self, Failure> {
        if tls.is_none() && !address.ip().is_loopback() {
            return Err(Failure::Plain(address));
        }
        let failed = |error| Failure::Address { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let Some(tls) = tls else { return Self::try_from(listener).map_err(failed) };
        let address = listener.local_addr().map_err(failed)?;
        let (sender, ready) = mpsc::channel(READY_MAX);
        let task = tokio::spawn(handshakes(listener, tls.acceptor.clone(), sender));
        Ok(Self { address, source: Source::Tls { ready, task } })
    }

    /// The address, with the port that the system has chosen if none was named.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether what is said is encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.source, Source::Tls { .. })
    }

    /// The next connection that is ready to be read from.
    pub async fn accept(&mut self) -> (Stream, Peer) {
        match &mut self.source {
            Source::Plain(listener) => {
                let (stream, address) = accept(listener).await;
                (Stream::Plain(stream), Peer { address, certificate_sha256: None })
            }
            Source::Tls { ready, .. } => match ready.recv().await {
                Some(connection) => connection,
                // The task ends with the runtime only; nothing comes any more.
                None => std::future::pending().await,
            },
        }
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Small answers leave at once; where that cannot be set they leave later.
                let _ = stream.set_nodelay(true);
                return (stream, address);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(REFUSED_WAIT).await;
            }
        }
    }
}

async fn handshakes(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<(Stream, Peer)>,
) {
    let slots = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let (stream, address) = accept(&listener).await;
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            let limit = Duration::from_secs(HANDSHAKE_SECONDS_MAX);
            match tokio::time::timeout(limit, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                    let certificate_sha256 = shown.map(|der| hex::encode(Sha256::digest(der)));
                    let peer = Peer { address, certificate_sha256 };
                    // Whoever listened has stopped.
                    let _ = sender.send((Stream::Tls(Box::new(stream)), peer)).await;
                }
                Ok(Err(error)) => tracing::info!(%error, peer = %address, "a handshake failed"),
                Err(_) => tracing::info!(peer = %address, "a handshake took too long"),
            }
            drop(slot);
        });
    }
}
