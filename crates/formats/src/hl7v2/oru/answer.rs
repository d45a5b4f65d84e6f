//! The answer lists of panel 81247-9 and reading an answer by them.
//!
//! Codes are those of LOINC; the words are short forms for people. Content from LOINC is used
//! under the licence at <http://loinc.org/license>.

use super::finding::Answer;
use super::row::{Context, Row};
use crate::fhir::codes;
use crate::hl7v2::Part;
use model::Problem;
use model::code::is_loinc_answer;

type List = &'static [(&'static str, &'static str)];

const OVERALL: List = &[
    ("LA6576-8", "Positive"),
    ("LA6577-6", "Negative"),
    ("LA9663-1", "Inconclusive"),
    ("LA9664-9", "Failure"),
];
const DELETION_DUPLICATION: List =
    &[("LA26803-9", "None detected"), ("LA26804-7", "Detected"), ("LA9663-1", "Inconclusive")];
const CATEGORY: List = &[("LA26801-3", "Simple"), ("LA26802-1", "Structural")];
const BUILD: List = &[
    ("LA14032-9", "NCBI Build 34"),
    ("LA14031-1", "NCBI Build 35"),
    ("LA14030-3", "NCBI Build 36.1"),
    ("LA14029-5", "GRCh37"),
    ("LA26806-2", "GRCh38"),
];
const DNA_CHANGE: List = &[
    ("LA9658-1", "Wild type"),
    ("LA6692-3", "Deletion"),
    ("LA6686-5", "Duplication"),
    ("LA6687-3", "Insertion"),
    ("LA6688-1", "Insertion/Deletion"),
    ("LA6689-9", "Inversion"),
    ("LA6690-7", "Substitution"),
    ("LA14033-7", "Copy number gain"),
    ("LA14034-5", "Copy number loss"),
    ("LA26324-6", "Mobile element insertion"),
    ("LA26325-3", "Novel sequence insertion"),
    ("LA26326-1", "Tandem duplication"),
    ("LA26327-9", "Intrachromosomal breakpoint"),
    ("LA26328-7", "Interchromosomal breakpoint"),
    ("LA26331-1", "Translocation"),
    ("LA26330-3", "Complex"),
    ("LA26329-5", "Sequence alteration"),
];
const AMINO_ACID_CHANGE: List = &[
    ("LA9658-1", "Wild type"),
    ("LA6692-3", "Deletion"),
    ("LA6686-5", "Duplication"),
    ("LA6694-9", "Frameshift"),
    ("LA6695-6", "Initiating Methionine"),
    ("LA6687-3", "Insertion"),
    ("LA9659-9", "Insertion and Deletion"),
    ("LA6698-0", "Missense"),
    ("LA6699-8", "Nonsense"),
    ("LA6700-4", "Silent"),
    ("LA6701-2", "Stop Codon Mutation"),
];
const METHOD: List = &[
    ("LA26398-0", "Sequencing"),
    ("LA26399-8", "Oligo aCGH"),
    ("LA26400-4", "SNP array"),
    ("LA26401-2", "BAC aCGH"),
    ("LA26402-0", "Curated"),
    ("LA26403-8", "Digital array"),
    ("LA26404-6", "FISH"),
    ("LA26405-3", "Gene expression array"),
    ("LA26406-1", "Karyotyping"),
    ("LA26407-9", "MAPH"),
    ("LA26408-7", "MALDI-TOF"),
    ("LA26808-8", "Merging"),
    ("LA26414-5", "Multiple complete digestion"),
    ("LA26415-2", "MLPA"),
    ("LA26417-8", "Optical mapping"),
    ("LA26418-6", "PCR"),
    ("LA26419-4", "qPCR"),
    ("LA26420-2", "ROMA"),
    ("LA26809-6", "DHPLC"),
    ("LA26810-4", "DNA hybridization"),
    ("LA26811-2", "Computational analysis"),
    ("LA26812-0", "SSCP"),
    ("LA26813-8", "RFLP"),
];
const COMPLEX_TYPE: List = &[
    ("LA26217-2", "Compound heterozygous"),
    ("LA26220-6", "Double heterozygous"),
    ("LA26218-0", "Haplotype"),
    ("LA6707-9", "Hemizygous"),
];
const PHASE: List = &[
    ("LA26814-6", "Cis set 1"),
    ("LA26815-3", "Cis set 2"),
    ("LA26816-1", "Cis set 3"),
    ("LA26817-9", "Cis set 4"),
    ("LA26818-7", "Cis set 5"),
    ("LA26320-4", "Maternal"),
    ("LA26321-2", "Paternal"),
    ("LA4489-6", "Unknown"),
    ("LA46-8", "Other"),
];
const PHASE_BASIS: List = &[
    ("LA26426-9", "Directly measured"),
    ("LA26427-7", "Family DNA"),
    ("LA26428-5", "Family history"),
    ("LA26429-3", "Inferred from population data"),
];
const PHENOTYPE: List = &[
    ("LA10315-2", "Ultrarapid Metabolizer"),
    ("LA25390-8", "Rapid Metabolizer"),
    ("LA25391-6", "Normal Metabolizer"),
    ("LA10317-8", "Intermediate Metabolizer"),
    ("LA9657-3", "Poor Metabolizer"),
    // of the older list LL609-9, still valid; not the same as "normal" in every gene
    ("LA10316-0", "Extensive Metabolizer"),
    ("LA25392-4", "Increased Function"),
    ("LA25393-2", "Normal Function"),
    ("LA25395-7", "Decreased Function"),
    ("LA25394-0", "Poor Function"),
];
const EFFICACY: List = &[
    ("LA6676-6", "Resistant"),
    ("LA6677-4", "Responsive"),
    ("LA9660-7", "Presumed resistant"),
    ("LA9661-5", "Presumed responsive"),
    ("LA9662-3", "Presumed non-responsive"),
    ("LA6682-4", "Unknown significance"),
    ("LA6675-8", "Benign"),
    ("LA6674-1", "Presumed benign"),
];
const HIGH_RISK: List = &[("LA19542-2", "Low risk"), ("LA19541-4", "High risk")];
const SUGGESTION: List = &[
    ("LA26421-0", "Consider alternative medication"),
    ("LA26422-8", "Decrease dose"),
    ("LA26423-6", "Increase dose"),
    ("LA26424-4", "Use caution"),
    ("LA26425-1", "Normal response expected"),
];
const COORDINATES: List =
    &[("LA30100-4", "0-based interval counting"), ("LA30102-0", "1-based character counting")];

/// The answers that a code allows; `None` if any text will do.
pub(super) fn list(code: &str) -> Option<List> {
    Some(match code {
        "51968-6" => OVERALL,
        "83006-7" => DELETION_DUPLICATION,
        "83005-9" => CATEGORY,
        "62374-4" => BUILD,
        "48019-4" => DNA_CHANGE,
        "48006-1" => AMINO_ACID_CHANGE,
        "48002-0" => codes::SOURCE_CLASSES,
        "81304-8" => METHOD,
        "53037-8" => codes::SIGNIFICANCES,
        "69548-6" => codes::ASSESSMENTS,
        "53034-5" => codes::ALLELIC_STATES,
        "81263-6" => COMPLEX_TYPE,
        "82120-7" => PHASE,
        "82309-6" => PHASE_BASIS,
        "53040-2" => PHENOTYPE,
        "51961-1" => EFFICACY,
        "83009-1" => HIGH_RISK,
        "82116-5" => SUGGESTION,
        "92822-6" => COORDINATES,
        _ => return None,
    })
}

/// Text that stands for no value (seen under 53037-8, where it must not become "uncertain").
pub(super) fn is_missing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("not specified")
}

/// Reads a coded value. `Ok(None)`: there is no value. `Err`: there is one that must not be used.
pub(super) fn read(
    row: &Row<'_>,
    item: &str,
    value: &Part<'_>,
    context: &mut Context<'_>,
) -> Result<Option<Answer>, ()> {
    let part = |number| value.component(number).value().unwrap_or_default();
    let place = row.place_of_value();
    for (code, text, system) in [(part(1), part(2), part(3)), (part(4), part(5), part(6))] {
        if !looks_like_answer_code(&code) {
            continue;
        }
        if !is_loinc_answer(&code) {
            let words = "the answer code's check digit is wrong; the value is not used";
            context.problems.push(Problem::warning("bad-answer-code", place, words));
            return Err(());
        }
        if !matches!(system.as_str(), "LN" | "LOINC" | "http://loinc.org") {
            let words = "a LOINC answer code under another system's name; read as LOINC";
            context.problems.push(Problem::note("answer-system", place.clone(), words));
        }
        return Ok(Some(by_code(item, code, &text, &place, context)));
    }
    if let Some(answer) = of_sender(item, value, &place, context) {
        return Ok(Some(answer));
    }
    // Words alone: CWE.2, or CWE.1 where there is nothing else, or the original text.
    let text = [part(2), part(5), part(9), part(1)].into_iter().find(|t| !t.is_empty());
    let text = match text {
        Some(_) if row.is_plain_text() => value.whole().trim().to_owned(),
        Some(text) => text,
        None => return Ok(None),
    };
    if is_missing(&text) {
        return Ok(None);
    }
    Ok(Some(by_text(item, text, &place, context)))
}

/// How an answer of a sender's own stands in a profile: the item that it answers, and its code.
pub fn answer_key(item: &str, code: &str) -> String {
    format!("{item}={code}")
}

/// Whether a code is one of the answers of an item.
pub fn is_answer_of(item: &str, code: &str) -> bool {
    list(item).is_some_and(|all| all.iter().any(|(known, _)| *known == code))
}

/// An answer under a code of the sender's own: as the profile maps it. One that nobody has mapped
/// is told, unless its words say which of the answers it is.
fn of_sender(
    item: &str,
    value: &Part<'_>,
    place: &str,
    context: &mut Context<'_>,
) -> Option<Answer> {
    let part = |number| value.component(number).value().unwrap_or_default();
    let own = [(part(1), part(2), part(3)), (part(4), part(5), part(6))];
    let mut unknown = None;
    for (code, text, system) in own {
        let is_loinc = matches!(system.as_str(), "LN" | "LOINC" | "http://loinc.org");
        if code.is_empty() || system.is_empty() || is_loinc || list(item).is_none() {
            continue;
        }
        let key = answer_key(item, &code);
        if let Some(mapped) = context.settings.mapped(&system, &key).cloned() {
            let sent = if text.is_empty() { code } else { text };
            let answer = by_code(item, mapped, "", place, context);
            return Some(Answer { sent: Some(sent), ..answer });
        }
        let words = text.to_lowercase();
        let is_understood = list(item)
            .unwrap_or_default()
            .iter()
            .any(|(known, _)| [&text, &code].iter().any(|text| same_words(item, known, text)))
            // The list lacks most of CPIC's terms, which are read as words.
            || item == super::code::PHENOTYPE
                && (words.contains("metaboli") || words.contains("function"));
        if !is_understood && unknown.is_none() {
            unknown = Some((key, system));
        }
    }
    let (key, system) = unknown?;
    context.once(format!("{system}|{key}"), |_| {
        let text = format!("the answer `{key}` of `{system}` is not known; kept as sent");
        Problem::warning("unknown-answer", place, text)
    });
    None
}

fn by_code(item: &str, code: String, text: &str, place: &str, context: &mut Context<'_>) -> Answer {
    let list = list(item).unwrap_or_default();
    let sent = Some(text.to_owned()).filter(|text| !text.is_empty());
    let Some((_, words)) = list.iter().find(|(known, _)| *known == code) else {
        let words = format!("`{code}` is not an answer of {item}; kept as sent");
        context.problems.push(Problem::warning("answer-not-in-list", place, words));
        let words = sent.clone().unwrap_or_else(|| code.clone());
        return Answer { code: Some(code), words, sent };
    };
    let other = list.iter().find(|(known, _)| *known != code && same_words(item, known, text));
    if let Some((other, _)) = other {
        let words = format!("the code is `{code}` and the text is that of `{other}`; code taken");
        context.problems.push(Problem::warning("answer-contradicts-text", place, words));
    }
    Answer { code: Some(code), words: (*words).to_owned(), sent }
}

fn by_text(item: &str, text: String, place: &str, context: &mut Context<'_>) -> Answer {
    let all = list(item).unwrap_or_default();
    if let Some((code, words)) = all.iter().find(|(code, _)| same_words(item, code, &text)) {
        let code = Some((*code).to_owned());
        return Answer { code, words: (*words).to_owned(), sent: Some(text) };
    }
    // The phenotype list lacks most CPIC terms, so text is expected there.
    if item != super::code::PHENOTYPE {
        let words = format!("the text is not an answer of {item}; kept as sent, without a code");
        context.problems.push(Problem::warning("answer-not-in-list", place, words));
    }
    Answer { code: None, words: text.clone(), sent: Some(text) }
}

/// Whether the text is exactly that of the answer, but for case.
fn same_words(item: &str, code: &str, text: &str) -> bool {
    let all = list(item).unwrap_or_default();
    let words = all.iter().find(|(known, _)| *known == code).map(|(_, words)| *words);
    words.is_some_and(|words| words.eq_ignore_ascii_case(text.trim()))
}

fn looks_like_answer_code(text: &str) -> bool {
    let Some((digits, check)) = text.strip_prefix("LA").and_then(|t| t.split_once('-')) else {
        return false;
    };
    let numeric = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    numeric(digits) && numeric(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_code_has_a_good_check_digit() {
        let items = [
            "51968-6", "83006-7", "83005-9", "62374-4", "48019-4", "48006-1", "48002-0", "81304-8",
            "53037-8", "69548-6", "53034-5", "81263-6", "82120-7", "82309-6", "53040-2", "51961-1",
            "83009-1", "82116-5", "92822-6",
        ];
        for item in items {
            let answers = list(item).unwrap();
            for (code, words) in answers {
                assert!(is_loinc_answer(code), "{item} {code} {words}");
            }
        }
    }
}
