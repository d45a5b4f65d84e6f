//! Comparing: gene, change and significance; gene, diplotype and phenotype. Pure.

use super::beside::{Beside, Name};
use super::measure::Measured;
use super::said::{Kind, Presence, Said, Values, of_denial, of_proposal};
use formats::fhir::facts::facts_of;
use formats::fhir::panel;
use formats::hl7v2::oru::PanelValue;
use model::fact::FactContent;
use pdf::{Class, Proposal, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// LOINC of the overall interpretation, and its answer that nothing was found.
const OVERALL: &str = "51968-6";
const NEGATIVE: &str = "LA6577-6";

/// A thing that a document and a result say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What is different, a stable word: `diplotype`, `phenotype`, `significance`, `change`,
    /// `measure`, `denied-by-document`, `denied-by-result`.
    pub word: &'static str,
    /// What the result says.
    pub stated: String,
    /// What the document says.
    pub read: String,
    /// The page on which it says so, from 1.
    pub page: u32,
    /// The proposal that says so, by its place; none for what the document denies.
    pub proposal: Option<usize>,
    /// Type and id of the resources that must not count while this is open.
    pub concerns: BTreeSet<(String, String)>,
}

/// What comparing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Proposals that a result says as well, by their place, with the result's words.
    pub agreed: BTreeMap<usize, String>,
    /// What they say differently.
    pub disagreements: Vec<Disagreement>,
}

pub(super) fn compare(reading: &Reading, beside: &Beside) -> Compared {
    if reading.class != Class::Report || !beside.is_there {
        return Compared::default();
    }
    let results: Vec<Said> =
        beside.results.iter().flat_map(|(name, one)| Said::of(name, one)).collect();
    let proposals: Vec<Values> = reading.proposals.iter().map(of_proposal).collect();
    let mut comparison = Comparison { beside, results, proposals, compared: Compared::default() };
    for (at, proposal) in reading.proposals.iter().enumerate() {
        match proposal.kind {
            Kind::Genotype => comparison.genotype(at, proposal),
            Kind::Variant => comparison.variant(at, proposal),
            Kind::CopyNumber | Kind::Rearrangement => comparison.structural(at, proposal),
            Kind::Measure => comparison.measure(at, proposal),
        }
    }
    for denial in &reading.denied {
        comparison.denial(denial);
    }
    comparison.compared
}

struct Comparison<'c> {
    beside: &'c Beside,
    results: Vec<Said>,
    proposals: Vec<Values>,
    compared: Compared,
}

impl Comparison<'_> {
    /// The results of a kind about the gene of a proposal.
    fn about(&self, kind: Kind, gene: &str) -> Vec<Said> {
        let is = |said: &&Said| said.kind == kind && said.is_of(gene);
        self.results.iter().filter(is).cloned().collect()
    }

    fn disagree(
        &mut self,
        word: &'static str,
        (at, page, read): (Option<usize>, u32, String),
        stated: String,
        concerns: BTreeSet<Name>,
    ) {
        let next = Disagreement { word, stated, read, page, proposal: at, concerns };
        let known = self.compared.disagreements.iter_mut().find(|known| {
            (known.word, &known.stated, &known.read) == (next.word, &next.stated, &next.read)
        });
        match known {
            Some(known) => known.concerns.extend(next.concerns),
            None => self.compared.disagreements.push(next),
        }
    }

    /// A variant, and every report that would otherwise count it as not there.
    fn with_reports(&self, said: &Said) -> BTreeSet<Name> {
        let mut concerns: BTreeSet<Name> = self.beside.reports_of(&said.name).collect();
        concerns.insert(said.name.clone());
        concerns
    }

    fn genotype(&mut self, at: usize, proposal: &Proposal) {
        let Some(values) = self.proposals.get(at).cloned() else { return };
        let Some(gene) = values.genes.first() else { return };
        let (mut agreed, mut differs) = (BTreeSet::new(), false);
        for said in self.about(Kind::Genotype, gene) {
            let parts = [
                ("diplotype", diplotypes(&said.values, &values)),
                ("phenotype", same(said.values.phenotype.as_ref(), values.phenotype.as_ref())),
            ];
            agreed.extend(parts.iter().filter(|(_, same)| *same == Some(true)).map(|(w, _)| *w));
            if let Some((word, _)) = parts.iter().find(|(_, same)| *same == Some(false)) {
                differs = true;
                let read = (Some(at), page(proposal), values.words());
                self.disagree(word, read, said.values.words(), [said.name.clone()].into());
            }
        }
        let needs = [("diplotype", &values.diplotype), ("phenotype", &values.phenotype)];
        let is_whole = proposal.fields.iter().all(|field| field.value.is_some());
        let has_all = needs.iter().all(|(word, value)| value.is_none() || agreed.contains(word));
        if !differs && is_whole && has_all && !agreed.is_empty() {
            self.compared.agreed.insert(at, values.words());
        }
    }

    fn variant(&mut self, at: usize, proposal: &Proposal) {
        let Some(values) = self.proposals.get(at).cloned() else { return };
        let Some(gene) = values.genes.first() else { return };
        if values.coding.is_none() && values.protein.is_none() {
            return;
        }
        let read = (Some(at), page(proposal), values.words());
        let all = self.about(Kind::Variant, gene);
        let matched: Vec<&Said> =
            all.iter().filter(|said| is_same_change(&said.values, &values)).collect();
        for said in &matched {
            match said.presence {
                Presence::Absent => self.denied_by(said, read.clone()),
                Presence::Open => {}
                Presence::Present => {
                    let word = if is_other_change(&said.values, &values) {
                        Some("change")
                    } else {
                        (significances(&said.values, &values) == Some(false))
                            .then_some("significance")
                    };
                    let concerns = self.with_reports(said);
                    match word {
                        Some(word) => {
                            self.disagree(word, read.clone(), said.values.words(), concerns);
                        }
                        None if says_all(&said.values, &values) && is_whole(proposal) => {
                            self.compared.agreed.insert(at, said.values.words());
                        }
                        None => {}
                    }
                }
            }
        }
        if matched.is_empty() && !is_minor(&values) {
            self.unmatched(&all, gene, read);
        }
    }

    /// A finding of the document that no result states.
    fn unmatched(&mut self, all: &[Said], gene: &str, read: (Option<usize>, u32, String)) {
        let is_named = |said: &Said| said.values.coding.is_some() || said.values.protein.is_some();
        let denied = all.iter().find(|one| one.presence == Presence::Absent && !is_named(one));
        if let Some(said) = denied {
            return self.denied_by(said, read);
        }
        let others: Vec<Said> = all
            .iter()
            .filter(|said| said.presence == Presence::Present && is_named(said))
            .filter(|said| !self.proposals.iter().any(|one| is_same_finding(&said.values, one)))
            .cloned()
            .collect();
        for said in &others {
            let concerns = self.with_reports(said);
            self.disagree("change", read.clone(), said.values.words(), concerns);
        }
        self.unstated(gene, &read);
    }

    /// What was looked for, and of which no result says anything: it would count as not there.
    fn unstated(&mut self, gene: &str, read: &(Option<usize>, u32, String)) {
        if self.results.iter().any(|said| said.is_of(gene)) {
            return;
        }
        let has_findings = self
            .results
            .iter()
            .any(|said| said.presence == Presence::Present && said.kind != Kind::Genotype);
        let mut found = Vec::new();
        for (name, one) in self.beside.final_reports() {
            let body = crate::hold::lifted(&one.body);
            let tested = facts_of(&body, None, "").0.into_iter().any(|fact| match fact.content {
                FactContent::Assay(assay) => assay.coverage.genes.iter().any(|one| one == gene),
                _ => false,
            });
            let is_negative = !has_findings && is_negative(&body);
            if tested {
                found.push((name.clone(), format!("{gene} tested, nothing reported")));
            } else if is_negative {
                found.push((name.clone(), "overall: negative".to_owned()));
            }
        }
        for (name, stated) in found {
            self.disagree("denied-by-result", read.clone(), stated, [name].into());
        }
    }

    fn denied_by(&mut self, said: &Said, read: (Option<usize>, u32, String)) {
        let concerns = self.with_reports(said);
        let stated = format!("{}: not there", said.values.words());
        self.disagree("denied-by-result", read, stated, concerns);
    }

    /// Copies and rearrangements: known by their genes and direction.
    fn structural(&mut self, at: usize, proposal: &Proposal) {
        let Some(values) = self.proposals.get(at).cloned() else { return };
        let Some(gene) = values.genes.first() else { return };
        let read = (Some(at), page(proposal), values.words());
        let all = self.about(proposal.kind, gene);
        for said in &all {
            let is_copies = proposal.kind == Kind::CopyNumber;
            let change =
                same(said.values.change.as_ref(), values.change.as_ref()).filter(|_| is_copies);
            let has_genes = values.genes.iter().all(|gene| said.is_of(gene));
            let concerns = self.with_reports(said);
            let stated = said.values.words();
            match said.presence {
                Presence::Absent => self.denied_by(said, read.clone()),
                Presence::Present if change == Some(false) => {
                    self.disagree("change", read.clone(), stated, concerns);
                }
                Presence::Present
                    if significances(&said.values, &values) == Some(false) && has_genes =>
                {
                    self.disagree("significance", read.clone(), stated, concerns);
                }
                Presence::Present
                    if has_genes
                        && (change == Some(true) || !is_copies)
                        && says_meaning(&said.values, &values)
                        && is_whole(proposal) =>
                {
                    self.compared.agreed.insert(at, stated);
                }
                Presence::Open | Presence::Present => {}
            }
        }
        if all.is_empty() && !is_minor(&values) {
            self.unstated(gene, &read);
        }
    }

    /// Measures of the whole tumour: number and level.
    fn measure(&mut self, at: usize, proposal: &Proposal) {
        let Some(read) = Measured::of_proposal(proposal) else { return };
        let all = self.beside.reports.iter().chain(&self.beside.results);
        let stated: Vec<(Name, Measured)> = all
            .flat_map(|(name, one)| Measured::of(name, one).into_iter().map(|m| (name.clone(), m)))
            .filter(|(_, stated)| stated.name == read.name)
            .collect();
        let mut differs = false;
        for (name, stated) in &stated {
            if read.is_same(stated) == Some(false) {
                differs = true;
                let at = (Some(at), page(proposal), read.words());
                self.disagree("measure", at, stated.words(), [name.clone()].into());
            }
        }
        let said = stated.iter().find(|(_, stated)| read.is_said_by(stated));
        if let Some((_, stated)) = said.filter(|_| !differs && is_whole(proposal)) {
            self.compared.agreed.insert(at, stated.words());
        }
    }

    /// What the document says is not there, and a result says is.
    fn denial(&mut self, denial: &pdf::Denial) {
        let (kind, values) = of_denial(denial);
        let is_whole_gene =
            values.coding.is_none() && values.protein.is_none() && values.change.is_none();
        // A gene of which the document states something is not denied as a whole.
        if is_whole_gene && self.proposals.iter().any(|one| one.genes.contains(&denial.gene)) {
            return;
        }
        let denied: Vec<Said> = self
            .about(kind, &denial.gene)
            .into_iter()
            .filter(|said| said.presence == Presence::Present)
            .filter(|said| match kind {
                _ if is_whole_gene => !is_minor(&said.values),
                Kind::Variant => is_same_change(&said.values, &values),
                _ => same(said.values.change.as_ref(), values.change.as_ref()) != Some(false),
            })
            .collect();
        for said in &denied {
            let concerns = self.with_reports(said);
            let read = (None, denial.page, denial.written.clone());
            self.disagree("denied-by-document", read, said.values.words(), concerns);
        }
    }
}

fn page(proposal: &Proposal) -> u32 {
    proposal.fields.first().map_or(1, |field| field.page)
}

/// Whether everything that is written made a value.
fn is_whole(proposal: &Proposal) -> bool {
    proposal.fields.iter().all(|field| field.value.is_some())
}

/// Whether the report says as a whole that nothing was found.
fn is_negative(report: &serde_json::Value) -> bool {
    let rows = panel::of_report(report).map(|reported| reported.rows).unwrap_or_default();
    rows.iter().any(|row| {
        let value = match &row.value {
            PanelValue::Coded(value) => value.coding.iter().any(|coding| coding.code == NEGATIVE),
            _ => false,
        };
        row.code.code == OVERALL && row.status.is_final() && value
    })
}

/// Whether two values are the same; `None` if one of them is not there.
fn same(one: Option<&String>, other: Option<&String>) -> Option<bool> {
    Some(one?.eq_ignore_ascii_case(other?))
}

/// Two alleles in any order.
fn diplotypes(one: &Values, other: &Values) -> Option<bool> {
    let pair = |text: &str| {
        let mut alleles: Vec<String> =
            text.split('/').map(|allele| allele.trim().replace('×', "x")).collect();
        alleles.sort();
        alleles
    };
    Some(pair(one.diplotype.as_deref()?) == pair(other.diplotype.as_deref()?))
}

fn proteins(one: &Values, other: &Values) -> Option<bool> {
    let (one, other) = (one.protein.as_deref()?, other.protein.as_deref()?);
    let read = |text: &str| tumor::protein::parse(text).ok();
    Some(match (read(one), read(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    })
}

fn is_same_change(one: &Values, other: &Values) -> bool {
    same(one.coding.as_ref(), other.coding.as_ref()) == Some(true)
        || proteins(one, other) == Some(true)
}

fn is_same_finding(one: &Values, other: &Values) -> bool {
    one.genes.first() == other.genes.first() && is_same_change(one, other)
}

/// Whether one of two notations is the same and the other is not: of the coding sequence only
/// where both count on the same transcript.
fn is_other_change(one: &Values, other: &Values) -> bool {
    let base = |values: &Values| {
        let transcript = values.transcript.as_deref()?;
        Some(transcript.split('.').next().unwrap_or(transcript).to_owned())
    };
    let on_one = matches!((base(one), base(other)), (Some(one), Some(other)) if one == other);
    let coding = same(one.coding.as_ref(), other.coding.as_ref());
    let protein = proteins(one, other);
    coding == Some(true) && protein == Some(false)
        || protein == Some(true) && coding == Some(false) && on_one
}

/// Whether a result says everything of a change that a document says.
fn says_all(stated: &Values, read: &Values) -> bool {
    let coding =
        read.coding.is_none() || same(stated.coding.as_ref(), read.coding.as_ref()) == Some(true);
    let protein = read.protein.is_none() || proteins(stated, read) == Some(true);
    coding && protein && says_meaning(stated, read)
}

fn says_meaning(stated: &Values, read: &Values) -> bool {
    read.significance.is_none() || significances(stated, read) == Some(true)
}

/// What a word for significance belongs to, and its place there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Of the inherited genome or of a tumour, in five steps.
    Steps(u8),
    /// By evidence for treatment.
    Tier(u8),
    /// Of no known significance, in any scale.
    Uncertain,
    /// A laboratory's own words, `known` and `likely`.
    Grave,
}

fn meaning(word: &str) -> Option<Meaning> {
    Some(match word.to_lowercase().as_str() {
        "pathogenic" | "oncogenic" => Meaning::Steps(5),
        "likely pathogenic" | "likely oncogenic" => Meaning::Steps(4),
        "uncertain significance" | "uncertain" | "unknown" | "ambiguous" => Meaning::Uncertain,
        "likely benign" => Meaning::Steps(2),
        "benign" => Meaning::Steps(1),
        "tier i" => Meaning::Tier(1),
        "tier ii" => Meaning::Tier(2),
        "tier iii" => Meaning::Tier(3),
        "tier iv" => Meaning::Tier(4),
        "known" | "likely" => Meaning::Grave,
        _ => return None,
    })
}

/// Whether two words mean the same; `None` if they cannot be compared.
fn significances(one: &Values, other: &Values) -> Option<bool> {
    use Meaning::{Grave, Steps, Tier, Uncertain};
    let (one, other) = (one.significance.as_deref()?, other.significance.as_deref()?);
    if one.eq_ignore_ascii_case(other) {
        return Some(true);
    }
    match (meaning(one)?, meaning(other)?) {
        (one, other) if one == other => Some(true),
        (Uncertain, Tier(tier)) | (Tier(tier), Uncertain) => Some(tier == 3),
        (Steps(_), Steps(_)) | (Tier(_), Tier(_)) | (Uncertain, _) | (_, Uncertain) => Some(false),
        (Grave, Steps(step)) | (Steps(step), Grave) => (step < 3).then_some(false),
        _ => None,
    }
}

/// Whether a finding is of no known significance, or none: that another does not state it is no
/// contradiction.
fn is_minor(values: &Values) -> bool {
    let meaning = values.significance.as_deref().and_then(meaning);
    matches!(meaning, Some(Meaning::Uncertain | Meaning::Steps(1 | 2) | Meaning::Tier(3 | 4)))
}
