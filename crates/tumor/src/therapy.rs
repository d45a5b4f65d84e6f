//! What a tumour's alterations mean: tiers, therapies, what speaks against them, what is not known.
//!
//! Evidence is asked of the tumour with three answers. What it says for sure becomes options and
//! tiers; resistance and harm stand apart from benefit; what only a test that nobody made could
//! tell is listed with that test. Nothing here chooses a therapy.

mod change;
mod options;

pub use change::{Change, changes};
pub use options::{Cited, Effect, OPEN_MAX, OpenOption, TherapyOption};

use crate::evidence::{Catalogue, Subject};
use crate::oncogenicity::{self, Oncogenicity, OncogenicityClass, Sources};
use crate::oncotree::{Node, OncoTree};
use crate::profile::TumorView;
use crate::tier::AmpTier;
use crate::{Alteration, Gene, Genes, Truth};
use knowledge::evidence::{Direction, EvidenceKind, EvidencePack};
use knowledge::oncology::OncologyNames;
use model::Problem;
use model::statement::KnowledgeRef;

/// Version of the rules: oncogenicity, tiers and ranking. It changes whenever an answer may.
pub const RULES_VERSION: &str = "2026-11-26";

/// How options are ranked, in words for people.
pub const RANKING: &str = "First the tier of the strongest evidence (I-A before I-B, II-C, II-D, \
    III), then more publications that say the same, then more stars of the source, then the name.";

/// Knowledge that interpretations rest on.
#[derive(Clone, Debug)]
pub struct Library {
    /// The tree of tumour types.
    pub tree: OncoTree,
    /// Evidence.
    pub catalogue: Catalogue,
    /// What oncogenicity is looked up in.
    pub sources: Sources,
    /// For each item of the catalogue, how many publications say the same.
    publications: Vec<usize>,
}

impl Library {
    /// Makes a pack ready; names of it that are not understood are findings.
    pub fn new(
        pack: &EvidencePack,
        names: &OncologyNames,
        genes: &Genes,
        tree: &OncoTree,
    ) -> (Self, Vec<Problem>) {
        let (catalogue, mut problems) = Catalogue::new(pack, names, genes, tree);
        let (sources, found) = Sources::built_in(names, genes).with_pack(pack, genes);
        problems.extend(found);
        let publications = options::publications(&catalogue.items);
        (Self { tree: tree.clone(), catalogue, sources, publications }, problems)
    }
}

/// What one finding comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantMeaning {
    /// Place of the event in the view.
    pub event: usize,
    /// Its oncogenicity; none for what is no small variant.
    pub oncogenicity: Option<Oncogenicity>,
    /// Its tier.
    pub tier: AmpTier,
    /// The evidence the tier rests on; none for tiers III and IV.
    pub evidence: Vec<Cited>,
}

/// The interpretation of a tumour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpretation {
    /// Which evidence.
    pub knowledge: KnowledgeRef,
    /// Which rules.
    pub rules: &'static str,
    /// Each finding, in the order of the view.
    pub variants: Vec<VariantMeaning>,
    /// Therapies, ranked; benefit first, then less benefit, then harm.
    pub options: Vec<TherapyOption>,
    /// Evidence about diagnosis and course.
    pub markers: Vec<Cited>,
    /// Therapies with strong evidence in this type of tumour that a test might open.
    pub open: Vec<OpenOption>,
}

/// Interprets what is known of a tumour of these types.
pub fn interpret(view: &TumorView, diagnoses: &[Node], library: &Library) -> Interpretation {
    let mut view = view.clone();
    let assessed = assess(&mut view, &library.sources);
    let classes: Vec<Option<OncogenicityClass>> =
        assessed.iter().map(|one| one.as_ref().map(|one| one.class)).collect();
    let subject = Subject { view: &view, classes: &classes };
    let judged = options::judge_all(&subject, diagnoses, library);
    let markers = judged.iter().filter(|one| {
        one.truth == Truth::Yes
            && matches!(one.kind, EvidenceKind::Diagnostic | EvidenceKind::Prognostic)
    });
    let variants = assessed
        .into_iter()
        .enumerate()
        .map(|(event, oncogenicity)| variant(event, oncogenicity, &judged));
    Interpretation {
        knowledge: library.catalogue.reference.clone(),
        rules: RULES_VERSION,
        variants: variants.collect(),
        options: options::options(&judged, library),
        markers: markers.map(|one| one.cited.clone()).collect(),
        open: options::open(&judged, &subject, library),
    }
}

/// The oncogenicity of every event; with it the effect on the gene, where the report names none.
fn assess(view: &mut TumorView, sources: &Sources) -> Vec<Option<Oncogenicity>> {
    let each = view.events.iter_mut().map(|event| {
        let Alteration::Short(short) = &event.alteration else { return None };
        let found = oncogenicity::assess(short, sources);
        if let (None, Gene::Known(gene)) = (event.function, &short.gene) {
            let effect = oncogenicity::function(*gene, &short.consequences(), found.class, sources);
            event.function = effect;
        }
        Some(found)
    });
    each.collect()
}

fn variant(
    event: usize,
    oncogenicity: Option<Oncogenicity>,
    judged: &[options::Judged],
) -> VariantMeaning {
    let about = |one: &&options::Judged| {
        one.truth == Truth::Yes
            && one.direction == Direction::Supports
            && one.cited.tier < AmpTier::III
            && one.events.contains(&event)
    };
    let mut evidence: Vec<Cited> =
        judged.iter().filter(about).map(|one| one.cited.clone()).collect();
    evidence.sort_by_key(|one| (one.tier, one.item));
    let benign = oncogenicity.as_ref().is_some_and(|one| one.class.is_benign());
    let tier = match evidence.first() {
        Some(best) => best.tier,
        None if benign => AmpTier::IV,
        None => AmpTier::III,
    };
    VariantMeaning { event, oncogenicity, tier, evidence }
}
