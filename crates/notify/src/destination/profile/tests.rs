use super::*;

const FILE: &str = r#"
version = "2026-02-01"

[[destination]]
id = "ehr"
kind = "hl7v2"
address = "127.0.0.1:2575"
tls = false
receiving_application = "EHR"
categories = ["GE"]

[[destination]]
id = "hook"
kind = "webhook"
url = "https://hooks.example/results"
secret_file = "secret"
sends = ["final", "amended", "retracted", "statements"]
content = "full-resource"
connections = 4
"#;

fn read_file(text: &str) -> Destinations {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .unwrap();
    std::fs::write(directory.path().join("a.toml"), text).unwrap();
    std::fs::write(directory.path().join("a.toml~"), "left alone").unwrap();
    destinations(directory.path()).unwrap()
}

#[test]
fn what_a_file_says_and_what_it_leaves_out() {
    let (found, problems) = read_file(FILE);
    assert_eq!(problems, []);
    let [ehr, hook] = found.as_slice() else { panic!("{found:?}") };
    let Kind::Messages(messages) = &ehr.kind else { panic!("{ehr:?}") };
    assert_eq!((messages.host.as_str(), messages.port), ("127.0.0.1", 2575));
    assert_eq!((messages.receiving_application.as_str(), messages.documents), ("EHR", true));
    let sends = Sends { results: true, amended: true, retracted: true, ..Sends::default() };
    assert_eq!((ehr.sends, ehr.purpose, ehr.connections), (sends, Purpose::Treatment, 1));
    let Kind::Webhook(webhook) = &hook.kind else { panic!("{hook:?}") };
    assert_eq!((webhook.content, hook.connections), (Content::FullResource, 4));
    assert!(hook.sends.statements && hook.version == "2026-02-01");
    assert!(!format!("{hook:?}").contains("MfKQ"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let first = "a.toml destination[0]";
    let second = "a.toml destination[1]";
    for (from, to, code, place) in [
        ("id = \"hook\"", "id = \"ehr\"", "destination-twice", second),
        ("id = \"ehr\"", "id = \"a/b\"", "bad-name", first),
        ("127.0.0.1:2575", "127.0.0.1", "bad-address", first),
        ("127.0.0.1:2575", "ehr.example:2575", "plain", first),
        ("tls = false", "tls = false\nauthorities = \"secret\"", "bad-certificate", first),
        ("tls = false", "tls = false\ncertificate = \"c\"", "bad-certificate", first),
        ("tls = false", "tls = false\nurl = \"x\"", "misplaced", first),
        ("tls = false", "tls = false\nsends = [\"statements\"]", "bad-sends", first),
        ("tls = false", "tls = false\nsends = [\"final\"]", "unsafe-sends", first),
        ("tls = false", "tls = false\npurpose = \"fun\"", "bad-purpose", first),
        ("tls = false", "tls = false\ntimeout_seconds = 0", "bad-limit", first),
        ("\"hl7v2\"", "\"fax\"", "bad-kind", first),
        // Places of acknowledgements are others: such a name belongs to no other kind.
        ("id = \"ehr\"", "id = \"ack-ehr\"", "bad-name", first),
        ("\"hl7v2\"", "\"acknowledgements\"", "bad-name", first),
        ("\"hl7v2\"", "\"acknowledgements\"\nsends = [\"final\"]", "misplaced", first),
        ("\"hl7v2\"", "\"acknowledgements\"\ndocuments = true", "misplaced", first),
        ("https://", "http://", "bad-url", second),
        ("\"secret\"", "\"none\"", "no-file", second),
        ("\"secret\"", "\"a.toml\"", "bad-secret", second),
        ("full-resource", "empty", "bad-content", second),
        ("connections = 4", "connections = 9", "bad-limit", second),
        ("connections", "connection", "bad-destination", "a.toml line 19"),
    ] {
        let (_, problems) = read_file(&FILE.replace(from, to));
        let told =
            problems.iter().any(|one| (one.code.as_str(), one.place.as_str()) == (code, place));
        assert!(told, "{to}: {problems:?}");
    }
    let (found, problems) = read_file(&" ".repeat(DESTINATIONS_BYTES_MAX + 1));
    assert_eq!((found.len(), problems[0].code.as_str()), (0, "too-long"));
}
