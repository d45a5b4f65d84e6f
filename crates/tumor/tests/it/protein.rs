//! Protein changes in the spellings of laboratories and archives.

use proptest::prelude::*;
use std::io::Read as _;
use tumor::protein::{AskedChange, ChangeKind, Inserted, ProteinChange, Residue, parse};

/// Each form that files and reports have, and the one form it comes to.
const FORMS: &[(&str, &str)] = &[
    ("p.G12D", "p.G12D"),
    ("G12D", "p.G12D"),
    ("p.(Gly12Asp)", "p.G12D"),
    ("NP_004976.2:p.Gly12Asp", "p.G12D"),
    ("p.R213*", "p.R213*"),
    ("p.Arg213Ter", "p.R213*"),
    ("p.P131fs", "p.P131fs"),
    ("p.K358Sfs*2", "p.K358Sfs*2"),
    ("p.R284Qfs*?", "p.R284Qfs"),
    ("p.-967fs", "p.967fs"),
    ("p.EI999fs", "p.E999fs"),
    ("p.PAI316del", "p.P316_I318del"),
    ("p.EA209KN", "p.E209_A210delinsKN"),
    ("p.2291_2292insH", "p.2291_2292insH"),
    ("p.655_656LL>L", "p.L656del"),
    ("p.481_481G>GG", "p.G481dup"),
    ("p.304_305SA>RP", "p.S304_A305delinsRP"),
    ("p.225_225Y>*D", "p.Y225*"),
    ("p.481_482GA>GT", "p.A482T"),
    ("p.*667C", "p.*667Cext*?"),
    ("p.*322Sext*12", "p.*322Sext*12"),
    ("p.*507ext*?", "p.*507ext*?"),
    ("p.H*686Q", "p.*687ext*?"),
    ("p.*164del", "p.*164ext*?"),
    ("p.*91fs", "p.*91ext*?"),
    ("p.M1?", "p.M1?"),
    ("p.M1_?2", "p.M1?"),
    ("M1T", "p.M1T"),
    ("p.X769_splice", "p.X769_splice"),
    ("splice site 594-2A>C", "splice site 594-2A>C"),
    ("splice site594-2A>C", "splice site 594-2A>C"),
    ("E604_F605ins23", "p.E604_F605ins23"),
    ("11815_11895del81", "p.11815_11895del"),
    ("H402_D403>PTHL", "p.H402_D403delinsPTHL"),
    ("p.%3D", "p.="),
    ("p.A9%3D", "p.A9="),
    ("p.L747_A750delinsP", "p.L747_A750delinsP"),
    ("p.E20_P21delinsD*", "p.E20_P21delinsD*"),
    ("p.E20_P21delins*", "p.E20*"),
    ("p.V600", "p.V600?"),
];

#[test]
fn every_spelling_comes_to_one_form() {
    for (text, form) in FORMS {
        let changes = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let [change] = changes.as_slice() else { panic!("{text}: {changes:?}") };
        assert_eq!(change.to_string(), *form, "{text}");
        assert_eq!(parse(form), Ok(changes), "{form} is read again");
    }
    for none in ["", ".", "  "] {
        assert_eq!(parse(none), Ok(vec![]));
    }
    let compound = parse("p.[G12D;Q61H]").unwrap();
    assert_eq!(compound.iter().map(ToString::to_string).collect::<Vec<_>>(), ["p.G12D", "p.Q61H"]);
}

#[test]
fn what_is_no_protein_change_is_refused() {
    let long = format!("p.{}", "A".repeat(600));
    for text in [
        "p.",
        "truncation",
        "p.G0D",
        "p.L755_T75del",
        "p.G12Dx",
        "c.35G>A",
        "exon 19 deletion",
        &long,
    ] {
        assert!(parse(text).is_err(), "{text}: {:?}", parse(text));
    }
}

/// Asked, found, answered.
const ANSWERS: &[(&str, &str, Option<bool>)] = &[
    ("p.V600E", "p.V600E", Some(true)),
    ("p.V600E", "p.V600K", Some(false)),
    ("p.V600E", "p.600E", Some(true)),
    // Less detail than the variant has is answered, more is left open.
    ("p.P131fs", "p.P131Lfs*12", Some(true)),
    ("p.P131Lfs*12", "p.P131fs", None),
    ("p.P131Lfs*12", "p.P131Lfs*9", Some(false)),
    ("p.P131fs", "p.P132fs", Some(false)),
    ("p.E604_F605ins", "p.E604_F605ins23", Some(true)),
    ("p.E604_F605insAAA", "p.E604_F605ins23", Some(false)),
    ("p.E604_F605insAAA", "p.E604_F605ins3", None),
    ("p.V600E", "p.V600?", None),
    // A residue: missense there, and nothing else.
    ("p.V600", "p.V600E", Some(true)),
    ("p.V600", "p.V600*", Some(false)),
    ("p.V600", "p.V600fs", Some(false)),
    ("p.V600", "p.V600_K601delinsE", Some(false)),
    ("p.V600", "p.VK600EE", Some(false)),
    ("p.V600", "p.V600?", None),
    // Ranges without residues.
    ("p.729_761del", "p.E746_A750del", Some(true)),
    ("p.729_761del", "p.L747_A750delinsP", Some(true)),
    ("p.729_761del", "p.E746_T763del", Some(false)),
    ("p.729_761del", "p.L858R", Some(false)),
    ("p.729_761del", "p.E746fs", Some(false)),
    ("p.762_823ins", "p.A767_V769dup", Some(true)),
    ("p.762_823ins", "p.D770_N771insSVD", Some(true)),
    ("p.762_823ins", "p.T790M", Some(false)),
    // One loss of the start, however it is told.
    ("p.M1?", "p.M1T", Some(true)),
    ("p.M1T", "p.M1?", None),
    ("splice site 594-2A>C", "splice site c.594-2A>C", Some(true)),
    ("p.X769_splice", "splice site 594-2A>C", None),
];

#[test]
fn a_question_is_answered_by_a_change_that_says_enough() {
    for (asked, found, answer) in ANSWERS {
        let question = AskedChange::parse(asked).unwrap();
        let [change] = &parse(found).unwrap()[..] else { panic!("{found}") };
        assert_eq!(question.answered_by(change), *answer, "{asked} asked of {found}");
        let again = AskedChange::parse(&question.to_string()).unwrap();
        assert_eq!(again, question, "{asked} is written and read again");
    }
}

/// Every protein change of the tumours at hand is read, and its form stays its form.
#[test]
fn no_shape_of_the_archives_is_unread() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/oncology/tcga");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: no tumours at ../shared/data/oncology/tcga");
        return;
    };
    let (mut rows, mut seen) = (0_usize, std::collections::BTreeSet::new());
    for path in entries.map(|entry| entry.unwrap().path()) {
        if !path.to_string_lossy().ends_with(".mut.tsv.gz") {
            continue;
        }
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let column = header.iter().position(|name| *name == "HGVSp_Short").unwrap();
        for line in lines {
            rows += 1;
            let change = line.split('\t').nth(column).unwrap();
            seen.insert(change.to_owned());
        }
    }
    let unread: Vec<&String> = seen.iter().filter(|change| parse(change).is_err()).collect();
    assert!(rows > 400_000, "{rows} rows");
    assert!(unread.is_empty(), "{unread:?}");
    for change in seen.iter().flat_map(|change| parse(change).unwrap()) {
        assert_eq!(parse(&change.to_string()), Ok(vec![change.clone()]), "{change}");
    }
}

fn letter() -> impl Strategy<Value = u8> {
    proptest::sample::select(b"ACDEFGHIKLNPQRSTVWY".to_vec())
}

fn change() -> impl Strategy<Value = ProteinChange> {
    let residues = proptest::collection::vec(letter(), 1..6)
        .prop_map(|letters| String::from_utf8(letters).unwrap().into_boxed_str());
    let kinds = (0_usize..6, letter(), residues, 1_u32..200);
    (2_u32..3_000, 1_u32..40, letter(), letter(), kinds).prop_map(
        |(position, more, first, last, (kind, letter, residues, number))| {
            let start = Some(Residue { letter: Some(first), position });
            let end = Some(Residue { letter: Some(last), position: position + more });
            match kind {
                0 => {
                    let letter = if letter == first { b'*' } else { letter };
                    ProteinChange { start, end: None, kind: ChangeKind::Substitution(letter) }
                }
                1 => ProteinChange { start, end, kind: ChangeKind::Deletion },
                2 => ProteinChange { start, end, kind: ChangeKind::Duplication },
                3 => {
                    let kind = ChangeKind::Replacement(Inserted::Residues(residues));
                    ProteinChange { start, end, kind }
                }
                4 => {
                    let kind = ChangeKind::Insertion(Inserted::Count(number));
                    ProteinChange { start, end, kind }
                }
                _ => {
                    let kind = ChangeKind::Frameshift { letter: Some(letter), stop: Some(number) };
                    ProteinChange { start, end: None, kind }
                }
            }
        },
    )
}

proptest! {
    #[test]
    fn a_written_change_is_read_as_itself(change in change()) {
        prop_assert_eq!(parse(&change.to_string()), Ok(vec![change.clone()]));
        let asked = AskedChange::parse(&change.to_string()).unwrap();
        prop_assert_eq!(asked.answered_by(&change), Some(true));
    }

    #[test]
    fn no_text_is_too_much(text in "\\PC{0,40}") {
        let _ = parse(&text);
        let _ = parse(&format!("p.{text}"));
    }
}
