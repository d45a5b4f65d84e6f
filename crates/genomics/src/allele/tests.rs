use super::*;
use crate::spdi;
use proptest::prelude::*;

const SEQUENCE: &str = "NC_000001.11";

/// A reference of a few bases, which starts at 0.
struct Bases(&'static str);

impl Reference for Bases {
    fn bases(&self, range: &Range) -> Option<String> {
        let bounds = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        self.0.get(bounds).map(str::to_owned)
    }
}

fn change(start: u64, deleted: &str, inserted: &str) -> Change {
    spdi::parse(&format!("{SEQUENCE}:{start}:{deleted}:{inserted}")).unwrap()
}

fn shown(allele: &Allele) -> String {
    let spdi = allele.spdi().unwrap();
    format!("{}:{}:{}", spdi.position, spdi.deleted, spdi.inserted)
}

#[test]
fn both_ends_are_trimmed_and_repeats_are_widened() {
    //                0         1
    //                0123456789012345
    let bases = Bases("GATCACACAGTTTTGC");
    for (start, deleted, inserted, justified, trimmed) in [
        // A substitution, with context and without.
        (1, "ATC", "AGC", "2:T:G", "2:T:G"),
        (2, "T", "G", "2:T:G", "2:T:G"),
        // One CA less, written at both ends of the repeat.
        (3, "CA", "", "3:CACACA:CACA", "3:CA:"),
        (6, "ACA", "A", "3:CACACA:CACA", "6:AC:"),
        // One T more.
        (10, "", "T", "10:TTTT:TTTTT", "10::T"),
        (13, "TG", "TTG", "10:TTTT:TTTTT", "14::T"),
        // What replaces other bases has one place.
        (3, "CA", "G", "3:CA:G", "3:CA:G"),
        // The reference.
        (2, "T", "T", "2:T:T", "2:T:T"),
    ] {
        let written = change(start, deleted, inserted);
        let name = format!("{start}:{deleted}:{inserted}");
        let allele = written.clone().canonical(&bases).unwrap();
        assert_eq!((shown(&allele).as_str(), allele.form), (justified, Form::Justified), "{name}");
        let allele = written.canonical(&NoReference).unwrap();
        let trimmed_of = shown(&allele);
        assert!(trimmed_of == trimmed || allele.form == Form::Trimmed, "{name}: {trimmed_of}");
        assert_eq!(allele.is_reference(), deleted == inserted, "{name}");
    }
}

#[test]
fn what_contradicts_the_reference_is_refused() {
    let bases = Bases("GATC");
    let found = change(1, "C", "G").canonical(&bases);
    assert_eq!(found, Err(Contradiction { place: Range::new(SEQUENCE, 1, 2) }));
}

#[test]
fn duplications_and_inversions_are_spelt_out_where_the_bases_are_known() {
    let bases = Bases("GATCACACAGTTTTGC");
    let written = |inserted| Change { deleted: None, inserted, ..change(3, "CA", "") };
    let allele = written(Inserted::Duplicated).canonical(&bases).unwrap();
    assert_eq!(shown(&allele), "3:CACACA:CACACACA");
    let allele = written(Inserted::Inverted).canonical(&bases).unwrap();
    assert_eq!(shown(&allele), "3:CA:TG");
    let open = written(Inserted::Duplicated).canonical(&NoReference).unwrap();
    assert_eq!((open.form, open.spdi()), (Form::Trimmed, None));
}

#[test]
fn without_the_reference_a_repeat_leaves_it_undecided() {
    let allele = |start, deleted: &str, inserted: &str| {
        change(start, deleted, inserted).canonical(&NoReference).unwrap()
    };
    let open = |inserted| {
        let change = Change { deleted: None, inserted, ..change(10, "AC", "") };
        change.canonical(&NoReference).unwrap()
    };
    for (one, two, expected) in [
        (allele(10, "A", "G"), allele(9, "CAT", "CGT"), Comparison::Same),
        (allele(10, "A", "G"), allele(10, "A", "T"), Comparison::Different),
        (allele(10, "A", "G"), allele(10, "C", "G"), Comparison::Undecided),
        (allele(10, "1", "G"), allele(10, "A", "G"), Comparison::Same),
        (allele(10, "AC", ""), allele(12, "AC", ""), Comparison::Undecided),
        (allele(10, "AC", ""), allele(11, "CA", ""), Comparison::Undecided),
        (allele(10, "AC", ""), allele(11, "CC", ""), Comparison::Different),
        (allele(10, "AC", ""), allele(10, "A", ""), Comparison::Different),
        (allele(10, "2", ""), allele(90, "GG", ""), Comparison::Undecided),
        (open(Inserted::Duplicated), allele(12, "", "AC"), Comparison::Undecided),
        (open(Inserted::Duplicated), allele(12, "", "ACC"), Comparison::Different),
        (open(Inserted::Duplicated), open(Inserted::Duplicated), Comparison::Same),
        (open(Inserted::Inverted), allele(10, "AC", "GT"), Comparison::Undecided),
        (open(Inserted::Inverted), allele(80, "AC", "GT"), Comparison::Different),
    ] {
        assert_eq!(one.compare(&two), expected, "{one} {two}");
        assert_eq!(two.compare(&one), expected, "{two} {one}");
    }
}

proptest! {
    /// The canonical form does not depend on where in a repeat, or with how much context, a
    /// change is written; and making it again changes nothing.
    #[test]
    fn the_canonical_form_is_one(start in 0usize..24, taken in 0usize..4, given in "[ACGT]{0,4}",
        left in 0usize..4, right in 0usize..4) {
        const HELD: &str = "GATCACACACAGTTTTTGCAGCAGCAGC";
        let bases = Bases(HELD);
        let cut = |from: usize, to: usize| HELD.get(from..to).unwrap();
        let end = start + taken;
        prop_assume!(end <= HELD.len());
        let deleted = cut(start, end);
        let plain = change(start as u64, deleted, &given).canonical(&bases);
        let Ok(plain) = plain else { return Ok(()) };
        let (from, to) = (start.saturating_sub(left), (end + right).min(HELD.len()));
        let (head, tail) = (cut(from, start), cut(end, to));
        let with_context = change(from as u64, cut(from, to), &format!("{head}{given}{tail}"));
        let with_context = with_context.canonical(&bases).unwrap();
        if !plain.is_reference() && plain.form == Form::Justified {
            prop_assert_eq!(&with_context, &plain);
            let again = plain.change.clone();
            let apply = |change: &Change| {
                let Inserted::Bases(inserted) = &change.inserted else { panic!() };
                let place = |at: u64| usize::try_from(at).unwrap();
                let (start, end) = (place(change.start), place(change.end));
                format!("{}{inserted}{}", cut(0, start), cut(end, HELD.len()))
            };
            let whole = format!("{}{given}{}", cut(0, start), cut(end, HELD.len()));
            prop_assert_eq!(apply(&again), whole);
            prop_assert_eq!(again.canonical(&bases).unwrap(), plain.clone());
        }
        // Without the reference two spellings of one variant are never told apart.
        let bare = change(start as u64, deleted, &given).canonical(&NoReference).unwrap();
        let other = change(from as u64, cut(from, to), &format!("{head}{given}{tail}"));
        let other = other.canonical(&NoReference).unwrap();
        if !bare.is_reference() {
            prop_assert_ne!(bare.compare(&other), Comparison::Different);
        }
    }
}
