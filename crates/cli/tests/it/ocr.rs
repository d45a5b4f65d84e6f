//! Words that a program of the operator recognises in pictures, in a process with limits.

#![expect(clippy::print_stdout, reason = "what a machine cannot test, it says")]

use crate::postgres::Server;
use crate::terminal::{cognate, write};
use pdf::Reading;
use pdf::child::{PAGE_SECONDS_MAX, RECOGNISER_CPU_SECONDS_MAX, Reader, Recogniser};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use testkit::pdf::{beside_picture, picture, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cognate");
/// Dots of a point at 300 of an inch.
const SCALE: f32 = 300.0 / 72.0;
const HEAD: &str = "level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\t\
    width\\theight\\tconf\\ttext\\n";

fn image_only() -> Vec<u8> {
    picture((300.0, 200.0), (30, 20), &[u8::MAX; 600])
}

/// A program that answers these lines of words, each with its confidence.
fn script(directory: &Path, name: &str, before: &str, lines: &[(&str, u8)]) -> PathBuf {
    let mut table = HEAD.to_owned();
    for (number, (line, confidence)) in (1_u8..).zip(lines) {
        let (mut left, top) = (100, 50 + 60 * u32::from(number));
        for (place, word) in (1..).zip(line.split(' ')) {
            let width = 20 * u32::try_from(word.len()).unwrap();
            let row = format!(
                "5\\t1\\t1\\t1\\t{number}\\t{place}\\t{left}\\t{top}\\t{width}\\t40\\t\
                 {confidence}\\t{word}\\n"
            );
            table.push_str(&row);
            left += width + 15;
        }
    }
    let text = format!("#!/bin/sh\n{before}\ncat > /dev/null\nprintf '{table}'\n");
    let path = PathBuf::from(write(directory, name, &text));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

const REPORT: &[(&str, u8)] = &[
    ("Patient Name: Ana Example", 96),
    ("Date of Birth: 1970-03-04", 96),
    ("Specimen Type: Block", 96),
    ("Report Date: 2026-01-12", 96),
    ("Results", 96),
    ("BRAF p.Val600Glu", 91),
];

fn reading(program: &Path) -> Result<Reading, String> {
    reading_of(program, &image_only())
}

fn reading_of(program: &Path, bytes: &[u8]) -> Result<Reading, String> {
    let reader = Reader::new(PROGRAM, &["extract-pdf"]);
    let recogniser = Recogniser::new(program, Arc::new(AtomicBool::new(false)));
    recogniser.check(&reader).map_err(|error| error.to_string())?;
    reader.recognising(recogniser).read(bytes).map_err(|error| error.to_string())
}

/// Whether this machine lets a process give up its network; where none may, OCR is refused.
fn is_refused_here(read: &Result<Reading, String>) -> bool {
    let is_refused = read.as_ref().is_err_and(|error| error.contains("cannot limit itself"));
    if is_refused {
        println!("skipped: no process may have a network of its own here");
    }
    is_refused
}

#[test]
fn words_of_a_picture_are_proposed_in_their_places() {
    let directory = tempfile::tempdir().unwrap();
    let read = reading(&script(directory.path(), "ocr", "", REPORT));
    if is_refused_here(&read) {
        return;
    }
    let read = read.unwrap();
    let [proposal] = read.proposals.as_slice() else { panic!("{:?}", read.problems) };
    assert_eq!(proposal.confidence, Some(91));
    let area = proposal.fields[0].area;
    // The sixth line, in points.
    assert!((area.top - 410.0 / SCALE).abs() < 0.5, "{area:?}");
    assert!(read.problems.iter().any(|problem| problem.code == "recognised"));
    let unsure = [&REPORT[..5], &[("BRAF p.Val600Glu", 40)]].concat();
    let read = reading(&script(directory.path(), "unsure", "", &unsure)).unwrap();
    assert!(read.proposals.is_empty());
    assert!(read.problems.iter().any(|problem| problem.code == "low-confidence"));
}

#[test]
fn words_of_a_picture_beside_text_are_proposed_with_those_of_the_text() {
    let directory = tempfile::tempdir().unwrap();
    let person = ("Ana Example", "1970-03-04", "100");
    let texts = [(40.0, 100.0, "Results"), (40.0, 120.0, "KRAS p.Gly12Asp")];
    let bytes = beside_picture(person, &texts, (0.0, 130.0, 612.0, 600.0));
    // Lines of words from the top of the page: the tenth is in the picture, below the text.
    let lines = [&[("-", 96); 9][..], &[("BRAF p.Val600Glu", 91)]].concat();
    let read = reading_of(&script(directory.path(), "ocr", "", &lines), &bytes);
    if is_refused_here(&read) {
        return;
    }
    let read = read.unwrap();
    let mut found: Vec<Option<u8>> = read.proposals.iter().map(|one| one.confidence).collect();
    found.sort_unstable();
    assert_eq!(found, [None, Some(91)], "{:?}", read.problems);
    assert!(read.with_pictures.is_empty());
}

#[test]
fn the_program_has_its_limits_and_no_network() {
    let directory = tempfile::tempdir().unwrap();
    // It fails wherever it has more than it may.
    let before = format!(
        "[ \"$(grep -c : /proc/net/dev)\" = 1 ] || exit 3\n\
         [ \"$(ulimit -t)\" = {RECOGNISER_CPU_SECONDS_MAX} ] || exit 4\n\
         [ \"$(ulimit -f)\" = 0 ] || exit 5\n\
         [ \"$(ulimit -v)\" = 1048576 ] || exit 6\n\
         [ -z \"$HOME\" ] || exit 7"
    );
    let read = reading(&script(directory.path(), "limits", &before, REPORT));
    if !is_refused_here(&read) {
        assert_eq!(read.unwrap().proposals.len(), 1);
    }
    const { assert!(PAGE_SECONDS_MAX > RECOGNISER_CPU_SECONDS_MAX) };
}

#[test]
fn a_program_that_fails_on_a_page_leaves_it_unread() {
    let directory = tempfile::tempdir().unwrap();
    // The first page, with which it is tried, is an empty one of 64 dots.
    let before = "head -c 9 | grep -q '64 64' || kill -SEGV $$";
    let read = reading(&script(directory.path(), "fails", before, REPORT));
    if is_refused_here(&read) {
        return;
    }
    let read = read.unwrap();
    let codes: Vec<&str> = read.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert!(codes.contains(&"no-text") && codes.contains(&"not-recognised"), "{codes:?}");
    assert!(read.proposals.is_empty());
    let silent = script(directory.path(), "silent", "exit 0", REPORT);
    assert!(reading(&silent).unwrap_err().contains("no table of words"));
}

#[test]
fn a_server_refuses_to_start_with_a_program_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    assert_eq!(cognate(&["init", "--directory", data]).code, 0);
    let serve = ["serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--directory", data];
    for named in ["--ocr=/nonexistent/tesseract", "--ocr=no-such-tesseract"] {
        let ran = cognate(&[&serve[..], &[named]].concat());
        assert_ne!(ran.code, 0);
        assert!(ran.stderr.contains("is not there; install tesseract"), "{}", ran.stderr);
    }
    let broken = script(directory.path(), "broken", "echo 'no eng.traineddata' >&2; exit 1", &[]);
    let ran = cognate(&[&serve[..], &[&format!("--ocr={}", broken.display())]].concat());
    assert_ne!(ran.code, 0);
    let told = &ran.stderr;
    assert!(told.contains("eng.traineddata") || told.contains("cannot limit itself"), "{told}");
    // Without it nothing of this is asked.
    let server = Server::start(&["--directory", data]);
    assert!(!server.said.contains("recognised"), "{}", server.said);
}

/// With the real program, where it is installed.
#[test]
fn tesseract_reads_what_was_printed() {
    let Some(program) = ["/usr/bin/tesseract", "/usr/local/bin/tesseract"]
        .into_iter()
        .map(Path::new)
        .find(|path| path.is_file())
    else {
        println!("skipped: tesseract is not installed");
        return;
    };
    let person = ("Ana Example", "1970-03-04", "100");
    let texts = [(40.0, 100.0, "Results"), (40.0, 120.0, "BRAF p.Val600Glu")];
    let raster = pdf::raster(&report(person, &texts), 1).unwrap();
    let drawn = raster.picture().unwrap();
    let dots = &drawn[drawn.len() - (raster.width * raster.height) as usize..];
    // The upper quarter, where all of the text is: an unoptimised build takes long to draw more.
    let size = (raster.width, raster.height / 4);
    let scanned = picture((612.0, 198.0), size, &dots[..(size.0 * size.1) as usize]);
    let reader = Reader::new(PROGRAM, &["extract-pdf"]);
    let recogniser = Recogniser::new(program, Arc::new(AtomicBool::new(false)));
    if let Err(error) = recogniser.check(&reader) {
        assert!(error.to_string().contains("cannot limit itself"), "{error}");
        println!("skipped: {error}");
        return;
    }
    let read = reader.recognising(recogniser).read(&scanned).unwrap();
    let name = read.stated.name.as_ref().map(|place| place.text.as_str());
    assert_eq!(name, Some("Ana Example"), "{read:#?}");
    for proposal in &read.proposals {
        assert!(proposal.confidence.is_some());
    }
    let genes: Vec<_> =
        read.proposals.iter().filter_map(|one| one.value(pdf::FieldName::Gene)).collect();
    let is_told = read.problems.iter().any(|problem| problem.code == "low-confidence");
    assert!(genes == ["BRAF"] || is_told, "{read:#?}");
}
