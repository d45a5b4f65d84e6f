//! Limits, and what holds for every text.

use super::*;
use proptest::prelude::*;

#[test]
fn limits_hold() {
    let long = |count: usize| format!("'{}'", "a".repeat(count - 2));
    assert!(Expression::parse(&long(EXPRESSION_BYTES_MAX)).is_ok());
    assert!(Expression::parse(&long(EXPRESSION_BYTES_MAX + 1)).is_err());
    let deep = |count: usize| format!("{}1{}", "(".repeat(count), ")".repeat(count));
    assert!(Expression::parse(&deep(EXPRESSION_DEPTH_MAX - 1)).is_ok());
    assert!(Expression::parse(&deep(EXPRESSION_DEPTH_MAX)).is_err());
    let chain = |count: usize| vec!["a"; count].join(".");
    assert!(Expression::parse(&chain(EXPRESSION_DEPTH_MAX)).is_ok());
    assert!(Expression::parse(&chain(EXPRESSION_DEPTH_MAX + 1)).is_err());
    let names = vec![r#"{"family": "A"}"#; 400].join(",");
    let wide = format!(r#"{{"resourceType": "Patient", "name": [{names}]}}"#);
    let fault = items("name.select(%resource.name)", &wide).unwrap_err();
    assert!(fault.text.contains("more than 100000 items"), "{fault}");
    let work = "name.exists(%resource.name.exists(%resource.name.exists(%resource.name.exists(\
         %resource.name.exists(%resource.name.exists(%resource.name.exists(%resource.name.exists(\
         %resource.name.exists(%resource.name.exists(%resource.name.exists(%resource.name.exists(\
         use = 'no'))))))))))))";
    assert!(items(work, PATIENT).unwrap_err().text.contains("too much work"));
}

/// Texts made of the words of the language: more of them parse than of random letters.
fn expressions() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "name",
        "given",
        "where",
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
        "=",
        "<",
        "1",
        "1.0",
        "'a'",
        "@2014",
        "@T10",
        "and",
        "or",
        "not",
        "is",
        "ofType",
        "Quantity",
        "%use",
        "$this",
        "-",
        "+",
        "/",
        "*",
        "|",
        "&",
        "{",
        "}",
        "first()",
        "exists(",
        "join(",
        "lowBoundary()",
        " ",
        "`a`",
        "extension(",
        "value",
        "implies",
        "0",
        "select(",
        "count()",
        "birthDate",
        "9223372036854775807",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = items(&text, PATIENT);
    }

    #[test]
    fn no_words_panic(text in expressions()) {
        for resource in [PATIENT, OBSERVATION, UNTABLED] {
            let _ = items(&text, resource);
        }
    }

    /// What a decimal was written with is what it is written with.
    #[test]
    fn decimals_keep_their_digits(text in "-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,15})?") {
        let shown = Decimal::parse(&text).unwrap().to_string();
        let unsigned_zero = text.trim_start_matches(['-', '0', '.']).is_empty();
        prop_assert_eq!(shown, if unsigned_zero { text.replace('-', "") } else { text });
    }

    /// `low ≤ value ≤ high`, and both boundaries are as far away as half of the last digit.
    #[test]
    fn boundaries_are_around(text in "-?[1-9][0-9]{0,8}(\\.[0-9]{1,6})?") {
        let value = Decimal::parse(&text).unwrap();
        let (low, high) = (value.boundary(true, 8).unwrap(), value.boundary(false, 8).unwrap());
        prop_assert!(low.compare(value).is_lt() && value.compare(high).is_lt());
        prop_assert!(low.sum(high).unwrap().compare(value.sum(value).unwrap()).is_eq());
    }

    /// Moments at UTC are ordered as their texts are.
    #[test]
    fn instants_are_ordered(a in 0_u32..4000, b in 0_u32..4000) {
        let text = |n: u32| {
            format!("20{:02}-{:02}-{:02}T10:30:00Z", n / 336, n / 28 % 12 + 1, n % 28 + 1)
        };
        let moment = |n| Moment::parse(MomentKind::DateTime, &text(n)).unwrap();
        prop_assert_eq!(moment(a).compare(&moment(b)), Some(text(a).cmp(&text(b))));
    }
}
