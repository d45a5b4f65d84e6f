use super::*;
use proptest::prelude::*;

fn refusal(text: &str) -> (String, String) {
    let problem = read(text.as_bytes(), RESOURCE_BYTES_MAX).unwrap_err();
    (problem.code, problem.place)
}

#[test]
fn ambiguous_bodies_are_refused_with_their_place() {
    for (text, code, place) in [
        (
            r#"{"resourceType":"Patient","id":"a","id":"b"}"#,
            "duplicate-key",
            // The type cannot be trusted in a body that says something twice.
            "Patient.id",
        ),
        (
            r#"{"resourceType":"Patient","name":[{"family":"A"},{"family":null}]}"#,
            "null",
            "Patient.name[1].family",
        ),
        (r#"{"name":[{"family":"A"},null],"resourceType":"Patient"}"#, "null", "Patient.name[1]"),
        (r#"{"resourceType":"Patient","name":[]}"#, "empty-array", "Patient.name"),
        (r#"{"resourceType":"Patient","name":[{}]}"#, "empty-object", "Patient.name[0]"),
        (r#"{"resourceType":"Patient","name":[["A"]]}"#, "nested-array", "Patient.name[0]"),
        (
            r#"{"resourceType":"Bundle","entry":[{"fullUrl":"a"},{"resource":{"a":{}}}]}"#,
            "empty-object",
            "Bundle.entry[1].resource.a",
        ),
        ("{}", "empty-object", "Resource"),
        ("[1]", "not-an-object", "body"),
        ("{\"a\":1} x", "bad-json", "line 1 column 9"),
        ("{\"a\":", "bad-json", "line 1 column 5"),
        ("{\"a\":1e999}", "bad-json", "line 1 column 10"),
        ("", "bad-json", "line 1 column 0"),
    ] {
        assert_eq!(refusal(text), (code.to_owned(), place.to_owned()), "{text}");
    }
}

#[test]
fn null_is_allowed_among_primitives_and_their_companions() {
    let text =
        r#"{"resourceType":"Patient","name":[{"given":["Ana",null],"_given":[null,{"id":"x"}]}]}"#;
    assert!(read(text.as_bytes(), 1000).is_ok());
}

#[test]
fn bodies_that_are_not_utf_8_are_refused() {
    let problem = read(b"{\"a\":\"\xff\"}", 100).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place.as_str()), ("bad-utf-8", "byte 6"));
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(read(nested(DEPTH_MAX).as_bytes(), 10_000).is_ok());
    assert_eq!(refusal(&nested(DEPTH_MAX + 1)).0, "too-deep");
}

#[test]
fn bytes_are_limited() {
    let text = r#"{"a":1}"#;
    assert!(read(text.as_bytes(), text.len()).is_ok());
    let problem = read(text.as_bytes(), text.len() - 1).unwrap_err();
    assert_eq!(problem.code, "too-long");
}

#[test]
fn digits_that_a_value_cannot_carry_are_listed() {
    let text = r#"{"resourceType":"Observation","note":"1.10 \" 2.0","a":[1,2.50],"b":{"c":1.1},
        "d":-0.00010,"e":12345678901234567890123}"#;
    let document = read(text.as_bytes(), 1000).unwrap();
    let lost: Vec<(&str, &str)> =
        document.literals.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(lost, [("a[1]", "2.50"), ("d", "-0.00010"), ("e", "12345678901234567890123")]);
}

#[test]
fn literals_are_found_below_their_element() {
    let text = r#"{"entry":[{"resource":{"a":[1,2.50],"b":1.10,"c":1e2}}],"id":"x"}"#;
    let document = read(text.as_bytes(), 1000).unwrap();
    let below = literals_below(&document.literals, "entry[0].resource");
    let below: Vec<(&str, &str)> = below.iter().map(|(at, text)| (&**at, &**text)).collect();
    assert_eq!(below, [("a[1]", "2.50"), ("b", "1.10"), ("c", "1e2")]);
    assert_eq!(literals_below(&document.literals, "entry[1].resource"), Literals::new());
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, 150);
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads(
        text in "\\{\"a\":[0-9a-z\\[\\]\\{\\}\", .:-]{0,30}\\}",
    ) {
        if let Ok(document) = read(text.as_bytes(), 1000) {
            let expected: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(document.value, expected);
        }
    }
}

#[test]
fn a_message_may_say_nothing_but_not_two_things() {
    let read = |text: &str| read_message(text.as_bytes(), 1_000);
    for text in [
        r#"{"prefetch":{"patient":null,"medications":{}}}"#,
        r#"{"context":{"selections":[]}}"#,
        r#"{"a":[[1],[]],"b":[null,{"c":1}]}"#,
        "{}",
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text), Ok(value), "{text}");
    }
    for (text, code, place) in [
        (r#"{"hook":"a","hook":"b"}"#, "duplicate-key", "hook"),
        (r#"{"context":{"x":[{"y":1,"y":2}]}}"#, "duplicate-key", "context.x[0].y"),
        ("[]", "not-an-object", "body"),
        ("{", "bad-json", "line 1 column 1"),
    ] {
        let problem = read(text).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.place.as_str()), (code, place), "{text}");
    }
    assert_eq!(read_message(b"{\"a\":1}", 6).unwrap_err().code, "too-long");
    assert!(read_message(b"{\"a\":1}", 7).is_ok());
}
