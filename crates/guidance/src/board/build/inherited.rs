//! What is inherited and matters for the therapy, and how the patient lives.

use super::super::material::{Inherited, Material, Told};
use super::super::{Line, Row, Section};
use super::one;
use model::absence::Absence;
use model::lifestyle::{Answer, Topic, latest};
use model::time::PartialDate;
use model::words;

/// Medicines of oncology whose use or dose rests on inherited genes: CPIC's guidelines of
/// fluoropyrimidines (PMID 29152729), thiopurines (PMID 30447069), tamoxifen (PMID 29385237),
/// ondansetron (PMID 28002639) and rasburicase (PMID 36049896), the label of irinotecan.
const OF_ONCOLOGY: [&str; 9] = [
    "capecitabine",
    "fluorouracil",
    "tegafur",
    "irinotecan",
    "mercaptopurine",
    "thioguanine",
    "tamoxifen",
    "ondansetron",
    "rasburicase",
];

pub(super) fn sections(material: &Material) -> Vec<Section> {
    vec![inherited(material), lifestyle(material)]
}

/// Whether the advice matters here: a medicine of oncology, one that the patient takes, or one that
/// a therapy above names.
fn matters(advice: &Inherited, material: &Material) -> bool {
    let drug = advice.drug.to_lowercase();
    let named = material.evidence.iter().any(|evidence| {
        let options = evidence.benefit.iter().chain(&evidence.less).chain(&evidence.harm);
        options.flat_map(|one| one.therapies.split(" + ")).any(|one| one.to_lowercase() == drug)
    });
    advice.is_current || named || OF_ONCOLOGY.contains(&drug.as_str())
}

fn inherited(material: &Material) -> Section {
    let mut section = Section::new("inherited", "Inherited genes and medicines")
        .heads(&["Medicine", "Genes", "Advice"]);
    let mut advice: Vec<&Inherited> =
        material.inherited.iter().filter(|one| matters(one, material)).collect();
    // What asks for most care first.
    advice.sort_by(|one, other| (other.state, &one.drug).cmp(&(one.state, &other.drug)));
    section.rows = advice.into_iter().map(row).collect();
    section.lead = Some(if section.rows.is_empty() {
        format!("Pharmacogenes: {}.", Absence::NotTested.words())
    } else {
        "Medicines of oncology, those that the patient takes, and those named above. Not known is \
         not the same as standard."
            .to_owned()
    });
    section
}

fn row(advice: &Inherited) -> Row {
    let mut drug = vec![Line::strong(&advice.drug)];
    if advice.is_current {
        drug.push(Line::plain("taken now"));
    }
    let mut said = vec![Line::strong(words::state(advice.state))];
    said.extend(advice.advice.iter().map(Line::plain));
    Row {
        key: advice.drug.clone(),
        cells: vec![drug, advice.genes.iter().map(Line::plain).collect(), said],
    }
}

fn lifestyle(material: &Material) -> Section {
    let mut section = Section::new("lifestyle", "Life and exposures");
    for of in latest(&material.lifestyle).chunk_by(|a, b| a.question() == b.question()) {
        let lines = of.iter().flat_map(|answer| one(&told(answer, material.head.made)));
        let question = of.first().map(|answer| answer.question()).unwrap_or_default();
        section.fact(&question, lines.collect());
    }
    let was_asked = |topic| material.lifestyle.iter().any(|answer| answer.topic == topic);
    let open = Topic::ALL.into_iter().filter(|one| *one != Topic::Other && !was_asked(*one));
    let open: Vec<&str> = open.map(Topic::words).collect();
    if !open.is_empty() {
        let open = format!("{}: {}", Absence::NotAsked.words(), open.join(", "));
        section.fact("Topics", vec![Line::absent(open)]);
    }
    section
}

fn told(answer: &Answer, today: PartialDate) -> Told {
    let old = if answer.is_old(today) { " (old)" } else { "" };
    let on = answer.on.map_or_else(String::new, |on| format!(" of {}", words::date(on)));
    Told {
        words: format!("{}{old}, {}", answer.said(), answer.said_by.words()),
        sources: vec![format!("{}{on}", answer.source)],
    }
}
