//! Cases of FHIRPath N1 2.0.0 (boundaries: 3.0.0), by section.

mod limits;

use super::*;
use crate::fhir::json;

const PATIENT: &str = r##"{
    "resourceType": "Patient", "id": "p1", "active": true, "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/birth-time",
        "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
    "deceasedBoolean": false, "multipleBirthInteger": 2,
    "extension": [{"url": "http://example.org/a", "valueCode": "x"},
        {"url": "http://example.org/a", "valueCode": "y"}],
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", "James"],
         "_given": [null, {"extension": [{"url": "http://example.org/b", "valueBoolean": true}]}]},
        {"use": "usual", "given": ["Jim"]},
        {"use": "maiden", "family": "Windsor", "given": ["Peter", "James"],
         "period": {"end": "2002"}}],
    "contact": [{"gender": "female"}],
    "generalPractitioner": [{"reference": "Practitioner/7/_history/2"},
        {"reference": "http://other.example/fhir/Practitioner/7"}, {"reference": "#here"},
        {"reference": "urn:uuid:1d4a", "type": "Organization"}]
}"##;

const OBSERVATION: &str = r#"{
    "resourceType": "Observation", "id": "o1", "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "1-8"}, {"code": "b"}]},
    "effectiveDateTime": "2019-01-15T10:30:00Z",
    "valueQuantity": {"value": 1.10, "unit": "mg"},
    "component": [{"code": {"text": "one"}, "valueInteger": 1},
        {"code": {"text": "two"}, "valueString": "2"}]
}"#;

/// A resource whose elements no table has.
const UNTABLED: &str = r#"{
    "resourceType": "ResearchStudy", "id": "s", "status": "active", "valueDate": "2020-02",
    "date": "2019-05", "number": 1.50, "arm": [{"name": "A"}, {"name": "B"}]
}"#;

fn items(text: &str, resource: &str) -> Result<Vec<String>, Fault> {
    let document = json::read(resource.as_bytes(), json::RESOURCE_BYTES_MAX).unwrap();
    let constants = Constants::from([
        ("use".to_owned(), System::Text("usual".into())),
        ("day".to_owned(), System::Moment(Moment::parse(MomentKind::Date, "1974-12-25").unwrap())),
    ]);
    let expression = Expression::parse(text)?;
    let run = Evaluation::new(&document.value, &document.literals, &constants);
    let found = run.evaluate(&expression, &run.resource(), 4)?;
    let show = |item: &Item<'_>| match (run.system(item), item) {
        (Some(System::Boolean(value)), _) => value.to_string(),
        (Some(System::Text(text)), _) => text,
        (Some(System::Integer(value)), _) => value.to_string(),
        (Some(System::Decimal(value)), _) => value.to_string(),
        (Some(System::Moment(moment)), _) => moment.text().to_owned(),
        (None, Item::Node(node)) => node.kind().unwrap_or("?").to_owned(),
        (None, Item::System(_)) => panic!("a value is a value"),
    };
    Ok(found.iter().map(show).collect())
}

#[track_caller]
fn check(resource: &str, cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        let found =
            items(expression, resource).unwrap_or_else(|fault| panic!("{expression}: {fault}"));
        assert_eq!(found.join(" "), *expected, "{expression}");
    }
}

#[test]
fn paths_and_places() {
    check(
        PATIENT,
        &[
            ("id", "p1"),
            ("Patient.id", "p1"),
            ("Observation.id", ""),
            ("name.given", "Peter James Jim Peter James"),
            ("name.family", "Chalmers Windsor"),
            ("name[0].given[1]", "James"),
            ("name[9]", ""),
            ("name.first().given.last()", "James"),
            ("name.period.end", "2002"),
            ("contact.gender", "female"),
            ("`name`.`given`.first()", "Peter"),
            ("nothing.at.all", ""),
            ("{}", ""),
            ("name.select(family | use)", "Chalmers official usual Windsor maiden"),
            ("$this.id", "p1"),
            ("%resource.id", "p1"),
            ("name.where(%context.active).count()", "3"),
            ("%rowIndex + 1", "5"),
            ("contact", "Patient.contact"),
            ("name", "HumanName HumanName HumanName"),
        ],
    );
    check(
        UNTABLED,
        &[
            ("arm.name", "A B"),
            ("arm[1].name", "B"),
            ("status", "active"),
            ("value.ofType(date)", "2020-02"),
            ("ResearchStudy.id", "s"),
            ("date < @2020", "true"),
            ("date.lowBoundary()", "2019-05-01T00:00:00.000+14:00"),
            ("number", "1.50"),
        ],
    );
}

#[test]
fn choices_have_one_type() {
    check(
        OBSERVATION,
        &[
            ("value.ofType(Quantity).value", "1.10"),
            ("value.ofType(FHIR.Quantity).unit", "mg"),
            ("value as Quantity", "Quantity"),
            ("value.ofType(string)", ""),
            ("valueQuantity", ""),
            ("value is Quantity", "true"),
            ("effective.ofType(dateTime)", "2019-01-15T10:30:00Z"),
            ("component.value.ofType(integer)", "1"),
            ("component.value", "1 2"),
            ("component.where(value.ofType(string) = '2').code.text", "two"),
            ("resourceType", ""),
            ("$this is Observation", "true"),
            ("$this is Resource", "true"),
            ("id.ofType(string)", "o1"),
        ],
    );
    check(
        PATIENT,
        &[
            ("multipleBirth.ofType(integer)", "2"),
            ("deceased.ofType(boolean).not()", "true"),
            ("deceased.exists()", "true"),
        ],
    );
}

#[test]
fn functions() {
    check(
        PATIENT,
        &[
            ("name.where(use = 'official').family", "Chalmers"),
            ("name.where(use = %use).given", "Jim"),
            ("name.where(nothing)", ""),
            ("name.where($index = 1).given", "Jim"),
            ("name.exists(family = 'Windsor')", "true"),
            ("name.exists(family = 'Other')", "false"),
            ("nothing.exists()", "false"),
            ("nothing.empty()", "true"),
            ("name.all(given.exists())", "true"),
            ("name.all(family.exists())", "false"),
            ("name.count()", "3"),
            ("nothing.first()", ""),
            ("nothing.not()", ""),
            ("active.not()", "false"),
            ("name.given.join(',')", "Peter,James,Jim,Peter,James"),
            ("name.given.join()", "PeterJamesJimPeterJames"),
            ("nothing.join(',')", ""),
            ("extension('http://example.org/a').value.ofType(code)", "x y"),
            ("extension('http://example.org/none')", ""),
            (
                "birthDate.extension('http://example.org/birth-time').value.ofType(dateTime)",
                "1974-12-25T14:35:45-05:00",
            ),
            ("name.given.extension('http://example.org/b').value.ofType(boolean)", "true"),
            ("getResourceKey()", "p1"),
            ("name.getResourceKey()", ""),
            (
                "generalPractitioner.getReferenceKey()",
                "7 http://other.example/fhir/Practitioner/7 urn:uuid:1d4a",
            ),
            (
                "generalPractitioner.getReferenceKey(Practitioner)",
                "7 http://other.example/fhir/Practitioner/7",
            ),
            ("generalPractitioner.getReferenceKey(Organization)", "urn:uuid:1d4a"),
            ("generalPractitioner[0].getReferenceKey(Patient)", ""),
        ],
    );
}

#[test]
fn three_valued_logic() {
    // §6.5: the tables of `and`, `or`, `xor`, `implies`, in the order true, false, empty.
    let values = ["true", "false", "{}"];
    for (operator, table) in [
        ("and", ["true", "false", "", "false", "false", "false", "", "false", ""]),
        ("or", ["true", "true", "true", "true", "false", "", "true", "", ""]),
        ("xor", ["false", "true", "", "true", "false", "", "", "", ""]),
        ("implies", ["true", "false", "", "true", "true", "true", "true", "", ""]),
    ] {
        for (place, expected) in table.iter().enumerate() {
            let text = format!("{} {operator} {}", values[place / 3], values[place % 3]);
            check(PATIENT, &[(text.as_str(), *expected)]);
        }
    }
    check(
        PATIENT,
        &[
            // An item that is no Boolean counts as true (§4.5).
            ("birthDate and active", "true"),
            ("true or false and false", "true"),
            ("false implies false and {}", "true"),
            ("1 = 1 and 2 > 1", "true"),
        ],
    );
}

#[test]
fn equality_and_order() {
    check(
        PATIENT,
        &[
            ("1 = 1.0", "true"),
            ("1.10 = 1.1", "true"),
            ("'a' = 'A'", "false"),
            ("{} = {}", ""),
            ("1 = {}", ""),
            ("1 != 2", "true"),
            ("'1' = 1", "false"),
            ("name.given = name.given", "true"),
            ("name[0].given = name[2].given", "true"),
            ("name[0].given = name[1].given", "false"),
            ("name[0] = name[0]", "true"),
            ("name[0] = name[2]", "false"),
            ("birthDate = @1974-12-25", "true"),
            ("birthDate = %day", "true"),
            ("birthDate < @1975", "true"),
            ("birthDate < @1974-12-26", "true"),
            ("birthDate > @1974-12", ""),
            ("birthDate = @1974", ""),
            ("'abc' < 'abd'", "true"),
            ("2 <= 2.0", "true"),
            ("3 >= 4", "false"),
            ("5 > 4.99", "true"),
            ("{} > 1", ""),
        ],
    );
    // §6.1.1 and §6.2: what the precision does not tell is empty.
    check(
        PATIENT,
        &[
            ("@2012 = @2012-01", ""),
            ("@2012-01 = @2012-01", "true"),
            ("@2012 != @2013-01", "true"),
            ("@2018-03-01 > @2018-01-01", "true"),
            ("@2018-03 > @2018-03-01", ""),
            ("@2018-03-01T10:30 > @2018-03-01T10:00", "true"),
            ("@2018-03-01T10 > @2018-03-01T10:30", ""),
            ("@2018-03-01T10:30:00 > @2018-03-01T10:30:00.0", "false"),
            ("@T10:30 > @T10:00", "true"),
            ("@T10 > @T10:30", ""),
            ("@2017-11-05T01:30:00.0-04:00 > @2017-11-05T01:15:00.0-05:00", "false"),
            ("@2017-11-05T01:30:00.0-04:00 < @2017-11-05T01:15:00.0-05:00", "true"),
            ("@2017-11-05T23:30:00-05:00 = @2017-11-06T04:30:00Z", "true"),
            ("@2017-11-05T01:30:00 < @2017-11-05T01:15:00Z", ""),
            ("@2017-11-03T01:30:00 < @2017-11-05T01:15:00Z", "true"),
            ("@2020-02-29T23:00:00-02:00 = @2020-03-01T01:00:00Z", "true"),
            ("@T10:30 = @2014-01-01", ""),
        ],
    );
}

#[test]
fn arithmetic() {
    check(
        PATIENT,
        &[
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("5 / 2", "2.5"),
            ("4 / 2", "2.0"),
            ("1 / 3", "0.333333333333"),
            ("2 / 3", "0.666666666667"),
            ("-2 / 3", "-0.666666666667"),
            ("1 / 0", ""),
            ("1.10 + 1", "2.10"),
            ("1.5 * 1.5", "2.25"),
            ("3 - 5", "-2"),
            ("-(3) + 1", "-2"),
            ("'a' + 'b'", "ab"),
            ("'a' + {}", ""),
            ("'a' & {}", "a"),
            ("9223372036854775807 + 1", ""),
            ("multipleBirth.ofType(integer) * 2", "4"),
        ],
    );
    check(OBSERVATION, &[("value.ofType(Quantity).value * 2", "2.20")]);
}

#[test]
fn boundaries() {
    check(
        PATIENT,
        &[
            ("1.587.lowBoundary()", "1.58650000"),
            ("1.587.lowBoundary(8)", "1.58650000"),
            ("1.587.highBoundary(8)", "1.58750000"),
            ("1.587.lowBoundary(2)", "1.58"),
            ("1.587.highBoundary(2)", "1.59"),
            ("(-1.587).lowBoundary()", "-1.58750000"),
            ("1.lowBoundary()", "0.50000000"),
            ("1.587.lowBoundary(-1)", ""),
            ("@2014.lowBoundary(6)", "2014-01"),
            ("@2014.highBoundary(6)", "2014-12"),
            ("@1970-06.lowBoundary()", "1970-06-01"),
            ("@1970-06.highBoundary()", "1970-06-30"),
            ("@2020-02.highBoundary()", "2020-02-29"),
            ("@2014-01-01T08.lowBoundary(17)", "2014-01-01T08:00:00.000+14:00"),
            ("@2014-01-01T08.highBoundary(17)", "2014-01-01T08:59:59.999-12:00"),
            ("@2014-01-01T08:05Z.highBoundary()", "2014-01-01T08:05:59.999Z"),
            ("@T10:30.lowBoundary(9)", "10:30:00.000"),
            ("@T10:30.highBoundary()", "10:30:59.999"),
            ("birthDate.lowBoundary()", "1974-12-25"),
            ("name.period.end.highBoundary()", "2002-12-31T23:59:59.999-12:00"),
            ("nothing.lowBoundary()", ""),
        ],
    );
}

#[test]
fn literals() {
    check(
        PATIENT,
        &[
            (r"'it\'s \u0041\n'", "it's A\n"),
            ("1 // the rest is a comment", "1"),
            ("1 /* so is this */ + 1", "2"),
            ("@2014-01-01T", "2014-01-01"),
            ("0.0000", "0.0000"),
            ("true", "true"),
        ],
    );
}

#[test]
fn faults_name_the_place() {
    for (text, column, words) in [
        ("", 1, "ends where a value"),
        ("name.", 6, "a name should stand here"),
        ("name.(", 6, "a name should stand here"),
        ("name..given", 6, "a name should stand here"),
        ("name.where(", 12, "ends where a value"),
        ("name.where(use = 'a'", 21, "`)` should stand here"),
        ("name given", 6, "should end here"),
        ("name.where(use = 'a)", 18, "not closed"),
        ("name.foo()", 6, "function `foo` is not supported"),
        ("name.first(1)", 6, "does not take 1 arguments"),
        ("name.where()", 6, "does not take 0 arguments"),
        ("1 mod 2", 3, "operator `mod` is not supported"),
        ("4 'mg'", 3, "quantities"),
        ("@2014-13", 1, "no date"),
        ("a ; b", 3, "no sign"),
        ("name.where(use ~ 'a')", 16, "no sign"),
        ("name.ofType(1)", 13, "the name of a type"),
        (r"'\q'", 2, "no such escape"),
        ("/* on", 1, "comment"),
        ("$total", 1, "`$total`"),
        ("99999999999999999999", 1, "too many digits"),
        ("%", 1, "a name is missing"),
    ] {
        let fault = Expression::parse(text).unwrap_err();
        assert_eq!(fault.column, column, "{text}: {fault}");
        assert!(fault.text.contains(words), "{text}: {fault}");
    }
    for (text, column, words) in [
        ("name.given = 'a' and name.given", 18, "more than one item"),
        ("name.given + 'a'", 12, "more than one item"),
        ("1 < 'a'", 3, "no order"),
        ("name[0] < 1", 9, "no order"),
        ("1 + 'a'", 3, "no such arithmetic"),
        ("name.where(family)", 12, "neither true nor false"),
        ("%other", 1, "no constant"),
        ("active.lowBoundary()", 8, "boundaries"),
        ("name.join(',')", 6, "only texts"),
        ("name['a']", 5, "an integer"),
    ] {
        let fault = items(text, PATIENT).unwrap_err();
        assert_eq!(fault.column, column, "{text}: {fault}");
        assert!(fault.text.contains(words), "{text}: {fault}");
        assert!(!fault.text.contains("Chalmers"), "{text}");
    }
}

#[test]
fn kinds_come_from_the_tables() {
    let patient = Kind::new("Patient");
    for (text, kind) in [
        ("id", Some("string")),
        ("birthDate", Some("date")),
        ("name.given.first()", Some("string")),
        ("name.where(use = 'x').period.start", Some("dateTime")),
        ("contact.gender", Some("code")),
        ("contact", Some("Patient.contact")),
        ("name.exists()", Some("boolean")),
        ("birthDate < @2020 or active", Some("boolean")),
        ("multipleBirth.ofType(integer)", Some("integer")),
        ("multipleBirth", None),
        ("nothing", None),
        ("getResourceKey()", Some("string")),
        ("1 / 2", Some("decimal")),
        ("%x", None),
    ] {
        let found = Expression::parse(text).unwrap().kind(Some(&patient));
        assert_eq!(found.as_ref().map(Kind::name), kind, "{text}");
    }
}

#[test]
fn a_value_that_is_null_has_only_extensions() {
    let text = r#"{"resourceType": "Patient", "_birthDate": {"extension": [
        {"url": "http://example.org/a", "valueCode": "unknown"}]}}"#;
    check(
        text,
        &[
            ("birthDate.exists()", "true"),
            ("birthDate.extension('http://example.org/a').value.ofType(code)", "unknown"),
            ("birthDate.lowBoundary()", ""),
            ("birthDate = @2014", "false"),
        ],
    );
}
