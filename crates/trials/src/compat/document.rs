//! What is written about a sample that matches: one document a reason.

use super::alternatives::Put;
use super::field::as_text;
use super::genomic::{Asked, Found, copies, stripped};
use super::structural;
use serde::Serialize;
use serde_json::{Map, Value};

/// Order of documents, smallest first; -1 in the first place is not to be shown.
pub type SortKey = Vec<i64>;

/// Where nothing else orders.
const LAST: i64 = 99;

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Match {
    /// The sample.
    pub sample: String,
    /// `step`, `arm` or `dose`.
    pub match_level: String,
    /// Identifier of the level.
    pub internal_id: String,
    /// Code of the level.
    pub code: String,
    /// `open` or `closed`.
    pub trial_curation_level_status: String,
    /// Status of the trial as stated.
    pub trial_summary_status: String,
    /// The coordinating centre as stated.
    pub coordinating_center: String,
    /// `genomic` or `clinical`.
    pub reason_type: String,
    /// `variant`, `gene`, `mmr`, `signature`, `tmb`, `generic_clinical`.
    pub match_type: String,
    /// `all_solid`, `all_liquid` or `specific`.
    pub cancer_type_match: String,
    /// Whether a portal shows it.
    pub show_in_ui: bool,
    /// What matched, in V2's words; empty for clinical reasons but the burden.
    pub genomic_alteration: String,
    /// Where the clause stands.
    pub match_path: String,
    /// Order among documents.
    pub sort_order: SortKey,
}

/// What all documents of a clause share.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) internal_id: String,
    pub(super) code: String,
    pub(super) closed: bool,
    pub(super) summary_status: String,
    pub(super) coordinating_center: String,
    pub(super) match_path: String,
    pub(super) protocol: Option<i64>,
}

/// One reason before it is a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reason {
    pub(super) origin: &'static str,
    pub(super) match_type: &'static str,
    pub(super) alteration: String,
    pub(super) hidden: bool,
    /// Second, third and fourth place of the order.
    pub(super) order: [i64; 3],
}

impl Reason {
    fn clinical(match_type: &'static str, alteration: String) -> Self {
        let rank = if match_type == "tmb" { 30 } else { LAST };
        Self {
            origin: "clinical",
            match_type,
            alteration,
            hidden: false,
            order: [rank, LAST, LAST],
        }
    }

    /// The burden of a sample.
    pub(super) fn burden(value: f64) -> Self {
        Self::clinical("tmb", format!("TMB = {value}"))
    }

    /// Another clinical key.
    pub(super) fn generic() -> Self {
        Self::clinical("generic_clinical", String::new())
    }

    /// Prior treatment.
    pub(super) fn treatment() -> Self {
        Self { origin: "prior_treatment", ..Self::generic() }
    }
}

/// Reasons of a genomic leaf: one a row, or one for none such.
pub(super) fn reasons(put: &Put<'_>) -> Vec<Reason> {
    let match_type = |row: Option<&Map<String, Value>>| kind(put.keys, put.asked, row);
    if put.asked.excluded {
        let match_type = match_type(None);
        return vec![Reason {
            origin: "genomic",
            match_type,
            alteration: absent(put.keys, put.asked),
            hidden: false,
            order: order(put.asked, match_type, None),
        }];
    }
    let reason = |found: &Found<'_>| {
        let match_type = match_type(Some(found.row));
        Reason {
            origin: "genomic",
            match_type,
            alteration: present(put.keys, put.asked, found),
            hidden: found.by_text,
            order: order(put.asked, match_type, Some(found.row)),
        }
    };
    put.found.iter().map(reason).collect()
}

/// Value of a key, in any capitals, without its `!`.
fn value(keys: &Map<String, Value>, name: &str) -> Option<Value> {
    let found = keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| stripped(value).0)
}

fn kind(
    keys: &Map<String, Value>,
    asked: &Asked,
    row: Option<&Map<String, Value>>,
) -> &'static str {
    if asked.repair {
        return "mmr";
    }
    if asked.signature.is_some() {
        return "signature";
    }
    let named = |side: &Option<Value>| {
        side.as_ref().is_some_and(|side| !side.is_null() && !structural::is_any(side))
    };
    if let Some(sides) = &asked.structural {
        return if named(&sides.first) && named(&sides.partner) { "variant" } else { "gene" };
    }
    let asks_change =
        value(keys, "protein_change").is_some() || value(keys, "wildcard_protein_change").is_some();
    let has_change = row.is_none_or(|row| field(row, "TRUE_PROTEIN_CHANGE").is_some());
    if asks_change && has_change { "variant" } else { "gene" }
}

fn field(row: &Map<String, Value>, name: &str) -> Option<String> {
    row.get(name).filter(|value| !value.is_null()).map(as_text).filter(|text| !text.is_empty())
}

/// What a row is called.
fn present(keys: &Map<String, Value>, asked: &Asked, found: &Found<'_>) -> String {
    let row = found.row;
    if asked.repair {
        return repair(&field(row, "MMR_STATUS").unwrap_or_default());
    }
    if let Some(name) = asked.signature {
        let status = signature_status(asked, row);
        return signature(name, status.eq_ignore_ascii_case("no"));
    }
    if let Some(sides) = &asked.structural {
        if found.by_text {
            let gene = sides.first.as_ref().map(as_text).unwrap_or_default();
            return format!("{gene} Structural Variation");
        }
        let side = |name| field(row, name);
        let pair = match (side("LEFT_PARTNER_GENE"), side("RIGHT_PARTNER_GENE")) {
            (Some(left), Some(right)) => format!("{left}-{right}"),
            (Some(one), None) | (None, Some(one)) => format!("{one}-intergenic"),
            (None, None) => "intergenic".to_owned(),
        };
        let what = side("STRUCTURAL_VARIANT_TYPE");
        return format!("{pair} {}", what.as_deref().unwrap_or("Structural Variant"));
    }
    let gene = field(row, "TRUE_HUGO_SYMBOL")
        .or_else(|| value(keys, "hugo_symbol").map(|gene| as_text(&gene)))
        .unwrap_or_default();
    let wild = if row.get("WILDTYPE") == Some(&Value::Bool(true)) { "wt " } else { "" };
    let part = ["TRUE_PROTEIN_CHANGE", "CNV_CALL", "TRUE_VARIANT_CLASSIFICATION"]
        .iter()
        .find_map(|name| field(row, name));
    format!("{wild}{gene}{}", part.map(|part| format!(" {part}")).unwrap_or_default())
}

fn repair(status: &str) -> String {
    if status.starts_with("Proficient") { "MMR-P/MSS".into() } else { "MMR-D/MSI-H".into() }
}

fn signature(name: &str, absent: bool) -> String {
    format!("{}{name} Signature", if absent { "No " } else { "" })
}

fn signature_status(asked: &Asked, row: &Map<String, Value>) -> String {
    let name = match asked.signature {
        Some("Tobacco") => "TABACCO_STATUS".to_owned(),
        Some(name) => format!("{}_STATUS", name.to_uppercase()),
        None => return String::new(),
    };
    field(row, &name).unwrap_or_default()
}

/// What is said where no such row is there.
fn absent(keys: &Map<String, Value>, asked: &Asked) -> String {
    let text = |name: &str| value(keys, name).map(|value| as_text(&value));
    if asked.repair {
        let word = text("mmr_status").or_else(|| text("ms_status")).unwrap_or_default();
        let deficient = matches!(word.as_str(), "MMR-Deficient" | "MSI-H");
        return format!("!{}", if deficient { "MMR-D/MSI-H" } else { "MMR-P/MSS" });
    }
    if let Some(name) = asked.signature {
        return format!("!{}", signature(name, false));
    }
    if let Some(sides) = &asked.structural {
        let side = |side: &Option<Value>| side.as_ref().map(as_text);
        let pair: Vec<String> =
            [side(&sides.first), side(&sides.partner)].into_iter().flatten().collect();
        return format!("!{} Structural Variation", pair.join("-"));
    }
    let gene = text("hugo_symbol").unwrap_or_default();
    let part = text("protein_change")
        .or_else(|| text("wildcard_protein_change"))
        .or_else(|| value(keys, "cnv_call").map(|call| as_text(&copies(&call))))
        .or_else(|| text("variant_classification"))
        .unwrap_or_else(|| "Mutation".to_owned());
    format!("!{gene} {part}")
}

/// Second to fourth place of the order.
fn order(asked: &Asked, match_type: &str, row: Option<&Map<String, Value>>) -> [i64; 3] {
    let mut ranks = vec![LAST];
    if match_type == "mmr" {
        ranks.push(20);
    }
    if let Some(row) = row {
        if asked.signature.is_some() && signature_status(asked, row) == "Yes" {
            ranks.push(40);
        }
        ranks.extend(match row.get("TIER").and_then(Value::as_i64) {
            Some(1) => Some(50),
            Some(2) => Some(60),
            Some(3) => Some(80),
            Some(4) => Some(90),
            _ => None,
        });
        ranks.extend(match field(row, "CNV_CALL").as_deref() {
            Some("Homozygous deletion") => Some(70),
            Some("High level amplification") => Some(71),
            Some("Gain") => Some(72),
            Some("Heterozygous deletion") => Some(73),
            _ => None,
        });
    }
    let exact = match match_type {
        "variant" => 0,
        "gene" => 1,
        _ => LAST,
    };
    let structural = if asked.structural.is_some() { 0 } else { LAST };
    [ranks.into_iter().min().unwrap_or(LAST), exact, structural]
}

/// The document of a reason on a way through a clause.
pub(super) fn of(
    sample: &str,
    level: &Level,
    reason: &Reason,
    (cancer_type_match, hidden): (&str, bool),
) -> Match {
    let shown = if hidden || level.closed { -1 } else { 1 };
    let center = if level.coordinating_center == "Dana-Farber Cancer Institute" { 0 } else { LAST };
    let [rank, exact, structural] = reason.order;
    let mut sort_order = vec![shown, rank, exact, structural, LAST, center];
    // V2 stops at a protocol number with letters.
    sort_order.extend(level.protocol);
    Match {
        sample: sample.to_owned(),
        match_level: level.name.to_owned(),
        internal_id: level.internal_id.clone(),
        code: level.code.clone(),
        trial_curation_level_status: if level.closed { "closed" } else { "open" }.to_owned(),
        trial_summary_status: level.summary_status.clone(),
        coordinating_center: level.coordinating_center.clone(),
        reason_type: reason.origin.to_owned(),
        match_type: reason.match_type.to_owned(),
        cancer_type_match: cancer_type_match.to_owned(),
        show_in_ui: !hidden,
        genomic_alteration: reason.alteration.clone(),
        match_path: level.match_path.clone(),
        sort_order,
    }
}
