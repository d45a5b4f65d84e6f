//! A minimal HTTP/1.1 client with keep-alive, for loopback addresses only.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most header lines that are read.
const HEADERS_MAX: usize = 100;

/// How long one read or write may take.
const SOCKET_SECONDS_MAX: u64 = 10;

/// An `http://` address on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Address and port.
    pub address: SocketAddr,
    /// Path and query, beginning with `/`.
    pub path: String,
}

impl Target {
    /// Reads `http://127.0.0.1:PORT/PATH`; `localhost` means 127.0.0.1.
    ///
    /// # Errors
    /// Another scheme, a name that would need a resolver, or an address that is not loopback.
    pub fn parse(url: &str) -> Result<Self> {
        let rest = url.strip_prefix("http://").context("the URL must begin with `http://`")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let numeric = authority.replace("localhost", "127.0.0.1");
        let address: SocketAddr =
            numeric.parse().with_context(|| format!("`{authority}` is no address with a port"))?;
        let loopback = match address.ip() {
            IpAddr::V4(ip) => ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_loopback(),
        };
        if !loopback {
            bail!("`{authority}` is not on this machine: load is sent to loopback only");
        }
        Ok(Self { address, path: format!("/{path}") })
    }
}

/// One open connection.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    /// Where [`Connection::post`] posts to.
    path: String,
    /// Headers of every request.
    headers: String,
}

impl Connection {
    /// Connects, and prepares the head of the requests to come.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn open(target: &Target, headers: &[String]) -> Result<Self> {
        let timeout = Duration::from_secs(SOCKET_SECONDS_MAX);
        let stream = TcpStream::connect_timeout(&target.address, timeout)
            .with_context(|| format!("cannot connect to {}", target.address))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        let mut head = format!("host: {}\r\n", target.address);
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        Ok(Self { stream: BufReader::new(stream), path: target.path.clone(), headers: head })
    }

    /// Posts `body` and reads the whole answer: status and body.
    ///
    /// # Errors
    /// The connection breaks, or the answer has no length or is over the limit.
    pub fn post(&mut self, body: &str) -> Result<(u16, String)> {
        let path = self.path.clone();
        self.send("POST", &path, "application/json", body)
    }

    /// Sends a request and reads the whole answer: status and body.
    ///
    /// # Errors
    /// The connection breaks, or the answer has no length or is over the limit.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        media_type: &str,
        body: &str,
    ) -> Result<(u16, String)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{}content-type: {media_type}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status_line = self.line()?;
        let status = status_line
            .split_whitespace()
            .nth(1)
            .and_then(|code| code.parse().ok())
            .with_context(|| format!("`{status_line}` is no HTTP status"))?;
        let mut length = None;
        let mut is_chunked = false;
        for _ in 0..HEADERS_MAX {
            let line = self.line()?;
            if line.is_empty() && is_chunked {
                return Ok((status, self.chunks()?));
            }
            if line.is_empty() {
                let length: usize = length.context("the answer has no content-length")?;
                if length > ANSWER_BYTES_MAX {
                    bail!("an answer of {length} bytes is over the limit of {ANSWER_BYTES_MAX}");
                }
                let mut body = vec![0; length];
                self.stream.read_exact(&mut body)?;
                return Ok((status, String::from_utf8(body).context("the body is not UTF-8")?));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok();
            }
            let lower = line.to_ascii_lowercase();
            is_chunked |= lower.starts_with("transfer-encoding:") && lower.ends_with("chunked");
        }
        bail!("more than {HEADERS_MAX} headers")
    }

    /// A body in chunks (RFC 9112 §7.1).
    fn chunks(&mut self) -> Result<String> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).context("a chunk without its size")?;
            if body.len() + size > ANSWER_BYTES_MAX {
                bail!("an answer is over the limit of {ANSWER_BYTES_MAX} bytes");
            }
            let at = body.len();
            body.resize(at + size, 0);
            self.stream.read_exact(body.get_mut(at..).unwrap_or_default())?;
            self.line()?;
            if size == 0 {
                return String::from_utf8(body).context("the body is not UTF-8");
            }
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
        if self.stream.by_ref().take(limit).read_line(&mut line)? == 0 {
            bail!("the server closed the connection");
        }
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_load_to_this_machine_only() {
        let target = Target::parse("http://localhost:8080/cds-services/a?b=c").unwrap();
        assert_eq!(target.address.to_string(), "127.0.0.1:8080");
        assert_eq!(target.path, "/cds-services/a?b=c");
        assert_eq!(Target::parse("http://[::1]:80").unwrap().path, "/");
        for refused in [
            "https://127.0.0.1:8080/",
            "http://192.168.0.1:8080/",
            "http://0.0.0.0:8080/",
            "http://example.org:80/",
            "http://127.0.0.1/",
            "http://localhost.example.org:80/",
        ] {
            assert!(Target::parse(refused).is_err(), "{refused}");
        }
    }
}
