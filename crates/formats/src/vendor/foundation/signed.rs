//! `FinalReport`: what the laboratory signed, and what it says of it.

use super::{NEGATIVE, day, finding, measure, number, owned};
use crate::vendor::finding::{
    CopyNumber, Finding, FindingContent, Listed, Measure, Rearrangement, ShortVariant,
};
use crate::vendor::report::{Amendment, QuoteKind, Quoted, VendorReport};
use crate::xml::Node;
use model::Problem;

/// A line of the signed report: gene and alteration as it names them.
struct Line<'d> {
    gene: &'d str,
    name: &'d str,
    is_uncertain: bool,
    equivocal: bool,
    subclonal: bool,
    node: Node<'d>,
}

/// The signed findings.
pub(super) struct Signed<'d> {
    lines: Vec<Line<'d>>,
    /// Measurements that it states as if they were genes, or among its properties.
    measures: Vec<Measure>,
}

/// Names that stand where a gene belongs, and are none.
fn measure_named(gene: &str) -> Option<&'static str> {
    let plain: String = gene.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    match plain.as_str() {
        "tumormutationburden" | "tumormutationalburden" | "tmb" => Some("tmb"),
        "microsatellitestatus" | "microsatelliteinstability" | "msi" => Some("msi"),
        _ => None,
    }
}

impl<'d> Signed<'d> {
    pub(super) fn read(
        signed: Node<'d>,
        report: &mut VendorReport,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut this = Self { lines: Vec::new(), measures: Vec::new() };
        for gene in signed.all("Genes/Gene") {
            for alteration in gene.all("Alterations/Alteration") {
                this.alteration(gene, alteration, report);
            }
        }
        for node in signed.all("VariantProperties/VariantProperty") {
            this.property(node, problems);
        }
        for trial in signed.all("Trials/Trial") {
            quote_trial(trial, report);
        }
        for node in signed.all("reportProperties/reportProperty") {
            if node.attribute("key") == Some("TumorMutationBurdenScore") {
                let text = node.text_at("value").unwrap_or_default();
                let mut parts = text.splitn(2, ' ');
                let value = parts.next().and_then(number);
                let unit = owned(parts.next());
                this.measures.push(Measure { value, unit, ..measure("tmb", node) });
            }
        }
        for negative in signed.all("PertinentNegatives/PertinentNegative") {
            let named = negative.text_at("Gene").or(negative.text_at("Gene/Name"));
            let gene = named.or(negative.attribute("geneName")).or(owned_text(negative));
            let Some(gene) = gene else {
                let text = "a pertinent negative names no gene";
                problems.push(Problem::warning("no-gene", negative.path(), text));
                continue;
            };
            report.findings.push(Finding {
                listed: Listed::Reported,
                ..finding(negative, gene, FindingContent::Negative(NEGATIVE.to_vec()))
            });
        }
        this
    }

    fn alteration(&mut self, gene: Node<'d>, alteration: Node<'d>, report: &mut VendorReport) {
        let gene_name = gene.text_at("Name").unwrap_or_default();
        let name = alteration.text_at("Name").unwrap_or_default();
        let left_out = [gene, alteration].iter().any(|node| is_left_out(*node));
        quote(gene_name, name, alteration, report);
        if let Some(kind) = measure_named(gene_name) {
            let level = owned(Some(name));
            self.measures.push(Measure { level, ..measure(kind, alteration) });
            return;
        }
        let properties = alteration.all("AlterationProperties/AlterationProperty");
        let flag =
            |name: &str| properties.iter().any(|property| property.attribute(name) == Some("true"));
        if !left_out {
            self.lines.push(Line {
                gene: gene_name,
                name,
                is_uncertain: false,
                equivocal: flag("isEquivocal"),
                subclonal: flag("isSubclonal"),
                node: alteration,
            });
        }
    }

    /// A line of the list of variants, most of them of unknown significance.
    fn property(&mut self, node: Node<'d>, problems: &mut Vec<Problem>) {
        let gene = node.attribute("geneName").unwrap_or_default();
        let name = node.attribute("variantName").unwrap_or_default();
        if let Some(kind) = measure_named(gene) {
            let level = owned(Some(name));
            self.measures.push(Measure { level, ..measure(kind, node) });
            return;
        }
        let is_uncertain = node.attribute("isVUS") == Some("true");
        let known = self.lines.iter().find(|line| (line.gene, line.name) == (gene, name));
        match known {
            Some(line) if is_uncertain && !line.is_uncertain => {
                let text = format!(
                    "{gene} {name} is of unknown significance here and has an interpretation at {}",
                    line.node.path()
                );
                problems.push(Problem::warning("called-two-ways", node.path(), text));
            }
            Some(_) => {}
            None => self.lines.push(Line {
                gene,
                name,
                is_uncertain,
                equivocal: false,
                subclonal: false,
                node,
            }),
        }
    }

    /// Marks what is signed, adds what only the signed part has, and tells what it does not carry.
    pub(super) fn compare(self, report: &mut VendorReport, problems: &mut Vec<Problem>) {
        let is_call = |found: &Finding| !matches!(found.content, FindingContent::Negative(_));
        for found in report.findings.iter_mut().filter(|found| is_call(found)) {
            found.listed = Listed::DataOnly;
        }
        for line in &self.lines {
            let listed = if line.is_uncertain { Listed::Uncertain } else { Listed::Reported };
            let calls = report.findings.iter_mut();
            match calls.into_iter().find(|found| is_call(found) && is_same(line, found)) {
                Some(found) => {
                    found.listed = listed;
                    found.equivocal |= line.equivocal;
                    found.subclonal |= line.subclonal;
                    found.also_at.push(line.node.path());
                }
                None => report.findings.push(Finding { listed, ..of_line(line) }),
            }
        }
        for found in &report.findings {
            let sure = matches!(found.significance.as_deref(), Some("known" | "likely"));
            if sure && found.listed == Listed::DataOnly {
                let text = format!(
                    "a {} call in {} is not in the signed report",
                    found.significance.as_deref().unwrap_or_default(),
                    found.gene
                );
                problems.push(Problem::warning("not-signed", &found.raw_path, text));
            }
        }
        for stated in self.measures {
            compare_measure(stated, report, problems);
        }
    }
}

fn owned_text(node: Node<'_>) -> Option<&str> {
    Some(node.text()).filter(|text| !text.is_empty())
}

/// Whether a line names a call.
fn is_same(line: &Line<'_>, found: &Finding) -> bool {
    let plain = |text: &str| -> String {
        text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect()
    };
    let name = plain(line.name.trim_start_matches("p."));
    let partner = match &found.content {
        FindingContent::Rearrangement(joined) => joined.partner.as_deref().unwrap_or_default(),
        _ => "",
    };
    let same_gene = line.gene == found.gene || (!partner.is_empty() && line.gene == partner);
    same_gene
        && match &found.content {
            FindingContent::Short(short) => {
                let protein = short.protein.as_deref().unwrap_or_default();
                let coding = short.coding.as_deref().unwrap_or_default();
                let written = short.written.as_deref().unwrap_or_default();
                name == plain(protein.trim_start_matches("p."))
                    || name == plain(coding.trim_start_matches("c."))
                    || (!name.is_empty() && plain(written).ends_with(&format!("({name})")))
            }
            FindingContent::Copy(copies) => name.starts_with(&plain(&copies.class)),
            FindingContent::Rearrangement(joined) => {
                let kind = plain(joined.kind.as_deref().unwrap_or_default());
                let partner = plain(partner);
                (!partner.is_empty() && name.contains(&partner))
                    || (!kind.is_empty() && name.contains(&kind))
                    || name.contains("rearrangement")
            }
            FindingContent::Negative(_) | FindingContent::Nothing => false,
        }
}

/// A line without a call, by its name alone.
fn of_line(line: &Line<'_>) -> Finding {
    let lower = line.name.to_lowercase();
    let joined = ["fusion", "rearrangement", "truncation", "duplication exon", "translocation"];
    let content = match () {
        () if ["amplification", "loss", "gain"].iter().any(|word| lower.contains(word)) => {
            FindingContent::Copy(CopyNumber { class: line.name.to_owned(), ..Default::default() })
        }
        () if joined.iter().any(|word| lower.contains(word)) => {
            let partner = line.name.split(['-', ' ', '/']).find(|word| {
                let is_name = word.len() > 1 && !word.chars().any(char::is_lowercase);
                is_name && *word != line.gene
            });
            FindingContent::Rearrangement(Rearrangement {
                partner: owned(partner),
                kind: owned(Some(line.name)),
                from_text: true,
                ..Default::default()
            })
        }
        () => FindingContent::Short(ShortVariant {
            protein: super::notation::protein(line.name),
            written: owned(Some(line.name)),
            ..Default::default()
        }),
    };
    Finding {
        equivocal: line.equivocal,
        subclonal: line.subclonal,
        significance: line.is_uncertain.then(|| "unknown".to_owned()),
        ..finding(line.node, line.gene, content)
    }
}

/// A measurement of the signed part beside the one of the data: it completes it, or contradicts.
fn compare_measure(stated: Measure, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    let Some(known) = report.measures.iter_mut().find(|known| known.name == stated.name) else {
        report.measures.push(stated);
        return;
    };
    let differ = |one: Option<f64>, other: Option<f64>| {
        one.zip(other).is_some_and(|(one, other)| (one - other).abs() > f64::EPSILON)
    };
    let word = |text: &Option<String>| {
        let text = text.as_deref()?.to_lowercase();
        let last = text.rsplit(['-', ' ']).next()?.to_owned();
        Some(last)
    };
    let words = word(&known.level).zip(word(&stated.level));
    if differ(known.value, stated.value) || words.is_some_and(|(one, other)| one != other) {
        let text = format!("`{}` differs from what stands at {}", stated.name, known.raw_path);
        problems.push(Problem::warning("measure-contradiction", &stated.raw_path, text));
        return;
    }
    known.value = known.value.or(stated.value);
    known.unit = known.unit.take().or(stated.unit);
    known.level = known.level.take().or(stated.level);
}

fn is_left_out(node: Node<'_>) -> bool {
    node.text_at("Include").is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

/// What the laboratory says of a finding.
fn quote(gene: &str, name: &str, alteration: Node<'_>, report: &mut VendorReport) {
    let finding = format!("{gene} {name}");
    let quoted = |kind, text: String, node: Node<'_>| Quoted {
        kind,
        finding: finding.clone(),
        text,
        tier: None,
        left_out: is_left_out(node),
        raw_path: node.path(),
    };
    if let Some(text) = alteration.text_at("Interpretation") {
        let text = text.to_owned();
        report.quotes.push(quoted(QuoteKind::Interpretation, text, alteration));
    }
    for therapy in alteration.all("Therapies/Therapy") {
        let name = therapy.text_at("GenericName").or(therapy.text_at("Name")).unwrap_or_default();
        let mut text = name.to_owned();
        if let Some(effect) = therapy.text_at("Effect") {
            text = format!("{text} ({})", effect.to_lowercase());
        }
        let approved = therapy.text_at("FDAApproved").map(|text| text.eq_ignore_ascii_case("true"));
        let words = |approved: bool| if approved { "FDA approved" } else { "not FDA approved" };
        let tier = approved.map(|approved| words(approved).to_owned());
        report.quotes.push(Quoted { tier, ..quoted(QuoteKind::Therapy, text, therapy) });
    }
}

fn quote_trial(trial: Node<'_>, report: &mut VendorReport) {
    let at = |path: &str| trial.text_at(path).unwrap_or_default();
    report.quotes.push(Quoted {
        kind: QuoteKind::Trial,
        finding: format!("{} {}", at("Gene"), at("Alteration")),
        text: format!("{} {}", at("NCTID"), at("Title")).trim().to_owned(),
        tier: owned(trial.text_at("StudyPhase")),
        left_out: is_left_out(trial),
        raw_path: trial.path(),
    });
}

/// Changes after signing; the format writes `Amendmends`.
pub(super) fn amendments(signed: Node<'_>, report: &mut VendorReport) {
    for list in ["AAC/Amendmends", "AAC/Amendments"] {
        for node in signed.all(list).into_iter().flat_map(Node::children) {
            let attribute = |name: &str| node.attribute(name);
            let inside: Vec<&str> =
                node.children().map(Node::text).filter(|text| !text.is_empty()).collect();
            let text = attribute("comment").or(owned_text(node)).map(str::to_owned);
            let on = attribute("modifiedDts").or(attribute("date"));
            report.amendments.push(Amendment {
                text: text.unwrap_or_else(|| inside.join("; ")),
                on: day(on),
                raw_path: node.path(),
            });
        }
    }
}
