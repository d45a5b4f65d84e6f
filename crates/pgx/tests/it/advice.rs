//! From genotypes to advice with the pack that ships.

use crate::shipped::{knowledge, sites};
use formats::vcf::{ReadSettings, read_genotypes};
use knowledge::pgx::{Gene, Method, PgxKnowledge};
use model::reported::ReportedGeneResult;
use model::statement::{Action, AdviceState, DrugStatement, GeneKey, GeneState};

/// rs12769205, rs4244285 (with rs3758581) as in CYP2C19*2; all other positions in a block.
fn gvcf(genotype: &str) -> String {
    let mut lines: Vec<String> = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr10,length=133797422>",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS",
    ]
    .map(str::to_owned)
    .into();
    let block =
        |start: u64, end: u64| format!("chr10\t{start}\t.\tN\t<*>\t.\t.\tEND={end}\tGT\t0/0");
    let mut next = 94_761_800;
    for (position, reference, alternate, genotype) in [
        (94_775_367, "A", "G", genotype),
        (94_781_859, "G", "A", genotype),
        (94_842_866, "A", "G", "1/1"),
    ] {
        lines.push(block(next, position - 1));
        lines.push(format!(
            "chr10\t{position}\t.\t{reference}\t{alternate},<*>\t.\tPASS\t.\tGT\t{genotype}"
        ));
        next = position + 1;
    }
    lines.push(block(next, 94_853_000));
    lines.join("\n")
}

fn ask(knowledge: &PgxKnowledge, text: &str, drug: &str) -> DrugStatement {
    let (set, problems) =
        read_genotypes(text.as_bytes(), &sites(knowledge), &ReadSettings::default());
    let genes = pgx::call(knowledge, &set.unwrap_or_else(|| panic!("{problems:?}")));
    let drug = knowledge.drugs.iter().find(|known| known.name == drug).unwrap();
    pgx::advise(knowledge, drug, &genes)
}

/// CPIC CYP2C19 and clopidogrel, PMID 35034351.
#[test]
fn clopidogrel_by_cyp2c19_from_a_gvcf() {
    let knowledge = knowledge();
    for (genotype, call, phenotype, state) in [
        ("0/0", "*1/*1", "Normal Metabolizer", AdviceState::Standard),
        ("0/1", "*1/*2", "Intermediate Metabolizer", AdviceState::Avoid),
        ("1/1", "*2/*2", "Poor Metabolizer", AdviceState::Avoid),
    ] {
        let statement = ask(&knowledge, &gvcf(genotype), "clopidogrel");
        assert_eq!(statement.genes[0].call, call);
        assert_eq!(statement.genes[0].phenotype.as_deref(), Some(phenotype));
        assert_eq!(statement.state, state, "{genotype}: {statement:#?}");
        assert!(!statement.recommendations.is_empty());
        assert_eq!(statement.notes, Vec::<String>::new(), "{genotype}");
    }
}

#[test]
fn genes_that_the_file_does_not_cover_are_not_known() {
    let knowledge = knowledge();
    let statement = ask(&knowledge, &gvcf("0/0"), "azathioprine");
    assert_eq!(statement.state, AdviceState::NotKnown);
    let pre_test = statement.pre_test.unwrap();
    assert_eq!(pre_test.genes, ["TPMT", "NUDT15"]);
    assert_eq!(statement.genes[0].call, "not tested");
    // The same file without the decisive positions: a call, but no plain standard use.
    let text = gvcf("0/0");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("94781859")).collect();
    let statement = ask(&knowledge, &kept.join("\n"), "clopidogrel");
    assert_eq!(statement.state, AdviceState::NotKnown, "{statement:#?}");
    assert!(statement.notes.iter().any(|note| note.contains("34 of 35 positions tested")));
    assert!(statement.notes.iter().any(|note| note.contains("rs4244285")));
}

#[test]
fn every_drug_is_answered_whatever_is_known() {
    let knowledge = knowledge();
    let reference: Vec<_> = knowledge
        .genes
        .iter()
        .map(|gene| {
            let set = model::genotype::GenotypeSet {
                build: model::variant::GenomeBuild::GRCh38,
                build_proof: "none needed".into(),
                sample: "S".into(),
                absent_position: model::assay::AbsentPosition::Reference,
                calls: Vec::new(),
            };
            match gene.method {
                Method::Reported | Method::Research => pgx::from_reported(gene, &usual(gene)),
                _ => pgx::call_gene(gene, &set),
            }
        })
        .collect();
    for statement in &reference {
        assert_eq!(statement.state, GeneState::Called, "{}", statement.gene);
    }
    let (mut silent, mut others) = (0, Vec::new());
    for drug in &knowledge.drugs {
        let untested = pgx::advise(&knowledge, drug, &[]);
        assert_eq!(untested.state, AdviceState::NotKnown, "{}", drug.name);
        let known = pgx::advise(&knowledge, drug, &reference);
        let is_known = |gene: &GeneKey| gene.phenotype.is_some() || gene.gene == "CYP4F2";
        assert!(known.genes.iter().all(is_known), "{}", drug.name);
        if known.recommendations.is_empty() {
            // Of a source that speaks of some results only.
            assert_eq!(known.state, AdviceState::NotKnown, "{}", drug.name);
            let note = "the sources at hand say nothing about this result";
            assert!(known.notes.contains(&note.to_owned()), "{}: {:?}", drug.name, known.notes);
            silent += 1;
        } else if known.state != AdviceState::Standard {
            others.push(drug.name.as_str());
        }
    }
    assert_eq!(silent, 28);
    // Malignant hyperthermia is never excluded; fast acetylators, CYP3A5 expressers and people
    // without a responsive CFTR variant need something else than the usual; IFNL3 only tells how
    // likely the drug is to work; for methadone and the coumarins the source gives no advice.
    assert_eq!(
        others,
        [
            "acenocoumarol",
            "desflurane",
            "enflurane",
            "halothane",
            "hydralazine",
            "isoflurane",
            "ivacaftor",
            "methadone",
            "methoxyflurane",
            "peginterferon alfa-2a",
            "peginterferon alfa-2b",
            "phenprocoumon",
            "ribavirin",
            "sevoflurane",
            "succinylcholine",
            "tacrolimus",
        ]
    );
}

/// What a laboratory reports of somebody without any variant.
fn usual(gene: &Gene) -> ReportedGeneResult {
    let diplotype = match gene.symbol.as_str() {
        "HLA-A" => "*01:01/*02:01",
        "HLA-B" => "*07:02/*08:01",
        "MT-RNR1" => "Reference",
        _ => "*1/*1",
    };
    ReportedGeneResult {
        gene: gene.symbol.clone(),
        diplotype: Some(diplotype.into()),
        ..ReportedGeneResult::default()
    }
}

/// G6PD has no list of positions that a test must cover: with one of 171 positions seen, deficiency
/// is not excluded, and primaquine is not simply used.
#[test]
fn a_gene_seen_in_part_is_never_plain_standard_use() {
    let knowledge = knowledge();
    let text = "##fileformat=VCFv4.2\n##contig=<ID=chrX,length=156040895>\n\
                #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n\
                chrX\t154536002\t.\tC\tT\t.\tPASS\t.\tGT\t0/0\n";
    let (set, problems) =
        read_genotypes(text.as_bytes(), &sites(&knowledge), &ReadSettings::default());
    let genes = pgx::call(&knowledge, &set.unwrap_or_else(|| panic!("{problems:?}")));
    let g6pd = genes.iter().find(|gene| gene.gene == "G6PD").unwrap();
    assert_eq!(g6pd.phenotype.as_deref(), Some("Normal"));
    let seen = g6pd.callability.as_ref().unwrap();
    assert!(seen.phenotypes_not_excluded.contains(&"Deficient".to_owned()), "{seen:?}");
    let drug = knowledge.drugs.iter().find(|drug| drug.name == "primaquine").unwrap();
    let advice = pgx::advise(&knowledge, drug, &genes);
    assert_eq!(advice.state, AdviceState::NotKnown, "{advice:?}");
}

/// Advice of regulators and of DPWG for results that decide: FDA's table of pharmacogenetic
/// associations and labels; DPWG UGT1A1 and irinotecan (PMID 36443464).
#[test]
fn what_regulators_say_of_deciding_results() {
    let knowledge = knowledge();
    for (drug, gene, diplotype, source, action) in [
        ("siponimod", "CYP2C9", "*3/*3", "FDA", Action::Avoid),
        ("siponimod", "CYP2C9", "*1/*3", "FDA", Action::Reduce { percent: Some((50, 50)) }),
        ("siponimod", "CYP2C9", "*1/*2", "FDA", Action::Standard),
        ("thioridazine", "CYP2D6", "*4/*4", "FDA", Action::Avoid),
        ("codeine", "CYP2D6", "*1/*1x3", "FDA", Action::Avoid),
        ("tramadol", "CYP2D6", "*1/*1x3", "FDA", Action::Avoid),
        ("eliglustat", "CYP2D6", "*4/*4", "FDA", Action::Reduce { percent: Some((50, 50)) }),
        ("citalopram", "CYP2C19", "*2/*2", "FDA", Action::Reduce { percent: None }),
        ("clopidogrel", "CYP2C19", "*2/*3", "FDA", Action::Alternative),
        ("irinotecan", "UGT1A1", "*28/*28", "FDA", Action::Reduce { percent: None }),
        ("irinotecan", "UGT1A1", "*28/*28", "DPWG", Action::Reduce { percent: Some((30, 30)) }),
        ("irinotecan", "UGT1A1", "*1/*28", "DPWG", Action::Standard),
        ("belinostat", "UGT1A1", "*28/*28", "FDA", Action::Reduce { percent: Some((25, 25)) }),
        ("pitolisant", "CYP2D6", "*4/*4", "FDA", Action::Reduce { percent: None }),
        ("oliceridine", "CYP2D6", "*4/*5", "FDA", Action::Monitor),
        ("methadone", "CYP2B6", "*6/*6", "CPIC", Action::NoRecommendation),
        ("mercaptopurine", "NUDT15", "*3/*3", "FDA", Action::Reduce { percent: None }),
        ("azathioprine", "TPMT", "*3A/*3A", "FDA", Action::Alternative),
    ] {
        let result = ReportedGeneResult {
            gene: gene.into(),
            diplotype: Some(diplotype.into()),
            ..ReportedGeneResult::default()
        };
        let called = pgx::from_reported(knowledge.gene(gene).unwrap(), &result);
        let known = knowledge.drugs.iter().find(|known| known.name == drug).unwrap();
        let advice = pgx::advise(&knowledge, known, &[called]);
        let mut of_source = advice.recommendations.iter().filter(|one| one.source == source);
        let one = of_source.next().unwrap_or_else(|| panic!("{drug} {diplotype}: {advice:#?}"));
        assert_eq!(one.action, action, "{drug} {diplotype}");
        assert_eq!(of_source.next(), None, "{drug} {diplotype}");
    }
}
