//! `cargo run --release -p record --example read-carriers -- [PATIENTS] [DIRECTORY]`: keeps thirty
//! marks of each of a hundred thousand patients, and reads sets as counts do. A measurement of the
//! record alone, not a test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

use model::{PatientId, TenantId, Timestamp};
use record::{
    Access, Failure, MarkedPatient, MasterKey, NewMark, Purpose, Record, Role, Scope, Settings,
};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Patients that are kept at once, as the follower of the feed does.
const PATIENTS_AT_ONCE: u64 = 1_000;
/// Reads of each kind.
const READS: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let patients = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let directory = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("read-carriers-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let measured = measure(patients, &directory);
    std::fs::remove_dir_all(&directory)?;
    measured
}

fn access(role: Role, purpose: Purpose) -> Access {
    Access::new(TenantId::new("default"), "bench", role, purpose, Scope::Tenant)
}

/// What everybody has, what two in five have, what one panel in three looks at, and 26 of twenty
/// thousand rarer marks.
fn marks(patient: u64) -> Vec<NewMark> {
    let mixed = |salt: u64| (patient.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503)) >> 7;
    let mut texts = vec!["tested".to_owned(), format!("studied {}", patient % 3)];
    texts.extend((mixed(1) % 5 < 2).then(|| "common".to_owned()));
    texts.extend((2..28).map(|salt| format!("rare {}", mixed(salt) % 20_000)));
    let kind = |text: &str| text.starts_with("studied").then_some("studied");
    texts.into_iter().map(|text| NewMark { kind: kind(&text), text }).collect()
}

fn measure(patients: u64, directory: &Path) -> Result<(), Box<dyn Error>> {
    let master_key = MasterKey::create_file(directory.join("master.key"))?;
    let settings = Settings { directory: directory.join("store"), master_key, readers: 2 };
    let record =
        Record::open(settings, Arc::new(|| Timestamp::from_micros(1_767_225_600_000_000)))?;
    let interface = access(Role::Interface, Purpose::Operations);
    let started = Instant::now();
    let mut from = 0;
    while from < patients {
        let until = (from + PATIENTS_AT_ONCE).min(patients);
        let marked = |number| MarkedPatient {
            patient: PatientId::new(format!("p{number:07}")),
            marks: Some(marks(number)),
        };
        let kept = record.keep_carriers(
            &interface,
            "1",
            (from, until),
            (from..until).map(marked).collect(),
        )?;
        if !kept {
            return Err("somebody else keeps the sets".into());
        }
        from = until;
    }
    let size = std::fs::metadata(directory.join("store").join("genome.db"))?.len();
    println!("{patients} patients kept in {:.1} s; {size} bytes", started.elapsed().as_secs_f64());
    let reader = access(Role::Geneticist, Purpose::Treatment);
    for (what, rare) in [("a variant", 12), ("twenty variants", 240), ("two hundred", 2_400)] {
        let texts: Vec<String> = ["tested", "common", "studied 0", "studied 1", "studied 2"]
            .into_iter()
            .map(str::to_owned)
            .chain((0..rare).map(|number| format!("rare {number}")))
            .collect();
        let mut took = Vec::new();
        let mut counts = (0, 0);
        for _ in 0..READS {
            let started = Instant::now();
            let count = |words: &[u64]| words.iter().map(|word| word.count_ones()).sum::<u32>();
            let read = record.read_carriers(&reader, "1", |carriers| {
                carriers.listed("studied")?;
                carriers.open()?;
                let (mut common, mut all) = (0, 0);
                for text in &texts {
                    let held = count(&carriers.holders([text.as_str()])?);
                    all += held;
                    common = if text == "common" { held } else { common };
                }
                Ok::<_, Failure>((common, all))
            })?;
            took.push(started.elapsed());
            counts = read.ok_or("there are no sets")?;
        }
        took.sort_unstable();
        let at = |share: usize| {
            let place = (took.len() * share / 100).min(took.len().saturating_sub(1));
            took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
        };
        println!(
            "{what}, {} sets: p50 {:.2}, p99 {:.2} ms; {counts:?} carriers",
            texts.len(),
            at(50),
            at(99)
        );
    }
    Ok(())
}
