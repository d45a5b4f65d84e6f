//! Batches and files of messages (HL7 v2.5.1 §2.10.3): FHS, BHS, messages, BTS, FTS.

use model::{Problem, Timestamp};

/// Most messages in one file.
pub const MESSAGES_MAX: usize = 100_000;

/// One message of a batch, to be archived alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batched<'b> {
    /// The message's bytes, from its MSH on.
    pub bytes: &'b [u8],
    /// BHS-11, as sent.
    pub batch_id: Option<String>,
    /// FHS-11, as sent.
    pub file_id: Option<String>,
    /// Which message of the input, counted from 1.
    pub number: usize,
}

/// Whether the bytes begin a batch or a file of batches.
pub fn is_batch(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    start.starts_with(b"FHS") || start.starts_with(b"BHS")
}

/// Cuts the bytes at every MSH. Also serves bytes without FHS and BHS that hold several messages.
/// A wrong count is flagged; what stands outside any message is flagged and not returned; a
/// message that is bad in itself is returned like the others.
pub fn split(bytes: &[u8]) -> (Vec<Batched<'_>>, Vec<Problem>) {
    let mut splitter = Splitter::default();
    let mut start = 0;
    while start < bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let end = memchr::memchr2(b'\r', b'\n', rest).map_or(rest.len(), |end| end + 1);
        splitter.line(bytes, start, rest.get(..end).unwrap_or_default());
        start += end;
    }
    splitter.close(bytes, bytes.len());
    (splitter.messages, splitter.problems)
}

/// What the answer to a batch says beside the answers to its messages.
#[derive(Clone, Debug)]
pub struct BatchReply<'r> {
    /// BHS-11 of the answer itself.
    pub control_id: &'r str,
    /// BHS-7.
    pub time: Timestamp,
    /// What was noticed of the batch as a whole (BTS-2); it must not hold the patient's data.
    pub comment: Option<&'r str>,
}

/// Builds the answer to a batch (HL7 v2.5.1 §2.10.3.3): a batch with the answer to each message, in
/// their order. Sender and receiver change places, BHS-12 is the sender's BHS-11 byte for byte; a
/// file of batches is answered by a file with one batch.
pub fn acknowledge(batch: &[u8], answers: &[Vec<u8>], reply: &BatchReply<'_>) -> Vec<u8> {
    let line = |id: &[u8]| {
        let mut lines = batch.split(|b| matches!(b, b'\r' | b'\n')).map(<[u8]>::trim_ascii_start);
        lines.find(|line| line.starts_with(id) && line.len() > 4)
    };
    let (file, first) = (line(b"FHS"), line(b"BHS"));
    let mut out = Vec::new();
    let mut trailer = Vec::new();
    for (header, id, end, count) in
        [(file, b"FHS", b"FTS", 1), (first.or(file), b"BHS", b"BTS", answers.len())]
    {
        let Some(sent) = header else { continue };
        let separator = sent.get(3).copied().unwrap_or(b'|');
        let pieces: Vec<&[u8]> = sent.split(|b| *b == separator).collect();
        let piece = |number: usize| pieces.get(number).copied().unwrap_or_default();
        let time = super::ack::time(reply.time);
        let fields: [&[u8]; 12] = [
            id,
            piece(1),
            piece(4),
            piece(5),
            piece(2),
            piece(3),
            time.as_bytes(),
            b"",
            b"",
            b"",
            reply.control_id.as_bytes(),
            piece(10),
        ];
        out.extend(fields.join(&separator));
        out.push(b'\r');
        let count = count.to_string();
        let mut ending: Vec<&[u8]> = vec![end, count.as_bytes()];
        ending.extend(reply.comment.filter(|_| id == b"BHS").map(str::as_bytes));
        let mut ending = ending.join(&separator);
        ending.push(b'\r');
        // The file's trailer comes last.
        ending.append(&mut trailer);
        trailer = ending;
    }
    out.extend(answers.iter().flatten());
    out.extend(trailer);
    out
}

#[derive(Default)]
struct Splitter<'b> {
    messages: Vec<Batched<'b>>,
    problems: Vec<Problem>,
    /// Where the message being read begins.
    open: Option<usize>,
    separator: u8,
    batch_id: Option<String>,
    file_id: Option<String>,
    in_batch: usize,
    batches: usize,
    full: bool,
}

impl<'b> Splitter<'b> {
    fn line(&mut self, bytes: &'b [u8], start: usize, line: &[u8]) {
        match line.get(..3) {
            Some(b"MSH") => {
                self.close(bytes, start);
                self.open = Some(start);
            }
            Some(b"FHS") => {
                self.close(bytes, start);
                self.file_id = self.header_id(line);
            }
            Some(b"BHS") => {
                self.close(bytes, start);
                self.batch_id = self.header_id(line);
                self.in_batch = 0;
                self.batches += 1;
            }
            Some(b"BTS") => {
                self.close(bytes, start);
                self.count(line, self.in_batch, "BTS-1");
                self.batch_id = None;
            }
            Some(b"FTS") => {
                self.close(bytes, start);
                self.count(line, self.batches, "FTS-1");
                self.file_id = None;
            }
            _ if self.open.is_none() && !line.trim_ascii().is_empty() => {
                let place = format!("after message {}", self.messages.len());
                let text = "a segment outside any message is left out";
                self.problems.push(Problem::warning("outside-message", place, text));
            }
            _ => {}
        }
    }

    /// FHS-11 or BHS-11; remembers the separator for the trailer.
    fn header_id(&mut self, line: &[u8]) -> Option<String> {
        self.separator = line.get(3).copied()?;
        let id = line.split(|b| *b == self.separator).nth(10)?;
        Some(String::from_utf8_lossy(id.trim_ascii()).into_owned()).filter(|id| !id.is_empty())
    }

    fn count(&mut self, line: &[u8], found: usize, place: &str) {
        let stated = line.split(|b| *b == self.separator).nth(1).unwrap_or_default();
        let stated = String::from_utf8_lossy(stated.trim_ascii()).into_owned();
        if !stated.is_empty() && stated.parse() != Ok(found) {
            let text = format!("the trailer does not state the {found} that were found");
            self.problems.push(Problem::warning("wrong-count", place, text));
        }
    }

    fn close(&mut self, bytes: &'b [u8], end: usize) {
        let Some(start) = self.open.take() else { return };
        if self.messages.len() >= MESSAGES_MAX {
            if !self.full {
                let text = format!("over {MESSAGES_MAX} messages; the rest is left out");
                self.problems.push(Problem::error("too-many-messages", "file", text));
            }
            self.full = true;
            return;
        }
        self.in_batch += 1;
        self.messages.push(Batched {
            bytes: bytes.get(start..end).unwrap_or_default(),
            batch_id: self.batch_id.clone(),
            file_id: self.file_id.clone(),
            number: self.messages.len() + 1,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|p| p.code.as_str()).collect()
    }

    #[test]
    fn each_message_is_returned_alone_with_its_batch() {
        let text = b"FHS|^~\\&|A||||||||F1\rBHS|^~\\&|A||||||||B1\rMSH|1\rPID|1\rMSH|2\rPID|2\r\
            BTS|2\rBHS|^~\\&|A||||||||B2\nMSH|3\nBTS|1\nFTS|2\n";
        assert!(is_batch(text));
        let (messages, problems) = split(text);
        assert_eq!(problems, []);
        let seen: Vec<_> = messages
            .iter()
            .map(|m| (String::from_utf8_lossy(m.bytes).into_owned(), m.batch_id.as_deref()))
            .collect();
        let expected = [
            ("MSH|1\rPID|1\r".to_owned(), Some("B1")),
            ("MSH|2\rPID|2\r".to_owned(), Some("B1")),
            ("MSH|3\n".to_owned(), Some("B2")),
        ];
        assert_eq!(seen, expected);
        assert_eq!(messages[2].file_id.as_deref(), Some("F1"));
        assert_eq!(messages[2].number, 3);
    }

    #[test]
    fn a_batch_is_answered_by_a_batch() {
        let reply = BatchReply {
            control_id: "C-1",
            time: Timestamp::parse("2026-01-12T09:30:01Z").unwrap(),
            comment: Some("a remark"),
        };
        let answers = [b"MSH|1\rMSA|AA|1\r".to_vec(), b"MSH|2\rMSA|AR|2\r".to_vec()];
        let text = |batch: &[u8]| {
            String::from_utf8(acknowledge(batch, &answers, &reply)).unwrap().replace('\r', "\n")
        };
        let sent = b"FHS|^~\\&|A|B|C|D|2026||||F1\rBHS|^~\\&|A|B|C|D|||||B1\rMSH|1\rBTS|2\rFTS|1";
        let middle = "MSH|1\nMSA|AA|1\nMSH|2\nMSA|AR|2\n";
        let head = "HS|^~\\&|C|D|A|B|20260112093001.000+0000||||C-1|";
        assert_eq!(text(sent), format!("F{head}F1\nB{head}B1\n{middle}BTS|2|a remark\nFTS|1\n"));
        // Separators are the sender's.
        let other = text(b"BHS#*~\\&#A#B#C#D#####B1\rMSH#1");
        assert!(other.starts_with("BHS#*~\\&#C#D#A#B#2026"), "{other}");
        assert!(other.contains("#C-1#B1\n") && other.ends_with("BTS#2#a remark\n"), "{other}");
    }

    #[test]
    fn wrong_counts_and_strays_are_flagged_and_sink_nothing() {
        let (messages, problems) = split(b"BHS|^~\\&\rPID|stray\rMSH|1\rMSH|2\rBTS|3\rFTS|9\r");
        assert_eq!(messages.len(), 2);
        assert_eq!(codes(&problems), ["outside-message", "wrong-count", "wrong-count"]);
        let (messages, problems) = split(b"MSH|1\rMSH|2");
        assert_eq!((messages.len(), problems.len()), (2, 0));
        assert_eq!(split(b"").0.len(), 0);
    }

    #[test]
    fn the_number_of_messages_is_limited() {
        let at_limit = b"MSH\r".repeat(MESSAGES_MAX);
        let (messages, problems) = split(&at_limit);
        assert_eq!((messages.len(), problems.len()), (MESSAGES_MAX, 0));
        let over = b"MSH\r".repeat(MESSAGES_MAX + 1);
        let (messages, problems) = split(&over);
        assert_eq!((messages.len(), codes(&problems)), (MESSAGES_MAX, vec!["too-many-messages"]));
    }
}
