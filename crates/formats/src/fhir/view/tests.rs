//! Views by feature of SQL on FHIR v2, over resources of our own.

use super::*;
use crate::fhir::json;
use proptest::prelude::*;
use serde_json::json;

const PATIENTS: &[&str] = &[
    r#"{"resourceType": "Patient", "id": "p1", "active": true, "gender": "female",
        "birthDate": "1970-06",
        "name": [{"use": "official", "family": "A", "given": ["X", "Y"]}, {"family": "B"}],
        "telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "e"}],
        "contact": [{"name": {"family": "C"}, "telecom": [{"value": "2"}, {"value": "3"}]}]}"#,
    r#"{"resourceType": "Patient", "id": "p2", "active": false, "name": [{"family": "D"}]}"#,
    r#"{"resourceType": "Patient", "id": "p3"}"#,
    r#"{"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "c"},
        "valueQuantity": {"value": 1.10}}"#,
];

fn view(definition: &Value) -> View {
    let (view, problems) = View::read(definition, &Literals::new());
    view.unwrap_or_else(|| panic!("{problems:?}"))
}

fn of(resource: &str, rest: &Value) -> Value {
    let mut definition = json!({"resourceType": "ViewDefinition", "resource": resource});
    for (key, value) in rest.as_object().unwrap() {
        definition[key] = value.clone();
    }
    definition
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::Decimal(text) | Cell::Text(text) | Cell::Json(text) => text.clone(),
        Cell::List(cells) => {
            format!("[{}]", cells.iter().map(shown).collect::<Vec<_>>().join(","))
        }
    }
}

fn rows_of(view: &View, resources: &[&str]) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    for text in resources {
        let document = json::read(text.as_bytes(), json::RESOURCE_BYTES_MAX).unwrap();
        for row in view.rows(&document.value, &document.literals)? {
            assert_eq!(row.len(), view.columns.len());
            all.push(row.iter().map(shown).collect::<Vec<_>>().join(" "));
        }
    }
    Ok(all)
}

#[track_caller]
fn check(rest: &Value, expected: &[&str]) {
    let view = view(&of("Patient", rest));
    assert_eq!(rows_of(&view, PATIENTS).unwrap(), expected, "{rest}");
}

fn column(name: &str, path: &str) -> Value {
    json!({"name": name, "path": path})
}

#[test]
fn columns_are_cells() {
    check(
        &json!({"select": [{"column": [
            column("id", "getResourceKey()"), column("active", "active"),
            column("family", "name.family.first()"), column("born", "birthDate"),
            {"name": "given", "path": "name.given", "collection": true}
        ]}]}),
        &["p1 true A 1970-06 [X,Y]", "p2 false D - []", "p3 - - - []"],
    );
}

#[test]
fn conditions_leave_out() {
    let select = json!([{"column": [column("id", "id")]}]);
    for (conditions, expected) in [
        (json!(["active"]), vec!["p1"]),
        (json!(["active = false"]), vec!["p2"]),
        (json!(["active.exists().not()"]), vec!["p3"]),
        (json!(["name.exists()", "active.not()"]), vec!["p2"]),
        (json!(["name.exists(family = %who)"]), vec!["p2"]),
        // What is not known does not hold.
        (json!(["birthDate < @1970-06-15"]), vec![]),
        (json!(["birthDate <= @1980"]), vec!["p1"]),
    ] {
        let paths: Vec<Value> =
            conditions.as_array().unwrap().iter().map(|path| json!({"path": path})).collect();
        check(
            &json!({"select": select, "where": paths,
                "constant": [{"name": "who", "valueString": "D"}]}),
            &expected,
        );
    }
}

#[test]
fn for_each_gives_a_row_for_each() {
    let select = |word: &str| {
        json!({"select": [
            {"column": [column("id", "id")]},
            {word: "name", "column": [column("family", "family"), column("row", "%rowIndex")]}
        ]})
    };
    check(&select("forEach"), &["p1 A 0", "p1 B 1", "p2 D 0"]);
    check(&select("forEachOrNull"), &["p1 A 0", "p1 B 1", "p2 D 0", "p3 - -"]);
    check(
        &json!({"select": [{"column": [column("id", "id")]}, {
            "forEach": "contact",
            "column": [column("contact", "name.family")],
            "select": [{"forEach": "telecom", "column": [column("value", "value")]}]
        }]}),
        &["p1 C 2", "p1 C 3"],
    );
    check(
        &json!({"select": [{"column": [column("id", "id")]}, {
            "forEachOrNull": "contact",
            "select": [{"forEachOrNull": "telecom", "column": [column("value", "value")]}]
        }]}),
        &["p1 2", "p1 3", "p2 -", "p3 -"],
    );
}

#[test]
fn selections_are_multiplied_and_unions_added() {
    check(
        &json!({"select": [
            {"forEach": "name", "column": [column("family", "family")]},
            {"forEach": "telecom", "column": [column("value", "value")]}
        ]}),
        &["A 1", "A e", "B 1", "B e"],
    );
    let branch = |path: &str, name: &str| json!({"forEach": path, "column": [column("v", name)]});
    check(
        &json!({"select": [{
            "column": [column("id", "id")],
            "unionAll": [branch("telecom", "value"), branch("contact.telecom", "value"),
                {"unionAll": [branch("name", "family")]}]
        }]}),
        &["p1 1", "p1 e", "p1 2", "p1 3", "p1 A", "p1 B", "p2 D"],
    );
    check(
        &json!({"select": [{
            "forEach": "contact",
            "unionAll": [branch("telecom", "value"), {"column": [column("v", "name.family")]}]
        }]}),
        &["2", "3", "C"],
    );
}

#[test]
fn repeat_goes_down() {
    let answers = r#"{"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed",
        "item": [
            {"linkId": "1", "item": [{"linkId": "1.1", "answer": [{"valueString": "a",
                "item": [{"linkId": "1.1.1"}]}]}]},
            {"linkId": "2"}]}"#;
    let definition = |repeat: Value| {
        view(&of(
            "QuestionnaireResponse",
            &json!({"select": [
                {"column": [column("id", "id")]},
                {"repeat": repeat, "column": [column("link", "linkId"),
                    {"name": "n", "path": "%rowIndex", "type": "integer"}]}
            ]}),
        ))
    };
    let rows = |repeat| rows_of(&definition(repeat), &[answers]).unwrap();
    assert_eq!(rows(json!(["item"])), ["q 1 0", "q 1.1 1", "q 2 2"]);
    let both = rows(json!(["item", "answer.item"]));
    assert_eq!(both, ["q 1 0", "q 1.1 1", "q 1.1.1 2", "q 2 3"]);
    let endless = definition(json!(["$this"]));
    assert!(rows_of(&endless, &[answers]).unwrap_err().text.contains("deeper than 64"));
}

#[test]
fn types_are_inferred_and_kept_to() {
    let definition = of(
        "Observation",
        &json!({"select": [{"column": [
            column("id", "id"), column("value", "value.ofType(Quantity).value"),
            {"name": "digits", "path": "value.ofType(Quantity).value", "type": "string"},
            {"name": "quantity", "path": "value.ofType(Quantity)", "type": "Quantity"},
            {"name": "late", "path": "value.ofType(Quantity).value > 1", "tag":
                [{"name": "ansi/type", "value": "BOOLEAN"}], "description": "more than one"}
        ]}]}),
    );
    let view = view(&definition);
    let kinds: Vec<&str> = view.columns.iter().map(|c| c.kind.as_ref().unwrap().name()).collect();
    assert_eq!(kinds, ["string", "decimal", "string", "Quantity", "boolean"]);
    assert_eq!(view.columns[4].tags, [("ansi/type".to_owned(), "BOOLEAN".to_owned())]);
    assert_eq!(rows_of(&view, PATIENTS).unwrap(), [r#"o1 1.10 1.10 {"value":1.10} true"#]);
    let wrong = of(
        "Patient",
        &json!({"select": [{"column": [
        {"name": "n", "path": "id", "type": "integer"}]}]}),
    );
    let fault = rows_of(&self::view(&wrong), PATIENTS).unwrap_err();
    assert_eq!(fault.place, "ViewDefinition.select[0].column[0].path");
    assert!(fault.text.contains("column `n`: the value is not of the column's type"), "{fault}");
}

#[test]
fn a_resource_that_does_not_fit_is_a_fault() {
    for (rest, words) in [
        (json!({"select": [{"column": [column("f", "name.family")]}]}), "more than one value"),
        (
            json!({"select": [{"column": [column("id", "id")]}],
                "where": [{"path": "%resource.name.family.first()"}]}),
            "neither true nor false",
        ),
        (json!({"select": [{"column": [column("f", "name.family + 'x'")]}]}), "more than one item"),
        (json!({"select": [{"column": [column("x", "%resource.contact")]}]}), "no primitive"),
    ] {
        let view = view(&of("Patient", &rest));
        let fault = rows_of(&view, PATIENTS).unwrap_err();
        assert!(fault.text.contains(words), "{rest}: {fault}");
    }
}

#[test]
fn problems_have_their_place() {
    let id = json!([{"column": [column("id", "id")]}]);
    let one = |select: Value| of("Patient", &json!({"select": [select]}));
    let nested = (0..SELECT_DEPTH_MAX)
        .fold(json!({"column": [column("id", "id")]}), |inner, _| json!({"select": [inner]}));
    for (definition, place, code) in [
        (json!([]), "", "not-an-object"),
        (json!({"resourceType": "Patient"}), "", "wrong-type"),
        (json!({"select": id}), ".resource", "missing-element"),
        (of("Pacient", &json!({"select": id})), ".resource", "unknown-type"),
        (of("Patient", &json!({})), ".select", "missing-element"),
        (of("Patient", &json!({"select": []})), ".select", "not-a-list"),
        (of("Patient", &json!({"select": id, "wher": []})), ".wher", "unknown-element"),
        (
            of("Patient", &json!({"select": id, "where": [{"path": "name."}]})),
            ".where[0].path",
            "bad-path",
        ),
        (
            of("Patient", &json!({"select": id, "where": [{"path": "name.family"}]})),
            ".where[0].path",
            "not-a-boolean",
        ),
        (
            of("Patient", &json!({"select": id, "where": [{"path": "id = %x"}]})),
            ".where[0].path",
            "unknown-constant",
        ),
        (
            of("Patient", &json!({"select": id, "constant": [{"name": "x", "valueQuantity": {}}]})),
            ".constant[0].valueQuantity",
            "bad-value",
        ),
        (
            of("Patient", &json!({"select": id, "constant": [{"name": "x"}]})),
            ".constant[0]",
            "bad-value",
        ),
        (
            of("Patient", &json!({"select": id, "constant": [{"name": "x", "valueDate": "x"}]})),
            ".constant[0].valueDate",
            "bad-value",
        ),
        (one(json!({})), ".select[0]", "missing-element"),
        (one(json!({"column": [{"path": "id"}]})), ".select[0].column[0].name", "missing-element"),
        (one(json!({"column": [{"name": "id"}]})), ".select[0].column[0].path", "missing-element"),
        (one(json!({"column": [column("2x", "id")]})), ".select[0].column[0].name", "bad-name"),
        (
            one(json!({"column": [{"name": "a", "path": "id", "pth": "id"}]})),
            ".select[0].column[0].pth",
            "unknown-element",
        ),
        (
            one(json!({"column": [column("a", "id"), column("a", "id")]})),
            ".select[0].column[1].name",
            "duplicate-name",
        ),
        (one(json!({"column": [column("a", "name")]})), ".select[0].column[0].path", "not-a-value"),
        (
            one(json!({"column": [{"name": "a", "path": "id", "type": "txt"}]})),
            ".select[0].column[0].type",
            "unknown-type",
        ),
        (
            one(json!({"column": [{"name": "a", "path": "name", "type": "string"}]})),
            ".select[0].column[0].type",
            "wrong-type",
        ),
        (
            one(json!({"forEach": "name", "forEachOrNull": "name",
                    "column": [column("a", "family")]})),
            ".select[0]",
            "two-choices",
        ),
        (
            one(json!({"forEach": "name.foo()", "column": [column("a", "family")]})),
            ".select[0].forEach",
            "bad-path",
        ),
        (
            one(json!({"repeat": "item", "column": [column("a", "id")]})),
            ".select[0].repeat",
            "not-a-list",
        ),
        (
            one(json!({"unionAll": [{"column": [column("a", "id")]},
                    {"column": [column("b", "id")]}]})),
            ".select[0].unionAll[1].column[0].path",
            "union-mismatch",
        ),
        (
            one(json!({"unionAll": [{"column": [column("a", "id")]},
                    {"column": [column("a", "active")]}]})),
            ".select[0].unionAll[1].column[0].path",
            "union-mismatch",
        ),
        (one(nested), &".select[0]".repeat(SELECT_DEPTH_MAX + 1), "too-deep"),
    ] {
        let (view, problems) = View::read(&definition, &Literals::new());
        assert!(view.is_none(), "{definition}");
        let found = problems.iter().any(|problem| {
            problem.place == format!("ViewDefinition{place}") && problem.code == code
        });
        assert!(found, "{definition}: {problems:?}");
    }
    let columns: Vec<Value> = (0..=COLUMNS_MAX).map(|n| column(&format!("c{n}"), "id")).collect();
    let definition = one(json!({"column": columns[..COLUMNS_MAX]}));
    assert!(View::read(&definition, &Literals::new()).0.is_some());
    let definition = one(json!({"column": columns}));
    assert!(View::read(&definition, &Literals::new()).0.is_none());
}

#[test]
fn a_resource_gives_no_more_cells_than_the_limit() {
    let names = vec![r#"{"family": "A"}"#; 110].join(",");
    let wide = format!(r#"{{"resourceType": "Patient", "id": "w", "name": [{names}]}}"#);
    let over = |name: &str| json!({"forEach": "name", "column": [column(name, "family")]});
    let two = view(&of("Patient", &json!({"select": [over("a"), over("b")]})));
    assert_eq!(rows_of(&two, &[wide.as_str()]).unwrap().len(), 110 * 110);
    let three = view(&of("Patient", &json!({"select": [over("a"), over("b"), over("c")]})));
    let fault = rows_of(&three, &[wide.as_str()]).unwrap_err();
    assert!(fault.text.contains("more than 1000000 cells"), "{fault}");
}

#[test]
fn a_decimal_constant_keeps_its_digits() {
    let text = r#"{"resource": "Patient", "constant": [{"name": "x", "valueDecimal": 1.10}],
        "select": [{"column": [{"name": "x", "path": "%x", "type": "decimal"}]}]}"#;
    let document = json::read(text.as_bytes(), json::RESOURCE_BYTES_MAX).unwrap();
    let view = View::read(&document.value, &document.literals).0.unwrap();
    assert_eq!(rows_of(&view, &PATIENTS[..1]).unwrap(), ["1.10"]);
}

proptest! {
    /// `forEach` gives a row for each item, `forEachOrNull` one at least, and two of them the
    /// product.
    #[test]
    fn rows_are_counted(names in 0_usize..6, telecoms in 0_usize..6) {
        let name = vec![json!({"family": "F"}); names];
        let telecom = vec![json!({"value": "V"}); telecoms];
        let patient = json!({"resourceType": "Patient", "name": name, "telecom": telecom});
        let select = |word: &str| view(&of("Patient", &json!({"select": [
            {word: "name", "column": [column("a", "family")]},
            {word: "telecom", "column": [column("b", "value")]}
        ]})));
        let count = |word: &str| select(word).rows(&patient, &Literals::new()).unwrap().len();
        prop_assert_eq!(count("forEach"), names * telecoms);
        prop_assert_eq!(count("forEachOrNull"), names.max(1) * telecoms.max(1));
    }

    #[test]
    fn no_definition_panics(path in any::<String>(), name in any::<String>()) {
        let definition = of("Patient", &json!({"select": [{"column": [column(&name, &path)]}]}));
        let _ = View::read(&definition, &Literals::new());
    }
}
