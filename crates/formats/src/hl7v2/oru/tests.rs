use super::*;
use crate::hl7v2::Message;

const HEAD: &str = "MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01|1|P|2.5.1\r\
    PID|||7^^^HOSP^MR||EXAMPLE^Ana||19610402|F\r\
    OBR|1|||PGX^Panel^L|||||||||||||||||||||F\r";

fn read_with(rows: &str, settings: &Settings) -> (OrderGroup, Vec<String>) {
    let (message, problems) = Message::parse(format!("{HEAD}{rows}").into_bytes());
    assert_eq!(problems, []);
    let (mut oru, problems) = super::read(&message.unwrap(), settings);
    assert_eq!(oru.orders.len(), 1);
    let problems = problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect();
    (oru.orders.remove(0), problems)
}

/// `OBX` rows from `type|code|sub-id|value` lines.
fn rows(lines: &[&str]) -> String {
    let numbered = lines.iter().enumerate();
    let rows: Vec<String> =
        numbered.map(|(n, line)| format!("OBX|{}|{line}||||||F\r", n + 1)).collect();
    rows.concat()
}

fn read(lines: &[&str]) -> (OrderGroup, Vec<String>) {
    read_with(&rows(lines), &Settings::default())
}

/// Findings in short: `gene genotype phenotype` and so on.
fn shown(order: &OrderGroup) -> Vec<String> {
    let symbol = |gene: &Option<Gene>| {
        gene.as_ref().and_then(|g| g.symbol.clone()).unwrap_or_else(|| "-".into())
    };
    let words = |answer: &Option<Answer>| answer.as_ref().map_or("-".into(), |a| a.words.clone());
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let show = |finding: &Finding| match &finding.content {
        FindingContent::Gene(g) => {
            format!("gene {} {} {}", symbol(&g.gene), text(&g.genotype), words(&g.phenotype))
        }
        FindingContent::Variant(v) => {
            format!("variant {} {} {}", symbol(&v.gene), text(&v.name), words(&v.assessment))
        }
        FindingContent::Drug(d) => {
            let drug = d.drug.as_ref().and_then(|d| d.words()).unwrap_or("-");
            let all: Vec<&str> = d.suggestions.iter().map(|s| s.words.as_str()).collect();
            format!("drug {} {drug} {}", symbol(&d.gene), all.join("+"))
        }
        FindingContent::Overall(o) => format!("overall {}", words(&o.interpretation)),
        FindingContent::Study(s) => {
            let genes: Vec<String> = s.genes.iter().filter_map(|g| g.symbol.clone()).collect();
            format!("study {} {}", genes.join("+"), words(&s.build))
        }
    };
    order.findings.iter().map(show).collect()
}

const CYP2C19: &str = "CWE|48018-6^Gene^LN|2a|HGNC:2621^CYP2C19^HGNC";
const SLCO1B1: &str = "CWE|48018-6^Gene^LN|2b|HGNC:10959^SLCO1B1^HGNC";

#[test]
fn neither_the_order_of_rows_nor_their_labels_change_the_findings() {
    let lines = [
        CYP2C19,
        "ST|84413-4^Genotype^LN|2a|*2/*2",
        "CWE|53040-2^Met^LN|2a|LA9657-3^PM^LN",
        SLCO1B1,
        "ST|84413-4^Genotype^LN|2b|*1/*5",
        "CWE|53040-2^Met^LN|2b|LA25395-7^Decreased function^LN",
    ];
    let mut expected =
        vec!["gene CYP2C19 *2/*2 Poor Metabolizer", "gene SLCO1B1 *1/*5 Decreased Function"];
    expected.sort_unstable();
    for turn in 0..lines.len() {
        let mut turned = lines;
        turned.rotate_left(turn);
        turned.swap(1, 4);
        for (a, b) in [("2a", "2b"), ("1", "1a"), ("zz", "2aa"), ("7.1", "7.2"), ("2b", "2a")] {
            let labelled: Vec<String> = turned
                .iter()
                .map(|l| l.replace("|2a|", "|?|").replace("|2b|", &format!("|{b}|")))
                .map(|l| l.replace("|?|", &format!("|{a}|")))
                .collect();
            let labelled: Vec<&str> = labelled.iter().map(String::as_str).collect();
            let (order, problems) = read(&labelled);
            let mut found = shown(&order);
            found.sort_unstable();
            assert_eq!(found, expected, "turned by {turn}, labelled {a} and {b}");
            assert!(problems.is_empty(), "{problems:?}");
        }
    }
}

#[test]
fn without_sub_ids_a_singleton_that_comes_again_begins_a_group() {
    let (order, _) = read(&[
        "CWE|48018-6^Gene^LN||HGNC:2621^CYP2C19^HGNC",
        "ST|84413-4^Genotype^LN||*2/*2",
        "CWE|48018-6^Gene^LN||HGNC:10959^SLCO1B1^HGNC",
        "ST|84413-4^Genotype^LN||*1/*5",
        "CWE|83005-9^Category^LN||LA26801-3^Simple^LN",
        "ST|47998-0^Name^LN||first",
        "CWE|83005-9^Category^LN||LA26801-3^Simple^LN",
        "ST|47998-0^Name^LN||second",
    ]);
    let expected = [
        "variant SLCO1B1 first -",
        "gene CYP2C19 *2/*2 -",
        "gene SLCO1B1 *1/*5 -",
        "variant - second -",
    ];
    let mut found = shown(&order);
    found.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(found, sorted);
}

#[test]
fn one_sub_id_for_everything_is_parted_and_flagged() {
    let (order, problems) = read(&[
        "CWE|48018-6^Gene^LN|1|HGNC:2621^CYP2C19^HGNC",
        "ST|84413-4^Genotype^LN|1|*2/*2",
        "CWE|48018-6^Gene^LN|1|HGNC:10959^SLCO1B1^HGNC",
        "ST|84413-4^Genotype^LN|1|*1/*5",
    ]);
    assert_eq!(shown(&order), ["gene CYP2C19 *2/*2 -", "gene SLCO1B1 *1/*5 -"]);
    assert_eq!(problems, ["OBX[3]-4 shared-sub-id"]);
    // The same row twice is no contradiction.
    let genotype = "ST|84413-4^Genotype^LN|2a|*2/*2";
    let (order, problems) = read(&[CYP2C19, genotype, genotype]);
    assert_eq!(shown(&order), ["gene CYP2C19 *2/*2 -"]);
    assert_eq!(problems, ["OBX[3] repeated-row"]);
}

#[test]
fn nested_drugs_belong_to_their_gene_and_keep_their_own_advice() {
    let (order, problems) = read(&[
        "CWE|82116-5^Sugg^LN|2a.b|LA26422-8^Decrease dose^LN",
        "CWE|51963-7^Drug^LN|2a.a|32968^clopidogrel^RxNorm",
        CYP2C19,
        "ST|84413-4^Genotype^LN|2a|*2/*2",
        "CWE|82116-5^Sugg^LN|2a.a|LA26421-0^Avoid^LN",
        "CWE|51963-7^Drug^LN|2a.b|704^amitriptyline^RxNorm",
    ]);
    assert_eq!(
        shown(&order),
        [
            "drug CYP2C19 amitriptyline Decrease dose",
            "drug CYP2C19 clopidogrel Consider alternative medication",
            "gene CYP2C19 *2/*2 -",
        ]
    );
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn several_drugs_in_one_group_are_paired_only_when_the_order_tells() {
    let drug_a = "CWE|51963-7^Drug^LN|2a|32968^clopidogrel^RxNorm";
    let drug_b = "CWE|51963-7^Drug^LN|2a|704^amitriptyline^RxNorm";
    let advice_a = "CWE|82116-5^Sugg^LN|2a|LA26421-0^Avoid^LN";
    let advice_b = "CWE|82116-5^Sugg^LN|2a|LA26422-8^Less^LN";
    let (order, problems) = read(&[CYP2C19, drug_a, advice_a, drug_b, advice_b]);
    assert_eq!(
        shown(&order),
        [
            "drug CYP2C19 clopidogrel Consider alternative medication",
            "drug CYP2C19 amitriptyline Decrease dose",
        ]
    );
    assert!(problems.is_empty(), "{problems:?}");
    let (order, problems) = read(&[CYP2C19, advice_a, drug_a, advice_b, drug_b]);
    assert_eq!(shown(&order), ["drug CYP2C19 - "]);
    assert_eq!(order.findings[0].other.len(), 4, "nothing is lost");
    assert_eq!(problems, ["OBX[3]-5 unordered-drugs"]);
}

#[test]
fn medications_of_the_study_are_not_advice() {
    let (order, _) = read(&[
        "CWE|51968-6^Overall^LN|1|LA6577-6^Negative^LN",
        "CWE|51963-7^Drug^LN|1|32968^clopidogrel^RxNorm",
    ]);
    assert_eq!(shown(&order), ["overall Negative", "study  -"]);
    let FindingContent::Study(study) = &order.findings[1].content else { panic!() };
    assert_eq!(study.medications[0].words(), Some("clopidogrel"));
}

#[test]
fn the_phenotype_answers_have_the_terms_of_cpic() {
    for (sent, words, code, flagged) in [
        ("LA10315-2^UM^LN", "Ultrarapid Metabolizer", Some("LA10315-2"), false),
        ("LA25390-8^RM^LN", "Rapid Metabolizer", Some("LA25390-8"), false),
        ("LA25391-6^NM^LN", "Normal Metabolizer", Some("LA25391-6"), false),
        ("LA10317-8^IM^LN", "Intermediate Metabolizer", Some("LA10317-8"), false),
        ("LA9657-3^PM^LN", "Poor Metabolizer", Some("LA9657-3"), false),
        ("LA25392-4^x^LN", "Increased Function", Some("LA25392-4"), false),
        ("LA25393-2^x^LN", "Normal Function", Some("LA25393-2"), false),
        ("LA25394-0^x^LN", "Poor Function", Some("LA25394-0"), false),
        ("PM^x^L^LA9657-3^Poor^LN", "Poor Metabolizer", Some("LA9657-3"), false),
        // words without a code, in CWE.1 or CWE.2, in any case
        ("poor metabolizer", "Poor Metabolizer", Some("LA9657-3"), false),
        ("^Poor metabolizer", "Poor Metabolizer", Some("LA9657-3"), false),
        ("^Likely Poor Metabolizer", "Likely Poor Metabolizer", None, false),
        ("PM^Poor metaboliser^L", "Poor metaboliser", None, false),
        // the code wins over its text, and the contradiction is flagged
        ("LA9657-3^Normal Metabolizer^LN", "Poor Metabolizer", Some("LA9657-3"), true),
        ("LA9657-3^PM^99X", "Poor Metabolizer", Some("LA9657-3"), true),
        ("LA6668-3^Pathogenic^LN", "Pathogenic", Some("LA6668-3"), true),
    ] {
        let (order, problems) = read(&[CYP2C19, &format!("CWE|53040-2^Met^LN|2a|{sent}")]);
        let FindingContent::Gene(gene) = &order.findings[0].content else { panic!("{sent}") };
        let phenotype = gene.phenotype.as_ref().unwrap();
        assert_eq!(phenotype.words, words, "{sent}");
        assert_eq!(phenotype.code.as_deref(), code, "{sent}");
        assert_eq!(!problems.is_empty(), flagged, "{sent} {problems:?}");
    }
}

#[test]
fn values_that_must_not_be_used_are_kept_as_they_came() {
    for (sent, code) in [
        ("LA9657-4^Poor metabolizer^LN", Some("bad-answer-code")),
        ("LA9657-3^PM^LN~LA25391-6^NM^LN", Some("repeated-value")),
        ("not specified", None),
        ("\"\"", None),
        ("", None),
    ] {
        let (order, problems) = read(&[CYP2C19, &format!("CWE|53040-2^Met^LN|2a|{sent}")]);
        let FindingContent::Gene(gene) = &order.findings[0].content else { panic!("{sent}") };
        assert_eq!(gene.phenotype, None, "{sent}");
        assert_eq!(problems.len(), usize::from(code.is_some()), "{sent} {problems:?}");
        assert_eq!(order.findings[0].other.len(), problems.len(), "{sent}");
        for (problem, code) in problems.iter().zip(code) {
            assert_eq!(problem, &format!("OBX[2]-5 {code}"));
        }
    }
}

#[test]
fn genotypes_in_every_form_that_is_sent() {
    for (row, expected, flagged) in [
        ("ST|84413-4^G^LN|2a|*2/*2", Some("*2/*2"), false),
        ("CWE|84413-4^G^LN|2a|*2/*2", Some("*2/*2"), false),
        ("CWE|84413-4^G^LN|2a|^*2/*2", Some("*2/*2"), false),
        ("CWE|84413-4^G^LN|2a|*2/*2^CYP2C19 *2/*2^99L", Some("*2/*2"), false),
        ("CWE|84413-4^G^LN|2a|CA123^*2/*2^ClinGen", Some("*2/*2"), false),
        ("CWE|84413-4^G^LN|2a|G1^Normal/variant^99L", Some("Normal/variant"), false),
        ("CWE|84413-4^G^LN|2a|*1/*2~*1/*3", None, true),
        ("ST|84413-4^G^LN|2a|*1/*2~*1/*3", None, true),
        ("CWE|84413-4^G^LN|2a|not specified", None, false),
    ] {
        let (order, problems) = read(&[CYP2C19, row]);
        let FindingContent::Gene(gene) = &order.findings[0].content else { panic!("{row}") };
        assert_eq!(gene.genotype.as_deref(), expected, "{row}");
        assert_eq!(!problems.is_empty(), flagged, "{row} {problems:?}");
        assert_eq!(!order.findings[0].other.is_empty(), flagged, "{row}");
    }
}

#[test]
fn a_genes_own_phenotype_code_names_its_gene() {
    let name = "CYP2C19 gene product metabolic activity interpretation";
    let row = format!("CWE|79716-7^{name}^LN|3|LA9657-3^Poor metabolizer^LN");
    let (order, problems) = read(&[&row]);
    assert_eq!(shown(&order), ["gene CYP2C19 - Poor Metabolizer"]);
    assert!(problems.is_empty(), "{problems:?}");
    let other_gene = SLCO1B1.replace("2b", "3");
    let (order, problems) = read(&[&other_gene, &row]);
    assert_eq!(shown(&order), ["gene - - Poor Metabolizer"]);
    assert!(problems.contains(&"OBX[1]-5 several-genes".to_owned()), "{problems:?}");
}

#[test]
fn loinc_under_a_local_name_needs_the_feeds_setting() {
    let rows = rows(&[CYP2C19, "ST|84413-4^Genotype^LOCALSYS|2a|*2/*2"]);
    let (order, problems) = read_with(&rows, &Settings::default());
    assert_eq!(shown(&order), ["study CYP2C19 -"]);
    assert_eq!(problems, ["OBX[2]-3 loinc-under-other-system", "OBX[2]-3 unknown-code"]);
    let kept: Vec<&Observed> =
        order.findings.iter().flat_map(|f| &f.other).chain(&order.other).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].value, "*2/*2");
    assert_eq!(kept[0].place, "OBX[2]");
    let accepting = Settings { accept_loinc_under: vec!["LOCALSYS".into()], ..Settings::default() };
    let (order, problems) = read_with(&rows, &accepting);
    assert_eq!(shown(&order), ["gene CYP2C19 *2/*2 -"]);
    assert!(problems.is_empty());
}

#[test]
fn a_mistyped_or_unknown_code_is_kept_and_reported_once() {
    let (order, problems) = read(&[
        "ST|84413-5^Genotype^LN|2a|*2/*2",
        "NM|2345-7^Glucose^LN||5.0",
        "NM|2345-7^Glucose^LN||5.1",
    ]);
    assert!(order.findings.is_empty());
    let values: Vec<&str> = order.other.iter().map(|o| o.value.as_str()).collect();
    assert_eq!(values, ["*2/*2", "5.0", "5.1"]);
    assert_eq!(
        problems,
        ["OBX[1]-3 bad-check-digit", "OBX[1]-3 unknown-code", "OBX[2]-3 unknown-code",]
    );
}

#[test]
fn contradictory_overall_results_are_none() {
    let (order, problems) = read(&[
        "CWE|51968-6^Overall^LN|1|LA6576-8^Positive^LN",
        "CWE|51968-6^Overall^LN|1|LA6577-6^Negative^LN",
    ]);
    assert_eq!(shown(&order), ["overall -"]);
    assert_eq!(order.findings[0].other.len(), 2);
    assert_eq!(problems, ["OBX[1]-5 contradiction"]);
}

#[test]
fn impossible_dates_are_flagged_and_not_stored() {
    let text = "MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01|1|P|2.5.1\r\
        PID|||7^^^HOSP^MR||EXAMPLE^Ana||20300101|F\r\
        OBR|1|||PGX^Panel^L|||20260301|||||||||||||||20260112||GE|F\r\
        OBR|2|||PGX^Panel^L|||20260231|||||||||||||||20260112093001+0000||GE|F\r";
    let message = Message::parse(text.as_bytes().to_vec()).0.unwrap();
    let (oru, problems) = super::read(&message, &Settings::default());
    assert_eq!(oru.patient.birth_date, None);
    assert_eq!((oru.orders[0].collected, oru.orders[0].issued), (None, None));
    assert_eq!((oru.orders[1].collected, oru.orders[1].issued), (None, None));
    let problems: Vec<String> =
        problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect();
    assert_eq!(
        problems,
        [
            "PID[1]-7 impossible-date",
            "OBR[1]-22 no-time",
            "OBR[1] impossible-date",
            "OBR[2]-7 impossible-date",
            "OBR[2] impossible-date",
        ]
    );
}

#[test]
fn what_cannot_be_filed_for_one_person_is_an_error() {
    let errors = |text: &str| {
        let message = Message::parse(text.replace('\n', "\r").into_bytes()).0.unwrap();
        let (_, problems) = super::read(&message, &Settings::default());
        let errors = problems.into_iter().filter(|p| p.severity == model::Severity::Error);
        errors.map(|p| format!("{} {}", p.place, p.code)).collect::<Vec<_>>()
    };
    let head = "MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01|1|P|2.5.1\n";
    let (ana, bea) = ("PID|||7^^^H^MR||A^Ana\nOBR|1\n", "PID|||8^^^H^MR||B^Bea\nOBR|2\n");
    assert_eq!(errors(&format!("{head}{ana}{bea}")), ["PID[2] two-patients"]);
    assert!(errors(&format!("{head}{ana}{ana}")).is_empty());
    assert_eq!(errors(&format!("{head}OBR|1")), ["PID missing-segment"]);
    assert_eq!(errors(&format!("{head}PID|||7^^^H")), ["OBR missing-segment"]);
    assert_eq!(errors(&format!("{head}{ana}ADD|rest")), ["ADD[1] continued"]);
    assert_eq!(errors(&format!("{head}{ana}DSC|next|F")), ["DSC[1] continued"]);
    assert!(errors(&format!("{head}{ana}DSC|")).is_empty());
    let adt = head.replace("ORU^R01", "ADT^A01");
    assert_eq!(errors(&format!("{adt}{ana}")), ["MSH-9 message-type"]);
}

#[test]
fn fractions_and_alleles() {
    let variant = |line: &str| {
        let (order, problems) = read(&["ST|47998-0^Name^LN|2a|v", line]);
        let FindingContent::Variant(variant) = order.findings[0].content.clone() else { panic!() };
        (*variant, order.findings[0].other.len(), problems.len())
    };
    let fraction =
        |value: &str| variant(&format!("NM|81258-6^VAF^LN|2a|{value}")).0.allele_fraction;
    assert_eq!(fraction("0.25"), Some(0.25));
    assert_eq!(fraction("25"), Some(0.25));
    assert_eq!(fraction("0.25|%"), Some(0.0025));
    assert_eq!(fraction("250"), None);
    assert_eq!(fraction("a quarter"), None);
    let (read, other, problems) = variant("NM|81258-6^VAF^LN|2a|250");
    assert_eq!((read.allele_fraction, other, problems), (None, 1, 1));
    let allele = |value: &str| variant(&format!("ST|69547-8^Ref^LN|2a|{value}")).0.reference_allele;
    assert_eq!(allele("A").as_deref(), Some("A"));
    assert_eq!(allele("").as_deref(), Some(""));
    assert_eq!(allele("\"\""), None);
    let range = |value: &str| variant(&format!("NR|81254-5^Range^LN|2a|{value}")).0.start_end;
    assert_eq!(range("15"), Some((15, 15)));
    assert_eq!(range("15^17"), Some((15, 17)));
    assert_eq!(range("15-17"), Some((15, 17)));
    assert_eq!(range("17^15"), None);
}

#[test]
fn the_limit_on_sub_ids_holds_at_the_limit_and_one_over() {
    let row = |length: usize| format!("ST|84413-4^Genotype^LN|{}|*2/*2", "a".repeat(length));
    let (order, _) = read(&[&row(64)]);
    assert_eq!((order.findings.len(), order.other.len()), (1, 0));
    let (order, problems) = read(&[&row(65)]);
    assert_eq!((order.findings.len(), order.other.len()), (0, 1));
    assert_eq!(problems, ["OBX[1]-4 long-sub-id"]);
}

#[test]
fn rows_that_no_result_of_their_group_takes_are_kept() {
    let (order, problems) = read(&[
        "CWE|48018-6^Gene^LN|2|HGNC:10959^SLCO1B1^HGNC",
        "CWE|48018-6^Gene^LN|2.1|HGNC:2621^CYP2C19^HGNC",
        "ST|84413-4^Genotype^LN|2.1|*2/*2",
    ]);
    assert_eq!(shown(&order), ["gene CYP2C19 *2/*2 -"]);
    assert_eq!(order.other.len(), 1);
    assert_eq!(problems, ["OBX[1] unused-row"]);
    let (order, problems) = read(&[
        CYP2C19,
        "CWE|48002-0^Source^LN|2a|LA6683-2^Germline^LN",
        "CWE|51963-7^Drug^LN|2a|32968^clopidogrel^RxNorm",
        "CWE|82116-5^Sugg^LN|2a|LA26424-4^Caution^LN",
    ]);
    assert_eq!(shown(&order), ["study  -", "drug CYP2C19 clopidogrel Use caution"]);
    assert!(problems.is_empty(), "{problems:?}");
}
