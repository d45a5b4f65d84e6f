//! Names of oncology: genes with their former names, and the tree of tumour types.
//!
//! The shipped tables are `knowledge/oncology`; what they mean is for `tumor` and `trials`.

mod load;

use crate::digest::{pack_digest, sha256_hex};
use crate::error::LoadError;
use crate::evidence::GeneRoleRow;
use crate::manifest::Manifest;
use crate::pack::MANIFEST_FILE;
use model::statement::KnowledgeRef;

/// An approved gene name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneName {
    /// Number of the HGNC identifier, `3236` of `HGNC:3236`.
    pub hgnc: u32,
    /// Approved symbol.
    pub symbol: String,
    /// NCBI Gene number (Entrez), where there is one.
    pub ncbi_gene: Option<u32>,
    /// Cytogenetic band, `7p11.2`; `None` where HGNC has no one place on a chromosome.
    pub band: Option<String>,
}

/// A name that is not, or not any more, the approved one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneAlias {
    /// The name in upper case.
    pub alias: String,
    /// HGNC numbers of the genes it has been used for; several where it is ambiguous.
    pub hgnc: Vec<u32>,
    /// Whether the name was once the approved one of one of them.
    pub previous: bool,
}

/// A node of OncoTree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TumorType {
    /// Code, `LUAD`.
    pub code: String,
    /// Name; not unique.
    pub name: String,
    /// Code of the parent; `None` for the root.
    pub parent: Option<String>,
    /// Main type, where stated.
    pub main_type: Option<String>,
    /// Tissue, where stated.
    pub tissue: Option<String>,
    /// NCI Thesaurus codes.
    pub nci: Vec<String>,
    /// UMLS codes.
    pub umls: Vec<String>,
    /// Codes that became this node, alone or together with others.
    pub precursors: Vec<String>,
    /// Codes that were withdrawn and whose cases may be filed here.
    pub revocations: Vec<String>,
    /// Codes that this same node had before.
    pub history: Vec<String>,
}

/// Where a name stood in the legacy tree, in which it differs from the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyName {
    /// The name.
    pub name: String,
    /// Its parent: `@` and a current code, or another legacy name; `None` at the top.
    pub parent: Option<String>,
    /// Code of the current node that stands there instead of at its own place.
    pub moved: Option<String>,
}

/// A name of a disease that is none of OncoTree's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiseaseName {
    /// The name, as sources of evidence write it.
    pub name: String,
    /// OncoTree codes it stands for, or `_SOLID_`, `_LIQUID_`, `_ALL_`.
    pub codes: Vec<String>,
}

/// The tables, checked against their manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OncologyNames {
    /// Which tables, from which sources.
    pub manifest: Manifest,
    /// Approved genes by HGNC number.
    pub genes: Vec<GeneName>,
    /// Other names, sorted.
    pub aliases: Vec<GeneAlias>,
    /// The tree in pre-order, root first.
    pub tumor_types: Vec<TumorType>,
    /// Differences of the legacy tree.
    pub legacy: Vec<LegacyName>,
    /// Names of diseases.
    pub diseases: Vec<DiseaseName>,
    /// Parts that genes play in tumours.
    pub roles: Vec<GeneRoleRow>,
    digest: String,
}

const PACK: &[u8] = include_bytes!("../../../knowledge/oncology/pack.toml");
const TABLES: [(&str, &[u8]); 6] = [
    ("diseases.tsv", include_bytes!("../../../knowledge/oncology/diseases.tsv")),
    ("gene_aliases.tsv", include_bytes!("../../../knowledge/oncology/gene_aliases.tsv")),
    ("gene_roles.tsv", include_bytes!("../../../knowledge/oncology/gene_roles.tsv")),
    ("genes.tsv", include_bytes!("../../../knowledge/oncology/genes.tsv")),
    ("legacy_names.tsv", include_bytes!("../../../knowledge/oncology/legacy_names.tsv")),
    ("oncotree.tsv", include_bytes!("../../../knowledge/oncology/oncotree.tsv")),
];

impl OncologyNames {
    /// The tables inside the program; an error is a fault of the build.
    pub fn built_in() -> Result<Self, LoadError> {
        Self::from_tables(PACK, &TABLES)
    }

    /// Loads tables by name; each must have the digest that the manifest states.
    fn from_tables(manifest_bytes: &[u8], tables: &[(&str, &[u8])]) -> Result<Self, LoadError> {
        let manifest = Manifest::parse(manifest_bytes)?;
        for entry in &manifest.files {
            let found = sha256_hex(load::table(tables, &entry.name)?);
            if found != entry.sha256 {
                let (file, expected) = (entry.name.clone(), entry.sha256.clone());
                return Err(LoadError::Digest { file, expected, found });
            }
        }
        let files = std::iter::once((MANIFEST_FILE, manifest_bytes)).chain(tables.iter().copied());
        let digest =
            pack_digest(&files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect());
        Ok(Self {
            genes: load::genes(load::table(tables, "genes.tsv")?)?,
            aliases: load::aliases(load::table(tables, "gene_aliases.tsv")?)?,
            tumor_types: load::tumor_types(load::table(tables, "oncotree.tsv")?)?,
            legacy: load::legacy(load::table(tables, "legacy_names.tsv")?)?,
            diseases: load::diseases(load::table(tables, "diseases.tsv")?)?,
            roles: load::roles(load::table(tables, "gene_roles.tsv")?)?,
            manifest,
            digest,
        })
    }

    /// Which tables these are, exactly.
    pub fn reference(&self) -> KnowledgeRef {
        self.manifest.reference(&self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_not_the_one_of_the_manifest_is_refused() {
        let built_in = OncologyNames::built_in().unwrap();
        assert!(built_in.genes.len() > 29_000 && built_in.tumor_types.len() == 898);
        let changed: Vec<(&str, &[u8])> = TABLES
            .iter()
            .map(|(name, bytes)| (*name, bytes.get(..bytes.len() - 1).unwrap()))
            .collect();
        let refused = OncologyNames::from_tables(PACK, &changed).unwrap_err();
        assert!(matches!(refused, LoadError::Digest { .. }), "{refused}");
        let refused = OncologyNames::from_tables(PACK, &TABLES[..3]).unwrap_err();
        assert!(matches!(refused, LoadError::Missing { .. }), "{refused}");
    }
}
