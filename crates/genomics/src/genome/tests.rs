use super::*;
use crate::allele::Reference;
use proptest::prelude::*;

const MITOCHONDRION: &str = crate::sequence::MITOCHONDRION;

fn call(start: u64, deleted: &str, inserted: &str, repeat: Option<u32>) -> Call {
    Call {
        start,
        end: start + deleted.len() as u64,
        alternate: Alternate::Bases {
            deleted: deleted.to_owned(),
            inserted: inserted.to_owned(),
            repeat,
        },
        genotype: Genotype { alleles: vec![Some(0), Some(1)], is_phased: false },
        number: 1,
        phase_set: None,
        quality: Some(99),
        depth: Some(30),
        allele_depths: Some((15, 15)),
        filter: None,
        line: 1,
    }
}

fn bases() -> impl Strategy<Value = String> {
    "[ACGT]{0,6}"
}

fn bounds() -> impl Strategy<Value = Option<(i64, i64)>> {
    proptest::option::of((-500_i64..=0, 0_i64..500))
}

fn structural() -> impl Strategy<Value = Alternate> {
    let alternate = prop_oneof!["<DEL>", "<DUP:TANDEM>", "]chr2:321681]G", "<CNV>"];
    let length = proptest::option::of(any::<i64>());
    let copies = proptest::option::of(any::<u32>());
    (alternate, length, bounds(), bounds(), copies).prop_map(
        |(alternate, length, start_bounds, end_bounds, copies)| {
            let copies = copies.map(|copies| copies.min(u32::MAX - 1));
            Alternate::Structural(Structural {
                alternate,
                length,
                start_bounds,
                end_bounds,
                copies,
            })
        },
    )
}

fn any_call() -> impl Strategy<Value = Call> {
    let short = (bases(), bases(), proptest::option::of(0_u32..20_000));
    let alternate = prop_oneof![
        8 => short.prop_map(|(deleted, inserted, repeat)| {
            Alternate::Bases { deleted, inserted, repeat }
        }),
        1 => structural(),
    ];
    let allele = proptest::option::of(any::<u16>());
    let genotype = (proptest::collection::vec(allele, 0..=PLOIDY_MAX), any::<bool>());
    let numbers = (any::<u16>(), proptest::option::of(any::<u64>()), any::<u64>());
    let optional = || proptest::option::of(0_u32..u32::MAX);
    let quality = (optional(), optional(), proptest::option::of((0..u32::MAX, any::<u32>())));
    let filter = proptest::option::of(prop_oneof!["LowQual", "q10;s50", "é"]);
    (0_u64..1 << 40, 0_u64..1 << 30, alternate, genotype, numbers, quality, filter).prop_map(
        |(start, length, alternate, (alleles, is_phased), numbers, quality, filter)| {
            let length = match &alternate {
                Alternate::Bases { deleted, .. } => deleted.len() as u64,
                Alternate::Structural(_) => length,
            };
            Call {
                start,
                end: start + length,
                alternate,
                genotype: Genotype { alleles, is_phased },
                number: numbers.0,
                phase_set: numbers.1,
                quality: quality.0,
                depth: quality.1,
                allele_depths: quality.2,
                filter,
                line: numbers.2,
            }
        },
    )
}

/// A random mitochondrion.
#[derive(Debug)]
struct Repeats(Vec<u8>);

impl Reference for Repeats {
    fn bases(&self, range: &Range) -> Option<String> {
        let place = |at: u64| usize::try_from(at).unwrap();
        let (start, end) = (place(range.start), place(range.end));
        let bases = self.0.get(start..end).filter(|_| range.sequence == MITOCHONDRION)?;
        Some(String::from_utf8(bases.to_vec()).unwrap())
    }
}

/// Repeats of short words, so that indels have room to move, up to both ends.
fn repeats() -> impl Strategy<Value = Repeats> {
    let words = proptest::collection::vec(("[ACGT]{1,3}", 1_usize..60), 1..12);
    words.prop_map(|words| {
        let text: String = words.iter().map(|(word, times)| word.repeat(*times)).collect();
        Repeats(text.bytes().cycle().take(16_569).collect())
    })
}

proptest! {
    #[test]
    fn blocks_hold_calls_as_they_are(calls in proptest::collection::vec(any_call(), 0..60)) {
        let packed = encode_calls(&calls);
        prop_assert_eq!(decode_calls(&packed).unwrap(), calls);
    }

    #[test]
    fn calls_of_some_places_are_those_of_the_whole_block(
        calls in proptest::collection::vec(any_call(), 0..60),
        low in 0_u64..1 << 40,
        length in 0_u64..1 << 38,
    ) {
        let packed = encode_calls(&calls);
        let is_wanted = |start: u64, end: u64| start < low + length && low < end;
        let expected: Vec<Call> = calls
            .into_iter()
            .filter(|call| is_wanted(call.extent().0, call.extent().1))
            .collect();
        prop_assert_eq!(decode_calls_where(&packed, is_wanted).unwrap(), expected);
    }

    #[test]
    fn broken_blocks_are_told_and_never_panic(
        calls in proptest::collection::vec(any_call(), 1..8),
        at in any::<proptest::sample::Index>(),
        flipped in 1_u8..,
        plain in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut packed = encode_calls(&calls);
        let at = at.index(packed.len());
        packed[at] ^= flipped;
        // Its checksum is the compression's; what gets past it is read or refused.
        let _ = decode_calls(&packed);
        let _ = decode_coverage(&packed);
        packed.truncate(at);
        prop_assert!(decode_calls(&packed).is_err());
        let mut encoder =
            flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &[&[1], &plain[..]].concat()).unwrap();
        let packed = encoder.finish().unwrap();
        let _ = decode_calls(&packed);
        let _ = decode_coverage(&packed);
    }

    #[test]
    fn coverage_is_read_back(
        runs in proptest::collection::vec((0_u64..1 << 32, 1_u64..1 << 32, 0_usize..3), 0..50)
    ) {
        let band = |number| [Band::NoCall, Band::Low, Band::Callable][number];
        let run = |(start, length, number): (u64, u64, usize)| Run {
            start, end: start + length, band: band(number),
        };
        let runs: Vec<Run> = runs.into_iter().map(run).collect();
        prop_assert_eq!(decode_coverage(&encode_coverage(&runs)).unwrap(), runs);
    }

    /// The form of a stored call is that of the algorithm over the reference, however it was
    /// written: trimmed or not, anywhere in its repeat.
    #[test]
    fn stored_forms_are_the_canonical_ones(
        genome in repeats(),
        start in prop_oneof![0_usize..40, 100_usize..900, 16_500_usize..16_560],
        length in 0_usize..9,
        inserted in "[ACGT]{0,8}",
        padding in 0_usize..4,
    ) {
        let (from, to) = (start.saturating_sub(padding), (start + length).min(16_569));
        let text = |from: usize, to: usize| {
            String::from_utf8(genome.0[from..to].to_vec()).unwrap()
        };
        let deleted = text(from, to);
        let inserted = format!("{}{inserted}", text(from, start));
        prop_assume!(deleted != inserted);
        let normal = normal(MITOCHONDRION, from as u64, &deleted, &inserted, Some(&genome));
        let change = Change {
            sequence: MITOCHONDRION.to_owned(),
            start: from as u64,
            end: to as u64,
            deleted: Some(deleted),
            inserted: Inserted::Bases(inserted),
        };
        let canonical = change.canonical(&genome).unwrap();
        let Normal { start, deleted, inserted, repeat } = normal;
        let call = call(start, &deleted, &inserted, repeat);
        prop_assert_eq!(call.allele(MITOCHONDRION), Some(canonical.clone()));
        let range = canonical.change.range();
        let (low, high) = call.extent();
        prop_assert!(low <= range.start && range.end <= high);
    }
}

#[test]
fn blocks_beyond_the_limits_are_refused() {
    let most = vec![call(5, "A", "G", Some(0)); BLOCK_CALLS_MAX];
    assert_eq!(decode_calls(&encode_calls(&most)).unwrap().len(), BLOCK_CALLS_MAX);
    let more = vec![call(5, "A", "G", Some(0)); BLOCK_CALLS_MAX + 1];
    assert!(decode_calls(&encode_calls(&more)).is_err());
    let run = Run { start: 1, end: 2, band: Band::Low };
    assert!(decode_coverage(&encode_coverage(&vec![run; BLOCK_RUNS_MAX])).is_ok());
    assert!(decode_coverage(&encode_coverage(&vec![run; BLOCK_RUNS_MAX + 1])).is_err());
}

#[test]
fn alleles_are_trimmed_and_shifted_left() {
    // ...GG CACACA TT: every row is the deletion or insertion of one CA.
    let genome = Repeats(b"GGCACACATT".iter().copied().cycle().take(16_569).collect());
    let reference: Option<&dyn Reference> = Some(&genome);
    for (start, deleted, inserted, expected) in [
        (12, "CA", "", (12, "CA", "", Some(4))),
        (16, "CA", "", (12, "CA", "", Some(4))),
        (15, "ACA", "A", (12, "CA", "", Some(4))),
        (11, "GCA", "G", (12, "CA", "", Some(4))),
        (18, "", "CA", (12, "", "CA", Some(6))),
        (17, "A", "ACA", (12, "", "CA", Some(6))),
        (13, "", "AC", (12, "", "CA", Some(6))),
        // A base that has no like beside it stays.
        (15, "", "T", (15, "", "T", Some(0))),
        (12, "CACA", "CATA", (14, "C", "T", Some(0))),
        (12, "CACA", "GT", (12, "CACA", "GT", Some(0))),
    ] {
        let found = normal(MITOCHONDRION, start, deleted, inserted, reference);
        let found = (found.start, found.deleted.as_str(), found.inserted.as_str(), found.repeat);
        assert_eq!(found, expected, "{start}:{deleted}>{inserted}");
    }
    // Without the reference nobody knows the repeat.
    let found = normal(MITOCHONDRION, 15, "ACA", "A", None);
    // The end is trimmed first.
    assert_eq!((found.start, found.deleted.as_str(), found.repeat), (15, "AC", None));
    let found = normal(MITOCHONDRION, 15, "A", "T", None);
    assert_eq!((found.start, found.repeat), (15, Some(0)));
}

#[test]
fn what_could_not_be_called_is_taken_from_what_was_studied() {
    let mut runs = Vec::new();
    for (start, end, band) in [
        (0, 10, Band::Callable),
        (10, 20, Band::Callable),
        (20, 25, Band::Low),
        (25, 40, Band::Callable),
        (30, 31, Band::NoCall),
        (50, 50, Band::Callable),
        (60, 70, Band::NoCall),
    ] {
        push_run(&mut runs, Run { start, end, band });
    }
    assert_eq!(runs.len(), 5);
    let range = |start, end| Range::new("NC_000007.14", start, end);
    let seen = seen(&range(5, 65), &runs);
    assert_eq!(seen.studied, [range(5, 40), range(60, 65)]);
    assert_eq!(seen.uncallable, [range(20, 25), range(30, 31), range(60, 65)]);
}

#[test]
fn structural_variants_keep_their_bounds() {
    let of = |alternate: &str, start_bounds, end_bounds, copies| Structural {
        alternate: alternate.to_owned(),
        length: None,
        start_bounds,
        end_bounds,
        copies,
    };
    let exact = of("<DEL>", None, Some((0, 0)), None);
    assert!(exact.is_exact());
    assert_eq!((exact.extent(10, 20), exact.inner(10, 20)), ((10, 20), Some((10, 20))));
    let wide = of("<DEL>", Some((-3, 4)), Some((-5, 6)), None);
    assert_eq!((wide.extent(10, 20), wide.inner(10, 20)), ((7, 26), Some((14, 15))));
    // Bounds that leave nothing which is changed in any case.
    let vague = of("<DEL>", Some((-3, 8)), Some((-5, 6)), None);
    assert_eq!(vague.inner(10, 20), None);
    // The base before an insertion is its place; no bound goes below the first base.
    assert_eq!(of("<INS>", None, None, None).extent(10, 10), (9, 10));
    assert_eq!(of("<DUP>", Some((-30, 0)), None, None).extent(10, 20), (0, 20));
    for (alternate, copies, term) in [
        ("<DEL>", None, Some("SO:0000159")),
        ("<DEL:ME:ALU>", None, Some("SO:0000159")),
        ("<DUP:TANDEM>", None, Some("SO:1000173")),
        ("<CNV>", Some(3), Some("SO:0001742")),
        ("<CNV>", Some(1), Some("SO:0001743")),
        ("<CNV>", None, Some("SO:0001019")),
        ("]chr2:321681]G", None, Some("SO:0001785")),
        ("G.", None, Some("SO:0001785")),
        ("ACGT", None, None),
    ] {
        let found = of(alternate, None, None, copies);
        assert_eq!(found.change_type().map(|(code, _)| code), term, "{alternate}");
    }
}

#[test]
fn zygosity_is_that_of_the_allele() {
    for (alleles, number, is_mitochondrial, state) in [
        (vec![Some(0), Some(1)], 1, false, Some("Heterozygous")),
        (vec![Some(1), Some(1)], 1, false, Some("Homozygous")),
        (vec![Some(1), Some(2)], 2, false, Some("Heterozygous")),
        (vec![Some(1)], 1, false, Some("Hemizygous")),
        (vec![Some(1)], 1, true, Some("Homoplasmic")),
        (vec![Some(0), Some(1)], 1, true, Some("Heteroplasmic")),
        (vec![None, Some(1)], 1, false, None),
        (vec![Some(0), Some(0), Some(1)], 1, false, None),
    ] {
        let mut call = call(1, "A", "G", Some(0));
        call.genotype.alleles = alleles;
        call.number = number;
        assert_eq!(call.state(is_mitochondrial), state);
    }
    let mut call = call(1, "A", "G", Some(0));
    assert_eq!(call.carried(), Carried::Yes);
    call.filter = Some("LowQual".to_owned());
    assert_eq!(call.carried(), Carried::NotSure);
}
