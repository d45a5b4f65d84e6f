//! Load on one CDS Hooks endpoint: N callers, each with one connection, post an order.
//!
//! A card is shown once for an order. So the same order again measures the way to silence, and an
//! order with a fresh id each time (`--fresh`) measures the way to a card.

use std::{
    borrow::Cow,
    fmt, fs,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{Connection, Summary, Target};
use crate::arguments::Arguments;

/// The most callers, so that a typing error is no flood.
pub const CALLERS_MAX: usize = 256;

/// The most requests of one run.
pub const REQUESTS_MAX: usize = 200_000;

/// Requests of each caller before the clock counts: connections, caches and pages warm up.
const WARM_UP: usize = 20;

/// One run.
#[derive(Debug, Clone)]
pub struct Settings {
    target: Target,
    body: String,
    headers: Vec<String>,
    callers: usize,
    requests: usize,
    expect: Option<String>,
    fresh: Option<String>,
}

impl Settings {
    /// From the command line.
    ///
    /// # Errors
    /// A missing or wrong argument, an unreadable body, or a number over its limit.
    pub fn from(arguments: &Arguments) -> Result<Self> {
        let path = arguments.required("body")?;
        let body = fs::read_to_string(path).with_context(|| format!("cannot read `{path}`"))?;
        let callers = arguments.parsed_or("callers", 16)?;
        let requests = arguments.parsed_or("requests", 2000)?;
        if !(1..=CALLERS_MAX).contains(&callers) {
            bail!("`--callers` is 1 to {CALLERS_MAX}");
        }
        if !(callers..=REQUESTS_MAX).contains(&requests) {
            bail!("`--requests` is at least the callers and at most {REQUESTS_MAX}");
        }
        let bearer = arguments.get("token").map(|token| format!("authorization: Bearer {token}"));
        Ok(Self {
            target: Target::parse(arguments.required("url")?)?,
            body,
            headers: bearer.into_iter().collect(),
            callers,
            requests,
            expect: arguments.get("expect").map(str::to_owned),
            fresh: arguments.get("fresh").map(str::to_owned),
        })
    }

    /// The body of one request: the text to be kept fresh has the request's number added.
    fn body(&self, number: usize) -> Cow<'_, str> {
        match &self.fresh {
            Some(text) => Cow::Owned(self.body.replace(text, &format!("{text}-{number}"))),
            None => Cow::Borrowed(&self.body),
        }
    }
}

/// What a run measured.
#[derive(Debug)]
pub struct Measured {
    callers: usize,
    wall: Duration,
    answer_bytes: usize,
    latency: Summary,
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = pace(self.callers, self.wall, &self.latency);
        write!(formatter, "{pace}, {} bytes an answer, every status 200", self.answer_bytes)
    }
}

/// Runs the load. Every answer must be 200 and hold the expected text, or the run fails.
///
/// # Errors
/// No connection, a broken one, another status, or an answer without the expected text.
pub fn run(settings: &Settings) -> Result<Measured> {
    let started = Instant::now();
    let outcomes = callers(settings.callers, |number, next| call(settings, number, next))?;
    let mut latencies = Vec::with_capacity(settings.requests);
    let mut answer_bytes = 0;
    let mut first = None;
    for caller in outcomes {
        answer_bytes = caller.answer_bytes.max(answer_bytes);
        first = first.into_iter().chain([caller.started]).min();
        latencies.extend(caller.latencies);
    }
    let wall = first.unwrap_or(started).elapsed();
    Ok(Measured { callers: settings.callers, wall, answer_bytes, latency: Summary::new(latencies) })
}

/// The latencies, and how many requests a second that was.
pub(super) fn pace(callers: usize, wall: Duration, latency: &Summary) -> String {
    let seconds = wall.as_secs_f64();
    let count = u32::try_from(latency.count()).unwrap_or(u32::MAX);
    let rate = f64::from(count) / seconds;
    format!("{latency}\n{callers} callers, {seconds:.2} s, {rate:.0} requests/s")
}

/// Runs callers side by side, each with its number and the counter of requests that they share;
/// what each of them measured.
pub(super) fn callers<T: Send>(
    callers: usize,
    call: impl Fn(usize, &AtomicUsize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let (next, call) = (&AtomicUsize::new(0), &call);
    thread::scope(|scope| {
        let running: Vec<_> =
            (0..callers).map(|number| scope.spawn(move || call(number, next))).collect();
        let joined = running
            .into_iter()
            .map(|caller| caller.join().unwrap_or_else(|_| Err(anyhow!("a caller panicked"))));
        joined.collect()
    })
}

/// What one caller measured.
#[derive(Debug)]
struct Caller {
    started: Instant,
    latencies: Vec<Duration>,
    answer_bytes: usize,
}

/// One caller: its own warm-up, then its share of the requests that are measured.
fn call(settings: &Settings, caller: usize, next: &AtomicUsize) -> Result<Caller> {
    let mut connection = Connection::open(&settings.target, &settings.headers)?;
    for round in 0..WARM_UP {
        // Numbers of the warm-up are beyond those that are measured.
        let number = settings.requests + caller * WARM_UP + round;
        verify(settings, &connection.post(&settings.body(number))?)?;
    }
    let mut caller = Caller { started: Instant::now(), latencies: Vec::new(), answer_bytes: 0 };
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= settings.requests {
            return Ok(caller);
        }
        let body = settings.body(number);
        let sent = Instant::now();
        let answer = connection.post(&body)?;
        caller.latencies.push(sent.elapsed());
        verify(settings, &answer)?;
        caller.answer_bytes = answer.1.len();
    }
}

fn verify(settings: &Settings, (status, body): &(u16, String)) -> Result<()> {
    if *status != 200 {
        let start: String = body.chars().take(300).collect();
        bail!("status {status}: {start}");
    }
    match &settings.expect {
        Some(text) if !body.contains(text.as_str()) => bail!("an answer lacks `{text}`"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
    };

    /// Answers `connections` connections until each closes.
    fn server(connections: usize, answer: &'static str) -> (String, thread::JoinHandle<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let handle = thread::spawn(move || {
            let workers: Vec<_> = (0..connections)
                .map(|_| {
                    let (stream, _) = listener.accept().unwrap();
                    thread::spawn(move || answer_all(BufReader::new(stream), answer))
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        (url, handle)
    }

    fn answer_all(mut stream: BufReader<std::net::TcpStream>, answer: &str) -> usize {
        let mut served = 0;
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap_or(0) == 0 {
                    return served;
                }
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            if stream.get_mut().write_all(answer.as_bytes()).is_err() {
                return served;
            }
            served += 1;
        }
    }

    fn settings(url: &str, expect: &str) -> Settings {
        Settings {
            target: Target::parse(url).unwrap(),
            body: "{}".to_owned(),
            headers: vec!["authorization: Bearer x".to_owned()],
            callers: 2,
            requests: 50,
            expect: Some(expect.to_owned()),
            fresh: None,
        }
    }

    #[test]
    fn counts_every_request_once() {
        let (url, served) = server(2, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        let measured = run(&settings(&url, "\"a\"")).unwrap();
        assert_eq!(measured.latency.count(), 50);
        assert_eq!(measured.answer_bytes, 7);
        assert_eq!(served.join().unwrap(), 50 + 2 * WARM_UP);
    }

    #[test]
    fn numbers_what_must_be_fresh() {
        let mut settings = settings("http://127.0.0.1:1/", "");
        settings.body = "{\"id\":\"order-1\"}".to_owned();
        assert_eq!(settings.body(7), "{\"id\":\"order-1\"}");
        settings.fresh = Some("order-1".to_owned());
        assert_eq!(settings.body(7), "{\"id\":\"order-1-7\"}");
    }

    #[test]
    fn a_wrong_answer_fails_the_run() {
        for (answer, expect, reason) in [
            ("HTTP/1.1 401 No\r\ncontent-length: 2\r\n\r\nno", "no", "status 401: no"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "cards", "lacks `cards`"),
            ("HTTP/1.1 200 OK\r\n\r\n", "", "no content-length"),
        ] {
            let (url, served) = server(2, answer);
            let error = run(&settings(&url, expect)).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            served.join().unwrap();
        }
    }
}
