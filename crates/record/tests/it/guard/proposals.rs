//! Policies are changed by two persons where the set in use asks for two.

use super::{somebody, two};
use policy::Policies;
use record::{Access, Failure, Purpose, Record, Role};

fn officer(name: &str) -> Access {
    somebody(&format!("account:{name}"), Role::PrivacyOfficer, Purpose::Operations)
}

fn standard() -> String {
    Policies::shipped_text("standard").unwrap()
}

/// The standard set, changed by two persons only.
fn by_two() -> String {
    standard().replacen(
        "@id(\"clinician-reads\")",
        "@id(\"clinician-reads\")\n\
        @second_person(\"required\")",
        1,
    )
}

fn number(record: &Record) -> u64 {
    let adopted = record.adopted_policies(&officer("olga"), 1).unwrap();
    adopted.first().map_or(0, |set| set.number)
}

#[test]
fn nobody_changes_policies_alone_where_two_are_asked_for() {
    let fixture = two();
    let record = &fixture.record;
    let (olga, per) = (officer("olga"), officer("per"));
    record.adopt_policies(&olga, &by_two()).unwrap();
    // Neither to something else, nor back to changes by one.
    for text in [standard(), by_two()] {
        let refused = record.adopt_policies(&olga, &text);
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    }
    let proposal = record.propose_policies(&olga, &standard()).unwrap();
    assert_eq!(record.proposed_policies(&per, 9).unwrap(), std::slice::from_ref(&proposal));
    assert_eq!(number(record), 1, "nothing is in use by being proposed");
    let refused = record.adopt_proposed_policies(&olga, &proposal.id);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    // An application is no second person.
    let refused =
        record.adopt_proposed_policies(&olga.through_application("client:app"), &proposal.id);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    let refused = record.adopt_proposed_policies(&per, "none");
    assert!(matches!(refused, Err(Failure::NotFound)), "{refused:?}");
    assert_eq!(number(record), 1);
    let adopted = record.adopt_proposed_policies(&per, &proposal.id).unwrap();
    assert_eq!((adopted.number, adopted.actor.as_str()), (2, "account:per"));
    assert_eq!(record.policies(&per).unwrap().text(), standard());
    // From then on one is enough again, by the set that two have adopted.
    record.adopt_policies(&per, &by_two()).unwrap();
}

#[test]
fn a_proposal_is_good_for_the_policies_that_it_was_made_against() {
    let fixture = two();
    let record = &fixture.record;
    let (olga, per) = (officer("olga"), officer("per"));
    record.adopt_policies(&olga, &by_two()).unwrap();
    let care_team = Policies::shipped_text("care-team").unwrap();
    let first = record.propose_policies(&olga, &by_two()).unwrap();
    let second = record.propose_policies(&olga, &care_team).unwrap();
    assert_eq!(record.proposed_policies(&per, 9).unwrap().len(), 2);
    record.adopt_proposed_policies(&per, &first.id).unwrap();
    assert!(record.proposed_policies(&per, 9).unwrap().is_empty());
    for stale in [first, second] {
        let refused = record.adopt_proposed_policies(&per, &stale.id);
        assert!(matches!(refused, Err(Failure::Conflict { .. })), "{refused:?}");
    }
    assert_eq!(number(record), 2);
}

#[test]
fn what_cannot_be_read_is_not_proposed() {
    let fixture = two();
    let record = &fixture.record;
    for text in ["permit", "permit (principal, action, resource);"] {
        let refused = record.propose_policies(&officer("olga"), text);
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    }
    let word = by_two().replace("required", "please");
    let refused = record.propose_policies(&officer("olga"), &word);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    assert!(record.proposed_policies(&officer("per"), 9).unwrap().is_empty());
}
