//! The criteria of oncogenicity, each with its neighbours.

use knowledge::evidence::{
    CuratedCriterion, EvidencePack, EvidenceTables, GeneRole, GeneRoleRow, Hotspot,
    PopulationFrequency, write,
};
use knowledge::oncology::OncologyNames;
use std::collections::BTreeMap;
use tumor::event::ShortVariant;
use tumor::oncogenicity::{self, Oncogenicity, OncogenicityClass, Sources, State};
use tumor::{Consequence, Function, Genes, protein};

fn variant(
    genes: &Genes,
    gene: &str,
    change: &str,
    consequence: Option<Consequence>,
) -> ShortVariant {
    ShortVariant {
        gene: genes.resolve(gene).0,
        changes: protein::parse(change).unwrap_or_default(),
        consequence,
        exon: None,
        cdna: None,
        allele_fraction: None,
    }
}

fn curated(gene: &str, change: &str, code: &str, met: bool) -> CuratedCriterion {
    CuratedCriterion {
        gene: gene.into(),
        change: change.into(),
        code: code.into(),
        met,
        curator: "A. Curator".into(),
        date: "2026-10-01".into(),
        citation: "PMID 12068308".into(),
    }
}

/// A pack with tables of a site.
fn pack() -> EvidencePack {
    let files = write(&EvidenceTables::default(), None, "2026-11-01", None).unwrap();
    let mut pack = EvidencePack::from_files(&files).unwrap();
    let hotspot = |gene: &str, position, reference, samples, changes: &[(char, u32)]| Hotspot {
        gene: gene.into(),
        position,
        reference: Some(reference),
        samples,
        changes: changes.iter().copied().collect::<BTreeMap<_, _>>(),
    };
    pack.hotspots = vec![
        hotspot("BRAF", 600, 'V', 897, &[('E', 833), ('K', 9)]),
        hotspot("ERBB2", 755, 'L', 40, &[('S', 25), ('W', 2)]),
    ];
    pack.curated = vec![
        curated("BRAF", "p.V600E", "OS2", true),
        curated("KRAS", "p.G12D", "OS1", true),
        curated("KRAS", "p.G12C", "OM1", true),
        curated("NOSUCHGENE", "p.G12C", "OM1", true),
        curated("KRAS", "p.G12C", "XX9", true),
    ];
    let frequency = |gene: &str, change: &str, frequency_max, alleles| PopulationFrequency {
        gene: gene.into(),
        change: change.into(),
        frequency_max,
        alleles,
    };
    pack.frequencies = vec![
        frequency("TP53", "p.P72R", 0.7, 50_000),
        frequency("KIT", "p.M541L", 0.02, 50_000),
        frequency("BRAF", "p.V600E", 0.0, 120_000),
        frequency("BRAF", "p.V600K", 0.0, 12),
    ];
    pack.roles = vec![GeneRoleRow {
        gene: "TP63".into(),
        role: GeneRole::Both,
        citation: "the site".into(),
    }];
    pack
}

fn sources(with_pack: bool) -> (Sources, Genes) {
    let names = OncologyNames::built_in().unwrap();
    let genes = Genes::new(&names);
    let built_in = Sources::built_in(&names, &genes);
    if !with_pack {
        return (built_in, genes);
    }
    let (sources, problems) = built_in.with_pack(&pack(), &genes);
    let codes: Vec<&str> = problems.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["gene-not-known", "code-not-known"]);
    (sources, genes)
}

fn counted(found: &Oncogenicity) -> String {
    found.counted().map(|one| one.criterion.code()).collect::<Vec<_>>().join(" ")
}

/// PMID 35101336, table 2.
#[test]
fn criteria_count_as_the_procedure_says() {
    use Consequence as C;
    use OncogenicityClass as Class;
    let (sources, genes) = sources(true);
    for (gene, change, consequence, codes, points, class) in [
        ("BRAF", "p.V600E", Some(C::Missense), "OS2 OS3 OP4", 9, Class::LikelyOncogenic),
        // In the hotspot, but this change is rare there; too few alleles for OP4.
        ("BRAF", "p.V600K", Some(C::Missense), "OP3", 1, Class::UncertainSignificance),
        ("ERBB2", "p.L755S", Some(C::Missense), "OM3", 2, Class::UncertainSignificance),
        ("ERBB2", "p.L755W", Some(C::Missense), "OP3", 1, Class::UncertainSignificance),
        (
            "ERBB2",
            "p.G776delinsVC",
            Some(C::InFrameInsertion),
            "OM2",
            2,
            Class::UncertainSignificance,
        ),
        ("TP53", "p.R213*", Some(C::Nonsense), "OVS1", 8, Class::LikelyOncogenic),
        ("TP63", "p.R213*", Some(C::Nonsense), "OVS1", 8, Class::LikelyOncogenic),
        // A null variant of an oncogene is none of a tumour suppressor.
        ("BRAF", "p.R506*", Some(C::Nonsense), "", 0, Class::UncertainSignificance),
        ("KRAS", "p.G12D", Some(C::Missense), "OS1", 4, Class::UncertainSignificance),
        // G12V is farther from G than G12D is; OM4.
        ("KRAS", "p.G12V", Some(C::Missense), "OM4", 2, Class::UncertainSignificance),
        // G12A is nearer.
        ("KRAS", "p.G12A", Some(C::Missense), "", 0, Class::UncertainSignificance),
        // OM1 by a curator; OM4 does not count beside it.
        ("KRAS", "p.G12C", Some(C::Missense), "OM1", 2, Class::UncertainSignificance),
        ("TP53", "p.P72R", Some(C::Missense), "SBVS1", -8, Class::Benign),
        ("KIT", "p.M541L", Some(C::Missense), "SBS1", -4, Class::LikelyBenign),
        ("NOSUCHGENE", "p.M541L", Some(C::Missense), "", 0, Class::UncertainSignificance),
    ] {
        let found = oncogenicity::assess(&variant(&genes, gene, change, consequence), &sources);
        assert_eq!((counted(&found).as_str(), found.points), (codes, points), "{gene} {change}");
        assert_eq!(found.class, class, "{gene} {change}");
        assert_eq!(found.criteria.len(), 17);
    }
    let g12c = variant(&genes, "KRAS", "p.G12C", Some(C::Missense));
    let found = oncogenicity::assess(&g12c, &sources);
    let om4 = found.criteria.iter().find(|one| one.criterion.code() == "OM4").unwrap();
    assert_eq!(om4.state, State::NotCounted);
    assert!(om4.why.ends_with("does not count beside OM1"), "{}", om4.why);
}

#[test]
fn what_nobody_could_assess_is_named_and_never_met() {
    let (sources, genes) = sources(false);
    let found = oncogenicity::assess(
        &variant(&genes, "BRAF", "p.V600E", Some(Consequence::Missense)),
        &sources,
    );
    let open: Vec<&str> = found.not_assessed().map(|one| one.criterion.code()).collect();
    assert_eq!(
        open,
        [
            "OS1", "OS2", "OS3", "OM1", "OM3", "OM4", "OP1", "OP2", "OP3", "OP4", "SBVS1", "SBS1",
            "SBS2", "SBP1"
        ]
    );
    assert_eq!((found.points, counted(&found).as_str()), (0, ""));
    assert_eq!(found.words(), "could not be assessed");
    // Nothing is stated of what it does: not "no null variant".
    let vague = oncogenicity::assess(&variant(&genes, "TP53", "", None), &sources);
    let ovs1 = &vague.criteria[0];
    assert_eq!((ovs1.criterion.code(), ovs1.state), ("OVS1", State::NotAssessed));
}

#[test]
fn an_oncogenic_variant_has_the_effect_of_its_gene() {
    use {Consequence as C, OncogenicityClass as Class};
    let (sources, genes) = sources(true);
    let effect = |gene: &str, class, consequences: &[Consequence]| {
        let [gene] = *genes.resolve(gene).0.candidates() else { panic!() };
        oncogenicity::function(gene, consequences, class, &sources)
    };
    for (gene, class, consequence, expected) in [
        ("TP53", Class::LikelyOncogenic, C::Nonsense, Some(Function::Inactivating)),
        ("BRAF", Class::Oncogenic, C::Missense, Some(Function::Activating)),
        ("BRAF", Class::UncertainSignificance, C::Missense, None),
        ("TP63", Class::Oncogenic, C::Missense, None),
        ("A1BG", Class::Oncogenic, C::Missense, None),
    ] {
        assert_eq!(effect(gene, class, &[consequence]), expected, "{gene}");
    }
}
