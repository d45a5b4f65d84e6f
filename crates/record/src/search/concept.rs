//! What a code, an identifier, a URI or a reference says, kept once however often it is said.
//!
//! Most values of a record repeat: the codes of an assay, its units, a patient's reference. Each
//! is a concept with a number of its own; a resource holds the numbers.

use crate::Failure;
use crate::limit::INDEXED_BYTES_MAX;
use crate::sql::record as sql;
use crate::store::{Executor, Rows, row, values};
use crate::vault::Builder;
use aws_lc_rs::digest;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

/// Bytes of SHA-256 by which a concept is known again.
const DIGEST_BYTES: usize = 16;
/// Concepts whose numbers are remembered; some 6 MB.
const REMEMBERED_MAX: usize = 100_000;
/// The system under which the printed name of a unit stands.
pub(super) const UNIT_SYSTEM: &str = "unit";
/// The system of what has none.
pub(super) const NO_SYSTEM: i64 = 0;

type Digest = [u8; DIGEST_BYTES];

/// What is a digest already is looked up by its first bytes.
#[derive(Clone, Copy, Debug, Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    /// The length, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

type ByDigest = HashMap<Digest, i64, BuildHasherDefault<FirstBytes>>;

/// Tokens and texts that belong together. Empty where a value is there and says nothing that can
/// be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Concept {
    digest: Digest,
    /// System and code; an identifier's value is hashed.
    pub(super) tokens: Vec<(String, String)>,
    /// Folded texts beside the codes.
    pub(super) labels: Vec<String>,
    /// Whether it has an order and leads somewhere: hashes do not.
    is_listed: bool,
}

impl Concept {
    pub(super) fn new(
        tenant: &str,
        mut tokens: Vec<(String, String)>,
        mut labels: Vec<String>,
        is_listed: bool,
    ) -> Self {
        tokens.sort_unstable();
        tokens.dedup();
        labels.retain(|label| !label.is_empty());
        labels.sort_unstable();
        labels.dedup();
        let mut whole = Vec::with_capacity(256);
        let mut part = |text: &str| {
            whole.extend_from_slice(&(text.len() as u64).to_be_bytes());
            whole.extend_from_slice(text.as_bytes());
        };
        part(tenant);
        part(if is_listed { "l" } else { "h" });
        for (system, code) in &tokens {
            part("t");
            part(system);
            part(code);
        }
        for label in &labels {
            part("w");
            part(label);
        }
        let hash = digest::digest(&digest::SHA256, &whole);
        let mut digest = [0; DIGEST_BYTES];
        digest.iter_mut().zip(hash.as_ref()).for_each(|(byte, from)| *byte = *from);
        Self { digest, tokens, labels, is_listed }
    }

    /// The token that is all it says. Most of these are identifiers and references that nobody else
    /// has: where the token stands is enough to know them again.
    fn alone(&self) -> Option<(&str, &str)> {
        match self.tokens.as_slice() {
            [(system, code)] if self.labels.is_empty() => {
                (code.len() <= INDEXED_BYTES_MAX).then_some((system, code))
            }
            _ => None,
        }
    }

    /// The number under which it is stored.
    pub(super) fn stored(
        &self,
        executor: &dyn Executor,
        tenant: &str,
    ) -> Result<Option<i64>, Failure> {
        let row = match self.alone() {
            None => executor.first(sql::CONCEPT_GET, values![tenant, self.digest.to_vec()])?,
            Some((system, code)) => {
                let system = match system {
                    "" => Some(NO_SYSTEM),
                    uri => Self::uri(tenant, uri).stored(executor, tenant)?,
                };
                let Some(system) = system else { return Ok(None) };
                executor.first(sql::CONCEPT_ALONE_GET, values![tenant, code, system])?
            }
        };
        row.map(|row| row.int(0)).transpose()
    }

    /// Whether it is a URI, and so may be a system of others.
    pub(super) fn is_uri(&self) -> bool {
        matches!(self.tokens.as_slice(), [(system, _)] if system.is_empty())
    }

    /// By what it is known again.
    pub(super) fn digest(&self) -> Vec<u8> {
        self.digest.to_vec()
    }

    /// A URI, or the name of a system.
    fn uri(tenant: &str, uri: &str) -> Self {
        Self::new(tenant, vec![(String::new(), uri.to_owned())], Vec::new(), true)
    }

    /// Its texts, for the check of what can be stored.
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        let tokens = self.tokens.iter().flat_map(|(system, code)| [system, code]);
        tokens.chain(&self.labels)
    }
}

/// Numbers of concepts that were committed, remembered by this process.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<Known>);

/// Numbers, and how often concepts had been removed when they were found out. After a removal by
/// whichever process they say nothing.
#[derive(Default)]
struct Known {
    removals: i64,
    numbers: ByDigest,
}

impl Remembered {
    fn get(&self, digest: &Digest, removals: i64) -> Option<i64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.numbers.get(digest).copied().filter(|_| known.removals == removals)
    }

    /// Keeps what a commit has found out, once it stands.
    pub(crate) fn keep(&self, found: Numbers) {
        let Some(removals) = found.removals else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if removals < known.removals {
            return;
        }
        if removals > known.removals || known.numbers.len() + found.numbers.len() > REMEMBERED_MAX {
            known.numbers.clear();
        }
        known.removals = removals;
        known.numbers.extend(found.numbers);
    }
}

/// Numbers that one transaction has found out or given.
#[derive(Default)]
pub(crate) struct Numbers {
    /// How often concepts had been removed, once it was asked.
    removals: Option<i64>,
    numbers: ByDigest,
}

/// Concepts of a tenant in one transaction.
pub(crate) struct Concepts<'a> {
    pub(super) executor: &'a dyn Executor,
    pub(super) tenant: &'a str,
    remembered: &'a Remembered,
    pub(super) numbers: Numbers,
    /// The last number that was given, once one was needed. The row is ours from then on.
    last: Option<i64>,
    /// The rows of new ones, which nobody asks for before the end of the transaction.
    waiting: Rows,
}

impl<'a> Concepts<'a> {
    pub(super) fn new(
        executor: &'a dyn Executor,
        tenant: &'a str,
        remembered: &'a Remembered,
    ) -> Self {
        let (numbers, waiting) = (Numbers::default(), Rows::default());
        Self { executor, tenant, remembered, numbers, last: None, waiting }
    }

    /// The number of a concept, which is stored if it is new.
    pub(super) fn number(&mut self, concept: &Concept) -> Result<i64, Failure> {
        let digest = &concept.digest;
        if let Some(number) = self.numbers.numbers.get(digest) {
            return Ok(*number);
        }
        let removals = self.removals()?;
        if let Some(number) = self.remembered.get(digest, removals) {
            return Ok(number);
        }
        let number = match self.stored(concept)? {
            Some(number) => number,
            None => self.store(concept)?,
        };
        self.numbers.numbers.insert(*digest, number);
        Ok(number)
    }

    /// As [`Concept::stored`], with what is remembered.
    fn stored(&mut self, concept: &Concept) -> Result<Option<i64>, Failure> {
        let Some((system, code)) = concept.alone() else {
            return concept.stored(self.executor, self.tenant);
        };
        let key = values![self.tenant, code, self.system(system)?];
        let row = self.executor.first(sql::CONCEPT_ALONE_GET, key)?;
        row.map(|row| row.int(0)).transpose()
    }

    /// The number of a system: that of the concept of its URI.
    fn system(&mut self, uri: &str) -> Result<i64, Failure> {
        if uri.is_empty() { Ok(NO_SYSTEM) } else { self.number(&Concept::uri(self.tenant, uri)) }
    }

    /// How often concepts were removed; asked once a transaction.
    fn removals(&mut self) -> Result<i64, Failure> {
        if let Some(removals) = self.numbers.removals {
            return Ok(removals);
        }
        let row = self.executor.first(sql::CONCEPT_REMOVALS_GET, &[])?;
        let removals = row.map_or(Ok(0), |row| row.int(0))?;
        self.numbers.removals = Some(removals);
        Ok(removals)
    }

    /// Puts the new ones and notes which numbers were given, at the end of the transaction.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        self.waiting.put(self.executor)?;
        match self.last {
            None => Ok(()),
            Some(last) => self.executor.execute(sql::CONCEPT_LAST_PUT, values![last]).map(|_| ()),
        }
    }

    fn store(&mut self, concept: &Concept) -> Result<i64, Failure> {
        let last = match self.last {
            Some(last) => last,
            None => self.executor.one(sql::CONCEPT_TAKE, &[])?.int(0)?,
        };
        // Odd numbers are those of tokens alone, even ones are found by their digest.
        let is_alone = concept.alone().is_some();
        let number = if (last % 2 == 0) == is_alone { last + 1 } else { last + 2 };
        self.last = Some(number);
        if !is_alone {
            let row = row![self.tenant, concept.digest.to_vec(), number];
            self.waiting.add(sql::CONCEPT_PUT, row);
        }
        // One that names itself as a system has its number by now.
        self.numbers.numbers.insert(concept.digest, number);
        for (system, code) in &concept.tokens {
            let system_number = self.system(system)?;
            let code = indexed(code);
            let row = row![self.tenant, code, system_number, number];
            self.waiting.add(sql::TOKEN_PUT, row);
            if concept.is_listed && system != UNIT_SYSTEM {
                self.waiting.add(sql::TOKEN_OF_PUT, row![self.tenant, number, code]);
            }
        }
        for label in &concept.labels {
            self.waiting.add(sql::LABEL_PUT, row![self.tenant, indexed(label), number]);
        }
        Ok(number)
    }
}

/// A text as far as it is indexed: no key may be longer in PostgreSQL. One that was cut stays
/// longer than any value that is searched for, so it equals none.
pub(super) fn indexed(text: &str) -> &str {
    if text.len() <= INDEXED_BYTES_MAX {
        return text;
    }
    text.get(..text.ceil_char_boundary(INDEXED_BYTES_MAX + 1)).unwrap_or(text)
}

/// The concepts that hold a token: of any system if none is named, of none if it is empty.
pub(crate) fn with_token(to: &mut Builder, system: Option<&str>, code: Option<&str>) {
    to.push("SELECT k.concept FROM search_token k WHERE k.tenant = $1");
    if let Some(code) = code {
        to.push(" AND k.code = ");
        to.bind(code);
    }
    match system {
        None => {}
        Some("") => to.push(" AND k.system = 0"),
        Some(system) => {
            // The number of a system is that of the concept of its URI.
            to.push(
                " AND k.system IN (SELECT y.concept FROM search_token y WHERE y.tenant = $1 \
                 AND y.code = ",
            );
            to.bind(system);
            to.push(" AND y.system = 0)");
        }
    }
}
