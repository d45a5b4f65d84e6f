//! The reference sequence that a definition itself proves around an indel.
//!
//! A VCF position is left-aligned; HGVS names the right-most equivalent place (3' rule of the
//! HGVS nomenclature). All bases between the two are therefore known: they repeat the unit that is
//! inserted or deleted. That is enough to compare spellings without a FASTA file.

/// Reference bases from `position` on, as proved by REF, one ALT and the HGVS expression of the
/// right-most place; `None` if the expression is of another form or contradicts the alleles.
pub(crate) fn proved_sequence(
    position: u64,
    reference: &str,
    alternate: &str,
    hgvs: &str,
) -> Option<String> {
    let named = Named::parse(hgvs)?;
    let (unit, anchor) = match (alternate.strip_prefix(reference), named.kind) {
        (Some(unit), "ins" | "dup") => (unit, reference),
        (None, "del") => (reference.strip_prefix(alternate)?, alternate),
        _ => return None,
    };
    let length = u64::try_from(unit.len()).ok().filter(|length| *length > 0)?;
    let first = position.checked_add(u64::try_from(anchor.len()).ok()?)?;
    // The last base known: before an insertion, at the end of a deletion or duplication.
    let last = if named.kind == "ins" { named.start } else { named.end };
    let known = usize::try_from(last.checked_add(1)?.checked_sub(first)?).ok()?;
    let consistent = if named.kind == "ins" {
        let turned = unit.chars().cycle().skip(known % unit.len()).take(unit.len());
        named.end == named.start + 1 && turned.eq(named.sequence.chars())
    } else {
        named.end.checked_sub(named.start) == Some(length - 1)
            && (named.sequence.is_empty() || named.sequence.len() == unit.len())
    };
    if !consistent || known > REPEAT_BASES_MAX {
        return None;
    }
    let sequence = format!("{anchor}{}", unit.chars().cycle().take(known).collect::<String>());
    sequence.starts_with(reference).then_some(sequence)
}

/// Longest run that is believed, in bases.
const REPEAT_BASES_MAX: usize = 1_000;

/// `g.START[_END](del|dup|ins)[SEQUENCE]`.
struct Named<'h> {
    start: u64,
    end: u64,
    kind: &'h str,
    sequence: &'h str,
}

impl<'h> Named<'h> {
    fn parse(hgvs: &'h str) -> Option<Self> {
        let rest = hgvs.strip_prefix("g.")?;
        let split = rest.find(|character: char| character.is_ascii_lowercase())?;
        let (range, change) = rest.split_at_checked(split)?;
        let (kind, sequence) = change.split_at_checked(3)?;
        let (start, end) = range.split_once('_').unwrap_or((range, range));
        let (start, end) = (start.parse().ok()?, end.parse().ok()?);
        (start < u64::MAX).then_some(Self { start, end, kind, sequence })
    }
}

/// REF `AGGAGTC` at 48037782 is `GAGTCG(3)` by its CPIC name and the repeat starts at 48037784 by
/// HGVS (`g.48037784GAGTCG[2]`), so three copies follow the two bases before.
pub(super) fn proved_repeat(
    position: u64,
    reference: &str,
    cpic_name: &str,
    hgvs: &str,
) -> Option<String> {
    let (unit, copies) = cpic_name.strip_suffix(')')?.split_once('(')?;
    let copies: usize = copies.parse().ok().filter(|copies| *copies <= REPEAT_BASES_MAX)?;
    let (start, _) = hgvs.strip_prefix("g.")?.split_once(unit)?;
    let before = usize::try_from(start.parse::<u64>().ok()?.checked_sub(position)?).ok()?;
    let prefix = reference.get(..before)?;
    let sequence = format!("{prefix}{}", unit.repeat(copies));
    sequence.starts_with(reference).then_some(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_follows_from_the_two_places() {
        // ClinPGx definitions of NUDT15 and TPMT, 2025-11-05.
        for (position, reference, alternate, hgvs, sequence) in [
            (48_037_825, "C", "CGCGG", "g.48037826_48037827insCGGG", "CG"),
            (48_040_977, "GA", "G", "g.48040982del", "GAAAAA"),
            (48_041_103, "T", "TG", "g.48041104dup", "TG"),
            (18_149_032, "C", "CT", "g.18149032_18149033insT", "C"),
        ] {
            let proved = proved_sequence(position, reference, alternate, hgvs);
            assert_eq!(proved.as_deref(), Some(sequence), "{hgvs}");
        }
    }

    #[test]
    fn a_repeat_is_as_long_as_its_name_says() {
        let repeat = |name, hgvs| proved_repeat(48_037_782, "AGGAGTC", name, hgvs);
        let hgvs = "g.48037784GAGTCG[2]";
        assert_eq!(repeat("GAGTCG(3)", hgvs).as_deref(), Some("AGGAGTCGGAGTCGGAGTCG"));
        for name in ["GAGTCG", "GAGTCG(x)", "GAGTCC(3)", "GAGTCG(0)", "(3)"] {
            assert_eq!(repeat(name, hgvs), None, "{name}");
        }
        assert_eq!(repeat("GAGTCG(3)", "g.48037785GAGTCG[2]"), None);
    }

    #[test]
    fn contradictions_prove_nothing() {
        for (position, reference, alternate, hgvs) in [
            (100, "A", "G", "g.100A>G"),
            (100, "AT", "A", "g.99del"),
            (100, "AT", "A", "g.101_102insT"),
            (100, "AT", "A", "m.101del"),
            (100, "AT", "A", "g.101_102del"),
            (100, "A", "AT", "g.102_104insT"),
            (100, "A", "ATG", "g.100_101insGT"),
            (100, "A", "AT", "g.101_102dup"),
            (100, "AT", "A", "g.99999999999999999999del"),
        ] {
            assert_eq!(proved_sequence(position, reference, alternate, hgvs), None, "{hgvs}");
        }
    }
}
