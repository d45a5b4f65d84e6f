//! The policies by the page: what is in use, what is proposed, and the second person.

use crate::app::{Answer, TestApp, Who, tenant};
use record::{Access, Policies, Purpose, Role, Scope};
use server::token_digest;

const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const OPERATOR: Who = Who::Person(Role::Operator);

fn officer(login: &str) -> Access {
    let actor = format!("account:{login}");
    Access::new(tenant(), actor, Role::PrivacyOfficer, Purpose::Operations, Scope::Tenant)
}

/// The set that comes with the program, one policy of it taken out.
fn without_trials() -> String {
    let text = Policies::shipped_text("standard").unwrap();
    let (before, rest) = text.split_once("@id(\"care-reads-trials\")").unwrap();
    let (_, after) = rest.split_once("\n@id(").unwrap();
    format!("{before}@id({after}")
}

async fn send(app: &TestApp, who: Who, pairs: &[(&str, &str)]) -> Answer {
    let session = match who {
        Who::Person(role) => format!("form:session-{}", role.word()),
        _ => String::new(),
    };
    let token = token_digest(&session);
    let pairs = [&[("csrf", token.as_str())], pairs].concat();
    app.call("POST", "/policies").by(who).form(&pairs).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_reads_what_differs_and_puts_it_into_use() {
    let app = TestApp::with_result();
    let text = without_trials();
    let proposed = app.record.propose_policies(&officer("per"), &text).unwrap();
    let page = app.get(OFFICER, "/policies").await.text();
    let (number, uri) = ("It came with the program", format!("/policies/{}", proposed.id));
    assert!(page.contains(number) && page.contains(&uri), "{page}");
    let page = app.get(OFFICER, &uri).await.text();
    assert!(page.contains("care-reads-trials") && page.contains("taken away"), "{page}");
    // An operator reads it, and adopts nothing.
    let read = app.get(OPERATOR, &uri).await;
    assert!(read.status == 200 && read.text().contains("A privacy officer"), "{}", read.text());
    let adopt = [("do", "adopt"), ("proposal", proposed.id.as_str()), ("digest", &proposed.digest)];
    assert_eq!(send(&app, OPERATOR, &adopt).await.status, 403);
    for _ in 0..2 {
        let adopted = send(&app, OFFICER, &adopt).await;
        assert_eq!(adopted.status, 303, "{}", adopted.text());
    }
    let page = app.get(OFFICER, "/policies").await.text();
    assert!(page.contains(&proposed.digest) && page.contains("account:privacy-officer"), "{page}");
    assert_eq!(app.record.adopted_policies(&officer("per"), 10).unwrap().len(), 1);
    assert_eq!(app.get(OFFICER, &uri).await.status, 404, "it is of use no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_adopts_the_own_proposal_and_what_is_wrong_is_said() {
    let app = TestApp::new();
    let text = without_trials().replace('\n', "\r\n");
    let propose = [("do", "propose"), ("policies", text.as_str())];
    let first = send(&app, OFFICER, &propose).await;
    assert_eq!(first.status, 303, "{}", first.text());
    let uri = first.header("location").to_owned();
    let twice = send(&app, OFFICER, &propose).await;
    assert_eq!(twice.header("location"), uri, "sent twice, it is one");
    let page = app.get(OFFICER, &uri).await.text();
    assert!(page.contains("somebody else puts it into use"), "{page}");
    let id = uri.rsplit('/').next().unwrap();
    let own = send(&app, OFFICER, &[("do", "adopt"), ("proposal", id), ("digest", "x")]).await;
    assert!(own.status.is_client_error() && own.text().contains("error-summary"));
    for (pairs, status) in [
        (vec![("do", "propose"), ("policies", "permit (everything);")], 400),
        (vec![("do", "adopt"), ("proposal", "none"), ("digest", "x")], 404),
        (vec![("do", "explode")], 422),
    ] {
        let answer = send(&app, OFFICER, &pairs).await;
        assert_eq!(answer.status, status, "{pairs:?}: {}", answer.text());
    }
    app.wait_minutes(6);
    let stale = send(&app, OFFICER, &propose).await;
    assert!(stale.header("location").starts_with("/step-up"), "{}", stale.header("location"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_week_is_put_to_a_proposal_without_saying_whom_it_was_about() {
    let app = TestApp::with_result();
    let prescriber = Who::Person(Role::Prescriber);
    assert_eq!(app.get(prescriber, "/patients/ana-example").await.status, 200);
    let text = Policies::shipped_text("standard").unwrap();
    let closed = format!(
        "{text}\n@id(\"prescribers-read-nothing\")\nforbid (principal in \
         Cognate::Role::\"prescriber\",\n  action == Cognate::Action::\"read-clinical\", \
         resource);\n"
    );
    let proposed = app.record.propose_policies(&officer("per"), &closed).unwrap();
    let page = app.get(OFFICER, &format!("/policies/{}?look=shadow", proposed.id)).await.text();
    assert!(page.contains("Refused") && page.contains("prescribers-read-nothing"), "{page}");
    assert!(!page.contains("ana-example"), "{page}");
}
