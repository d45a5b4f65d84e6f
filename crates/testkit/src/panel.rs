//! Every item of LOINC panel 81247-9 in one result message.
//!
//! This material contains content from LOINC (<http://loinc.org>). LOINC is copyright © Regenstrief
//! Institute, Inc. and the LOINC Committee and is available at no cost under the licence at
//! <http://loinc.org/license>.

/// The segments before the observations.
pub const HEAD: &str = "MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01^ORU_R01|1|P|2.5.1\r\
    PID|1||7^^^HOSP^MR~8^^^NHS^NH||EXAMPLE^Ana^Maria||19610402|F\r\
    ORC|RE|P1^EHR|F1^LAB\r\
    OBR|1|P1^EHR|F1^LAB|PGX^Panel^L|||20260110|||||||||||||||20260112090000+0000|||F\r";

/// Every item of panel 81247-9 once, by group, each with a value that its list allows.
pub const PANEL: &[(&str, &[(&str, &str)])] = &[
    (
        "1",
        &[
            ("51968-6", "CWE|LA6576-8^Positive^LN"),
            ("83006-7", "CWE|LA26803-9^None^LN"),
            ("51969-4", r"TX|One \T\ two\.br\lines"),
            ("53577-3", "TX|Family history"),
            ("51967-8", "CWE|254837009^Breast cancer^SCT"),
            ("81291-7", "ST|46,XX,del(5)(q13q33)"),
        ],
    ),
    (
        "1a",
        &[
            ("48018-6", "CWE|HGNC:2621^CYP2C19^HGNC~HGNC:2623^CYP2C9^HGNC"),
            ("51963-7", "CWE|32968^clopidogrel^RXNORM"),
            ("36908-2", "ST|c.681G>A"),
            ("51959-5", "ST|94762680-94855547"),
            ("81293-3", "TX|All coding exons"),
            ("62374-4", "CWE|LA26806-2^GRCh38^LN"),
            ("81303-0", "ST|2.120831"),
            ("82115-7", "ST|156"),
            ("83007-5", "ST|99"),
            ("83008-3", "ST|2026-01"),
        ],
    ),
    (
        "2a",
        &[
            ("83005-9", "CWE|LA26801-3^Simple^LN"),
            ("81252-9", "CWE|30880^NM_014049.4:c.1249C>T^ClinVar"),
            ("48018-6", "CWE|HGNC:21497^ACAD9^HGNC"),
            ("51958-7", "ST|NM_014049.4"),
            ("48004-6", "ST|NM_014049.4:c.1249C>T"),
            ("48005-3", "ST|NP_054768.2:p.Arg417Cys"),
            ("48019-4", "CWE|LA6690-7^Substitution^LN"),
            ("48006-1", "CWE|LA6698-0^Missense^LN"),
            ("48013-7", "ST|NC_000003.12"),
            ("81290-9", "ST|NC_000003.12:g.128906220C>T"),
            ("69547-8", "ST|C"),
            ("81254-5", "NR|128906220^128906220"),
            ("69551-0", "ST|T"),
            ("81255-2", "CWE|rs368949613^rs368949613^dbSNP"),
            ("81257-8", "ST|1M"),
            ("48001-2", "ST|3q21.3"),
            ("48000-4", "ST|3"),
            ("92822-6", "CWE|LA30102-0^1-based^LN"),
            ("92821-8", "NM|0.0002"),
            ("47998-0", "ST|ACAD9 R417C"),
            ("48002-0", "CWE|LA26807-0^De novo^LN"),
            ("81304-8", "CWE|LA26398-0^Sequencing^LN"),
            ("53037-8", "CWE|LA6668-3^Pathogenic^LN"),
            ("69548-6", "CWE|LA9633-4^Present^LN"),
            ("81259-4", "CWE|C1970173^ACAD9 deficiency^MedGen"),
            ("53034-5", "CWE|LA6706-1^Heterozygous^LN"),
            ("81258-6", "NM|0.47"),
            ("82121-5", "NM|208"),
            ("82120-7", "CWE|LA26320-4^Maternal^LN"),
            ("82309-6", "CWE|LA26426-9^Measured^LN"),
        ],
    ),
    (
        "2b",
        &[
            ("83005-9", "CWE|LA26802-1^Structural^LN"),
            ("48018-6", "CWE|HGNC:3430^ERBB2^HGNC"),
            ("82155-3", "NM|12"),
            ("81299-0", "NM|3.1"),
            ("81300-6", "NM|30000"),
            ("81301-4", "NR|39687914^39730426"),
            ("81302-2", "NR|39690000^39729000"),
            ("69547-8", "ST|"),
        ],
    ),
    (
        "2c",
        &[
            ("81260-2", "CWE|424752^CFTR compound^ClinVar"),
            ("81262-8", "ST|NM_000492.4:c.[1521_1523delCTT];[350G>A]"),
            ("81263-6", "CWE|LA26217-2^Compound heterozygous^LN"),
        ],
    ),
    ("2c.a", &[("48004-6", "ST|NM_000492.4:c.1521_1523delCTT"), ("84414-2", "ST|H1")]),
    (
        "3a",
        &[
            ("48018-6", "CWE|HGNC:2625^CYP2D6^HGNC"),
            ("84413-4", "ST|*4/*41"),
            ("53040-2", "CWE|LA10317-8^Intermediate^LN"),
            ("51961-1", "CWE|LA6677-4^Responsive^LN"),
            ("83009-1", "CWE|LA19542-2^Low risk^LN"),
        ],
    ),
    (
        "3a.a",
        &[
            ("51963-7", "CWE|2670^codeine^RXNORM"),
            ("82116-5", "CWE|LA26424-4^Use caution^LN"),
            ("83010-9", "TX|Use the label's dose"),
        ],
    ),
];

/// A result message that holds [`PANEL`].
pub fn message() -> String {
    let mut text = HEAD.to_owned();
    let rows = PANEL.iter().flat_map(|(group, rows)| rows.iter().map(move |row| (group, row)));
    for (number, (group, (code, value))) in rows.enumerate() {
        let (kind, value) = value.split_once('|').unwrap_or(("ST", value));
        let row = format!("OBX|{}|{kind}|{code}^x^LN|{group}|{value}||||||F\r", number + 1);
        text.push_str(&row);
    }
    text
}
