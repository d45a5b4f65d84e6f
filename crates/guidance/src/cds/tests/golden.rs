//! The cards as clients get them. A change here is a change for every prescriber: read the diff.

use super::*;

fn golden(name: &str, body: &Value, statements: &[Statement]) {
    let answer = respond(body, statements);
    let text = serde_json::to_string_pretty(&read::sorted(&answer)).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn clopidogrel_poor_metabolizer() {
    let statements = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*2", "*2"), "Poor Metabolizer");
    golden("clopidogrel-poor", &call(&rxnorm(CLOPIDOGREL, "clopidogrel")), &statements);
}

#[test]
fn simvastatin_decreased_function() {
    let statements = ana("simvastatin", SIMVASTATIN, "SLCO1B1", ("*1", "*5"), "Decreased Function");
    golden("simvastatin-decreased", &call(&rxnorm(SIMVASTATIN, "simvastatin")), &statements);
}

#[test]
fn azathioprine_poor_metabolizer() {
    let statements = ana("azathioprine", AZATHIOPRINE, "TPMT", ("*3A", "*3C"), "Poor Metabolizer");
    golden("azathioprine-poor", &call(&rxnorm(AZATHIOPRINE, "azathioprine")), &statements);
}

#[test]
fn azathioprine_before_a_test() {
    golden("azathioprine-not-tested", &call(&rxnorm(AZATHIOPRINE, "azathioprine")), &[]);
}

#[test]
fn normal_is_silent() {
    let statements = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*1", "*1"), "Normal Metabolizer");
    let answer = respond(&call(&rxnorm(CLOPIDOGREL, "clopidogrel")), &statements);
    assert_eq!(answer, json!({ "cards": [] }));
}

#[test]
fn product_codes_and_names_lead_to_the_same_advice() {
    let statements = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*2", "*2"), "Poor Metabolizer");
    let by_code = respond(&call(&rxnorm(CLOPIDOGREL, "clopidogrel")), &statements);
    for (medication, how) in [
        (rxnorm(CLOPIDOGREL_75_MG_TABLET, "Plavix 75"), "RxNorm product code"),
        (json!({ "text": "Clopidogrel bisulfate 75 mg tablet" }), "name in the order"),
    ] {
        let answer = respond(&call(&medication), &statements);
        assert_eq!(answer["cards"][0]["summary"], by_code["cards"][0]["summary"]);
        let detail = answer["cards"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(how), "{detail}");
    }
}

#[test]
fn an_order_that_cannot_be_placed_is_silent_with_a_reason() {
    let request = read_request(&call(&rxnorm("0", "unheard-of"))).unwrap();
    let decision = decide_on(&request, &[]);
    assert_eq!(decision.cards, []);
    assert_eq!(decision.silences[0].reason, SilenceReason::Unresolved);
    assert_eq!(decision.silences[0].drug, "unheard-of");
}
