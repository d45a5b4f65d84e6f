//! Reads a change in any of the spellings.

use super::replace::replacement;
use super::{ChangeKind, Inserted, ProteinChange, Residue};
use std::fmt;

/// Longest text that is read, in bytes.
pub const CHANGE_BYTES_MAX: usize = 512;

/// The text is none of the forms; it stands beside the variant as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a protein change in any known form")
    }
}

impl std::error::Error for Unreadable {}

/// Three-letter codes with their letters.
const CODES: [(&str, char); 22] = [
    ("Ala", 'A'),
    ("Arg", 'R'),
    ("Asn", 'N'),
    ("Asp", 'D'),
    ("Cys", 'C'),
    ("Gln", 'Q'),
    ("Glu", 'E'),
    ("Gly", 'G'),
    ("His", 'H'),
    ("Ile", 'I'),
    ("Leu", 'L'),
    ("Lys", 'K'),
    ("Met", 'M'),
    ("Phe", 'F'),
    ("Pro", 'P'),
    ("Ser", 'S'),
    ("Thr", 'T'),
    ("Trp", 'W'),
    ("Tyr", 'Y'),
    ("Val", 'V'),
    ("Sec", 'U'),
    ("Ter", '*'),
];

/// The changes a text states: none for an empty one, several for a compound in square brackets.
pub fn parse(text: &str) -> Result<Vec<ProteinChange>, Unreadable> {
    if text.len() > CHANGE_BYTES_MAX {
        return Err(Unreadable);
    }
    let text = decode(text.trim());
    if text.is_empty() || text == "." {
        return Ok(Vec::new());
    }
    if let Some(splice) = splice(&text) {
        return Ok(vec![splice]);
    }
    let bare = bare(&text);
    let inner = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(inner) => {
            inner.split(';').map(|part| one(&letters(self::bare(part.trim())))).collect()
        }
        None => Ok(vec![one(&letters(bare))?]),
    }
}

/// Undoes percent-encoding of the signs that occur.
fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    [
        ("%3D", "="),
        ("%3d", "="),
        ("%3E", ">"),
        ("%3e", ">"),
        ("%2A", "*"),
        ("%2a", "*"),
        ("%3F", "?"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

/// Without accession, `p.` and round brackets.
fn bare(text: &str) -> &str {
    let text = text.rsplit_once(':').map_or(text, |(_, change)| change).trim();
    let text = text.strip_prefix("p.").or_else(|| text.strip_prefix("P.")).unwrap_or(text);
    text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text)
}

/// Three-letter codes to one letter each.
fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(character) = rest.chars().next() {
        for (code, letter) in CODES {
            if let Some(after) = rest.strip_prefix(code) {
                out.push(letter);
                rest = after;
                continue 'text;
            }
        }
        out.push(character);
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    out
}

/// `X769_splice`, `splice site 594-2A>C`, `splice site594-2A>C`, `splice`.
fn splice(text: &str) -> Option<ProteinChange> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("splice")?;
    let head = bare(text.get(..at)?.trim()).trim_end_matches('_');
    let tail = text.get(at..)?.get("splice".len()..)?.trim_start_matches(['_', ' ']);
    let tail = match tail.get(.."site".len()) {
        Some(word) if word.eq_ignore_ascii_case("site") => tail.get("site".len()..)?,
        _ => tail,
    };
    let expression = Some(tail.trim()).filter(|tail| !tail.is_empty()).map(Into::into);
    let digits =
        head.trim_start_matches(|letter: char| letter.is_ascii_uppercase() || letter == '*');
    let start = match digits.parse().ok() {
        Some(position) => Some(Residue { letter: None, position }),
        None if head.is_empty() => None,
        None => return None,
    };
    Some(ProteinChange { start, end: None, kind: ChangeKind::Splice(expression) })
}

/// One change without `p.`, in one-letter codes.
fn one(text: &str) -> Result<ProteinChange, Unreadable> {
    if text == "=" {
        return Ok(ProteinChange { start: None, end: None, kind: ChangeKind::Silent });
    }
    let (run, rest) = run(text);
    let (position, rest) = number(rest).ok_or(Unreadable)?;
    if position == 0 {
        return Err(Unreadable);
    }
    let place = Place { run: run.trim_start_matches('-'), position };
    match rest.strip_prefix('_') {
        None => place.changed(None, rest),
        Some(rest) => {
            let (end_run, rest) = self::run(rest);
            let (end, rest) = number(rest).ok_or(Unreadable)?;
            if end_run == "?" && rest.is_empty() && position == 1 {
                return Ok(place.change(None, ChangeKind::StartLost(None)));
            }
            if end < position {
                return Err(Unreadable);
            }
            let letter = end_run.bytes().next_back().filter(u8::is_ascii_uppercase);
            let letter = letter.or_else(|| end_run.ends_with('*').then_some(b'*'));
            place.changed(Some(Residue { letter, position: end }), rest)
        }
    }
}

/// Letters and where they start.
struct Place<'a> {
    run: &'a str,
    position: u32,
}

impl Place<'_> {
    fn start(&self) -> Residue {
        Residue { letter: self.run.bytes().next().filter(|b| *b != b'?'), position: self.position }
    }

    /// The last residue: the one stated, or the last of a run of several.
    fn end(&self, stated: Option<Residue>) -> Option<Residue> {
        let more = u32::try_from(self.run.len()).ok()?.saturating_sub(1);
        let of_run = (more > 0).then(|| Residue {
            letter: self.run.bytes().next_back(),
            position: self.position.saturating_add(more),
        });
        stated.filter(|end| end.position != self.position).or(of_run)
    }

    fn change(&self, end: Option<Residue>, kind: ChangeKind) -> ProteinChange {
        ProteinChange { start: Some(self.start()), end, kind }
    }

    /// What the text behind the residues says.
    fn changed(&self, stated: Option<Residue>, rest: &str) -> Result<ProteinChange, Unreadable> {
        let end = self.end(stated);
        if let Some((before, after)) = rest.split_once('>') {
            return self.replaced(end, before, after);
        }
        let (after, operation) = run(rest);
        if operation.starts_with("fs") {
            return self.shifted(after, operation);
        }
        if let Some(extension) = operation.strip_prefix("ext") {
            return self.lengthened(after, extension);
        }
        match (after, operation) {
            ("", "=") => Ok(self.change(end, ChangeKind::Silent)),
            ("" | "?", "") if stated.is_none() && self.is_start() && after == "?" => {
                Ok(self.change(None, ChangeKind::StartLost(None)))
            }
            ("" | "?", "") => Ok(self.change(end, ChangeKind::NotStated)),
            ("", _) => self.operated(end, operation),
            (letters, "") => Ok(self.substituted(end, letters)),
            _ => Err(Unreadable),
        }
    }

    fn is_start(&self) -> bool {
        self.position == 1 && matches!(self.run, "M" | "")
    }

    /// `del`, `delins…`, `dup`, `ins…`; what was lost or doubled may be named or counted behind.
    fn operated(&self, end: Option<Residue>, operation: &str) -> Result<ProteinChange, Unreadable> {
        if let Some(inserted) = operation.strip_prefix("delins") {
            let inserted = inserted_of(inserted)?;
            return Ok(match &inserted {
                Inserted::Residues(letters) if letters.starts_with('*') => {
                    self.change(None, ChangeKind::Substitution(b'*'))
                }
                _ => self.change(end, ChangeKind::Replacement(inserted)),
            });
        }
        if let Some(inserted) = operation.strip_prefix("ins") {
            let inserted = inserted_of(inserted)?;
            return Ok(self.change(end, ChangeKind::Insertion(inserted)));
        }
        let lost = operation.strip_prefix("del");
        let behind = lost.or_else(|| operation.strip_prefix("dup")).ok_or(Unreadable)?;
        let kind = if lost.is_some() { ChangeKind::Deletion } else { ChangeKind::Duplication };
        if let Some(extension) = behind.strip_prefix("ext") {
            return self.lengthened("", extension);
        }
        inserted_of(behind)?;
        if matches!(kind, ChangeKind::Deletion) && self.run.contains('*') {
            return self.lengthened("", "");
        }
        Ok(self.change(end, kind))
    }

    /// `R284Qfs*17`, `P131fs`, `K358Sfs*?`.
    fn shifted(&self, after: &str, operation: &str) -> Result<ProteinChange, Unreadable> {
        if self.run.contains('*') {
            return self.lengthened("", "");
        }
        let stop = operation.strip_prefix("fs").ok_or(Unreadable)?.trim_start_matches(['*', 'X']);
        let stop = match stop {
            "" | "?" => None,
            digits => Some(digits.parse().map_err(|_| Unreadable)?),
        };
        let letter = after.bytes().next();
        // The first residue of a run is the first that changes.
        Ok(self.change(None, ChangeKind::Frameshift { letter, stop }))
    }

    /// `*322Sext*12`, `*507ext*?`.
    fn lengthened(&self, after: &str, extension: &str) -> Result<ProteinChange, Unreadable> {
        let count = extension.trim_start_matches(['*', 'X']);
        let extension = match count {
            "" | "?" => None,
            digits => Some(digits.parse().map_err(|_| Unreadable)?),
        };
        let stop = self.run.find('*').and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        let start = Residue { letter: Some(b'*'), position: self.position.saturating_add(stop) };
        let kind = ChangeKind::StopLost { letter: after.bytes().next(), extension };
        Ok(ProteinChange { start: Some(start), end: None, kind })
    }

    /// Letters behind the position: `G12D`, `EA209KN`, `M1T`, `*667C`.
    fn substituted(&self, end: Option<Residue>, after: &str) -> ProteinChange {
        if !self.run.is_empty() {
            return replacement(self.position, self.run, after);
        }
        match (end, after.as_bytes()) {
            (None, [letter]) => self.change(None, ChangeKind::Substitution(*letter)),
            _ => self.change(end, ChangeKind::Replacement(Inserted::Residues(after.into()))),
        }
    }

    /// `655_656LL>L`, `H402_D403>PTHL`.
    fn replaced(
        &self,
        end: Option<Residue>,
        before: &str,
        after: &str,
    ) -> Result<ProteinChange, Unreadable> {
        if !is_run(before) || !is_run(after) {
            return Err(Unreadable);
        }
        if !before.is_empty() && !after.is_empty() {
            return Ok(replacement(self.position, before, after));
        }
        let kind = match after {
            "" => ChangeKind::Deletion,
            after => ChangeKind::Replacement(Inserted::Residues(after.into())),
        };
        Ok(self.change(end, kind))
    }
}

/// What stands behind `ins`, `del` or `dup`: residues, how many, or nothing.
fn inserted_of(text: &str) -> Result<Inserted, Unreadable> {
    if text.is_empty() || text == "?" {
        return Ok(Inserted::NotStated);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Inserted::Count).map_err(|_| Unreadable);
    }
    if !is_run(text) {
        return Err(Unreadable);
    }
    let stop = text.find('*').map_or(text.len(), |at| at + 1);
    Ok(Inserted::Residues(text.get(..stop).unwrap_or(text).into()))
}

fn is_run(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'*')
}

/// Letters, stops and the signs that stand in for them, from the start of a text.
fn run(text: &str) -> (&str, &str) {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || matches!(byte, b'*' | b'-' | b'?');
    let end = text.bytes().take_while(|byte| is_letter(*byte)).count();
    text.split_at_checked(end).unwrap_or(("", text))
}

/// A number from the start of a text.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}
