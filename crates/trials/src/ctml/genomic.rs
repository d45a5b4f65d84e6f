//! Genomic leaves: one event that has all the keys, or none such.

use super::words::{boolean, negated, text};
use super::{Importer, escaped, excluded_node, one_or_all};
use crate::criteria::{Criterion, EventAsked, EventKind, GeneAsked, Node, Partner};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use tumor::gene::NameKind;
use tumor::protein::AskedChange;
use tumor::{BiomarkerKind, Consequence, CopyClass, Function, Gene};

/// Keys of measurements; they may stand in a clinical leaf, too.
pub(super) fn measured(key: &str) -> Option<BiomarkerKind> {
    Some(match key {
        "mmr_status" => BiomarkerKind::InstabilityOrRepair,
        "ms_status" => BiomarkerKind::MicrosatelliteInstability,
        "apobec_signature" => BiomarkerKind::ApobecSignature,
        "pole_signature" => BiomarkerKind::PoleSignature,
        "tobacco_signature" => BiomarkerKind::TobaccoSignature,
        "temozolomide_signature" => BiomarkerKind::TemozolomideSignature,
        "uva_signature" => BiomarkerKind::UltravioletSignature,
        _ => return None,
    })
}

/// What the keys of a leaf come to.
struct Draft {
    event: EventAsked,
    /// Measurements and keys that could not be mapped.
    beside: Vec<Node>,
    wild_type: bool,
    stated_kind: bool,
    has_event: bool,
    excluded: usize,
}

impl Importer<'_> {
    /// A genomic leaf. One `!` anywhere turns the whole leaf into "no such event".
    pub(super) fn genomic(&mut self, keys: &Map<String, Value>, pointer: &str) -> Node {
        let mut draft = Draft {
            event: EventAsked::default(),
            beside: Vec::new(),
            wild_type: false,
            stated_kind: false,
            has_event: false,
            excluded: 0,
        };
        for (key, value) in keys {
            let pointer = format!("{pointer}/{}", escaped(key));
            self.genomic_key(&key.to_ascii_lowercase(), value, &pointer, &mut draft);
        }
        if draft.excluded > 1 {
            let text = "several `!` in one leaf: no event with all of it, or none of each?";
            self.find("ambiguous-exclusion", pointer, text);
        }
        self.assembled(draft, pointer)
    }

    fn assembled(&mut self, mut draft: Draft, pointer: &str) -> Node {
        let event = &mut draft.event;
        if draft.wild_type {
            event.kinds = BTreeSet::from([EventKind::Short]);
        } else if !draft.stated_kind {
            event.kinds = kinds_of(event);
        }
        if event.gene.is_none()
            && let Some(Partner::Gene(gene)) =
                event.partner.take_if(|one| matches!(one, Partner::Gene(_)))
        {
            event.gene = Some(gene);
        }
        let mut nodes = draft.beside;
        if draft.has_event {
            if event.gene.is_none() && event.partner.is_none() && nodes.is_empty() {
                nodes.push(self.unresolved(
                    "no-gene",
                    pointer,
                    &Value::Null,
                    "an event of no gene is not evaluated",
                ));
            } else if event.gene.is_some() || event.partner.is_some() {
                let leaf = Node::leaf(Criterion::Event(draft.event), pointer);
                // Wild type: looked for, and no such event.
                nodes.push(if draft.wild_type { leaf.negated() } else { leaf });
            }
        }
        let whole = one_or_all(nodes);
        if draft.excluded > 0 { excluded_node(whole) } else { whole }
    }

    fn genomic_key(&mut self, key: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        let (word, excluded) = negated(value);
        draft.excluded += usize::from(excluded);
        let plain = word.map_or_else(|| text(value), str::to_owned);
        match key {
            "hugo_symbol" => self.gene_key(&plain, value, pointer, draft),
            "variant_category" => self.category(&plain, value, pointer, draft),
            "protein_change" => {
                draft.has_event = true;
                match AskedChange::parse(&plain) {
                    Ok(asked) => self.change(asked, value, pointer, draft),
                    Err(error) => self.beside(draft, "change-not-read", pointer, value, &error),
                }
            }
            "wildcard_protein_change" => self.wildcard(&plain, value, pointer, draft),
            "variant_classification" => self.classification(&plain, value, pointer, draft),
            "exon" => {
                draft.has_event = true;
                match plain.trim().parse() {
                    Ok(exon) => draft.event.exon = Some(exon),
                    Err(_) => {
                        self.beside(draft, "exon-not-read", pointer, value, &"is no exon");
                    }
                }
            }
            "cnv_call" => self.copies(&plain, value, pointer, draft),
            "wildtype" => match boolean(value) {
                Some(wild_type) => {
                    draft.wild_type |= wild_type;
                    draft.has_event = true;
                }
                None => self.beside(draft, "unknown-word", pointer, value, &"is not yes or no"),
            },
            "fusion_partner_hugo_symbol" => self.partner_key(&plain, value, pointer, draft),
            "display_name" => {}
            "match_all" if boolean(value) == Some(true) => {}
            "molecular_function" => self.function(&plain, value, pointer, draft),
            _ => match measured(key) {
                // The "!" is counted above and turns the whole leaf.
                Some(kind) => {
                    let node = self.level(kind, &Value::String(plain), pointer);
                    draft.beside.push(node);
                }
                None => self.beside(draft, "unknown-key", pointer, value, &"is not mapped"),
            },
        }
    }

    /// A key that could not be mapped stays beside the event, unknown.
    fn beside(
        &mut self,
        draft: &mut Draft,
        code: &str,
        pointer: &str,
        value: &Value,
        reason: &dyn std::fmt::Display,
    ) {
        let node = self.unresolved(code, pointer, value, &reason.to_string());
        draft.beside.push(node);
    }

    fn gene_key(&mut self, name: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        if name.eq_ignore_ascii_case("none") || name.eq_ignore_ascii_case("any_gene") {
            return;
        }
        draft.has_event = true;
        match self.gene(name, pointer) {
            Some(gene) => draft.event.gene = Some(gene),
            None => self.beside(draft, "unknown-gene", pointer, value, &"is not one known gene"),
        }
    }

    /// The gene of a name; another name than the approved one is told.
    fn gene(&mut self, name: &str, pointer: &str) -> Option<GeneAsked> {
        let (gene, kind) = self.names.genes.resolve(name);
        let Gene::Known(hgnc) = gene else { return None };
        let symbol = self.names.genes.symbol(hgnc);
        if kind != NameKind::Approved {
            self.find("other-name", pointer, format!("`{name}` is taken as `{symbol}`"));
        }
        Some(GeneAsked { hgnc, symbol })
    }

    fn category(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.has_event = true;
        let kinds: &[EventKind] = match word.to_ascii_lowercase().as_str() {
            "mutation" => &[EventKind::Short],
            "copy number variation" | "cnv" => &[EventKind::Copy],
            "structural variation" | "sv" => &[EventKind::Rearrangement],
            "any variation" => &[EventKind::Short, EventKind::Copy],
            "wt" | "wildtype" | "wild type" => {
                draft.wild_type = true;
                &[EventKind::Short]
            }
            _ => {
                return self.beside(draft, "unknown-word", pointer, value, &"is no category");
            }
        };
        draft.stated_kind = true;
        draft.event.kinds = kinds.iter().copied().collect();
    }

    /// A residue, or a whole change that stands in the wrong key.
    fn wildcard(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.has_event = true;
        match AskedChange::parse(word) {
            Ok(asked @ AskedChange::Residue(_)) => self.change(asked, value, pointer, draft),
            Ok(asked) => {
                let text = format!("`{word}` is a whole change and no residue; taken as that");
                self.find("change-as-wildcard", pointer, text);
                self.change(asked, value, pointer, draft);
            }
            Err(error) => self.beside(draft, "change-not-read", pointer, value, &error),
        }
    }

    /// A change; a second one beside it is for a curator.
    fn change(&mut self, asked: AskedChange, value: &Value, pointer: &str, draft: &mut Draft) {
        if draft.event.change.is_some() {
            let reason = "is a second change; both at once, or either?";
            return self.beside(draft, "two-changes", pointer, value, &reason);
        }
        draft.event.change = Some(asked);
    }

    fn classification(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.has_event = true;
        match Consequence::parse(word) {
            [] => self.beside(draft, "unknown-class", pointer, value, &"is no class of MAF files"),
            classes => {
                if classes.len() > 1 || !word.contains('_') && word.contains(' ') {
                    let text = format!("`{word}` is outside the vocabulary; taken by its meaning");
                    self.find("other-class", pointer, text);
                }
                draft.event.consequences = classes.iter().copied().collect();
            }
        }
    }

    fn copies(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.has_event = true;
        let plain = word.to_ascii_lowercase();
        let (class, known) = match plain.as_str() {
            "high amplification" => (CopyClass::Amplification, true),
            "low amplification" => (CopyClass::Gain, true),
            "homozygous deletion" => (CopyClass::DeepLoss, true),
            "heterozygous deletion" => (CopyClass::ShallowLoss, true),
            "high level amplification" | "high amplication" => (CopyClass::Amplification, false),
            "gain" | "low level amplification" => (CopyClass::Gain, false),
            _ => {
                return self.beside(draft, "unknown-word", pointer, value, &"is no copy number");
            }
        };
        if !known {
            let text = format!("`{word}` is no word of trials; taken as {}", class.words());
            self.find("other-word", pointer, text);
        }
        if class == CopyClass::ShallowLoss {
            let text = "loss of one copy is asked; does the protocol mean any loss?";
            self.find("check-loss", pointer, text);
        }
        draft.event.copies = BTreeSet::from([class]);
    }

    fn partner_key(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.has_event = true;
        let plain = word.to_ascii_lowercase();
        let partner = match plain.as_str() {
            "any_gene" | "any gene" => Some(Partner::AnyGene),
            "intergenic" => Some(Partner::Intergenic),
            _ => self.gene(word, pointer).map(Partner::Gene),
        };
        match partner {
            Some(partner) => draft.event.partner = Some(partner),
            None => self.beside(draft, "unknown-gene", pointer, value, &"is not one known gene"),
        }
    }

    /// A functional class is derived, and nothing derives it yet: the leaf is left open where an
    /// event fits else.
    fn function(&mut self, word: &str, value: &Value, pointer: &str, draft: &mut Draft) {
        draft.event.function = match word.to_ascii_lowercase().as_str() {
            "activating" => Some(Function::Activating),
            "inactivating" => Some(Function::Inactivating),
            _ => {
                return self.beside(draft, "unknown-word", pointer, value, &"is no function");
            }
        };
        draft.has_event = true;
        let text = "a function is asked for; events whose function is not known leave it open";
        self.find("function", pointer, text);
    }
}

/// Kinds that the other keys leave open, where no category is stated: never a wild type.
fn kinds_of(event: &EventAsked) -> BTreeSet<EventKind> {
    let of_protein =
        event.change.is_some() || event.exon.is_some() || !event.consequences.is_empty();
    let kinds: &[EventKind] = match (of_protein, event.copies.is_empty(), &event.partner) {
        (true, ..) => &[EventKind::Short],
        (false, false, _) => &[EventKind::Copy],
        (false, true, Some(_)) => &[EventKind::Rearrangement],
        (false, true, None) => &[EventKind::Short, EventKind::Copy, EventKind::Rearrangement],
    };
    kinds.iter().copied().collect()
}
