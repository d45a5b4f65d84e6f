//! Addresses of the pages, in one place. Ids are escaped, so that any text is one path segment.

use model::id::{PatientId, RawId, StatementId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Leads everybody to the first page of theirs.
pub const START: &str = "/";
/// The login form.
pub const LOGIN: &str = "/login";
/// The second factor of a log-in.
pub const LOGIN_CODE: &str = "/login/code";
/// A new proof of a person who is logged in.
pub const STEP_UP: &str = "/step-up";
/// The same by a passkey.
pub const STEP_UP_PASSKEY: &str = "/step-up/passkey";
/// How a person proves who it is.
pub const ACCOUNT: &str = "/account";
/// Logging in by a passkey.
pub const LOGIN_PASSKEY: &str = "/login/passkey";
/// Logging in at an external identity provider.
pub const LOGIN_PROVIDER: &str = "/login/provider";
/// Where an EHR launches the patient page.
pub const SMART_LAUNCH: &str = "/smart/launch";
/// Where it comes back to.
pub const SMART_CALLBACK: &str = "/smart/callback";
/// Where results are sent on to.
pub const DESTINATIONS: &str = "/console/destinations";
/// What cards came to.
pub const CARDS: &str = "/cards";
/// Packs that were put into use.
pub const KNOWLEDGE_VERSIONS: &str = "/knowledge/versions";
/// The knowledge in use.
pub const KNOWLEDGE: &str = "/knowledge";
/// The HTTP interfaces.
pub const API: &str = "/api";
/// The passkeys of an account.
pub const PASSKEYS: &str = "/account/passkeys";
/// The end of a session; only by POST.
pub const LOGOUT: &str = "/logout";
/// What an application asks for, for the person who may grant it.
pub const CONSENT: &str = "/auth/consent";
/// The patient list.
pub const PATIENTS: &str = "/patients";
/// The messages that wait for a person.
pub const REVIEWS: &str = "/reviews";
/// The documents that were read and wait for a person.
pub const DOCUMENTS: &str = "/reviews/documents";
/// The trials, and what changed for whom.
pub const TRIALS: &str = "/trials";
/// The emergencies that nobody has looked at yet.
pub const EMERGENCIES: &str = "/emergencies";
/// What waits for a privacy officer.
pub const PRIVACY: &str = "/privacy";
/// What the review of the audit log found.
pub const FINDINGS: &str = "/privacy/findings";
/// What left for research, to whom, and letting more go.
pub const RELEASES: &str = "/privacy/releases";
/// Erasing a patient.
pub const ERASURE: &str = "/privacy/erasure";
/// The feeds, and what of them needs somebody.
pub const CONSOLE: &str = "/console";
/// The archived messages.
pub const MESSAGES: &str = "/console/messages";
/// What failed on its way in; by POST what is done with an item.
pub const ERRORS: &str = "/console/errors";
/// Reading archived messages again.
pub const REPLAY: &str = "/console/replay";
/// Trying a file, which files nothing.
pub const TRY: &str = "/console/try";
/// Everything that waits for who answers for results.
pub const INBOX: &str = "/inbox";
/// What an operator looks after.
pub const ADMINISTRATION: &str = "/administration";
/// Changes of accounts; only by POST.
pub const ADMINISTRATION_ACCOUNTS: &str = "/administration/accounts";
/// Changes of other systems; only by POST.
pub const ADMINISTRATION_CLIENTS: &str = "/administration/clients";
/// The policies in use, and what is proposed.
pub const POLICIES: &str = "/policies";
/// Where assets are; the name follows.
pub const ASSETS: &str = "/assets/";

/// A document that was read.
pub fn document(id: &str) -> String {
    format!("{DOCUMENTS}/{}", segment(id))
}

/// A page of it as a picture.
pub fn document_page(id: &str, page: u32) -> String {
    format!("{}/pages/{page}", document(id))
}

/// A proposal of policies.
pub fn policy_proposal(id: &str) -> String {
    format!("{POLICIES}/{}", segment(id))
}

/// What the knowledge in use says of a gene, by its HGNC symbol.
pub fn knowledge_gene(symbol: &str) -> String {
    format!("{KNOWLEDGE}/genes/{}", segment(symbol))
}

/// What the knowledge in use says of an allele of a gene.
pub fn knowledge_allele(symbol: &str, name: &str) -> String {
    format!("{}/alleles/{}", knowledge_gene(symbol), segment(name))
}

/// What the knowledge in use says of a variant, by its rsID or its place.
pub fn knowledge_variant(name: &str) -> String {
    format!("{KNOWLEDGE}/variants/{}", segment(name))
}

/// What an adoption changed, and for whom: of one gene or drug alone, patients after one by id.
pub fn knowledge_version(adoption: &str, about: Option<&str>, after: Option<&PatientId>) -> String {
    let about = about.map(|about| format!("about={}", segment(about)));
    let after = after.map(|after| format!("after={}", segment(after.as_str())));
    let asked: Vec<String> = about.into_iter().chain(after).collect();
    let start = if asked.is_empty() { "" } else { "?" };
    format!("{KNOWLEDGE_VERSIONS}/{}{start}{}", segment(adoption), asked.join("&"))
}

/// What the knowledge in use says of a drug, by its RxNorm code.
pub fn knowledge_drug(rxnorm: &str) -> String {
    format!("{KNOWLEDGE}/drugs/{}", segment(rxnorm))
}

/// Logging in at an external identity provider, and on to a path afterwards.
pub fn login_provider(next: Option<&str>) -> String {
    match next {
        Some(next) => format!("{LOGIN_PROVIDER}?next={}", segment(next)),
        None => LOGIN_PROVIDER.to_owned(),
    }
}

/// A new proof, and on to a path afterwards.
pub fn step_up(next: &str) -> String {
    format!("{STEP_UP}?next={}", segment(next))
}

/// The page of a patient.
pub fn patient(id: &PatientId) -> String {
    format!("{PATIENTS}/{}", segment(id.as_str()))
}

/// A place of a patient's genome.
pub fn locus(id: &PatientId) -> String {
    format!("{}/locus", patient(id))
}

/// What is drawn of it.
pub fn locus_features(id: &PatientId, region: &str, build: &str) -> String {
    format!("{}/features?region={}&build={}", locus(id), segment(region), segment(build))
}

/// A sequence of the operator's reference, by its accession.
pub fn reference(accession: &str) -> String {
    format!("/reference/{}.fa", segment(accession))
}

/// Opening a patient in an emergency.
pub fn emergency(id: &PatientId) -> String {
    format!("{}/emergency", patient(id))
}

/// Who has looked at a patient's record.
pub fn access_log(id: &PatientId) -> String {
    format!("{}/access", patient(id))
}

/// The same, from a place on.
pub fn access_log_before(id: &PatientId, place: &str) -> String {
    format!("{}?before={}", access_log(id), segment(place))
}

/// Saying what an emergency was; only by POST.
pub fn emergency_review(id: &str) -> String {
    format!("{EMERGENCIES}/{}", segment(id))
}

/// The molecular summary of a patient.
pub fn summary(id: &PatientId) -> String {
    format!("{}/summary", patient(id))
}

/// The same as a PDF.
pub fn summary_pdf(id: &PatientId) -> String {
    format!("{}.pdf", summary(id))
}

/// Writing down how a patient lives.
pub fn lifestyle(id: &PatientId) -> String {
    format!("{}/lifestyle", patient(id))
}

/// The same with the answers of a day, to correct them.
pub fn lifestyle_of_day(id: &PatientId, day: &str) -> String {
    format!("{}?on={}", lifestyle(id), segment(day))
}

/// The tumour of a patient and its trial options.
pub fn trial_options(id: &PatientId) -> String {
    format!("{}/trials", patient(id))
}

/// The brief of a patient for a tumour board.
pub fn board(id: &PatientId) -> String {
    format!("{}/board", patient(id))
}

/// The same as a PDF.
pub fn board_pdf(id: &PatientId) -> String {
    format!("{}.pdf", board(id))
}

/// A version of a document that was issued.
pub fn version_of(document: &str, version: u64) -> String {
    format!("{document}?version={version}")
}

/// The page of a trial.
pub fn trial(id: &str) -> String {
    format!("{TRIALS}/{}", segment(id))
}

/// What people make of one trial for a patient.
pub fn trial_work(patient: &PatientId, trial: &str) -> String {
    format!("{}/{}", trial_options(patient), segment(trial))
}

/// Asking for something to be found out; only by POST.
pub fn trial_tasks(patient: &PatientId, trial: &str) -> String {
    format!("{}/tasks", trial_work(patient, trial))
}

/// Ending that; only by POST.
pub fn trial_task(patient: &PatientId, trial: &str, task: &str) -> String {
    format!("{}/{}", trial_tasks(patient, trial), segment(task))
}

/// The same with the patients of one status.
pub fn trial_of_status(id: &str, status: &str) -> String {
    format!("{}?status={}", trial(id), segment(status))
}

/// The same, from a place of its list of patients on.
pub fn trial_after(id: &str, status: Option<&str>, place: u64) -> String {
    match status {
        Some(status) => format!("{}&after={place}", trial_of_status(id, status)),
        None => format!("{}?after={place}", trial(id)),
    }
}

/// Changes before a place of the log.
pub fn trials_before(place: u64) -> String {
    format!("{TRIALS}?before={place}")
}

/// Answering a finding; only by POST.
pub fn finding_answer(id: &str) -> String {
    format!("{FINDINGS}/{}", segment(id))
}

/// The pharmacogenomic report of a patient.
pub fn pgx_report(id: &PatientId) -> String {
    format!("{}/pgx-report", patient(id))
}

/// The same as a PDF.
pub fn pgx_report_pdf(id: &PatientId) -> String {
    format!("{}.pdf", pgx_report(id))
}

/// One feed.
pub fn feed(id: &str) -> String {
    format!("{CONSOLE}/feeds/{}", segment(id))
}

/// An archived message.
pub fn message(raw: &RawId) -> String {
    format!("{MESSAGES}/{}", segment(raw.as_str()))
}

/// Its bytes as they came.
pub fn message_bytes(raw: &RawId) -> String {
    format!("{}/bytes", message(raw))
}

/// Archived messages that are looked for by these fields, from a place on.
pub fn messages_of(fields: &[(&str, &str)], before: Option<u64>) -> String {
    let mut query: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", segment(value)))
        .collect();
    query.extend(before.map(|before| format!("before={before}")));
    if query.is_empty() { MESSAGES.to_owned() } else { format!("{MESSAGES}?{}", query.join("&")) }
}

/// The message that results of a patient came from.
pub fn source(patient: &PatientId, raw: &RawId) -> String {
    format!("{}/sources/{}", self::patient(patient), segment(raw.as_str()))
}

/// The page of a statement.
pub fn statement(id: &StatementId) -> String {
    format!("/statements/{}", segment(id.as_str()))
}

/// The text as one path segment: all but RFC 3986 §2.3 unreserved characters are escaped.
fn segment(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment() {
        for (id, path) in [
            ("a-1.B", "/patients/a-1.B"),
            ("../x?y#z", "/patients/..%2Fx%3Fy%23z"),
            ("\"<ä", "/patients/%22%3C%C3%A4"),
        ] {
            assert_eq!(patient(&PatientId::new(id)), path);
        }
    }
}
