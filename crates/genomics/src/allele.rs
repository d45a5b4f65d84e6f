//! One form for each variant of a sequence, however it was spelt.
//!
//! Both ends are trimmed. Where the reference's bases are at hand, what is only deleted or only
//! inserted is widened over the whole repeat in which its place is a matter of taste (NCBI SPDI,
//! "variant overprecision correction algorithm", PMID 31738401). Without them it is trimmed and
//! flagged, and two spellings that a repeat might make one are neither the same nor different.

use crate::range::Range;
use model::variant::Spdi;
use std::fmt;

/// Bases by which a change in a repeat is widened at most, in each direction.
pub(crate) const WIDENED_BASES_MAX: usize = 10_000;
/// Bases from which a change also answers questions about structural variants.
pub const STRUCTURAL_BASES_MIN: u64 = 50;

/// Bases of reference sequences.
pub trait Reference {
    /// The bases of a range, upper case; `None` if they are not at hand.
    fn bases(&self, range: &Range) -> Option<String>;

    /// Puts the bases from `start` to `end` in the place of what `into` holds; whether they are at
    /// hand. For readers of many places, which need no text of each.
    fn fill(&self, sequence: &str, start: u64, end: u64, into: &mut Vec<u8>) -> bool {
        let bases = self.bases(&Range::new(sequence, start, end));
        into.clear();
        into.extend_from_slice(bases.as_deref().unwrap_or_default().as_bytes());
        bases.is_some()
    }
}

/// No reference sequence at hand.
#[derive(Clone, Copy, Debug)]
pub struct NoReference;

impl Reference for NoReference {
    fn bases(&self, _: &Range) -> Option<String> {
        None
    }
}

/// What stands in place of the reference's bases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Inserted {
    /// These bases.
    Bases(String),
    /// The bases of the interval, twice.
    Duplicated,
    /// The bases of the interval, on the other strand.
    Inverted,
    /// The bases of the interval: nothing changes.
    Unchanged,
}

/// A change of a sequence as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// Accession with version.
    pub sequence: String,
    /// First base replaced, from 0.
    pub start: u64,
    /// One past the last base replaced.
    pub end: u64,
    /// The bases replaced, if they were written.
    pub deleted: Option<String>,
    /// What replaces them.
    pub inserted: Inserted,
}

/// A change that contradicts the reference sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Where.
    pub place: Range,
}

/// How sure the form of an allele is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// The one form of this variant.
    Justified,
    /// Trimmed only: in a repeat the same variant has other forms.
    Trimmed,
}

/// A change in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allele {
    /// The change, trimmed or justified.
    pub change: Change,
    /// How sure it is.
    pub form: Form,
}

/// Whether two alleles are one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are.
    Same,
    /// They are not.
    Different,
    /// Only the reference's bases could tell.
    Undecided,
}

/// Whether a text is bases, of either case; the empty one is.
pub fn is_bases(text: &str) -> bool {
    text.bytes().all(|b| matches!(b.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'N'))
}

/// The other strand's bases.
pub fn reverse_complement(bases: &str) -> String {
    let complement = |base: char| match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        'T' => 'A',
        other => other,
    };
    bases.chars().rev().map(complement).collect()
}

impl Change {
    /// A record of a VCF: the position of its first base counted from 1.
    pub fn from_vcf(sequence: &str, position: u64, deleted: &str, inserted: &str) -> Option<Self> {
        let start = position.checked_sub(1)?;
        if deleted.is_empty() || inserted.is_empty() || !is_bases(deleted) || !is_bases(inserted) {
            return None;
        }
        Some(Self {
            sequence: sequence.to_owned(),
            start,
            end: start.checked_add(deleted.len() as u64)?,
            deleted: Some(deleted.to_ascii_uppercase()),
            inserted: Inserted::Bases(inserted.to_ascii_uppercase()),
        })
    }

    /// The interval that is replaced.
    pub fn range(&self) -> Range {
        Range::new(&self.sequence, self.start, self.end)
    }

    /// The canonical form.
    ///
    /// # Errors
    /// When the bases written are not those of the reference.
    pub fn canonical(mut self, reference: &dyn Reference) -> Result<Allele, Contradiction> {
        let held = reference.bases(&self.range()).map(|bases| bases.to_ascii_uppercase());
        if let (Some(held), Some(written)) = (&held, &self.deleted)
            && held != written
        {
            return Err(Contradiction { place: self.range() });
        }
        self.deleted = held.or(self.deleted);
        self.spell_out();
        self.trim();
        let is_settled = match (&self.deleted, &self.inserted) {
            // What replaces as much as it takes has one place; so has what replaces other bases.
            (Some(deleted), Inserted::Bases(inserted)) => {
                deleted == inserted || !deleted.is_empty() && !inserted.is_empty()
            }
            (_, Inserted::Unchanged) => true,
            _ => false,
        };
        if is_settled || self.widen(reference) {
            return Ok(Allele { change: self, form: Form::Justified });
        }
        Ok(Allele { change: self, form: Form::Trimmed })
    }

    /// Writes what is inserted as bases, where the bases replaced are known.
    fn spell_out(&mut self) {
        let Some(deleted) = self.deleted.clone() else { return };
        match self.inserted {
            Inserted::Bases(_) => {}
            Inserted::Duplicated => {
                self.start = self.end;
                self.deleted = Some(String::new());
                self.inserted = Inserted::Bases(deleted);
            }
            Inserted::Inverted => {
                self.inserted = Inserted::Bases(reverse_complement(&deleted));
            }
            Inserted::Unchanged => self.inserted = Inserted::Bases(deleted),
        }
    }

    /// Takes away what both sides have in common, at the end and then at the start. What changes
    /// nothing stays as it is.
    fn trim(&mut self) {
        let (Some(deleted), Inserted::Bases(inserted)) = (&mut self.deleted, &mut self.inserted)
        else {
            return;
        };
        if deleted == inserted {
            return;
        }
        let common = |pair: &(u8, u8)| pair.0 == pair.1;
        let tail = deleted.bytes().rev().zip(inserted.bytes().rev()).take_while(common).count();
        deleted.truncate(deleted.len() - tail);
        inserted.truncate(inserted.len() - tail);
        let head = deleted.bytes().zip(inserted.bytes()).take_while(common).count();
        deleted.drain(..head);
        inserted.drain(..head);
        self.start += head as u64;
        self.end = self.start + deleted.len() as u64;
    }

    /// Widens an insertion or a deletion over the repeat that it stands in; whether the bases for
    /// it were at hand.
    fn widen(&mut self, reference: &dyn Reference) -> bool {
        let (Some(deleted), Inserted::Bases(inserted)) = (&self.deleted, &self.inserted) else {
            return false;
        };
        let moved = if deleted.is_empty() { inserted.clone() } else { deleted.clone() };
        let base = |at: u64| reference.bases(&Range::new(&self.sequence, at, at + 1));
        let cycle = moved.as_bytes();
        if cycle.is_empty() {
            return false;
        }
        let length = crate::sequence::known(&self.sequence).map(|known| known.length);
        let (mut before, mut after) = (String::new(), String::new());
        for step in 0..WIDENED_BASES_MAX {
            let Some(at) = self.start.checked_sub(step as u64 + 1) else { break };
            let Some(held) = base(at) else { return false };
            let wanted = cycle.iter().rev().nth(step % cycle.len());
            if held.as_bytes().first() != wanted {
                break;
            }
            before.insert_str(0, &held);
        }
        for step in 0..WIDENED_BASES_MAX {
            let at = self.end + step as u64;
            if length.is_some_and(|length| at >= length) {
                break;
            }
            let Some(held) = base(at) else { return false };
            let wanted = cycle.get(step % cycle.len());
            if held.as_bytes().first() != wanted {
                break;
            }
            after.push_str(&held);
        }
        self.start -= before.len() as u64;
        self.end += after.len() as u64;
        self.deleted = Some(format!("{before}{deleted}{after}"));
        self.inserted = Inserted::Bases(format!("{before}{inserted}{after}"));
        true
    }

    /// Bases that the change takes and gives; what it gives is not known of an open one.
    fn lengths(&self) -> (u64, u64) {
        let taken = self.end.saturating_sub(self.start);
        let given = match &self.inserted {
            Inserted::Bases(bases) => bases.len() as u64,
            Inserted::Duplicated => taken * 2,
            Inserted::Inverted | Inserted::Unchanged => taken,
        };
        (taken, given)
    }
}

impl Allele {
    /// Whether nothing changes: a statement of the reference.
    pub fn is_reference(&self) -> bool {
        match (&self.change.deleted, &self.change.inserted) {
            (_, Inserted::Unchanged) => true,
            (Some(deleted), Inserted::Bases(inserted)) => deleted == inserted,
            _ => false,
        }
    }

    /// Whether so many bases change that questions about structural variants mean it, too.
    pub fn is_long(&self) -> bool {
        let (taken, given) = self.change.lengths();
        !self.is_reference() && taken.max(given) >= STRUCTURAL_BASES_MIN
    }

    /// As SPDI; `None` while a side is not known.
    pub fn spdi(&self) -> Option<Spdi> {
        let Inserted::Bases(inserted) = &self.change.inserted else { return None };
        Some(Spdi {
            sequence: self.change.sequence.clone(),
            position: self.change.start,
            deleted: self.change.deleted.clone()?,
            inserted: inserted.clone(),
        })
    }

    /// A text that is equal for equal forms: `NC_000010.11:94781858:1:A`. The bases that are taken
    /// follow from their place, so only their count is in it.
    pub fn key(&self) -> String {
        let (change, (taken, _)) = (&self.change, self.change.lengths());
        let given = match &change.inserted {
            Inserted::Bases(bases) => bases.as_str(),
            Inserted::Duplicated => "dup",
            Inserted::Inverted => "inv",
            Inserted::Unchanged => "=",
        };
        format!("{}:{}:{taken}:{given}", change.sequence, change.start)
    }

    /// Whether this and another are one variant.
    pub fn compare(&self, other: &Self) -> Comparison {
        let (one, two) = (&self.change, &other.change);
        if one.sequence != two.sequence {
            return Comparison::Different;
        }
        let same_place = one.start == two.start && one.end == two.end;
        if same_place && one.inserted == two.inserted {
            return match (&one.deleted, &two.deleted) {
                // Both cannot be right about the reference.
                (Some(a), Some(b)) if a != b => Comparison::Undecided,
                _ => Comparison::Same,
            };
        }
        if self.form == Form::Justified && other.form == Form::Justified {
            return Comparison::Different;
        }
        let could_be = could_be_one(one, two) && self.could_lie(other) && other.could_lie(self);
        if could_be { Comparison::Undecided } else { Comparison::Different }
    }
}

impl Allele {
    /// Whether another form may be the same variant by its place: a justified one covers every
    /// place that its variant can be written at.
    fn could_lie(&self, other: &Self) -> bool {
        let (one, two) = (&self.change, &other.change);
        self.form != Form::Justified || one.start <= two.start && two.end <= one.end
    }
}

impl fmt::Display for Allele {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

/// Whether a repeat, or bases that were not written, could make two spellings one variant: they
/// take or give as much, and in the same order around.
fn could_be_one(one: &Change, two: &Change) -> bool {
    let ((taken, given), (other_taken, other_given)) = (one.lengths(), two.lengths());
    let net = |taken: u64, given: u64| i128::from(given) - i128::from(taken);
    if net(taken, given) != net(other_taken, other_given) {
        return false;
    }
    if taken == given {
        // Lengths stay: a place is a place, unless bases are missing on one side.
        let is_open = |c: &Change| c.deleted.is_none() || !matches!(c.inserted, Inserted::Bases(_));
        return (is_open(one) || is_open(two)) && one.range().intersects(&two.range());
    }
    match (moved(one), moved(two)) {
        (Some(one), Some(two)) => is_rotation(one, two),
        _ => true,
    }
}

/// The bases that are only inserted or only deleted; `None` where they are not known.
fn moved(change: &Change) -> Option<&str> {
    match (&change.deleted, &change.inserted) {
        (Some(deleted), Inserted::Bases(inserted)) if deleted.is_empty() => Some(inserted),
        (Some(deleted), Inserted::Bases(inserted)) if inserted.is_empty() => Some(deleted),
        _ => None,
    }
}

fn is_rotation(one: &str, two: &str) -> bool {
    one.len() == two.len() && format!("{one}{one}").contains(two)
}

#[cfg(test)]
mod tests;
