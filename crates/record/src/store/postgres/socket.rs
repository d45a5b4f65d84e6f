//! A socket that never blocks inside, and a caller that waits outside: the protocol's futures are
//! driven on the calling thread, whichever that is, and no runtime is needed or disturbed.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Silence after which the other side is asked whether it is there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// Between such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Questions without an answer after which the connection is lost.
const KEEPALIVE_COUNT: u32 = 3;
/// Time in which what was sent has to be received.
const UNANSWERED_MS_MAX: u32 = 60_000;
/// How long a connection that is closed is waited for.
const CLOSE: Duration = Duration::from_millis(250);

enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// The socket as the protocol sees it.
pub(super) struct Socket {
    stream: Stream,
    full: Arc<AtomicBool>,
}

impl Socket {
    /// Connects to the socket of a server on this machine.
    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: Stream::Unix(stream), full: Arc::default() })
    }

    /// Connects over the network.
    pub(super) fn tcp(address: SocketAddr, timeout: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, timeout)?;
        stream.set_nodelay(true)?;
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, KEEPALIVE_IDLE)?;
        sockopt::set_tcp_keepintvl(&stream, KEEPALIVE_INTERVAL)?;
        sockopt::set_tcp_keepcnt(&stream, KEEPALIVE_COUNT)?;
        sockopt::set_tcp_user_timeout(&stream, UNANSWERED_MS_MAX)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: Stream::Tcp(stream), full: Arc::default() })
    }

    /// The end at which a caller waits.
    pub(super) fn wire(&self) -> io::Result<Wire> {
        let socket = match &self.stream {
            Stream::Unix(stream) => OwnedFd::from(stream.try_clone()?),
            Stream::Tcp(stream) => OwnedFd::from(stream.try_clone()?),
        };
        Ok(Wire { socket, full: Arc::clone(&self.full), connection: None })
    }
}

/// Repeats what a signal interrupted; `Pending` where the socket would have blocked.
fn now<T>(mut work: impl FnMut() -> io::Result<T>) -> Poll<io::Result<T>> {
    loop {
        match work() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
            other => return Poll::Ready(other),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let space = buffer.initialize_unfilled();
        let read = now(|| match &self.stream {
            Stream::Unix(stream) => { stream }.read(space),
            Stream::Tcp(stream) => { stream }.read(space),
        });
        read.map_ok(|count| buffer.advance(count))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = now(|| match &self.stream {
            Stream::Unix(stream) => { stream }.write(bytes),
            Stream::Tcp(stream) => { stream }.write(bytes),
        });
        self.full.store(written.is_pending(), Ordering::Relaxed);
        written
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(match &self.stream {
            Stream::Unix(stream) => stream.shutdown(std::net::Shutdown::Write),
            Stream::Tcp(stream) => stream.shutdown(std::net::Shutdown::Write),
        })
    }
}

/// The half of the protocol that moves bytes; it ends with the connection.
type Moving = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// Where a caller waits for the socket, and moves bytes meanwhile.
pub(super) struct Wire {
    socket: OwnedFd,
    full: Arc<AtomicBool>,
    connection: Option<Moving>,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Wire {
    /// Takes the moving half once there is one.
    pub(super) fn attach(
        &mut self,
        connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
    ) {
        self.connection = Some(Box::pin(connection));
    }

    /// Whether the connection has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.connection.is_none()
    }

    /// Runs a future to its end on this thread. Fails when the time is over or the socket breaks.
    pub(super) fn drive<T>(
        &mut self,
        work: impl Future<Output = T>,
        end: Option<Instant>,
    ) -> io::Result<T> {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut work = pin!(work);
        loop {
            woken.0.store(false, Ordering::Relaxed);
            if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
                return Ok(value);
            }
            self.move_bytes(&mut context);
            if !woken.0.load(Ordering::Relaxed) {
                self.wait(end)?;
            }
        }
    }

    fn move_bytes(&mut self, context: &mut Context<'_>) {
        let Some(connection) = &mut self.connection else { return };
        if connection.as_mut().poll(context).is_ready() {
            // Dropping it tells whoever waits for an answer.
            self.connection = None;
            context.waker().wake_by_ref();
        }
    }

    fn wait(&self, end: Option<Instant>) -> io::Result<()> {
        let mut wanted = PollFlags::IN;
        if self.full.load(Ordering::Relaxed) {
            wanted |= PollFlags::OUT;
        }
        loop {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let left = left.map(Timespec::try_from).transpose();
            let left = left.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            match poll(&mut [PollFd::new(&self.socket, wanted)], left.as_ref()) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return Ok(()),
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The client is gone by now: what is left to do is to say good-bye to the server.
        if let Some(connection) = self.connection.take() {
            let _ = self.drive(connection, Instant::now().checked_add(CLOSE));
        }
    }
}
