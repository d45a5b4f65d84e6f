//! Names of alterations as sources of evidence write them.

use super::molecular::Asked;
use crate::Consequence;
use crate::asked::{EventAsked, EventKind, GeneAsked, Partner};
use crate::biomarker::{BiomarkerKind, Level};
use crate::event::{CopyClass, Function};
use crate::gene::{Gene, Genes};
use crate::protein::AskedChange;
use std::collections::BTreeSet;

/// Residues of exons by MANE Select transcript, where sources ask for changes of exons and reports
/// name residues. Source: RefSeq `NM_005228.5`, `NM_004448.4`, `NM_000222.3`.
const EXONS: &[(&str, u16, u32, u32)] = &[
    ("EGFR", 18, 688, 728),
    ("EGFR", 19, 729, 761),
    ("EGFR", 20, 762, 823),
    ("EGFR", 21, 824, 875),
    ("ERBB2", 20, 770, 831),
    ("KIT", 11, 550, 592),
];

/// Where internal tandem duplications of FLT3 lie: juxtamembrane and first kinase domain.
const FLT3_DUPLICATIONS: (u32, u32) = (572, 670);

/// The question that a name asks. A name that is not understood is kept as it is.
pub(super) fn alteration(words: &[&str], genes: &Genes) -> Asked {
    let unread = || Asked::Unresolved(words.join(" "));
    if let Some(asked) = biomarker(&words.join(" ")) {
        return asked;
    }
    let Some((first, rest)) = words.split_first() else { return unread() };
    let rest: Vec<&str> = rest.iter().copied().filter(|word| !is_sequence(word)).collect();
    let what = rest.join(" ");
    if let Some(asked) = fusion(first, &what, genes) {
        return asked;
    }
    let Some(gene) = gene(first, genes) else { return unread() };
    named(&gene, &what)
        .or_else(|| in_exon(&gene, &rest))
        .or_else(|| changes(&gene, &what))
        .unwrap_or_else(unread)
}

/// `(c.473T>C)`.
fn is_sequence(word: &str) -> bool {
    ["(c.", "(p.", "(n.", "(g."].iter().any(|start| word.starts_with(start))
}

fn gene(symbol: &str, genes: &Genes) -> Option<GeneAsked> {
    match genes.resolve(symbol).0 {
        Gene::Known(hgnc) => Some(GeneAsked { hgnc, symbol: genes.symbol(hgnc) }),
        Gene::Ambiguous(_) | Gene::Unknown(_) => None,
    }
}

fn event(asked: EventAsked) -> Asked {
    Asked::Event(Box::new(asked))
}

fn biomarker(name: &str) -> Option<Asked> {
    use BiomarkerKind as Kind;
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let (kind, level) = match plain.to_ascii_lowercase().as_str() {
        "msih"
        | "msihigh"
        | "microsatelliteinstabilityhigh"
        | "highmicrosatelliteinstability"
        | "msimsih"
        | "msimsihigh" => (Kind::MicrosatelliteInstability, Level::High),
        "msil" | "msilow" => (Kind::MicrosatelliteInstability, Level::Low),
        "mss" | "microsatellitestable" => (Kind::MicrosatelliteInstability, Level::Stable),
        "dmmr" | "mmrd" | "mismatchrepairdeficient" | "mismatchrepairdeficiency" => {
            (Kind::MismatchRepair, Level::High)
        }
        "tmbh"
        | "tmbhigh"
        | "tumormutationalburdenhigh"
        | "hightumormutationalburden"
        | "tmbtmbh"
        | "tmbtmbhigh" => (Kind::TumorMutationalBurden, Level::High),
        "tmbl" | "tmblow" => (Kind::TumorMutationalBurden, Level::Low),
        _ => return None,
    };
    Some(Asked::Biomarker(kind, level))
}

/// `EML4::ALK Fusion`, `v::ALK Fusion`, `EML4-ALK Fusion`, `ALK Fusions`.
fn fusion(first: &str, what: &str, genes: &Genes) -> Option<Asked> {
    let is_word = matches!(
        what.to_ascii_lowercase().as_str(),
        "fusion" | "fusions" | "rearrangement" | "rearrangements" | "translocation"
    );
    let joined = |one: &str, other: &str| {
        let sides = [one, other].map(|side| (side, gene(side, genes)));
        let open = |side: &str| matches!(side, "v" | "?" | "*" | "");
        let (main, partner) = match sides {
            [(_, Some(one)), (_, Some(other))] => (other, Some(Partner::Gene(one))),
            [(side, None), (_, Some(main))] | [(_, Some(main)), (side, None)] if open(side) => {
                (main, None)
            }
            _ => return None,
        };
        let asked = EventAsked::of(main, [EventKind::Rearrangement]);
        Some(event(EventAsked { partner, ..asked }))
    };
    if let Some((one, other)) = first.split_once("::") {
        return (is_word || what.is_empty()).then(|| joined(one, other)).flatten();
    }
    if !is_word {
        return None;
    }
    match gene(first, genes) {
        Some(gene) => Some(event(EventAsked::of(gene, [EventKind::Rearrangement]))),
        None => first.split_once('-').and_then(|(one, other)| joined(one, other)),
    }
}

/// Names that are words.
fn named(gene: &GeneAsked, what: &str) -> Option<Asked> {
    use Consequence as C;
    use EventKind::{Copy, Rearrangement, Short};
    let of = |kinds: &[EventKind]| EventAsked::of(gene.clone(), kinds.iter().copied());
    let copies = |classes: &[CopyClass]| {
        event(EventAsked { copies: classes.iter().copied().collect(), ..of(&[Copy]) })
    };
    let class = |classes: &[C]| {
        event(EventAsked { consequences: classes.iter().copied().collect(), ..of(&[Short]) })
    };
    let function = |function| {
        event(EventAsked { function: Some(function), ..of(&[Short, Copy, Rearrangement]) })
    };
    let plain = what.trim().to_ascii_lowercase().replace(['-', '_'], " ");
    Some(match plain.as_str() {
        "mutation" | "mutations" | "any mutation" => event(of(&[Short])),
        "oncogenic mutations" | "oncogenic mutation" => Asked::Oncogenic(gene.clone()),
        "alteration" | "alterations" => event(of(&[Short, Copy, Rearrangement])),
        "amplification" | "amplifications" => copies(&[CopyClass::Amplification]),
        "gain" | "copy gain" | "copy number gain" => {
            copies(&[CopyClass::Amplification, CopyClass::Gain])
        }
        "deletion" | "homozygous deletion" | "deep deletion" => copies(&[CopyClass::DeepLoss]),
        "copy loss" | "copy number loss" => copies(&[CopyClass::DeepLoss, CopyClass::ShallowLoss]),
        // The loss of a gene may be one of its protein, too, which no sequencing shows.
        "loss" => Asked::Any(vec![
            copies(&[CopyClass::DeepLoss]),
            Asked::Unresolved(format!("{} Loss", gene.symbol)),
        ]),
        "wildtype" | "wild type" => Asked::Not(Box::new(event(of(&[Short])))),
        "truncating mutation" | "truncating mutations" | "truncation" | "truncating" => {
            class(&[C::Nonsense, C::FrameshiftDeletion, C::FrameshiftInsertion])
        }
        "frameshift" | "frameshift mutation" | "frameshift truncation" => {
            class(&[C::FrameshiftDeletion, C::FrameshiftInsertion])
        }
        "nonsense" | "nonsense mutation" => class(&[C::Nonsense]),
        "missense" | "missense mutation" | "missense mutations" => class(&[C::Missense]),
        "splice site" | "splice site mutation" => class(&[C::SpliceSite]),
        "in frame deletion" | "in frame deletions" => class(&[C::InFrameDeletion]),
        "in frame insertion" | "in frame insertions" => class(&[C::InFrameInsertion]),
        "loss of function" | "loss of function mutation" | "inactivating mutation" => {
            function(Function::Inactivating)
        }
        "gain of function" | "gain of function mutation" | "activating mutation" => {
            function(Function::Activating)
        }
        "itd" | "internal tandem duplication" if gene.symbol == "FLT3" => {
            let (from, to) = FLT3_DUPLICATIONS;
            let change = Some(AskedChange::InsertionWithin(from, to));
            event(EventAsked { change, ..of(&[Short]) })
        }
        _ => return None,
    })
}

/// `Exon 19 Deletion`, `Exon 20 in-frame insertions`, `Exon 9 Mutation`, `Exon 14 Skipping`.
fn in_exon(gene: &GeneAsked, words: &[&str]) -> Option<Asked> {
    use Consequence as C;
    let (_, rest) = words.split_first().filter(|(word, _)| word.eq_ignore_ascii_case("exon"))?;
    let (number, what) = rest.split_first()?;
    let exon: u16 = number.parse().ok()?;
    let what = what.join(" ").to_ascii_lowercase().replace('-', " ");
    let what = what.replace("in frame ", "");
    let classes: &[C] = match what.trim_end_matches('s') {
        "mutation" | "" => &[],
        "deletion" | "del" => &[C::InFrameDeletion],
        "insertion" | "ins" => &[C::InFrameInsertion],
        "indel" | "insertion/deletion" | "deletion/insertion" => {
            &[C::InFrameDeletion, C::InFrameInsertion]
        }
        "missense" | "missense mutation" => &[C::Missense],
        "nonsense" => &[C::Nonsense],
        "frameshift" => &[C::FrameshiftDeletion, C::FrameshiftInsertion],
        "truncating" | "truncating mutation" => {
            &[C::Nonsense, C::FrameshiftDeletion, C::FrameshiftInsertion]
        }
        "splice site" => &[C::SpliceSite],
        "skipping" | "skipping mutation" => return Some(skipping(gene, exon)),
        _ => return None,
    };
    let asked = EventAsked::of(gene.clone(), [EventKind::Short]);
    let consequences: BTreeSet<C> = classes.iter().copied().collect();
    let by_number = EventAsked { exon: Some(exon), consequences, ..asked.clone() };
    let range = EXONS.iter().find(|(symbol, number, ..)| *symbol == gene.symbol && *number == exon);
    let mut ways = vec![event(by_number)];
    if let Some((_, _, from, to)) = range {
        let within = |change| event(EventAsked { change: Some(change), ..asked.clone() });
        if classes.contains(&C::InFrameDeletion) {
            ways.push(within(AskedChange::DeletionWithin(*from, *to)));
        }
        if classes.contains(&C::InFrameInsertion) {
            ways.push(within(AskedChange::InsertionWithin(*from, *to)));
        }
    }
    if ways.len() == 1 { ways.pop() } else { Some(Asked::Any(ways)) }
}

/// A splice change of the exon skips it; RNA may show it where no such change was found.
fn skipping(gene: &GeneAsked, exon: u16) -> Asked {
    let asked = EventAsked::of(gene.clone(), [EventKind::Short]);
    let consequences = BTreeSet::from([Consequence::SpliceSite]);
    Asked::Any(vec![
        event(EventAsked { exon: Some(exon), consequences, ..asked }),
        Asked::Unresolved(format!("{} exon {exon} skipping in RNA", gene.symbol)),
    ])
}

/// `V600E`, `V600E/K`, `G12/G13`, `p.E746_A750del`.
fn changes(gene: &GeneAsked, what: &str) -> Option<Asked> {
    let mut parts: Vec<Asked> = Vec::new();
    let mut stem = String::new();
    for piece in what.split('/') {
        let piece = piece.trim().trim_start_matches("p.");
        let full = match piece.len() {
            // `V600E/K`: the place of the first with another letter.
            1 if !stem.is_empty() => format!("{stem}{piece}"),
            _ => piece.to_owned(),
        };
        let change = AskedChange::parse(&full).ok()?;
        let end = |c: char| c.is_ascii_alphabetic() || c == '*';
        full.trim_end_matches(end).clone_into(&mut stem);
        let asked = EventAsked::of(gene.clone(), [EventKind::Short]);
        parts.push(event(EventAsked { change: Some(change), ..asked }));
    }
    if parts.len() == 1 { parts.pop() } else { Some(Asked::Any(parts)) }
}
