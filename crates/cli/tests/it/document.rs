//! The process that reads one document.

use crate::terminal::{cognate, write};
use pdf::child::{CPU_SECONDS_MAX, MEMORY_BYTES_MAX, Reader};
use std::process::{Command, Stdio};
use testkit::pdf::{file, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cognate");
const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");

#[test]
fn a_report_is_read_and_a_bad_file_has_its_reason() {
    let reader = Reader::new(PROGRAM, &["extract-pdf"]);
    let bytes = report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, "BRAF p.Val600Glu")]);
    let reading = reader.read(&bytes).unwrap();
    assert_eq!(reading.proposals.len(), 1);
    // The second engine agrees, within the same limits.
    assert_eq!(reading.problems, []);
    assert!(reader.picture(&bytes, 1).unwrap().starts_with("<svg"));
    assert_eq!(reader.picture(&bytes, 2).unwrap_err().word(), "unreadable");
    let damaged = &bytes[..bytes.len() - 9];
    assert_eq!(reader.read(damaged).unwrap_err().word(), "damaged");
    assert_eq!(reader.read(b"hello").unwrap_err().word(), "not-pdf");
    // A picture that unpacks to more than the process may have, behind the gate's back.
    let image = "<</Type/XObject/Subtype/Image/Width 65000/Height 65000/BitsPerComponent 8\
        /ColorSpace/DeviceGray/Filter/RunLengthDecode\
        /Length 3>>\nstream\n\u{1}\u{2}\u{3}\nendstream";
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R\
        /Resources<</XObject<</I 4 0 R>>>>>>";
    let bomb = file(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        page.as_bytes().to_vec(),
        image.as_bytes().to_vec(),
        b"<</Length 6>>\nstream\n/I Do \nendstream".to_vec(),
    ]);
    // An answer or a reason, and the caller goes on.
    let _ = reader.picture(&bomb, 1);
    assert!(reader.read(&bytes).is_ok());
}

#[test]
fn the_process_has_taken_its_limits_before_the_first_byte() {
    let mut child = Command::new(PROGRAM)
        .arg("extract-pdf")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let path = format!("/proc/{}/limits", child.id());
    let limit = |name: &str| {
        let limits = std::fs::read_to_string(&path).unwrap();
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        let values = line.trim_start_matches(name).split_whitespace().take(2);
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let is_limited = || limit("Max open files") == ["3", "3"];
    // It starts and loads its tables; it has no byte of a document yet.
    for _ in 0..500 {
        if is_limited() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(is_limited());
    let cpu = CPU_SECONDS_MAX.to_string();
    assert_eq!(limit("Max cpu time"), [cpu.as_str(); 2]);
    let memory = MEMORY_BYTES_MAX.to_string();
    assert_eq!(limit("Max address space"), [memory.as_str(); 2]);
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    assert_eq!(limit("Max file size"), ["0", "0"]);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn reports_of_a_folder_are_held_against_what_they_state_by_template_and_field() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("north");
    std::fs::create_dir(&folder).unwrap();
    let bytes = report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, "BRAF p.Val600Glu")]);
    std::fs::write(folder.join("one.pdf"), &bytes).unwrap();
    std::fs::write(folder.join("alone.pdf"), &bytes).unwrap();
    let expect = |name: &str, protein: &str| {
        let text = format!(
            "{{\"template\": \"north\", \"findings\": [{{\"gene\": \"BRAF\", \
             \"protein\": \"{protein}\"}}]}}"
        );
        write(&folder, &format!("{name}.expected.json"), &text);
    };
    let run = || cognate(&["feed", "documents", directory.path().to_str().unwrap(), "--json"]);
    // Without anything to hold it against nothing is known.
    assert_eq!(run().code, 1);
    expect("one", "p.Val600Glu");
    let ran = run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("alone.expected.json"), "{}", ran.stderr);
    let template = &ran.json()["templates"][0];
    assert_eq!((&template["template"], &template["documents"]), (&"north".into(), &1.into()));
    assert_eq!(template["fields"]["protein"]["right"], 1);
    // A second one is read otherwise, and a third one is damaged.
    std::fs::write(folder.join("two.pdf"), &bytes).unwrap();
    expect("two", "p.Val600Lys");
    std::fs::write(folder.join("three.pdf"), &bytes[..bytes.len() - 9]).unwrap();
    expect("three", "p.Val600Glu");
    let ran = run();
    assert_eq!(ran.code, 1);
    let protein = &ran.json()["templates"][0]["fields"]["protein"];
    let counts = ["right", "wrong", "missed", "extra"].map(|name| protein[name].as_u64());
    assert_eq!(counts, [1, 1, 1, 0].map(Some));
}
