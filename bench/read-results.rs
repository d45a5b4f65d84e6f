//! How fast a genomic result is read, on one core: `cargo run --release -p formats --example
//! read-results [MESSAGES]`. Where its fields are and the code of every row, beside the crate
//! `hl7-parser` on the same bytes; then what the rows mean.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod genomic;

use formats::hl7v2::{Message, oru};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// How often everything is measured; the best one counts.
const ROUNDS: usize = 50;
/// Rows of one message.
const ROWS: usize = 113;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(2_000), |text| text.parse())?;
    let text = genomic::message(1, 1, genomic::VARIANTS_MAX);
    println!("{count} messages of {} bytes with {ROWS} rows", text.len());
    let ours = best("fields, and OBX-3 of every row", count, || {
        let (message, _) = Message::parse(text.clone().into_bytes());
        let rows = message.iter().flat_map(Message::segments).filter(|one| one.id() == "OBX");
        rows.map(|row| black_box(row.field(3).component(1).raw()).len().min(1)).sum()
    })?;
    let theirs = best("the same by hl7-parser", count / 50, || {
        let message = hl7_parser::Message::parse_with_lenient_newlines(&text, true);
        let rows =
            message.iter().flat_map(hl7_parser::Message::segments).filter(|one| one.name == "OBX");
        let codes = rows.filter_map(|row| row.field(3)?.component(1));
        codes.map(|code| black_box(code.raw_value()).len().min(1)).sum()
    })?;
    println!("{:.0} times as fast", ours / theirs);
    best("what it says: patient, orders, findings", count / 20, || {
        let (message, _) = Message::parse(text.clone().into_bytes());
        let read = message.map(|message| oru::read(&message, &oru::Settings::default()).0);
        black_box(read).map_or(0, |_| ROWS)
    })?;
    Ok(())
}

/// The most a second of some rounds.
fn best(
    what: &str,
    count: usize,
    mut rows_of_one: impl FnMut() -> usize,
) -> Result<f64, Box<dyn Error>> {
    let mut most = 0_f64;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let rows: usize = (0..count).map(|_| rows_of_one()).sum();
        let taken = begun.elapsed().as_secs_f64();
        if rows != count * ROWS {
            return Err(format!("{what}: {rows} rows were read").into());
        }
        most = most.max(f64::from(u32::try_from(count)?) / taken);
    }
    println!("{what}: {most:.0}/s, {:.1} µs each", 1e6 / most);
    Ok(most)
}
