//! `cargo run --release -p trials --example match-trials -- ONCOLOGY_DATA PATIENTS COHORTS`:
//! patients drawn from real tumours, cohorts from their real variants, matched with three values;
//! prints what it took. A measurement, not a test.
//!
//! Each patient is one of the tumours with another age, seen by a panel drawn from the real ones
//! (what the panel does not read is not known) or by the exome. Each cohort asks for one to five
//! variants of one tumour's genes, a tumour type on the way up from a real one, an age, and one in
//! four for the absence of a variant. The same numbers give the same patients and cohorts.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

use formats::cbioportal::{self, Study};
use knowledge::oncology::OncologyNames;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::sync::Arc;
use std::time::Instant;
use trials::criteria::{
    AgeAsked, Comparison, Criterion, DiagnosisAsked, EventAsked, EventKind, GeneAsked, Node,
    TumorTypeAsked,
};
use trials::patient::{Born, Reader};
use trials::population::{Evaluator, Plan, SHARD_PATIENTS, Shard, ShardBuilder};
use trials::{Cohort, Context, Patient, Status, Trial, date};
use tumor::normalise::{Panels, panel};
use tumor::protein::AskedChange;
use tumor::{Alteration, AlterationClass, CoveredGenes, Gene, Genes, Hgnc, OncoTree};

const AS_OF: i32 = 20_260_824;
/// Cohorts that are put to all shards one by one.
const CHANGED: usize = 200;
/// Patients who are put to all cohorts one by one.
const ASKED: usize = 20;

/// How a table of an archive is read.
type Reads = fn(&mut Study, &str, BufReader<Box<dyn std::io::Read>>);

/// Numbers that look drawn (splitmix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count.max(1) as u64).unwrap_or(0)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

struct World {
    genes: Genes,
    tree: OncoTree,
    panels: Vec<Arc<CoveredGenes>>,
    bases: Vec<Patient>,
    /// For each tumour and each panel the alterations that the panel sees, by their places.
    seen: Vec<Vec<Vec<usize>>>,
}

/// Processor time of this thread, in seconds.
fn processor() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

/// What a thread took for drawing, indexing and evaluating, in seconds of processor time.
#[derive(Clone, Copy, Default)]
struct Took {
    drawing: f64,
    indexing: f64,
    evaluating: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(data), Some(patients), Some(cohorts)) = (words.next(), words.next(), words.next())
    else {
        return Err("usage: match-trials ONCOLOGY_DATA PATIENTS COHORTS".into());
    };
    let (patients, cohorts): (usize, usize) = (patients.parse()?, cohorts.parse()?);
    let world = world(&data)?;
    println!("{} tumours, {} panels", world.bases.len(), world.panels.len());
    let trials: Vec<Trial> = {
        let mut draw = Draw(7);
        (0..cohorts).map(|at| trial(at, &world, &mut draw)).collect()
    };
    let started = Instant::now();
    let plan = Plan::new(&trials);
    println!(
        "{cohorts} cohorts, {} distinct leaves: ready in {:.3?}",
        plan.atoms(),
        started.elapsed()
    );
    let context = Context { tree: &world.tree, as_of: AS_OF, deceased: true };
    population(&world, &plan, context, patients);
    one_patient(&world, &plan, &trials, context);
    println!("largest memory: {}", memory());
    Ok(())
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.trim_start_matches("VmHWM:").trim().to_owned()
}

/// Shards over two threads: index, then every cohort; then one cohort over all shards.
fn population(world: &World, plan: &Plan, context: Context<'_>, patients: usize) {
    let shards = patients.div_ceil(SHARD_PATIENTS);
    let started = Instant::now();
    let work = |first: usize| {
        let (mut took, mut told, mut kept) = (Took::default(), [0_usize; 3], Vec::new());
        for shard in (first..shards).step_by(2) {
            let count = SHARD_PATIENTS.min(patients - shard * SHARD_PATIENTS);
            let shard = filled(world, plan, context, (shard, count), &mut took);
            let begun = processor();
            let mut evaluator = Evaluator::new(plan, &shard);
            for cohort in 0..plan.cohorts().len() {
                let sets = evaluator.cohort(cohort);
                told[0] += sets.eligible.count();
                told[1] += sets.needs_data.count();
                told[2] += sets.near_miss.count();
            }
            took.evaluating += processor() - begun;
            kept.push(shard);
        }
        (took, told, kept)
    };
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| work(1));
        (work(0), other.join().unwrap_or_default())
    });
    let told: Vec<usize> = one.1.iter().zip(other.1).map(|(one, other)| one + other).collect();
    let sum = |of: fn(Took) -> f64| of(one.0) + of(other.0);
    println!(
        "{patients} patients: {:.1?} on two threads, patients drawn included; {told:?} pairs \
         eligible, needs data, near miss",
        started.elapsed(),
    );
    println!(
        "processor time: drawing {:.1} s, indexing {:.1} s, evaluating {:.1} s",
        sum(|took| took.drawing),
        sum(|took| took.indexing),
        sum(|took| took.evaluating),
    );
    let all: Vec<&Shard> = one.2.iter().chain(&other.2).collect();
    let mut longest = 0.0_f64;
    let mut sum = 0.0;
    let mut draw = Draw(5);
    for _ in 0..CHANGED {
        let cohort = draw.below(plan.cohorts().len());
        let begun = Instant::now();
        for shard in &all {
            std::hint::black_box(Evaluator::new(plan, shard).cohort(cohort));
        }
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        (longest, sum) = (longest.max(took), sum + took);
    }
    println!(
        "one cohort over all: {:.2} ms on average, {longest:.2} ms at most",
        sum / CHANGED as f64
    );
}

/// A shard of so many patients, drawn some at a time so that each kind of work is timed apart.
fn filled(
    world: &World,
    plan: &Plan,
    context: Context<'_>,
    (shard, count): (usize, usize),
    took: &mut Took,
) -> Shard {
    const TOGETHER: usize = 1_024;
    let mut builder = ShardBuilder::new(plan, context);
    let mut draw = Draw(1_000 + shard as u64);
    let mut begun = processor();
    for some in (0..count).step_by(TOGETHER) {
        let drawn: Vec<Patient> =
            (some..count.min(some + TOGETHER)).map(|_| patient(world, &mut draw)).collect();
        let indexed = processor();
        took.drawing += indexed - begun;
        for patient in &drawn {
            builder.add(patient);
        }
        begun = processor();
        took.indexing += begun - indexed;
        drop(drawn);
    }
    let shard = builder.finish();
    took.indexing += processor() - begun;
    shard
}

/// One patient and every cohort: as a report that arrives is matched, and by walking the trees.
fn one_patient(world: &World, plan: &Plan, trials: &[Trial], context: Context<'_>) {
    let mut draw = Draw(99);
    let mut longest = 0.0_f64;
    let mut sum = 0.0;
    for _ in 0..CHANGED {
        let patient = patient(world, &mut draw);
        let begun = Instant::now();
        std::hint::black_box(plan.answers(&patient, &context));
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        (longest, sum) = (longest.max(took), sum + took);
    }
    println!(
        "one patient and every cohort: {:.2} ms on average, {longest:.2} ms at most",
        sum / CHANGED as f64
    );
    let mut draw = Draw(99);
    let started = Instant::now();
    for _ in 0..ASKED {
        let patient = patient(world, &mut draw);
        for trial in trials {
            for cohort in &trial.cohorts {
                std::hint::black_box(trials::answer(trial, cohort, &patient, &context));
            }
        }
    }
    let took = started.elapsed().as_secs_f64() * 1_000.0 / ASKED as f64;
    println!("the same by walking every tree: {took:.2} ms");
    let patient = patient(world, &mut draw);
    let started = Instant::now();
    for trial in trials.iter().take(1_000) {
        for cohort in &trial.cohorts {
            std::hint::black_box(trials::explain(trial, cohort, &patient, &context));
        }
    }
    println!("one explanation: {:.1?}", started.elapsed() / 1_000);
}

/// A tumour seen by a panel, at another age.
fn patient(world: &World, draw: &mut Draw) -> Patient {
    let tumour = draw.below(world.bases.len());
    let Some(base) = world.bases.get(tumour) else { return Patient::default() };
    let years = 20 + draw.below(65);
    let months = i32::try_from(years * 12 + draw.below(12)).unwrap_or(0);
    let birth = date::months_before(AS_OF, months);
    let mut patient = Patient {
        id: String::new(),
        born: Born { earliest: Some(birth), latest: Some(birth) },
        sex: base.sex,
        alive: Some(true),
        diagnoses: base.diagnoses.clone(),
        stage: base.stage.clone(),
        ..Patient::default()
    };
    let number = draw.below(world.panels.len());
    match world.panels.get(number).filter(|_| draw_panel(draw.0)) {
        None => {
            patient.tumor.events.clone_from(&base.tumor.events);
            patient.tumor.coverages.clone_from(&base.tumor.coverages);
        }
        Some(panel) => {
            let seen = world.seen.get(tumour).and_then(|panels| panels.get(number));
            let event = |at: &usize| base.tumor.events.get(*at).cloned();
            patient.tumor.events = seen.into_iter().flatten().filter_map(event).collect();
            patient.tumor.coverages = vec![Arc::clone(panel)];
        }
    }
    patient
}

/// The alterations of a tumour that a panel sees.
fn seen(base: &Patient, panel: &CoveredGenes) -> Vec<usize> {
    let sees = |gene: &Gene| match gene {
        Gene::Known(gene) => panel.covers(*gene, AlterationClass::SmallVariant, None),
        _ => false,
    };
    let events = base.tumor.events.iter().enumerate();
    let all = events.filter(|(_, event)| event.genes().into_iter().all(sees));
    all.map(|(at, _)| at).collect()
}

/// Nine in ten are seen by a panel.
fn draw_panel(number: u64) -> bool {
    !number.is_multiple_of(10)
}

/// A cohort of its own trial.
fn trial(at: usize, world: &World, draw: &mut Draw) -> Trial {
    let mut parts = Vec::new();
    let mut variants = Vec::new();
    let mut types = None;
    for _ in 0..=draw.below(5) {
        if let Some(base) = draw.of(&world.bases) {
            types = base.diagnoses.first().copied().or(types);
            variants.extend(variant(base, world, draw));
        }
    }
    parts.push(Node::Any(variants));
    if let Some(mut node) = types {
        for _ in 0..draw.below(3) {
            node = world.tree.parent(node).filter(|one| one.0 > 0).unwrap_or(node);
        }
        let code = world.tree.code(node).to_owned();
        let any_of = vec![TumorTypeAsked { name: code.clone(), code }];
        let asked = DiagnosisAsked { any_of, group: None, tree: String::new() };
        parts.push(Node::leaf(Criterion::Diagnosis(asked), ""));
    }
    let asked = AgeAsked { comparison: Comparison::AtLeast, years: 18, months: 0 };
    parts.push(Node::leaf(Criterion::Age(asked), ""));
    if draw.below(4) == 0
        && let Some(absent) = draw.of(&world.bases).and_then(|base| variant(base, world, draw))
    {
        parts.push(absent.negated());
    }
    let mut trial = Trial::new(at.to_string());
    trial.cohorts.push(Cohort {
        id: "1".into(),
        code: String::new(),
        path: "trial".into(),
        status: Status::Open,
        slots: None,
        criteria: Node::All(parts),
    });
    trial
}

/// A variant of a tumour as a question: the change, the residue, or the gene.
fn variant(base: &Patient, world: &World, draw: &mut Draw) -> Option<Node> {
    let event = draw.of(&base.tumor.events)?;
    let Alteration::Short(short) = &event.alteration else { return None };
    let Gene::Known(hgnc) = short.gene else { return None };
    let mut asked = EventAsked::of(gene(world, hgnc), [EventKind::Short]);
    let change = short.changes.first();
    asked.change = match draw.below(3) {
        0 => change.cloned().map(AskedChange::Exact),
        1 => change.and_then(|change| change.start).map(AskedChange::Residue),
        _ => None,
    };
    Some(Node::leaf(Criterion::Event(asked), ""))
}

fn gene(world: &World, hgnc: Hgnc) -> GeneAsked {
    GeneAsked { hgnc, symbol: world.genes.symbol(hgnc) }
}

/// Tumours and panels at hand.
fn world(data: &str) -> Result<World, Box<dyn Error>> {
    let names = OncologyNames::built_in()?;
    let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
    let mut bytes = Vec::new();
    let file = File::open(format!("{data}/reference/gene-panels.json.gz"))?;
    cbioportal::open(file)?.read_to_end(&mut bytes)?;
    let (listed, _) = cbioportal::panels(&bytes, "panels");
    let small = [AlterationClass::SmallVariant];
    let made = |one: &cbioportal::Panel| Arc::new(panel(&one.name, &one.genes, &small, &genes).0);
    let panels: Vec<Arc<CoveredGenes>> = listed.iter().map(made).collect();
    let mut files: Vec<_> = std::fs::read_dir(format!("{data}/tcga"))?
        .map(|one| one.map(|one| one.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut study = Study::default();
    let tables: [(&str, Reads); 2] =
        [(".clin.tsv.gz", cbioportal::tcga_clinical), (".mut.tsv.gz", cbioportal::tcga_mutations)];
    for (end, read) in tables {
        for file in files.iter().filter(|file| file.to_string_lossy().ends_with(end)) {
            read(&mut study, end, BufReader::new(cbioportal::open(File::open(file)?)?));
        }
    }
    let (tumors, _, _) = study.finish();
    let none = Panels::new();
    let mut reader = Reader::new(&genes, &none, &tree, AS_OF);
    let bases: Vec<Patient> = tumors.iter().map(|tumor| reader.patient(tumor).0).collect();
    let of = |base: &Patient| panels.iter().map(|panel| seen(base, panel)).collect();
    let seen = bases.iter().map(of).collect();
    Ok(World { genes, tree, panels, bases, seen })
}
