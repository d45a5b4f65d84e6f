//! What evidence says of a tumour: findings with their tiers, therapies, and what a test would
//! open.

/// What evidence says of a tumour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TherapiesView {
    /// Which evidence and which rules, in words.
    pub basis: String,
    /// How therapies are ranked, in words.
    pub ranking: String,
    /// Each finding.
    pub findings: Vec<AlterationRow>,
    /// Therapies of benefit, by rank.
    pub benefit: Vec<TherapyRow>,
    /// Resistance and less benefit.
    pub less: Vec<TherapyRow>,
    /// Harm.
    pub harm: Vec<TherapyRow>,
    /// Evidence about diagnosis and course.
    pub markers: Vec<EvidenceLine>,
    /// Therapies that a test might open.
    pub open: Vec<OpenTherapyRow>,
}

/// A finding with what it comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlterationRow {
    /// As reported.
    pub reported: String,
    /// What else the report says of it: where it arose, how much there is, how sure it is.
    pub marks: Vec<String>,
    /// What the laboratory makes of it, in its own words.
    pub laboratory: Vec<LaboratoryLine>,
    /// Tier of AMP/ASCO/CAP, `I-A`.
    pub tier: String,
    /// Its oncogenicity; none for copies and rearrangements.
    pub oncogenicity: Option<OncogenicityView>,
}

/// What a laboratory makes of a finding, beside what the rules make of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaboratoryLine {
    /// `clinical significance: Tier I-A`, in the laboratory's words.
    pub words: String,
    /// The system of the words, and for what it holds, where that is stated.
    pub system: String,
    /// How it stands to our tier, in words.
    pub comparison: String,
    /// Whether it is another tier than ours.
    pub differs: bool,
    /// The resource that says so.
    pub source: String,
}

/// How a variant was assessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OncogenicityView {
    /// `likely oncogenic`.
    pub class: String,
    /// Points of the criteria that count.
    pub points: i32,
    /// Criteria that count: code, points and why.
    pub counted: Vec<(String, String)>,
    /// Criteria that do not, with why.
    pub others: Vec<(String, String)>,
    /// Criteria that nobody could assess, with why.
    pub not_assessed: Vec<(String, String)>,
}

/// A therapy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TherapyRow {
    /// Its medicines, `Dabrafenib + Trametinib`.
    pub therapies: String,
    /// Strongest tier of AMP/ASCO/CAP.
    pub tier: String,
    /// Strongest tier of ESCAT.
    pub escat: String,
    /// Findings it rests on, as reported.
    pub findings: Vec<String>,
    /// Evidence, strongest first.
    pub evidence: Vec<EvidenceLine>,
    /// Evidence that says otherwise.
    pub against: Vec<EvidenceLine>,
}

/// A piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceLine {
    /// Its identifier, `civic:EID1`.
    pub id: String,
    /// What it says, in words: profile, type of tumour, significance.
    pub words: String,
    /// What it comes to here.
    pub tier: String,
    /// Whether it is of this type of tumour, in words.
    pub tumor_type: String,
    /// Publication.
    pub citation: String,
    /// Address at its source; shown only if it is one of the web.
    pub url: String,
}

/// A therapy that a test might open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenTherapyRow {
    /// Its medicines.
    pub therapies: String,
    /// What is not known.
    pub missing: Vec<String>,
    /// Evidence.
    pub evidence: Vec<EvidenceLine>,
}
