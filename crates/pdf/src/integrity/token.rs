//! Objects, token by token, as far as the gate has to understand them (ISO 32000-2 §7.2, §7.3).

use super::{Damage, NESTING_MAX, Refusal, damaged};

/// What the gate has to know of a dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dictionary {
    /// `/Length`.
    pub(super) length: Option<Length>,
    /// `/Filter`, one or several.
    pub(super) filters: Vec<Vec<u8>>,
    /// `/Type`.
    pub(super) kind: Vec<u8>,
    /// `/Subtype`.
    pub(super) subtype: Vec<u8>,
    /// Whether it has `/Encrypt`.
    pub(super) is_encrypted: bool,
}

/// How long a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// As the dictionary says.
    Direct(usize),
    /// As another object says.
    Object(usize),
}

/// A place in the file.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes what is expected.
    pub(super) fn take(&mut self, expected: &[u8]) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Passes blanks and comments.
    pub(super) fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let line = memchr::memchr2(b'\r', b'\n', self.rest());
                self.at = line.map_or(self.bytes.len(), |end| self.at + end);
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// An unsigned number and what follows it.
    pub(super) fn number(&mut self) -> Option<usize> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = self.rest().get(..digits).filter(|_| (1..=10).contains(&digits))?;
        let number = std::str::from_utf8(text).ok()?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// `12 0 R`, if that stands here.
    fn reference(&mut self) -> Option<usize> {
        let begin = self.at;
        let found = self.number().filter(|_| {
            self.skip();
            self.number().is_some() && {
                self.skip();
                self.take(b"R")
            }
        });
        if found.is_none() {
            self.at = begin;
        }
        found
    }

    /// The rest of a name after its `/`.
    fn name(&mut self) -> &'b [u8] {
        let rest = self.rest();
        let len = rest.iter().take_while(|b| !is_blank(**b) && !is_delimiter(**b)).count();
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn string(&mut self) -> Result<(), Refusal> {
        let (begin, mut open) = (self.at, 1_usize);
        while open > 0 {
            let next = memchr::memchr3(b'(', b')', b'\\', self.rest());
            self.at += next.ok_or(damaged(Damage::Object, begin))?;
            match self.peek() {
                Some(b'(') => open += 1,
                Some(b')') => open -= 1,
                _ => self.at += 1,
            }
            self.at += 1;
        }
        Ok(())
    }

    fn hexadecimal(&mut self) -> Result<(), Refusal> {
        let begin = self.at;
        let end = memchr::memchr(b'>', self.rest()).ok_or(damaged(Damage::Object, begin))?;
        let text = self.rest().get(..end).unwrap_or_default();
        if !text.iter().all(|byte| byte.is_ascii_hexdigit() || is_blank(*byte)) {
            return Err(damaged(Damage::Object, begin));
        }
        self.at += end + 1;
        Ok(())
    }

    /// Passes any object; what a dictionary at the outermost says is noted.
    pub(super) fn object(&mut self) -> Result<Option<Dictionary>, Refusal> {
        self.skip();
        if self.take(b"<<") {
            return self.dictionary(1).map(Some);
        }
        self.value(0).map(|()| None)
    }

    fn dictionary(&mut self, depth: usize) -> Result<Dictionary, Refusal> {
        if depth > NESTING_MAX {
            return Err(Refusal::TooMuch { of: "levels of nesting", limit: NESTING_MAX });
        }
        let mut found = Dictionary::default();
        loop {
            self.skip();
            if self.take(b">>") {
                return Ok(found);
            }
            if !self.take(b"/") {
                return Err(damaged(Damage::Object, self.at));
            }
            let key = self.name();
            self.skip();
            match key {
                b"Length" if depth == 1 => found.length = Some(self.length()?),
                b"Filter" if depth == 1 => found.filters = self.names(depth)?,
                b"Type" if depth == 1 => found.kind = self.names(depth)?.concat(),
                b"Subtype" if depth == 1 => found.subtype = self.names(depth)?.concat(),
                b"Encrypt" if depth == 1 => {
                    found.is_encrypted = true;
                    self.value(depth)?;
                }
                _ => self.value(depth)?,
            }
        }
    }

    fn length(&mut self) -> Result<Length, Refusal> {
        let begin = self.at;
        if let Some(object) = self.reference() {
            return Ok(Length::Object(object));
        }
        self.number().map(Length::Direct).ok_or(damaged(Damage::Length, begin))
    }

    /// A name, or an array of names; anything else is passed and gives none.
    fn names(&mut self, depth: usize) -> Result<Vec<Vec<u8>>, Refusal> {
        if self.take(b"/") {
            return Ok(vec![self.name().to_vec()]);
        }
        let begin = self.at;
        let mut names = Vec::new();
        if self.take(b"[") {
            loop {
                self.skip();
                if self.take(b"]") {
                    return Ok(names);
                }
                if !self.take(b"/") || names.len() == NESTING_MAX {
                    break;
                }
                names.push(self.name().to_vec());
            }
        }
        self.at = begin;
        self.value(depth)?;
        Ok(Vec::new())
    }

    fn value(&mut self, depth: usize) -> Result<(), Refusal> {
        self.skip();
        let begin = self.at;
        if self.take(b"<<") {
            return self.dictionary(depth + 1).map(|_| ());
        }
        if self.take(b"[") {
            return self.array(depth + 1);
        }
        if self.take(b"(") {
            return self.string();
        }
        if self.take(b"<") {
            return self.hexadecimal();
        }
        if self.take(b"/") {
            self.name();
            return Ok(());
        }
        if self.reference().is_some() {
            return Ok(());
        }
        match self.name() {
            b"true" | b"false" | b"null" => Ok(()),
            word if is_number(word) => Ok(()),
            _ => Err(damaged(Damage::Object, begin)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Refusal> {
        if depth > NESTING_MAX {
            return Err(Refusal::TooMuch { of: "levels of nesting", limit: NESTING_MAX });
        }
        loop {
            self.skip();
            if self.take(b"]") {
                return Ok(());
            }
            self.value(depth)?;
        }
    }
}

fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    // Writers leave `--5` and `1.-3` behind; readers take them as numbers.
    !word.is_empty()
        && digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && digits.iter().any(u8::is_ascii_digit)
}
