//! The messages that the measurements of results read: with eight variants 113 rows, some 8.6 kB.

use std::fmt::Write;

/// Genes of the variants: HGNC number, symbol, transcript and its chromosome's sequence.
const GENES: [(&str, &str, &str, &str, &str); 8] = [
    ("1100", "BRCA1", "NM_007294.4", "NC_000017.11", "17"),
    ("1101", "BRCA2", "NM_000059.4", "NC_000013.11", "13"),
    ("26144", "PALB2", "NM_024675.4", "NC_000016.10", "16"),
    ("795", "ATM", "NM_000051.4", "NC_000011.10", "11"),
    ("16627", "CHEK2", "NM_007194.4", "NC_000022.11", "22"),
    ("11998", "TP53", "NM_000546.6", "NC_000017.11", "17"),
    ("7127", "MLH1", "NM_000249.4", "NC_000003.12", "3"),
    ("7325", "MSH2", "NM_000251.3", "NC_000002.12", "2"),
];

/// When a patient was born: hardly ever on the day of another one.
pub(crate) fn born(patient: usize) -> String {
    let (year, month, day) = (1930 + patient % 83, 1 + patient % 12, 1 + patient % 28);
    format!("{year}-{month:02}-{day:02}")
}

/// The most variants that a message has.
pub(crate) const VARIANTS_MAX: usize = GENES.len();

/// The result with a number, about one of some patients.
pub(crate) fn message(number: usize, patient: usize, variants: usize) -> String {
    let born = born(patient).replace('-', "");
    let mut text = format!(
        "MSH|^~\\&|LIS|Laboratory|COGNATE|HOSPITAL|20260112093000+0000||ORU^R01^ORU_R01|M-{number}\
         |P|2.5.1||||||UNICODE UTF-8\r\
         PID|1||{patient}^^^HOSPITAL^MR||EXAMPLE^Patient^^^^^L||{born}|F\r\
         ORC|RE|P-{number}^HOSPITAL|F-{number}^LABORATORY||CM\r\
         OBR|1|P-{number}^HOSPITAL|F-{number}^LABORATORY|81247-9^Master HL7 genetic variant \
         reporting panel^LN|||20260107081500+0000|||||||||||||||20260112092500+0000||GE|F\r"
    );
    let mut rows = 0;
    let mut row = |kind: &str, code: &str, group: &str, value: &str| {
        rows += 1;
        // Writing to text does not fail.
        let _ = write!(text, "OBX|{rows}|{kind}|{code}^LN|{group}|{value}||||||F\r");
    };
    row("CWE", "62374-4^Human reference sequence assembly", "1", "LA26806-2^GRCh38^LN");
    for (place, (hgnc, gene, transcript, chromosome, short)) in
        GENES.iter().take(variants).enumerate()
    {
        let group = format!("2{}", char::from(b'a' + u8::try_from(place).unwrap_or_default()));
        // Each result has variants of its own.
        let position = 10_000_000 + number * 10 + place;
        let coding = format!("{transcript}:c.{}C>T", 100 + number % 1_000);
        let rows = [
            ("CWE", "83005-9^Variant Category", "LA26801-3^Simple variant^LN".to_owned()),
            ("CWE", "48018-6^Gene Studied", format!("HGNC:{hgnc}^{gene}^HGNC")),
            ("CWE", "51958-7^Transcript Reference Sequence", format!("{transcript}^^RefSeq-T")),
            ("ST", "48004-6^DNA Change c.HGVS", coding),
            ("CWE", "48013-7^Genomic Reference Sequence", chromosome.to_string()),
            ("ST", "69547-8^Genomic Ref Allele", "C".to_owned()),
            ("NR", "81254-5^Genomic Allele Start-End", position.to_string()),
            ("ST", "69551-0^Genomic Alt Allele", "T".to_owned()),
            ("ST", "48000-4^Chromosome", short.to_string()),
            ("CWE", "48002-0^Genomic Source Class", "LA6683-2^Germline^LN".to_owned()),
            ("CWE", "81304-8^Variant Analysis Method", "LA26398-0^Sequencing^LN".to_owned()),
            ("CWE", "53037-8^Clinical Significance", "LA26333-7^Uncertain^LN".to_owned()),
            ("CWE", "69548-6^Genetic Variant Assessment", "LA9633-4^Present^LN".to_owned()),
            ("CWE", "53034-5^Allelic State", "LA6706-1^Heterozygous^LN".to_owned()),
        ];
        for (kind, code, value) in rows {
            row(kind, code, &group, &value);
        }
    }
    text
}
