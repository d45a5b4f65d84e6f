//! Connections: opened within a time, plain on this machine only.

use crate::Failure;
use crate::destination::Messages;
use crate::send::{Trust, authorities};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A connection.
#[derive(Debug)]
pub(super) enum Open {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Open {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Whether it stands and nothing came that was not read.
    pub(super) fn is_quiet(&self) -> bool {
        let socket = self.socket();
        if socket.set_nonblocking(true).is_err() {
            return false;
        }
        let peeked = socket.peek(&mut [0]);
        let is_blocking = socket.set_nonblocking(false).is_ok();
        is_blocking && matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// How long the next reading may take. Zero would be for ever.
    pub(super) fn set_read_timeout(&self, timeout: Duration) {
        let timeout = timeout.max(Duration::from_millis(1));
        // Where it cannot be set the one that was set before holds.
        let _ = self.socket().set_read_timeout(Some(timeout));
    }
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Opens connections to one receiver.
#[derive(Clone, Debug)]
pub(super) struct Dialer {
    host: String,
    port: u16,
    connect_time: Duration,
    write_time: Duration,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Dialer {
    pub(super) fn new(
        to: &Messages,
        trust: &Trust,
        connect_time: Duration,
        write_time: Duration,
    ) -> Result<Self, Failure> {
        let tls = if to.tls { Some(tls(to, trust)?) } else { None };
        Ok(Self { host: to.host.clone(), port: to.port, connect_time, write_time, tls })
    }

    pub(super) fn open(&self) -> Result<Open, &'static str> {
        let addresses = (self.host.as_str(), self.port).to_socket_addrs();
        let addresses = addresses.map_err(|_| "there is no such host")?;
        let mut outcome = Err("there is no such host");
        for address in addresses {
            // A name may stand for another machine than it says.
            if self.tls.is_none() && !address.ip().is_loopback() {
                outcome = Err("without TLS only this machine is spoken to");
                continue;
            }
            match TcpStream::connect_timeout(&address, self.connect_time) {
                Ok(socket) => return self.begin(socket),
                Err(_) => outcome = Err("no connection"),
            }
        }
        outcome
    }

    fn begin(&self, socket: TcpStream) -> Result<Open, &'static str> {
        let set = socket
            .set_nodelay(true)
            .and_then(|()| socket.set_read_timeout(Some(self.connect_time)))
            .and_then(|()| socket.set_write_timeout(Some(self.write_time)));
        set.map_err(|_| "no connection")?;
        let Some((config, name)) = &self.tls else { return Ok(Open::Plain(socket)) };
        let refused = "TLS could not be agreed on";
        let session = ClientConnection::new(Arc::clone(config), name.clone());
        let mut stream = StreamOwned::new(session.map_err(|_| refused)?, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|_| refused)?;
        }
        Ok(Open::Tls(Box::new(stream)))
    }
}

fn unusable(path: &Path, what: &str) -> Failure {
    Failure::Setting(format!("{}: {what}", path.display()))
}

fn tls(to: &Messages, trust: &Trust) -> Result<(Arc<ClientConfig>, ServerName<'static>), Failure> {
    let setting = |error: rustls::Error| Failure::Setting(format!("TLS: {error}"));
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities(trust)?);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(setting)?
        .with_root_certificates(roots);
    let config = match &to.certificate {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = CertificateDer::pem_file_iter(certificate)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|_| unusable(certificate, "holds no certificate"))?;
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|_| unusable(key, "holds no private key"))?;
            config.with_client_auth_cert(chain, key).map_err(setting)?
        }
    };
    let name = ServerName::try_from(to.host.clone())
        .map_err(|_| Failure::Setting(format!("`{}` is no name of a host", to.host)))?;
    Ok((Arc::new(config), name))
}
