//! A record with facts in it, packs, and short ways to read statements.

use interpret::Interpreter;
use knowledge::{MANIFEST_FILE, Pack, sha256_hex};
use model::fact::FactContent;
use model::medication::Medication;
use model::patient::{Links, Patient, Sex};
use model::provenance::Source;
use model::reported::{ReportedGeneResult, ResultStatus};
use model::specimen::Origin;
use model::statement::{DrugStatement, GeneStatement, StatementContent};
use model::{CodeableConcept, Coding, Fact, PatientId, Statement, TenantId, Timestamp};
use record::{
    Access, Commit, Condition, MasterKey, Purpose, Record, ResourceChange, Role, Scope, Settings,
    StoredStatement,
};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use testkit::genotypes::AllelePair;
use testkit::pgx::CLOPIDOGREL;

/// 2026-01-12T09:30:00Z.
const START_MICROS: i64 = 1_768_210_200_000_000;
/// Genes and drugs of the pack, a statement each.
pub(crate) fn everything(pack: &Pack) -> usize {
    pack.pgx.genes.len() + pack.pgx.drugs.len()
}

pub(crate) struct Fixture {
    pub(crate) record: Record,
    pub(crate) directory: tempfile::TempDir,
}

pub(crate) fn fixture() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    Fixture { record: open_at(directory.path()), directory }
}

/// Opens the record in a directory, or makes one.
pub(crate) fn open_at(directory: &Path) -> Record {
    let key = directory.join("master.key");
    let master_key = if key.exists() {
        MasterKey::from_file(&key).unwrap()
    } else {
        MasterKey::create_file(&key).unwrap()
    };
    let settings = Settings { directory: directory.join("data"), master_key, readers: 4 };
    let ticks = AtomicI64::new(0);
    let clock =
        move || Timestamp::from_micros(START_MICROS + ticks.fetch_add(1000, Ordering::Relaxed));
    Record::open(settings, Arc::new(clock)).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("t1")
}

pub(crate) fn access(role: Role) -> Access {
    Access::new(tenant(), role.word(), role, Purpose::Treatment, Scope::Tenant)
}

/// The real pack; loading it takes a while.
pub(crate) fn pack() -> Arc<Pack> {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    Arc::clone(PACK.get_or_init(|| Arc::new(Pack::built_in().unwrap())))
}

/// The real pack with other words for clopidogrel, its digests brought up to date.
pub(crate) fn other_pack() -> Arc<Pack> {
    let words = "Avoid clopidogrel 75 mg a day if possible";
    edited(&[("actions.tsv", words, "Do not give clopidogrel if it can be helped")])
}

/// The real pack with texts of tables replaced, its digests brought up to date.
pub(crate) fn edited(edits: &[(&str, &str, &str)]) -> Arc<Pack> {
    let mut files = pack().files.clone();
    for (file, from, to) in edits {
        let table = String::from_utf8(files[*file].clone()).unwrap();
        assert!(table.contains(from), "{file} has no `{from}`");
        let table = table.replace(from, to).into_bytes();
        let (old, new) = (sha256_hex(&files[*file]), sha256_hex(&table));
        let manifest = String::from_utf8(files[MANIFEST_FILE].clone()).unwrap();
        assert!(manifest.contains(&old));
        files.insert((*file).to_owned(), table);
        files.insert(MANIFEST_FILE.to_owned(), manifest.replace(&old, &new).into_bytes());
    }
    let other = Pack::from_files(files).unwrap();
    assert_ne!(other.reference(), pack().reference());
    Arc::new(other)
}

pub(crate) fn fact(content: FactContent) -> Fact {
    Fact {
        status: ResultStatus::Final,
        origin: Origin::Germline,
        source: Source { raw: None, place: "OBX[1]".to_owned() },
        content,
    }
}

pub(crate) fn reported(gene: &str, diplotype: &str, phenotype: &str) -> Fact {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    fact(FactContent::GeneResult(ReportedGeneResult {
        gene: gene.to_owned(),
        diplotype: text(diplotype),
        phenotype: text(phenotype),
        activity_score: None,
    }))
}

pub(crate) fn genotypes(pairs: &[AllelePair]) -> Fact {
    let set = testkit::genotypes::genotypes(&pack().pgx, pairs, true).unwrap();
    fact(FactContent::Genotypes(set))
}

pub(crate) fn clopidogrel() -> Fact {
    let coding = Coding {
        system: "http://www.nlm.nih.gov/research/umls/rxnorm".to_owned(),
        code: CLOPIDOGREL.to_owned(),
        display: Some("clopidogrel".to_owned()),
    };
    fact(FactContent::Medication(Medication {
        concept: CodeableConcept { coding: vec![coding], text: None },
        ingredients: Vec::new(),
        status: "active".to_owned(),
        authored: None,
        dosage: None,
        ..Medication::default()
    }))
}

pub(crate) fn patient(id: &str) -> PatientId {
    PatientId::new(id)
}

impl Fixture {
    /// Files a version of an Observation with these facts.
    pub(crate) fn put(&self, id: &str, about: &str, facts: Vec<Fact>) {
        let resource = json!({
            "resourceType": "Observation",
            "id": id,
            "status": "final",
            "code": {"text": "a result"},
            "subject": {"reference": format!("Patient/{about}")},
        });
        self.change(ResourceChange::put(resource, facts, Condition::Any));
    }

    /// Files a version of a Patient with these links.
    pub(crate) fn person(&self, id: &str, replaces: &[&str], replaced_by: Option<&str>) {
        let links = Links {
            replaces: replaces.iter().map(|one| PatientId::new(*one)).collect(),
            replaced_by: replaced_by.map(PatientId::new),
        };
        let person = Patient {
            id: PatientId::new(id),
            identifiers: vec![],
            names: vec![],
            birth_date: None,
            sex: Sex::Unknown,
            links,
        };
        let resource = json!({"resourceType": "Patient", "id": id});
        let facts = vec![fact(FactContent::Patient(person))];
        self.change(ResourceChange::put(resource, facts, Condition::Any));
    }

    pub(crate) fn delete_person(&self, id: &str) {
        self.change(ResourceChange::Delete {
            resource_type: "Patient".to_owned(),
            id: id.to_owned(),
            condition: Condition::Any,
        });
    }

    pub(crate) fn delete(&self, id: &str) {
        self.change(ResourceChange::Delete {
            resource_type: "Observation".to_owned(),
            id: id.to_owned(),
            condition: Condition::Any,
        });
    }

    fn change(&self, change: ResourceChange) {
        let commit = Commit { changes: vec![change], ..Commit::default() };
        self.record.commit(&access(Role::Interface), commit).unwrap();
    }

    pub(crate) fn interpreter(&self) -> Interpreter {
        self.with(pack())
    }

    pub(crate) fn with(&self, pack: Arc<Pack>) -> Interpreter {
        Interpreter::new(self.record.clone(), pack, &tenant()).unwrap()
    }

    pub(crate) fn stored(&self, about: &str) -> Vec<StoredStatement> {
        self.record.statements(&access(Role::Engine), &patient(about)).unwrap()
    }

    pub(crate) fn statements(&self, about: &str) -> Vec<Statement> {
        self.stored(about).into_iter().map(|stored| stored.statement).collect()
    }
}

pub(crate) fn gene<'s>(statements: &'s [Statement], symbol: &str) -> &'s GeneStatement {
    let found = statements.iter().find_map(|statement| match &statement.content {
        StatementContent::Gene(gene) if gene.gene == symbol => Some(gene),
        _ => None,
    });
    found.unwrap()
}

pub(crate) fn drug<'s>(statements: &'s [Statement], name: &str) -> &'s DrugStatement {
    let found = statements.iter().find_map(|statement| match &statement.content {
        StatementContent::Drug(drug) if drug.drug == name => Some(drug),
        _ => None,
    });
    found.unwrap()
}

/// `called *2/*2 Poor Metabolizer, reported`, `not tested`, `not called: why`.
pub(crate) fn words(gene: &GeneStatement) -> String {
    use model::statement::GeneState;
    let call: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
    match &gene.state {
        GeneState::Called => format!(
            "called {} {} by {:?}",
            call.join(" or "),
            gene.phenotypes.join(" or "),
            gene.basis
        ),
        GeneState::NotCalled { why } => format!("not called: {why}"),
        GeneState::NotTested => "not tested".to_owned(),
    }
}
