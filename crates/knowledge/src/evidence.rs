//! What is known of alterations of tumours: evidence about therapies, hotspots, roles of genes.
//!
//! An evidence pack is a directory like any pack (`pack.toml`, tables). None is shipped: a site
//! makes one of the sources it has a right to (`cognate knowledge import civic|oncokb|…`) and may
//! add tables of its own. What a molecular profile or a tumour type of a row means is for `tumor`.

mod load;
mod words;
mod write;

pub(crate) use load::{letter_of, roles_of};
pub use words::{
    Direction, EvidenceKind, EvidenceLevel, GeneRole, Interaction, Significance, VariantOrigin,
};
pub use write::{EvidenceTables, write};

use crate::digest::{pack_digest, sha256_hex};
use crate::error::LoadError;
use crate::manifest::Manifest;
use crate::pack::{MANIFEST_FILE, PACK_BYTES_MAX};
use model::statement::KnowledgeRef;
use std::collections::BTreeMap;
use std::path::Path;

/// Id of an evidence pack.
pub const EVIDENCE_PACK: &str = "evidence";

/// One piece of evidence, in the words of its source where they are names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Identifier with its source, `civic:EID1234`.
    pub id: String,
    /// Which source of the manifest, `civic`.
    pub source: String,
    /// What it is about.
    pub kind: EvidenceKind,
    /// Whether it speaks for or against.
    pub direction: Direction,
    /// How strong it is, on the common scale.
    pub level: EvidenceLevel,
    /// How strong the source calls it, `B`, `3A`, `FDA-Approved`.
    pub source_level: String,
    /// What follows.
    pub significance: Significance,
    /// The alterations, `EGFR L858R AND NOT EGFR T790M`.
    pub profile: String,
    /// Tumour type by the source's name of it.
    pub tumor_type: String,
    /// Its code with the system, `DOID:1909`, `ONCOTREE:MEL`; empty where there is none.
    pub tumor_code: String,
    /// Medicines; none where it is about no therapy.
    pub therapies: Vec<String>,
    /// How several medicines go together.
    pub interaction: Interaction,
    /// Where the alteration must have arisen.
    pub origin: VariantOrigin,
    /// The source's stars, 1 to 5.
    pub rating: Option<u8>,
    /// The source's sentence, where its terms let it be kept.
    pub statement: String,
    /// Publication or label.
    pub citation: String,
    /// Where the source shows it.
    pub url: String,
    /// Day of its last review, as far as stated.
    pub reviewed: String,
}

/// How often a residue is changed in tumours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hotspot {
    /// Symbol of the gene.
    pub gene: String,
    /// Place of the residue.
    pub position: u32,
    /// Its letter; none where the source has a splice site or nothing.
    pub reference: Option<char>,
    /// Samples with any change of it.
    pub samples: u32,
    /// Samples by what it became, `E` or `*`.
    pub changes: BTreeMap<char, u32>,
}

/// What a curator of the site decided about one criterion of oncogenicity for one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CuratedCriterion {
    /// Symbol of the gene.
    pub gene: String,
    /// Change of the protein, `p.V600E`.
    pub change: String,
    /// Code of the criterion, `OS2`.
    pub code: String,
    /// Whether it is met.
    pub met: bool,
    /// Who decided.
    pub curator: String,
    /// When.
    pub date: String,
    /// On which ground.
    pub citation: String,
}

/// How frequent a change is in a population.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationFrequency {
    /// Symbol of the gene.
    pub gene: String,
    /// Change of the protein.
    pub change: String,
    /// Largest share of alleles in any continental group, 0 to 1; 0 where it was looked for and
    /// not seen.
    pub frequency_max: f64,
    /// Alleles that were looked at in that group.
    pub alleles: u32,
}

/// What part a gene plays in tumours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneRoleRow {
    /// Symbol.
    pub gene: String,
    /// The part.
    pub role: GeneRole,
    /// Who says so.
    pub citation: String,
}

/// An evidence pack, loaded and checked against its manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidencePack {
    /// Which pack, from which sources.
    pub manifest: Manifest,
    /// Evidence, in file order.
    pub evidence: Vec<EvidenceRow>,
    /// Hotspots.
    pub hotspots: Vec<Hotspot>,
    /// The site's own decisions.
    pub curated: Vec<CuratedCriterion>,
    /// Frequencies in populations.
    pub frequencies: Vec<PopulationFrequency>,
    /// Parts of genes, beside or in place of the built-in ones.
    pub roles: Vec<GeneRoleRow>,
    digest: String,
}

impl EvidencePack {
    /// Loads the pack of a directory: `pack.toml` and the tables it lists.
    ///
    /// # Errors
    /// When a file cannot be read, is too large, is not the one of the manifest, or has a row that
    /// cannot be read; with file, line and column.
    pub fn from_directory(directory: &Path) -> Result<Self, LoadError> {
        Self::from_files(&files(directory)?)
    }

    /// Loads a pack from its files by name.
    ///
    /// # Errors
    /// As [`EvidencePack::from_directory`].
    pub fn from_files(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, LoadError> {
        let bytes = files.values().map(Vec::len).sum();
        if bytes > PACK_BYTES_MAX {
            return Err(LoadError::TooLarge { file: "pack".into(), bytes, limit: PACK_BYTES_MAX });
        }
        let missing = |file: &str| LoadError::Missing { file: file.to_owned() };
        let manifest =
            Manifest::parse(files.get(MANIFEST_FILE).ok_or_else(|| missing(MANIFEST_FILE))?)?;
        if manifest.id != EVIDENCE_PACK {
            let text = format!("`{}` is no evidence pack", manifest.id);
            return Err(LoadError::syntax(MANIFEST_FILE, 1, 1, text));
        }
        for entry in &manifest.files {
            let found = sha256_hex(files.get(&entry.name).ok_or_else(|| missing(&entry.name))?);
            if found != entry.sha256 {
                let (file, expected) = (entry.name.clone(), entry.sha256.clone());
                return Err(LoadError::Digest { file, expected, found });
            }
            if !load::TABLES.contains(&entry.name.as_str()) {
                return Err(LoadError::syntax(&entry.name, 1, 1, "is no table of evidence"));
            }
        }
        let listed = |name: &&String| {
            *name == MANIFEST_FILE || manifest.files.iter().any(|entry| entry.name == **name)
        };
        if let Some(file) = files.keys().find(|name| !listed(name)) {
            return Err(LoadError::Unlisted { file: file.clone() });
        }
        Ok(Self {
            evidence: load::evidence(files, &manifest)?,
            hotspots: load::hotspots(files)?,
            curated: load::curated(files)?,
            frequencies: load::frequencies(files)?,
            roles: load::roles(files)?,
            digest: pack_digest(files),
            manifest,
        })
    }

    /// Which pack this is, exactly.
    pub fn reference(&self) -> KnowledgeRef {
        self.manifest.reference(&self.digest)
    }
}

/// The files of a pack's directory, by name: the manifest and the tables it lists.
///
/// # Errors
/// When one cannot be read or is too large, or the manifest is none.
pub fn files(directory: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let read = |name: &str| {
        let path = directory.join(name);
        let failed = |source| LoadError::Read { file: path.display().to_string(), source };
        let bytes = std::fs::metadata(&path).map_err(failed)?.len();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if bytes > PACK_BYTES_MAX {
            let (file, limit) = (name.to_owned(), PACK_BYTES_MAX);
            return Err(LoadError::TooLarge { file, bytes, limit });
        }
        std::fs::read(&path).map_err(failed)
    };
    let manifest = read(MANIFEST_FILE)?;
    let listed = Manifest::parse(&manifest)?.files;
    let mut files = BTreeMap::from([(MANIFEST_FILE.to_owned(), manifest)]);
    for entry in listed {
        files.insert(entry.name.clone(), read(&entry.name)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::civic;

    const SHEET: &str = "molecular_profile\tdisease\ttherapies\tevidence_type\t\
        evidence_direction\tevidence_level\tsignificance\tevidence_status\tevidence_id\t\
        variant_origin\tevidence_statement\n\
        BRAF V600E\tMelanoma\tVemurafenib\tPredictive\tSupports\tA\tSensitivity/Response\t\
        accepted\t1\tSomatic\tText.\n";

    fn files(rows: &EvidenceTables) -> BTreeMap<String, Vec<u8>> {
        write(rows, None, "2026-11-01", None).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (tables, _) = civic(SHEET.as_bytes(), "2026-11-01");
        let written = files(&tables);
        let pack = EvidencePack::from_files(&written).unwrap();
        assert_eq!(pack.evidence, tables.evidence);
        assert_eq!(pack.manifest.version, "0.1.0");

        // Another day of the same source takes its place; tables of the site stay.
        let mut base = written.clone();
        let curated = "gene\tchange\tcode\tmet\tcurator\tdate\tcitation\n\
            BRAF\tp.V600E\tOS2\tyes\tA. Curator\t2026-10-01\tPMID 12068308\n";
        base.insert("curated.tsv".into(), curated.into());
        let manifest = String::from_utf8(base.remove(MANIFEST_FILE).unwrap()).unwrap();
        let entry = FileEntryText("curated.tsv", curated).to_string();
        base.insert(MANIFEST_FILE.into(), format!("{manifest}{entry}").into_bytes());
        let pack = EvidencePack::from_files(&base).unwrap();
        assert_eq!(pack.curated.len(), 1);
        let later = civic(SHEET.replace("\t1\tSomatic", "\t2\tSomatic").as_bytes(), "2026-11-20").0;
        let next = write(&later, Some((&pack, &base)), "2026-11-20", None).unwrap();
        let next = EvidencePack::from_files(&next).unwrap();
        let ids: Vec<&str> = next.evidence.iter().map(|row| row.id.as_str()).collect();
        assert_eq!((ids, next.curated.len()), (vec!["civic:EID2"], 1));
        assert_eq!((next.manifest.version.as_str(), next.manifest.sources.len()), ("0.2.0", 1));
    }

    /// An entry of a manifest.
    struct FileEntryText<'a>(&'a str, &'a str);

    impl std::fmt::Display for FileEntryText<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let digest = sha256_hex(self.1.as_bytes());
            write!(f, "\n[[files]]\nname = \"{}\"\nsha256 = \"{digest}\"\n", self.0)
        }
    }

    #[test]
    fn faults_are_refused_with_their_place() {
        let (tables, _) = civic(SHEET.as_bytes(), "2026-11-01");
        let refused = |change: &dyn Fn(&mut EvidenceRow)| {
            let mut tables = tables.clone();
            change(&mut tables.evidence[0]);
            EvidencePack::from_files(&files(&tables)).unwrap_err().to_string()
        };
        for (error, expected) in [
            (refused(&|row| row.source = "other".into()), "evidence.tsv:2:2: `source`"),
            (refused(&|row| row.profile.clear()), "evidence.tsv:2:8: `profile`"),
            (refused(&|row| row.rating = Some(9)), "evidence.tsv:2:14: `rating`"),
        ] {
            assert!(error.starts_with(expected), "{error}");
        }
        let mut twice = tables.clone();
        twice.evidence.extend(tables.evidence.clone());
        let error = EvidencePack::from_files(&files(&twice)).unwrap_err().to_string();
        assert_eq!(error, "evidence.tsv:3:1: `civic:EID1` stands twice");
        let mut altered = files(&tables);
        altered.get_mut("evidence.tsv").unwrap().push(b'\n');
        let error = EvidencePack::from_files(&altered).unwrap_err();
        assert!(matches!(error, LoadError::Digest { .. }));
    }

    #[test]
    fn long_and_broken_text_fits_a_cell() {
        let mut tables = civic(SHEET.as_bytes(), "2026-11-01").0;
        tables.evidence[0].statement = "äß\t\u{7}\n".repeat(3_000);
        let pack = EvidencePack::from_files(&files(&tables)).unwrap();
        assert!(pack.evidence[0].statement.ends_with(" …"));
    }
}
