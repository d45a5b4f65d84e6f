//! One spelling for each insertion and deletion, without a FASTA.
//!
//! Trim what REF and ALT share at the right, then at the left, then shift left as far as the known
//! sequence goes (Tan 2015, PMID 25701572).

use knowledge::pgx::{IndelContext, Position};

/// A variant without shared bases, as far left as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NormalForm {
    /// First replaced base; for an insertion the base it goes before.
    pub(crate) position: u64,
    pub(crate) deleted: Vec<u8>,
    pub(crate) inserted: Vec<u8>,
}

impl NormalForm {
    /// Trimmed only; `-` counts as empty.
    pub(crate) fn trimmed(position: u64, reference: &str, alternate: &str) -> Self {
        let bytes = |text: &str| if text == "-" { Vec::new() } else { text.as_bytes().to_vec() };
        let (mut deleted, mut inserted) = (bytes(reference), bytes(alternate));
        while deleted.last().is_some() && deleted.last() == inserted.last() {
            deleted.pop();
            inserted.pop();
        }
        let shared = deleted.iter().zip(&inserted).take_while(|(a, b)| a == b).count();
        deleted.drain(..shared);
        inserted.drain(..shared);
        Self { position: position + shared as u64, deleted, inserted }
    }

    /// Trimmed and shifted left within the context.
    pub(crate) fn new(
        position: u64,
        reference: &str,
        alternate: &str,
        context: Option<&IndelContext>,
    ) -> Self {
        let mut form = Self::trimmed(position, reference, alternate);
        while form.is_pure_indel() {
            let Some(before) = form.position.checked_sub(1) else { break };
            let moving =
                if form.deleted.is_empty() { &mut form.inserted } else { &mut form.deleted };
            if moving.last().copied() != base_at(context, before) {
                break;
            }
            moving.rotate_right(1);
            form.position = before;
        }
        form
    }

    /// Nothing but an insertion or nothing but a deletion.
    pub(crate) fn is_pure_indel(&self) -> bool {
        self.deleted.is_empty() != self.inserted.is_empty()
    }

    /// As many bases out as in, so nothing moves.
    pub(crate) fn is_substitution(&self) -> bool {
        self.deleted.len() == self.inserted.len()
    }

    /// Whether it takes the base at `position` away or replaces it.
    pub(crate) fn touches(&self, position: u64) -> bool {
        position >= self.position
            && position < self.position.saturating_add(self.deleted.len() as u64)
    }

    /// First base after the right-most equivalent spelling.
    pub(crate) fn right_end(&self, context: Option<&IndelContext>) -> u64 {
        let mut moved = self.clone();
        while moved.is_pure_indel() {
            let next = moved.position.saturating_add(moved.deleted.len() as u64);
            let moving =
                if moved.deleted.is_empty() { &mut moved.inserted } else { &mut moved.deleted };
            if moving.first().copied() != base_at(context, next) {
                break;
            }
            moving.rotate_left(1);
            moved.position = moved.position.saturating_add(1);
        }
        moved.position.saturating_add(moved.deleted.len() as u64)
    }
}

fn base_at(context: Option<&IndelContext>, position: u64) -> Option<u8> {
    let context = context?;
    let index = usize::try_from(position.checked_sub(context.start)?).ok()?;
    context.sequence.as_bytes().get(index).copied()
}

/// Last position, included, where a record can lie that says something about `position`: for a
/// single base the base itself, for an insertion or deletion the base after its right-most
/// equivalent spelling.
pub fn span_end(position: &Position) -> u64 {
    let last = position.position + (position.reference.len().max(1) as u64 - 1);
    if is_substitution(position) {
        return last;
    }
    let context = position.indel.as_ref();
    position
        .alternates
        .iter()
        .map(|alternate| {
            NormalForm::new(position.position, &position.reference, alternate, context)
                .right_end(context)
        })
        .fold(last, u64::max)
}

/// Whether every allele of the position is as long as its REF.
pub(crate) fn is_substitution(position: &Position) -> bool {
    position.alternates.iter().all(|alternate| alternate.len() == position.reference.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(position: u64, deleted: &str, inserted: &str) -> NormalForm {
        NormalForm { position, deleted: deleted.into(), inserted: inserted.into() }
    }

    #[test]
    fn spellings_of_one_indel_are_one() {
        // 100 G C T T T A 105
        let context = IndelContext { start: 100, sequence: "GCTTTA".into() };
        let inserted = form(102, "", "T");
        let deleted = form(102, "T", "");
        for (position, reference, alternate, expected) in [
            (101, "C", "CT", &inserted),
            (102, "T", "TT", &inserted),
            (104, "T", "TT", &inserted),
            (105, "A", "TA", &inserted),
            (105, "-", "T", &inserted),
            (100, "GCTTT", "GCTTTT", &inserted),
            (101, "CT", "C", &deleted),
            (103, "TTA", "TA", &deleted),
            (104, "T", "-", &deleted),
        ] {
            let found = NormalForm::new(position, reference, alternate, Some(&context));
            assert_eq!(&found, expected, "{position} {reference}>{alternate}");
            assert_eq!(found.right_end(Some(&context)), 105);
        }
    }

    #[test]
    fn without_a_context_only_shared_bases_go() {
        assert_eq!(NormalForm::new(101, "C", "CT", None), form(102, "", "T"));
        assert_eq!(NormalForm::new(105, "A", "TA", None), form(105, "", "T"));
        assert_eq!(NormalForm::new(5, "ACG", "ATG", None), form(6, "C", "T"));
    }
}
