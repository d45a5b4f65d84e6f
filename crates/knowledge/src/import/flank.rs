//! The reference sequence that a definition itself proves around an indel.
//!
//! A VCF position is left-aligned; HGVS names the right-most equivalent place (3' rule of the
//! HGVS nomenclature). All bases between the two are therefore known: they repeat the unit that is
//! inserted or deleted. That is enough to compare spellings without a FASTA file.

/// Reference bases from `position` on, as proved by REF, one ALT and the HGVS expression of the
/// right-most place; `None` if the expression is of another form or contradicts the alleles.
pub(super) fn proved_sequence(
    position: u64,
    reference: &str,
    alternate: &str,
    hgvs: &str,
) -> Option<String> {
    let hgvs = hgvs.strip_prefix("g.")?;
    let digits = hgvs.bytes().take_while(u8::is_ascii_digit).count();
    let start: u64 = hgvs.get(..digits)?.parse().ok()?;
    let form = hgvs.get(digits..)?;
    let inserted = alternate.strip_prefix(reference);
    let deleted = reference.strip_prefix(alternate);
    let first = position.checked_add(u64::try_from(reference.len().min(alternate.len())).ok()?)?;
    let (unit, known) = match (inserted, deleted) {
        // Insertion: the bases between the two places repeat the inserted ones.
        (Some(unit), None) if form.contains("ins") => {
            (unit, start.checked_add(1)?.checked_sub(first)?)
        }
        // The duplicated copy itself is reference.
        (Some(unit), None) if form.ends_with("dup") => {
            (unit, start.checked_sub(first)? + u64::try_from(unit.len()).ok()?)
        }
        (None, Some(unit)) if form.ends_with("del") => {
            (unit, start.checked_sub(first)? + u64::try_from(unit.len()).ok()?)
        }
        _ => return None,
    };
    if unit.is_empty() {
        return None;
    }
    let anchor = if inserted.is_some() { reference } else { alternate };
    let known = usize::try_from(known).ok().filter(|known| *known <= 1_000)?;
    let sequence = format!("{anchor}{}", unit.chars().cycle().take(known).collect::<String>());
    sequence.starts_with(reference).then_some(sequence)
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
    let copies: usize = copies.parse().ok().filter(|copies| *copies <= 1_000)?;
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
            (100, "AT", "A", "g.99999999999999999999del"),
        ] {
            assert_eq!(proved_sequence(position, reference, alternate, hgvs), None, "{hgvs}");
        }
    }
}
