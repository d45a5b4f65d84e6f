//! The MLLP listener: frames in, acknowledgements out, and no acknowledgement before the archive
//! is durable.

use crate::feed::Feed;
use crate::receive::receive_any;
use formats::mllp::{Event, Framer, Limits, frame};
use record::Record;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Semaphore, watch};
use transport::{Listener, Peer, Stream};

/// Connections served at a time; further ones wait in the listener's backlog.
pub const CONNECTIONS_MAX: usize = 64;
/// Bytes read at a time.
const READ_BYTES: usize = 64 * 1024;
/// Silence after which a connection is closed, in seconds.
pub const IDLE_SECONDS_MAX: u64 = 600;
/// How long a frame may stay begun and not ended, in seconds.
pub const FRAME_SECONDS_MAX: u64 = 120;
/// How long to wait for the carriage return after the end byte, in milliseconds.
const RETURN_WAIT_MILLISECONDS: u64 = 250;

/// How long a sender is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Silence after which a connection is closed.
    pub idle: Duration,
    /// How long a frame may stay begun and not ended, however many bytes of it come.
    pub frame: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(IDLE_SECONDS_MAX),
            frame: Duration::from_secs(FRAME_SECONDS_MAX),
        }
    }
}

/// Serves one feed until `stop` turns true. Connections that are open then are closed after the
/// message in hand is answered. A sender that showed a certificate is kept with its digest.
pub async fn serve(
    listener: Listener,
    record: Record,
    feed: Arc<Feed>,
    stop: watch::Receiver<bool>,
) {
    serve_waiting(listener, record, feed, Waits::default(), stop).await;
}

/// The same with another patience.
pub async fn serve_waiting(
    mut listener: Listener,
    record: Record,
    feed: Arc<Feed>,
    waits: Waits,
    mut stop: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot,
            _ = stop.changed() => return,
        };
        // The semaphore is never closed.
        let Ok(slot) = slot else { return };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let (record, feed, stop) = (record.clone(), Arc::clone(&feed), stop.clone());
        tokio::spawn(async move {
            let connection = Connection { record, feed, peer, waits };
            if let Err(error) = connection.run(stream, stop).await {
                tracing::info!(%error, peer = %connection.peer, "an MLLP connection ended");
            }
            drop(slot);
        });
    }
}

struct Connection {
    record: Record,
    feed: Arc<Feed>,
    peer: Peer,
    waits: Waits,
}

impl Connection {
    async fn run(
        &self,
        mut stream: Stream,
        mut stop: watch::Receiver<bool>,
    ) -> std::io::Result<()> {
        let mut framer = Framer::new(Limits { frame_bytes_max: self.feed.bytes_max });
        let mut buffer = vec![0_u8; READ_BYTES];
        let mut begun: Option<Instant> = None;
        let waits = self.waits;
        loop {
            for event in framer.by_ref() {
                begun = None;
                if !self.handle(&mut stream, event).await? {
                    return Ok(());
                }
            }
            begun = framer.is_in_frame().then(|| begun.unwrap_or_else(Instant::now));
            let read = tokio::select! {
                read = tokio::time::timeout(
                    waits.patience(&framer, begun),
                    stream.read(&mut buffer),
                ) => read,
                _ = stop.changed() => return Ok(()),
            };
            match read {
                Ok(Ok(0)) => return self.ended(&mut stream, framer).await,
                Ok(Ok(length)) => framer.push(buffer.get(..length).unwrap_or_default()),
                Ok(Err(error)) => return Err(error),
                Err(_) => match framer.deliver_pending() {
                    Some(event) => {
                        begun = None;
                        if !self.handle(&mut stream, event).await? {
                            return Ok(());
                        }
                    }
                    None => return self.ended(&mut stream, framer).await,
                },
            }
        }
    }

    /// Answers one event; `false` closes the connection.
    async fn handle(&self, stream: &mut Stream, event: Event) -> std::io::Result<bool> {
        let message = match event {
            Event::Frame(message) => message,
            Event::Torso(bytes) => {
                tracing::warn!(feed = self.feed.id, peer = %self.peer, "a frame was not ended");
                self.quarantine(bytes).await;
                return Ok(true);
            }
            Event::TooLarge(head) => {
                tracing::warn!(feed = self.feed.id, peer = %self.peer, "a frame was too large");
                self.quarantine(head).await;
                return Ok(false);
            }
        };
        for warning in &message.warnings {
            tracing::warn!(feed = self.feed.id, peer = %self.peer, "{}", warning.words());
        }
        let (record, feed) = (self.record.clone(), Arc::clone(&self.feed));
        let peer = self.peer.to_string();
        let received = tokio::task::spawn_blocking(move || {
            receive_any(&record, &feed, &peer, message.payload)
        });
        match received.await {
            Ok(Ok(answer)) => {
                for problem in &answer.problems {
                    tracing::warn!(feed = self.feed.id, peer = %self.peer, %problem, "a batch");
                }
                if answer.is_wanted {
                    stream.write_all(&frame(&answer.acknowledgement)).await?;
                }
                Ok(true)
            }
            // Not even an error could be archived: closing makes the sender keep the message.
            Ok(Err(error)) => {
                tracing::error!(%error, feed = self.feed.id, "a message could not be archived");
                Ok(false)
            }
            Err(error) => {
                tracing::error!(%error, feed = self.feed.id, "receiving did not finish");
                Ok(false)
            }
        }
    }

    async fn quarantine(&self, bytes: Vec<u8>) {
        let (record, feed) = (self.record.clone(), Arc::clone(&self.feed));
        let peer = self.peer.to_string();
        let kept = tokio::task::spawn_blocking(move || {
            crate::receive::quarantine(&record, &feed, &peer, bytes)
        });
        match kept.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "a torso could not be archived"),
            Err(error) => tracing::error!(%error, "archiving did not finish"),
        }
    }

    /// The sender has gone or is too slow. A frame that only lacked its carriage return is still
    /// answered; what was begun and not ended is kept for a person to look at.
    async fn ended(&self, stream: &mut Stream, mut framer: Framer) -> std::io::Result<()> {
        if let Some(event) = framer.finish() {
            self.handle(stream, event).await?;
        }
        Ok(())
    }
}

impl Waits {
    /// How long to wait for the next bytes: for a last carriage return, for the rest of a frame, or
    /// for the next message.
    fn patience(self, framer: &Framer, begun: Option<Instant>) -> Duration {
        if framer.awaits_return() {
            return Duration::from_millis(RETURN_WAIT_MILLISECONDS);
        }
        match begun {
            Some(since) => self.frame.saturating_sub(since.elapsed()),
            None => self.idle,
        }
    }
}
