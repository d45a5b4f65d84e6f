//! The file from its first byte to its last: objects, tables, trailers, and nothing else.

use super::stream::{self, Inflated};
use super::token::{Cursor, Dictionary, Length};
use super::{Damage, OBJECTS_MAX, Refusal, Whole, damaged};
use std::collections::BTreeMap;

struct Scan<'b> {
    bytes: &'b [u8],
    /// Where the header stands: what is told of places is counted from there.
    begin: usize,
    found: Whole,
    inflated: Inflated,
    /// Where objects are, by number and generation; of several, the last one.
    objects: BTreeMap<(usize, usize), Vec<usize>>,
    /// Places that a table of objects stands at.
    tables: Vec<usize>,
    /// What the tables say: number and generation, and where that is.
    entries: Vec<((usize, usize), usize)>,
    /// Where the last `startxref` points to.
    start: Option<usize>,
}

/// Visits everything.
pub(super) fn whole(bytes: &[u8], begin: usize) -> Result<Whole, Refusal> {
    let mut scan = Scan {
        bytes,
        begin,
        found: Whole::default(),
        inflated: Inflated::default(),
        objects: BTreeMap::new(),
        tables: Vec::new(),
        entries: Vec::new(),
        start: None,
    };
    let mut cursor = Cursor::new(bytes, begin);
    loop {
        cursor.skip();
        let at = cursor.at;
        match cursor.peek() {
            None => break,
            Some(b'0'..=b'9') => scan.object(&mut cursor)?,
            Some(_) if cursor.take(b"startxref") => {
                cursor.skip();
                scan.start = Some(cursor.number().ok_or(damaged(Damage::Table, at))?);
            }
            Some(_) if cursor.take(b"xref") => scan.table(&mut cursor, at)?,
            Some(_) if cursor.take(b"trailer") => {
                let trailer = cursor.object()?.ok_or(damaged(Damage::Table, at))?;
                refuse_encrypted(&trailer)?;
            }
            Some(_) => return Err(damaged(Damage::Between, at)),
        }
    }
    scan.compare()?;
    Ok(scan.found)
}

fn refuse_encrypted(dictionary: &Dictionary) -> Result<(), Refusal> {
    if dictionary.is_encrypted { Err(Refusal::Encrypted) } else { Ok(()) }
}

impl Scan<'_> {
    fn object(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let at = cursor.at;
        let broken = || damaged(Damage::Object, at);
        let number = cursor.number().ok_or_else(broken)?;
        cursor.skip();
        let generation = cursor.number().ok_or_else(broken)?;
        cursor.skip();
        if !cursor.take(b"obj") {
            return Err(broken());
        }
        self.found.objects += 1;
        if self.found.objects > OBJECTS_MAX {
            return Err(Refusal::TooMuch { of: "objects", limit: OBJECTS_MAX });
        }
        self.objects.entry((number, generation)).or_default().push(at);
        cursor.skip();
        if cursor.take(b"endobj") {
            return Ok(());
        }
        let dictionary = cursor.object()?;
        cursor.skip();
        if let Some(dictionary) = &dictionary {
            if dictionary.kind == b"XRef" {
                self.tables.push(at);
                refuse_encrypted(dictionary)?;
            }
            if cursor.take(b"stream") {
                self.stream(cursor, dictionary)?;
                cursor.skip();
            }
        }
        if cursor.take(b"endobj") { Ok(()) } else { Err(damaged(Damage::Object, cursor.at)) }
    }

    fn stream(&mut self, cursor: &mut Cursor<'_>, of: &Dictionary) -> Result<(), Refusal> {
        if !cursor.take(b"\r\n") && !cursor.take(b"\n") && !cursor.take(b"\r") {
            return Err(damaged(Damage::Object, cursor.at));
        }
        let begin = cursor.at;
        let length = match of.length {
            Some(Length::Direct(length)) => Some(length),
            Some(Length::Object(number)) => self.number_in(number),
            None => None,
        };
        let end = length.and_then(|length| begin.checked_add(length));
        let end = end.ok_or(damaged(Damage::Length, begin))?;
        let data = self.bytes.get(begin..end).ok_or(damaged(Damage::Length, begin))?;
        cursor.at = end;
        let _ = cursor.take(b"\r\n") || cursor.take(b"\n") || cursor.take(b"\r");
        if !cursor.take(b"endstream") {
            return Err(damaged(Damage::Length, begin));
        }
        self.found.streams += 1;
        match stream::test(data, of, begin, &mut self.inflated)? {
            stream::Tested::Held => self.found.tested += 1,
            stream::Tested::Picture => {}
            stream::Tested::Cannot => self.found.untested += 1,
        }
        Ok(())
    }

    /// A number that stands in an object of its own; nearly always a later one.
    fn number_in(&self, object: usize) -> Option<usize> {
        let head = |at: usize| {
            let mut cursor = Cursor::new(self.bytes, at);
            let number = cursor.number()?;
            cursor.skip();
            cursor.number()?;
            cursor.skip();
            (number == object && cursor.take(b"obj")).then_some(())?;
            cursor.skip();
            let value = cursor.number()?;
            cursor.skip();
            cursor.take(b"endobj").then_some(value)
        };
        let known = self.objects.get(&(object, 0)).and_then(|places| places.last());
        if let Some(found) = known.and_then(|at| head(*at)) {
            return Some(found);
        }
        let name = format!("{object} 0 obj");
        let places = memchr::memmem::find_iter(self.bytes, name.as_bytes());
        places.take(16).find_map(head)
    }

    /// A table of objects (ISO 32000-2 §7.5.4).
    fn table(&mut self, cursor: &mut Cursor<'_>, at: usize) -> Result<(), Refusal> {
        self.tables.push(at);
        loop {
            cursor.skip();
            let Some(first) = cursor.number() else { return Ok(()) };
            cursor.skip();
            let count = cursor.number().filter(|count| *count <= OBJECTS_MAX);
            let count = count.ok_or(damaged(Damage::Table, cursor.at))?;
            for number in first..first.saturating_add(count) {
                cursor.skip();
                let place = cursor.number().ok_or(damaged(Damage::Table, cursor.at))?;
                cursor.skip();
                let generation = cursor.number().ok_or(damaged(Damage::Table, cursor.at))?;
                cursor.skip();
                if cursor.take(b"n") {
                    self.entries.push(((number, generation), place));
                    if self.entries.len() > OBJECTS_MAX {
                        return Err(Refusal::TooMuch { of: "objects", limit: OBJECTS_MAX });
                    }
                } else if !cursor.take(b"f") {
                    return Err(damaged(Damage::Table, cursor.at));
                }
            }
        }
    }

    /// The end has to point to a table, and tables to the objects they name.
    fn compare(&self) -> Result<(), Refusal> {
        let start = self.start.ok_or(damaged(Damage::Table, self.bytes.len()))?;
        let is_table = |place: usize| {
            let place = place.saturating_add(self.begin);
            let mut cursor = Cursor::new(self.bytes, place);
            cursor.skip();
            self.tables.contains(&cursor.at)
        };
        if !is_table(start) {
            return Err(damaged(Damage::Table, start));
        }
        for (object, place) in &self.entries {
            let mut cursor = Cursor::new(self.bytes, place.saturating_add(self.begin));
            cursor.skip();
            let places = self.objects.get(object).map(Vec::as_slice).unwrap_or_default();
            // Writers leave entries of place 0 for objects that they dropped.
            if *place != 0 && !places.contains(&cursor.at) {
                return Err(damaged(Damage::Entry, *place));
            }
        }
        Ok(())
    }
}
