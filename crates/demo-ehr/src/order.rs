//! Orders as a person enters them, as FHIR resources.

use crate::failure::Failure;
use serde_json::{Value, json};

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const UCUM: &str = "http://unitsofmeasure.org";
/// Largest dose that the form takes, in milligrams.
const DOSE_MG_MAX: f64 = 10_000.0;

/// A drug that the form offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drug {
    /// RxNorm code (RXCUI) of the ingredient.
    pub(crate) rxnorm: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// A usual dose for an adult, in milligrams, that the form begins with.
    pub(crate) dose_mg: &'static str,
}

const fn drug(rxnorm: &'static str, name: &'static str, dose_mg: &'static str) -> Drug {
    Drug { rxnorm, name, dose_mg }
}

/// What can be ordered, by name. Codes: RxNorm (NLM); doses only begin the form.
pub(crate) const FORMULARY: [Drug; 16] = [
    drug("1256", "azathioprine", "50"),
    drug("83367", "atorvastatin", "20"),
    drug("194000", "capecitabine", "1500"),
    drug("2556", "citalopram", "20"),
    drug("32968", "clopidogrel", "75"),
    drug("2626", "clozapine", "100"),
    drug("2670", "codeine", "30"),
    drug("4492", "fluorouracil", "500"),
    drug("7646", "omeprazole", "20"),
    drug("1721560", "osimertinib", "80"),
    drug("36437", "sertraline", "50"),
    drug("36567", "simvastatin", "40"),
    drug("42316", "tacrolimus", "5"),
    drug("10438", "theophylline", "300"),
    drug("10689", "tramadol", "50"),
    drug("11289", "warfarin", "5"),
];

/// The drug of a code.
pub(crate) fn drug_of(rxnorm: &str) -> Option<Drug> {
    FORMULARY.into_iter().find(|drug| drug.rxnorm == rxnorm)
}

/// A draft as the form gives it.
///
/// # Errors
/// When the dose is no number of milligrams, or the times a day are not 1 to 6.
pub(crate) fn draft(
    id: &str,
    patient: &str,
    practitioner: &str,
    drug: Drug,
    (dose_mg, times_a_day): (&str, &str),
) -> Result<Value, Failure> {
    let dose: f64 = dose_mg
        .trim()
        .parse()
        .ok()
        .filter(|dose: &f64| dose.is_finite() && *dose > 0.0 && *dose <= DOSE_MG_MAX)
        .ok_or_else(|| Failure::Form(format!("“{dose_mg}” is not a dose in milligrams")))?;
    let times: u8 =
        times_a_day.trim().parse().ok().filter(|times| (1..=6).contains(times)).ok_or_else(
            || Failure::Form(format!("“{times_a_day}” is not how often a day: 1 to 6")),
        )?;
    let mut order = json!({
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {
            "coding": [{"system": RXNORM, "code": drug.rxnorm, "display": drug.name}],
            "text": drug.name
        },
        "subject": {"reference": format!("Patient/{patient}")},
        "requester": {"reference": format!("Practitioner/{practitioner}")}
    });
    set_dose(&mut order, dose, times);
    Ok(order)
}

/// Sets the dose of a draft, for one whose drug a suggestion has changed.
fn set_dose(order: &mut Value, dose: f64, times: u8) {
    if let Some(order) = order.as_object_mut() {
        order.insert(
            "dosageInstruction".to_owned(),
            json!([{
                "text": format!("{dose} mg {}", times_in_words(times)),
                "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity":
                    {"value": dose, "unit": "mg", "system": UCUM, "code": "mg"}}]
            }]),
        );
    }
}

fn times_in_words(times: u8) -> String {
    match times {
        1 => "once daily".to_owned(),
        2 => "twice daily".to_owned(),
        more => format!("{more} times daily"),
    }
}

/// The same draft with another dose.
///
/// # Errors
/// As [`draft`].
pub(crate) fn with_dose(
    order: &Value,
    (dose_mg, times_a_day): (&str, &str),
) -> Result<Value, Failure> {
    let any = Drug { rxnorm: "", name: "", dose_mg: "" };
    let mut dosed = order.clone();
    let made = draft("", "", "", any, (dose_mg, times_a_day))?;
    if let (Some(order), Some(dosage)) = (dosed.as_object_mut(), made.get("dosageInstruction")) {
        order.insert("dosageInstruction".to_owned(), dosage.clone());
    }
    Ok(dosed)
}

/// What an order is for, in words.
pub(crate) fn title(order: &Value) -> String {
    let text = |pointer: &str| order.pointer(pointer).and_then(Value::as_str);
    text("/medicationCodeableConcept/text")
        .or(text("/medicationCodeableConcept/coding/0/display"))
        .or(text("/code/text"))
        .or(text("/code/coding/0/display"))
        .unwrap_or("an order without a name")
        .to_owned()
}

/// How it is to be taken; none where nobody has said it yet.
pub(crate) fn dosage(order: &Value) -> Option<&str> {
    order.pointer("/dosageInstruction/0/text").and_then(Value::as_str)
}

/// Whether it is one for a medicine.
pub(crate) fn is_medication(order: &Value) -> bool {
    kind(order) == "MedicationRequest"
}

/// Type of the resource.
pub(crate) fn kind(order: &Value) -> &str {
    order.get("resourceType").and_then(Value::as_str).unwrap_or_default()
}

/// Id of the resource.
pub(crate) fn id(order: &Value) -> &str {
    order.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The order as it is signed.
pub(crate) fn signed(order: &Value, now: &str) -> Value {
    let mut signed = order.clone();
    if let Some(members) = signed.as_object_mut() {
        members.insert("status".to_owned(), "active".into());
        members.insert("intent".to_owned(), "order".into());
        members.insert("authoredOn".to_owned(), now.into());
    }
    signed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_says_what_was_entered() {
        let warfarin = drug_of("11289").unwrap();
        let order = draft("o-1", "p", "dr", warfarin, (" 2.5 ", "2")).unwrap();
        assert_eq!(title(&order), "warfarin");
        assert_eq!(dosage(&order), Some("2.5 mg twice daily"));
        assert_eq!(order["subject"]["reference"], "Patient/p");
        let dose = &order["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"];
        assert_eq!((&dose["value"], &dose["code"]), (&json!(2.5), &json!("mg")));
        let other = with_dose(&order, ("5", "1")).unwrap();
        assert_eq!((dosage(&other), id(&other)), (Some("5 mg once daily"), "o-1"));
        let signed = signed(&order, "2026-01-01T00:00:00Z");
        assert_eq!((&signed["status"], &order["status"]), (&json!("active"), &json!("draft")));
    }

    #[test]
    fn a_half_finished_form_is_told_and_makes_no_order() {
        let any = drug_of("32968").unwrap();
        for (dose, times) in
            [("", "1"), ("a", "1"), ("0", "1"), ("-5", "1"), ("NaN", "1"), ("inf", "1")]
        {
            let told = draft("o", "p", "dr", any, (dose, times)).unwrap_err().to_string();
            assert!(told.contains("dose in milligrams"), "{dose}: {told}");
        }
        for times in ["", "0", "7", "1.5"] {
            let told = draft("o", "p", "dr", any, ("5", times)).unwrap_err().to_string();
            assert!(told.contains("how often a day"), "{times}: {told}");
        }
    }
}
