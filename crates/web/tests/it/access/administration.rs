//! Administration and policies with everything that others have a say in.

use super::{session, text};
use model::time::Timestamp;
use web::view::{
    AccountLine, AdministrationView, CheckRow, ClientProof, ClientRow, DecisionChange, KeysView,
    NewSecret, PoliciesView, PolicyChange, PolicySetRow, ProposalRow, ProposalView, ShadowView,
};

const AT: Timestamp = Timestamp::from_micros(0);

pub(super) fn administration() -> AdministrationView {
    let client = |proof| ClientRow {
        id: text(),
        name: text(),
        proof,
        mark: text(),
        role: Some(text()),
        scopes: text(),
        is_disabled: proof == ClientProof::Token,
    };
    let proofs = [ClientProof::Token, ClientProof::Secret, ClientProof::Keys, ClientProof::Nothing];
    AdministrationView {
        session: session(),
        error: Some(text()),
        secret: Some(NewSecret { client: text(), secret: text() }),
        may_change: true,
        checks: vec![CheckRow { what: text(), is_fine: false, text: text() }],
        feeds: vec![text()],
        clients: proofs.map(client).into_iter().collect(),
        accounts: vec![AccountLine {
            login: text(),
            name: text(),
            role: text(),
            has_code: true,
            passkeys: 2,
            is_disabled: false,
        }],
        roles: vec![text()],
        keys: Some(KeysView { master_key: text(), tenant_keys: vec![(2, AT)], erasures: 0 }),
    }
}

fn row(is_own: bool) -> ProposalRow {
    ProposalRow {
        id: text(),
        digest: text(),
        actor: text(),
        proposed: AT,
        is_own,
        signatures: vec![text()],
    }
}

pub(super) fn policies() -> PoliciesView {
    let set = PolicySetRow { number: 2, digest: text(), adopted: Some((text(), AT)) };
    PoliciesView {
        session: session(),
        error: Some(text()),
        in_use: set.clone(),
        signatures: vec![text()],
        needs_second_person: true,
        policies: vec![(text(), text())],
        proposed: vec![row(false)],
        former: vec![set],
        may_adopt: true,
    }
}

pub(super) fn proposal() -> ProposalView {
    ProposalView {
        session: session(),
        proposal: row(false),
        changes: vec![PolicyChange { id: text(), before: Some(text()), after: Some(text()) }],
        remarks: Some(vec![text()]),
        shadow: Some(ShadowView {
            days: 7,
            events: 1,
            questions: 1,
            changes: vec![DecisionChange {
                question: text(),
                times: 1,
                would_be_permitted: false,
                policies: text(),
            }],
        }),
        may_adopt: true,
    }
}
