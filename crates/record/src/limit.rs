//! Every limit of the record, by name and with its unit.

/// Bytes of one raw message or file.
pub const RAW_BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of one resource version as stored.
pub const RESOURCE_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of one statement as stored.
pub const STATEMENT_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one fact as stored.
pub const FACT_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of the acknowledgement of a raw message.
pub const ACKNOWLEDGEMENT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of the JSON of a shown card, a feedback or a review.
pub const DOCUMENT_BYTES_MAX: usize = 1024 * 1024;
/// Notes beside one entry of the review list.
pub const REVIEW_NOTES_MAX: usize = 100;
/// Bytes of a short text: feed, actor, login, key, name.
pub const TEXT_BYTES_MAX: usize = 1024;
/// Resource changes in one commit.
pub const COMMIT_CHANGES_MAX: usize = 10_000;
/// Resources whose heads one call gives: each change of a commit, and a patient for each.
pub const HEADS_MAX: usize = 2 * COMMIT_CHANGES_MAX;
/// Facts of one resource version.
pub const FACTS_MAX: usize = 20_000;
/// Statements of one patient.
pub const STATEMENTS_MAX: usize = 2_000;
/// Rows of one list or page.
pub const PAGE_ROWS_MAX: u32 = 1000;
/// Terms of one search.
pub const SEARCH_TERMS_MAX: usize = 32;
/// Alternative values of one search term.
pub const SEARCH_VALUES_MAX: usize = 64;
/// Bytes of one search value.
pub const SEARCH_VALUE_BYTES_MAX: usize = 1024;
/// Bytes of a text that are indexed; `:contains` does not look beyond. No less than those of a
/// search value, so that a value that was cut is never equal to one.
pub const INDEXED_BYTES_MAX: usize = SEARCH_VALUE_BYTES_MAX;
/// Search values taken from one resource.
pub const SEARCH_ROWS_MAX: usize = 40_000;
/// Values that the statement of one search binds, chains followed to every type they lead to.
pub const SEARCH_BINDINGS_MAX: usize = 5_000;
/// Chains and `_has` of one search.
pub const SEARCH_LINKS_MAX: usize = 8;
/// Types that a chain without a type leads to; beyond, one has to be named.
pub const CHAIN_TYPES_MAX: usize = 8;
/// Parameters that one search is sorted by.
pub const SORT_KEYS_MAX: usize = 4;
/// `_include` and `_revinclude` of one search.
pub const INCLUDES_MAX: usize = 16;
/// Resources that a page takes along by `_include` and `_revinclude`.
pub const INCLUDED_MAX: usize = 2000;
/// Minutes after which a session that nobody used has ended.
pub const SESSION_IDLE_MINUTES_MAX: i64 = 15;
/// Bytes of the JSON of a ticket or a registration.
pub const TICKET_BYTES_MAX: usize = 128 * 1024;
/// Registered applications of one tenant.
pub const REGISTRATIONS_MAX: u32 = 1000;
/// Accounts that a list holds.
pub const ACCOUNTS_MAX: u32 = 10_000;
/// Credentials of one kind of one account.
pub const CREDENTIALS_MAX: u32 = 32;
/// Signing keys that are looked at.
pub const SIGNING_KEYS_MAX: u32 = 8;
/// Patients an access may be narrowed to.
pub const SCOPE_PATIENTS_MAX: usize = 500;
/// Patients that a walk through resources may be narrowed to.
pub const WALK_PATIENTS_MAX: usize = 100_000;
/// Identifiers of one patient look-up.
pub const IDENTIFIERS_MAX: usize = 64;
/// Records of one person that were merged into one.
pub const RECORDS_OF_PERSON_MAX: usize = 32;
/// Resource types of one look-up of facts.
pub const FACT_TYPES_MAX: usize = 16;
/// Resource types of one look-up of a compartment.
pub const COMPARTMENT_TYPES_MAX: usize = 150;
/// Hours after which the files of a bulk export are there no more.
pub const EXPORT_HOURS_MAX: i64 = 24;
/// Subscriptions of one tenant.
pub const SUBSCRIPTIONS_MAX: usize = 200;
/// Events of one subscription that are kept; those not delivered yet always are.
pub const SUBSCRIPTION_EVENTS_KEPT: u64 = 10_000;
/// Destinations of one tenant.
pub const DESTINATIONS_MAX: usize = 200;
/// Dispatches of one destination that are kept after they are settled.
pub const DISPATCHES_KEPT: u64 = 100_000;
/// Resources of one patient that one question over the whole compartment may read.
pub const COMPARTMENT_RESOURCES_MAX: u32 = 200_000;
/// Card keys of one look-up.
pub const SHOWN_KEYS_MAX: usize = 256;
/// Bytes of one knowledge pack, all files together.
pub const PACK_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of one block of a genome.
pub const GENOME_BLOCK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Blocks of one genome.
pub const GENOME_BLOCKS_MAX: usize = 1_000_000;
/// Ranges of one look-up in genomes.
pub const GENOME_RANGES_MAX: usize = 10_000;
/// Bytes of blocks that one look-up in genomes reads.
pub const GENOME_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Marks that are kept of one patient.
pub const CARRIER_MARKS_MAX: usize = 100_000;
/// Patients whose marks are kept at once, and those that one look-up in the sets lists.
pub const CARRIER_PATIENTS_MAX: usize = 1_000_000;
/// Bytes of one trial as stored.
pub const TRIAL_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Trials of one tenant.
pub const TRIALS_MAX: u64 = 100_000;
/// Cohorts that do not say "out" to one patient.
pub const TRIAL_STANDINGS_MAX: usize = 50_000;
/// Problems kept with one raw message.
pub const PROBLEMS_MAX: usize = 1000;
/// Bytes that tell by what one raw message was read.
pub const READING_BYTES_MAX: usize = 512;
/// Jobs that one transaction of the group commit takes.
pub const GROUP_COMMIT_JOBS_MAX: usize = 256;
/// Read connections of one database.
pub const READERS_MAX: usize = 64;

/// Refuses a count beyond its limit.
pub(crate) fn within(
    place: &str,
    count: usize,
    limit: usize,
    unit: &str,
) -> Result<(), crate::Failure> {
    if count <= limit {
        return Ok(());
    }
    Err(crate::Failure::TooMuch { place: place.to_owned(), limit: format!("{limit} {unit}") })
}

/// Refuses a text that is too long, or holds NUL, which PostgreSQL cannot store.
pub(crate) fn text(place: &str, value: &str) -> Result<(), crate::Failure> {
    within(place, value.len(), TEXT_BYTES_MAX, "bytes")?;
    no_nul(place, value)
}

/// Refuses NUL, which PostgreSQL cannot store in text.
pub(crate) fn no_nul(place: &str, value: &str) -> Result<(), crate::Failure> {
    if value.contains('\0') {
        let text = "holds the character NUL".to_owned();
        return Err(crate::Failure::Invalid { place: place.to_owned(), text });
    }
    Ok(())
}

/// A number of rows asked for: 1 to [`PAGE_ROWS_MAX`].
pub(crate) fn rows(place: &str, count: u32) -> Result<u32, crate::Failure> {
    if count == 0 {
        let text = "must be at least 1".to_owned();
        return Err(crate::Failure::Invalid { place: place.to_owned(), text });
    }
    within(place, count as usize, PAGE_ROWS_MAX as usize, "rows")?;
    Ok(count)
}
