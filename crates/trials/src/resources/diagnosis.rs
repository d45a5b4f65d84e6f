//! The type of the tumour out of `Condition`.
//!
//! A code of OncoTree, of the NCI Thesaurus or of UMLS leads to its node by the tree's own table;
//! a name, if it is the name of a node. ICD-10 says the organ: its node is less exact than what
//! trials ask for, so that a criterion on a subtype stays open. Nothing else is guessed.

use super::element::{codes, date, list, names, state, text};
use super::{Read, Resource, source};
use knowledge::oncology::OncologyNames;
use model::Problem;
use model::code::system::SNOMED;
use std::collections::BTreeMap;
use tumor::{Node, OncoTree};

/// Systems of the codes that lead to nodes.
const ONCOTREE: [&str; 3] =
    ["http://oncotree.mskcc.org", "http://oncotree.info", "https://oncotree.mskcc.org"];
const NCI: [&str; 2] =
    ["http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "http://ncithesaurus-stage.nci.nih.gov"];
const UMLS: [&str; 1] = ["http://www.nlm.nih.gov/research/umls"];
const ICD_10: [&str; 2] = ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"];
/// Profile of a condition that is a primary cancer (HL7 mCODE).
const PRIMARY: &str = "mcode-primary-cancer-condition";
/// The same of a metastasis.
const SECONDARY: &str = "mcode-secondary-cancer-condition";

/// The organs of ICD-10 (WHO, chapter II) as nodes of OncoTree. A tumour of an organ may be filed
/// under soft tissue as well, so both are possible; melanoma and tumours of blood are said exactly
/// enough by the category.
const ORGANS: [(u16, u16, &[&str]); 40] = [
    (0, 14, &["HEAD_NECK", "SOFT_TISSUE"]),
    (15, 16, &["STOMACH", "SOFT_TISSUE"]),
    (17, 21, &["BOWEL", "SOFT_TISSUE"]),
    (22, 22, &["LIVER", "BILIARY_TRACT", "SOFT_TISSUE"]),
    (23, 23, &["BILIARY_TRACT"]),
    (24, 24, &["BILIARY_TRACT", "AMPULLA_OF_VATER"]),
    (25, 25, &["PANCREAS", "SOFT_TISSUE"]),
    (30, 32, &["HEAD_NECK", "SOFT_TISSUE"]),
    (33, 34, &["LUNG", "SOFT_TISSUE"]),
    (37, 37, &["THYMUS"]),
    (40, 41, &["BONE", "SOFT_TISSUE"]),
    (43, 43, &["MEL"]),
    (44, 44, &["SKIN", "SOFT_TISSUE"]),
    (45, 45, &["PLEURA", "PERITONEUM"]),
    (46, 46, &["SOFT_TISSUE", "SKIN"]),
    (47, 47, &["PNS", "SOFT_TISSUE"]),
    (48, 48, &["PERITONEUM", "SOFT_TISSUE"]),
    (49, 49, &["SOFT_TISSUE"]),
    (50, 50, &["BREAST", "SOFT_TISSUE"]),
    (51, 52, &["VULVA", "SOFT_TISSUE"]),
    (53, 53, &["CERVIX", "SOFT_TISSUE"]),
    (54, 55, &["UTERUS", "SOFT_TISSUE"]),
    (56, 56, &["OVARY", "SOFT_TISSUE"]),
    (60, 60, &["PENIS", "SOFT_TISSUE"]),
    (61, 61, &["PROSTATE", "SOFT_TISSUE"]),
    (62, 62, &["TESTIS", "SOFT_TISSUE"]),
    (64, 65, &["KIDNEY", "BLADDER", "SOFT_TISSUE"]),
    (66, 68, &["BLADDER", "SOFT_TISSUE"]),
    (69, 69, &["EYE", "SOFT_TISSUE"]),
    (70, 72, &["BRAIN", "PNS"]),
    (73, 73, &["THYROID", "SOFT_TISSUE"]),
    (74, 74, &["ADRENAL_GLAND", "PNS", "SOFT_TISSUE"]),
    (81, 81, &["HL"]),
    (82, 85, &["NHL", "LYMPH"]),
    (86, 86, &["LYMPH", "MYELOID"]),
    (88, 88, &["LYMPH"]),
    (90, 90, &["PCM", "LYMPH"]),
    (91, 91, &["LYMPH"]),
    (92, 94, &["MYELOID"]),
    (96, 96, &["LYMPH", "MYELOID"]),
];

/// How codes and names lead to types of tumours.
#[derive(Debug)]
pub struct TumorTypes {
    tree: OncoTree,
    by_nci: BTreeMap<String, Vec<Node>>,
    by_umls: BTreeMap<String, Vec<Node>>,
}

impl TumorTypes {
    /// Indexes the tables.
    pub fn new(names: &OncologyNames) -> Self {
        let tree = OncoTree::new(names);
        let (mut by_nci, mut by_umls) = (BTreeMap::new(), BTreeMap::new());
        for row in &names.tumor_types {
            for (index, codes) in [(&mut by_nci, &row.nci), (&mut by_umls, &row.umls)] {
                for code in codes {
                    let nodes: &mut Vec<Node> = index.entry(code.clone()).or_default();
                    nodes.extend(tree.by_code(&row.code).nodes());
                }
            }
        }
        Self { tree, by_nci, by_umls }
    }

    /// The tree.
    pub fn tree(&self) -> &OncoTree {
        &self.tree
    }

    /// The nodes that a code leads to; none for a code that says nothing here.
    fn of_code(&self, system: &str, code: &str) -> Vec<Node> {
        let mapped = |index: &BTreeMap<String, Vec<Node>>| {
            let nodes = index.get(code.trim()).cloned().unwrap_or_default();
            nodes.into_iter().filter(|node| self.is_tumor(*node)).collect()
        };
        if ONCOTREE.contains(&system) || system.contains("oncotree") {
            return self.tree.by_code(code).nodes();
        }
        match system {
            system if NCI.contains(&system) => mapped(&self.by_nci),
            system if UMLS.contains(&system) => mapped(&self.by_umls),
            system if ICD_10.contains(&system) => self.of_icd(code),
            _ => Vec::new(),
        }
    }

    /// C34.1 → C34 → the nodes of the organ. C76 to C80 say no organ of a primary tumour.
    fn of_icd(&self, code: &str) -> Vec<Node> {
        let Some(category) = icd_category(code) else { return Vec::new() };
        let organ = ORGANS.iter().find(|(first, last, _)| (*first..=*last).contains(&category));
        let codes = organ.map_or(&[][..], |(_, _, codes)| codes);
        codes.iter().flat_map(|code| self.tree.by_code(code).nodes()).collect()
    }

    fn of_name(&self, name: &str) -> Vec<Node> {
        // A fully specified name of SNOMED CT ends with its kind.
        let plain = name.trim();
        let plain = plain.strip_suffix(" (disorder)").unwrap_or(plain);
        let found = self.tree.by_name(plain).nodes();
        found.into_iter().filter(|node| self.is_tumor(*node)).collect()
    }

    /// Whether a node is more than an organ: "Eye" or "Other" alone are no diagnosis of a tumour.
    fn is_tumor(&self, node: Node) -> bool {
        self.tree.parent(node).is_some_and(|above| self.tree.parent(above).is_some())
    }
}

/// The number of a category of malignant tumours, `C34.1` → 34.
fn icd_category(code: &str) -> Option<u16> {
    let digits = code.trim().strip_prefix(['C', 'c'])?.get(..2)?;
    digits.parse().ok()
}

/// Whether the condition says that there is a primary tumour: by its profile, by ICD-10, or by a
/// code of a tree of tumours.
fn is_primary(resource: &Resource, types: &TumorTypes) -> bool {
    let meta = resource.value.get("meta");
    let profiles = meta.map(|meta| list(meta, "profile")).unwrap_or_default();
    let has = |name: &str| {
        profiles.iter().filter_map(|one| one.as_str()).any(|profile| profile.contains(name))
    };
    if has(SECONDARY) {
        return false;
    }
    let code = resource.value.get("code");
    let is_cancer = |(system, code): &(&str, &str)| {
        let is_icd = ICD_10.contains(system)
            && icd_category(code).is_some_and(|category| !(77..=79).contains(&category));
        is_icd || !types.of_code(system, code).is_empty()
    };
    let named = || names(code).iter().any(|name| !types.of_name(name).is_empty());
    has(PRIMARY) || codes(code).iter().any(is_cancer) || named()
}

impl Read {
    pub(super) fn conditions(&mut self, resources: &[&Resource], types: &TumorTypes) {
        for resource in resources {
            let value = &resource.value;
            let is_there = text(value, "resourceType") == "Condition"
                && !matches!(
                    state(value, "verificationStatus"),
                    "refuted" | "entered-in-error" | "unconfirmed" | "provisional" | "differential"
                )
                && !matches!(state(value, "clinicalStatus"), "inactive" | "resolved");
            if !is_there || !is_primary(resource, types) {
                continue;
            }
            let found = self.types_of(resource, types);
            self.patient.diagnoses.extend(found);
            let on = date(value, &["onsetDateTime", "onsetPeriod", "recordedDate"]);
            self.sources.diagnoses.push(source(resource, on));
            self.stage_of_condition(resource);
        }
        self.patient.diagnoses.sort();
        self.patient.diagnoses.dedup();
    }

    /// The nodes of a condition: those of the most exact kind of code that has any.
    fn types_of(&mut self, resource: &Resource, types: &TumorTypes) -> Vec<Node> {
        let concept = resource.value.get("code");
        // The histology, where mCODE says it apart.
        let extensions = list(&resource.value, "extension").iter();
        let histology = extensions
            .filter(|one| text(one, "url").contains("histology-morphology-behavior"))
            .filter_map(|one| one.get("valueCodeableConcept"));
        let concepts: Vec<_> = histology.chain(concept).collect();
        let coded = |is_organ: bool| -> Vec<Node> {
            let codes = concepts.iter().flat_map(|concept| codes(Some(concept)));
            let wanted = codes.filter(|(system, _)| ICD_10.contains(system) == is_organ);
            wanted.flat_map(|(system, code)| types.of_code(system, code)).collect()
        };
        let named = || -> Vec<Node> {
            let names = concepts.iter().flat_map(|concept| names(Some(concept)));
            names.flat_map(|name| types.of_name(name)).collect()
        };
        let ways = [coded(false), named(), coded(true)];
        if let Some(found) = ways.into_iter().find(|found| !found.is_empty()) {
            return found;
        }
        let said = names(concept).first().map(|name| (*name).to_owned());
        let said = said.or_else(|| codes(concept).first().map(|(_, code)| (*code).to_owned()));
        let said = said.unwrap_or_else(|| "a condition without a code".to_owned());
        let is_snomed = codes(concept).iter().any(|(system, _)| *system == SNOMED);
        let hint = if is_snomed { " of SNOMED CT" } else { "" };
        let text = format!("`{said}`{hint} is mapped to no type of OncoTree; it is not known");
        self.problems.push(Problem::warning("diagnosis-not-mapped", place(resource), text));
        Vec::new()
    }
}

fn place(resource: &Resource) -> String {
    format!("{}/{}.code", resource.reference.resource_type, resource.reference.id)
}
