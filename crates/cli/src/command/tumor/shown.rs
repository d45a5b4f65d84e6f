//! An interpretation as JSON and as text.

use serde_json::{Value, json};
use std::fmt::Write as _;
use trials::{Patient, Truth};
use tumor::therapy::{Cited, Interpretation, Library, RANKING};

/// One object: a contract with whoever reads it.
pub(super) fn json(patient: &Patient, found: &Interpretation, library: &Library) -> Value {
    let cited = |all: &[Cited]| all.iter().map(|one| of_cited(one, library)).collect::<Vec<_>>();
    let reported = |event: &usize| patient.tumor.events.get(*event).map(|one| &one.reported);
    let variants = found.variants.iter().map(|one| {
        json!({
            "reported": reported(&one.event),
            "tier": one.tier.code(),
            "oncogenicity": one.oncogenicity.as_ref().map(|it| json!({
                "class": it.class.words(),
                "words": it.words(),
                "points": it.points,
                "counted": it.counted().map(|one| one.criterion.code()).collect::<Vec<_>>(),
                "not_assessed": it
                    .not_assessed()
                    .map(|one| one.criterion.code())
                    .collect::<Vec<_>>(),
                "criteria": it.criteria.iter().map(|one| json!({
                    "code": one.criterion.code(),
                    "state": format!("{:?}", one.state),
                    "why": one.why,
                })).collect::<Vec<_>>(),
            })),
            "evidence": cited(&one.evidence),
        })
    });
    let options = found.options.iter().map(|one| {
        json!({
            "therapies": one.therapies,
            "effect": one.effect.words(),
            "tier": one.tier.code(),
            "escat": one.escat.code(),
            "findings": one.events.iter().map(reported).collect::<Vec<_>>(),
            "evidence": cited(&one.evidence),
            "against": cited(&one.against),
        })
    });
    let open = found.open.iter().map(|one| {
        json!({
            "therapies": one.therapies,
            "missing": one.missing,
            "evidence": cited(&one.evidence),
        })
    });
    json!({
        "sample": patient.id,
        "knowledge": found.knowledge,
        "rules": found.rules,
        "ranking": RANKING,
        "findings": variants.collect::<Vec<_>>(),
        "therapies": options.collect::<Vec<_>>(),
        "markers": cited(&found.markers),
        "open": open.collect::<Vec<_>>(),
    })
}

fn of_cited(cited: &Cited, library: &Library) -> Value {
    let row = library.catalogue.items.get(cited.item).map(|item| &item.row);
    json!({
        "id": cited.id,
        "tier": cited.tier.code(),
        "escat": cited.escat.code(),
        "same_tumor_type": truth(cited.same_type),
        "level": row.map(|row| &row.source_level),
        "profile": row.map(|row| &row.profile),
        "tumor_type": row.map(|row| &row.tumor_type),
        "citation": row.map(|row| &row.citation),
        "url": row.map(|row| &row.url),
    })
}

fn truth(of: Truth) -> Value {
    match of {
        Truth::Yes => json!(true),
        Truth::No => json!(false),
        Truth::Unknown => Value::Null,
    }
}

/// For people at a terminal.
pub(super) fn text(patient: &Patient, found: &Interpretation, library: &Library) -> String {
    let mut out = format!("{}\n", patient.id);
    // Writing to a string cannot fail.
    for one in &found.variants {
        let reported = patient.tumor.events.get(one.event).map_or("", |event| &event.reported);
        let _ = write!(out, "  {reported}: tier {}", one.tier.code());
        if let Some(it) = &one.oncogenicity {
            let codes: Vec<&str> = it.counted().map(|one| one.criterion.code()).collect();
            let open = it.not_assessed().count();
            let codes = if codes.is_empty() { "no criterion met".into() } else { codes.join(" ") };
            let _ = write!(
                out,
                "; {}, {} points ({codes}; {open} of 17 not assessed)",
                it.words(),
                it.points
            );
        }
        out.push('\n');
    }
    for one in &found.options {
        let _ = writeln!(
            out,
            "  {} {}: {} [{}]{}",
            one.tier.code(),
            one.effect.words(),
            one.therapies.join(" + "),
            ids(&one.evidence, library),
            match one.against.as_slice() {
                [] => String::new(),
                against => format!("; against: [{}]", ids(against, library)),
            }
        );
    }
    for one in &found.open {
        let missing: Vec<&str> = one.missing.iter().map(String::as_str).collect();
        let _ = writeln!(out, "  open: {} ({})", one.therapies.join(" + "), missing.join("; "));
    }
    out
}

fn ids(all: &[Cited], library: &Library) -> String {
    let one = |cited: &Cited| {
        let citation = library.catalogue.items.get(cited.item).map(|item| &item.row.citation);
        citation
            .filter(|text| !text.is_empty())
            .map_or_else(|| cited.id.clone(), |citation| format!("{}, {citation}", cited.id))
    };
    all.iter().map(one).collect::<Vec<_>>().join("; ")
}
