//! What is proposed once though it stands twice.

use super::value::FIELD_BYTES_MAX;
use crate::reading::{FieldName, Proposal, ProposalKind};
use model::Problem;
use std::collections::BTreeMap;

/// What stands twice is proposed once; what is said of it twice, and differently, is told.
pub(super) fn merged(
    found: Vec<Proposal>,
    mut problems: Vec<Problem>,
) -> (Vec<Proposal>, Vec<Problem>) {
    let mut known = BTreeMap::<String, usize>::new();
    let mut kept: Vec<Proposal> = Vec::new();
    for next in found {
        let key = key(&next);
        let earlier = known.get(&key).and_then(|at| kept.get_mut(*at));
        let Some(earlier) = earlier else {
            known.insert(key, kept.len());
            kept.push(next);
            continue;
        };
        let page = next.fields.first().map_or(0, |field| field.page);
        for field in next.fields {
            match earlier.fields.iter().find(|known| known.name == field.name) {
                None => earlier.fields.push(field),
                Some(known) if known.value != field.value => {
                    let text = format!(
                        "`{}` is stated as `{}` on page {} and as `{}` here",
                        field.name.word(),
                        shortened(&known.written),
                        known.page,
                        shortened(&field.written)
                    );
                    let place = format!("page {page}");
                    problems.push(Problem::warning("stated-differently", place, text));
                }
                Some(_) => {}
            }
        }
        let own = earlier.fields.first().map_or(0, |field| field.page);
        if page != own && !earlier.also_on.contains(&page) {
            earlier.also_on.push(page);
        }
    }
    for field in kept.iter_mut().flat_map(|proposal| &mut proposal.fields) {
        // What is too long to be typed is no value, and what is shown of it is enough to find it.
        field.value.take_if(|value| value.len() > FIELD_BYTES_MAX);
        field.written = shortened(&field.written).to_owned();
    }
    (kept, problems)
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(FIELD_BYTES_MAX)).unwrap_or_default()
}

/// What a proposal is about.
fn key(proposal: &Proposal) -> String {
    use FieldName::{Change, Coding, Diplotype, Gene, Measure, Partner, Protein};
    let text = |name| {
        let field = proposal.field(name);
        field.map(|field| field.value.as_deref().unwrap_or(&field.written)).unwrap_or_default()
    };
    let change = match proposal.kind {
        // The protein's change alone where there is one: not every table has the other.
        ProposalKind::Variant if !text(Protein).is_empty() => text(Protein),
        ProposalKind::Variant => text(Coding),
        ProposalKind::Genotype => text(Diplotype),
        ProposalKind::Measure => text(Measure),
        ProposalKind::CopyNumber | ProposalKind::Rearrangement => text(Change),
    };
    let of = [proposal.kind.word(), text(Gene), text(Partner), change];
    of.join("|")
}
