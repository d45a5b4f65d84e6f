//! Files that were damaged on the way: an answer with problems, never a panic.

use super::{assembled, base};
use knowledge::import::{CpicSettings, cpic, pharmvar};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = "#version=1\nHaplotype Name\tGene\trsID\tReferenceSequence\tVariant Start\t\
    Variant Stop\tReference Allele\tVariant Allele\tType\n\
    CYP3A5*1\tCYP3A5\tREFERENCE\tNC_000007.14\t\t\t\t\t\n\
    CYP3A5*3.001\tCYP3A5\trs776746\tNC_000007.14\t99672916\t99672916\tT\tC\tx\n\
    CYP3A5*7\tCYP3A5\t-\tNC_000007.14\t99652771\t99652772\t-\tA\tx\n";

const VCF: &str = "##reference=NC_000007.14\n#CHROM\tPOS\tID\tREF\tALT\n\
    NC_000007.14\t99672916\trs776746\tT\tC,G\nNC_000007.14\t99652770\t.\tT\tTA\n";

const CPIC: [(&str, &str); 6] = [
    (
        "allele_definition.json",
        r#"[{"id":1,"genesymbol":"CYP3A5","name":"*1","matchesreferencesequence":true},
        {"id":2,"genesymbol":"CYP3A5","name":"*3"}]"#,
    ),
    (
        "sequence_location.json",
        r#"[{"id":9,"genesymbol":"CYP3A5","chromosomelocation":"g.99672916T>C","dbsnpid":"rs1"},
        {"id":8,"genesymbol":"CYP3A5","chromosomelocation":"g.99652771dup","dbsnpid":null}]"#,
    ),
    (
        "allele_location_value.json",
        r#"[{"alleledefinitionid":1,"locationid":9,"variantallele":"T"},
        {"alleledefinitionid":1,"locationid":8,"variantallele":"T"},
        {"alleledefinitionid":2,"locationid":9,"variantallele":"Y"}]"#,
    ),
    (
        "allele.json",
        r#"[{"genesymbol":"CYP3A5","name":"*1","clinicalfunctionalstatus":"Normal function",
        "activityvalue":"1.0"}]"#,
    ),
    (
        "diplotype.json",
        r#"[{"genesymbol":"CYP3A5","diplotype":"*1/*1","diplotypekey":{"CYP3A5":{"*1":2}},
        "generesult":"Normal Metabolizer","totalactivityscore":"2.0"}]"#,
    ),
    (
        "drugs.json",
        r#"[{"drugid":"RxNorm:32968","drugname":"clopidogrel","recommendations":[{
        "implications":{"CYP2C19":"x"},"classification":"No Recommendation","population":"NVI",
        "lookupkey":{"CYP2C19":"0.5"},"drugrecommendation":"y"}]}]"#,
    ),
];

fn damaged(text: &str, at: usize, put: &[u8], take: usize) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let start = at % bytes.len();
    let end = (start + take).min(bytes.len());
    bytes.splice(start..end, put.iter().copied());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn damaged_files_never_panic(
        file in 0_usize..8,
        at in 0_usize..2_000,
        put in prop::collection::vec(
            prop::sample::select(b"\t\n:;,.|*=-_ A1T9[]{}\"\xff".to_vec()), 0..5,
        ),
        take in 0_usize..12,
    ) {
        static BASE: LazyLock<knowledge::Pack> = LazyLock::new(base);
        let text = |number: usize, text: &str| {
            if number == file { damaged(text, at, &put, take) } else { text.as_bytes().to_vec() }
        };
        if file < 2 {
            let files = BTreeMap::from([
                ("CYP3A5.haplotypes.tsv".to_owned(), text(0, TABLE)),
                ("CYP3A5_9.vcf".to_owned(), text(1, VCF)),
            ]);
            let (imported, _) = pharmvar(&files, &BASE, "2026-11-20");
            let _ = assembled(&BASE, &imported);
        } else {
            let files = CPIC.iter().enumerate();
            let files = files.map(|(at, (name, json))| ((*name).to_owned(), text(at + 2, json)));
            let settings = CpicSettings { date: "2026-11-20".to_owned(), with_text: true };
            let (imported, _) = cpic(&files.collect(), &BASE, &settings).unwrap();
            let _ = assembled(&BASE, &imported);
        }
    }
}
