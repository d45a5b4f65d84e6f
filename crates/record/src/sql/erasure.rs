//! Statements of erasures, over all databases. What is found first is found by reading, so that
//! nobody who writes waits for it.

super::statements! {
    KEY_OVERWRITE = "UPDATE data_key SET wrapped = $1, created = 0
        WHERE tenant = $2 AND owner = $3";

    RESOURCES_OF = "SELECT resource_type, id, number FROM resource
        WHERE tenant = $1 AND patient = $2";
    VERSIONS_OF = "SELECT resource_type, id, version, sequence, raw FROM resource_version
        WHERE tenant = $1 AND patient = $2";
    RAWS_OF = "SELECT raw FROM raw_patient WHERE tenant = $1 AND patient = $2";
    REVIEWS_AFTER = "SELECT id, body FROM review WHERE tenant = $1 AND id > $2
        ORDER BY id LIMIT $3";
    STATEMENTS_OF = "SELECT id, version, sequence FROM statement_version
        WHERE tenant = $1 AND patient = $2";

    CHANGE_DROP = "DELETE FROM change WHERE tenant = $1 AND sequence = $2 AND patient = $3";
    CHANGES_OF = "SELECT sequence FROM change WHERE tenant = $1 AND patient = $2";
    RESOURCE_DROP = "DELETE FROM resource
        WHERE tenant = $1 AND resource_type = $2 AND number = $3";
    VERSION_DROP = "DELETE FROM resource_version
        WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4";
    FACTS_DROP = "DELETE FROM fact
        WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4";
    STATEMENT_VERSION_DROP = "DELETE FROM statement_version
        WHERE tenant = $1 AND id = $2 AND version = $3";
    STATEMENTS_DROP = "DELETE FROM statement WHERE tenant = $1 AND patient = $2";
    LABELS_DROP = "DELETE FROM resource_label
        WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4";
    RAW_PATIENTS_DROP = "DELETE FROM raw_patient WHERE tenant = $1 AND raw = $2";
    RAW_STATE_DROP = "DELETE FROM raw_state WHERE tenant = $1 AND raw = $2";
    REVIEW_DROP = "DELETE FROM review WHERE tenant = $1 AND id = $2";
    CONSENTS_DROP = "DELETE FROM consent_rule WHERE tenant = $1 AND patient = $2";
    CARE_DROP = "DELETE FROM care WHERE tenant = $1 AND patient = $2";
    EMERGENCIES_DROP = "DELETE FROM emergency WHERE tenant = $1 AND patient = $2";
    PACK_CHANGES_DROP = "DELETE FROM pack_change WHERE tenant = $1 AND patient = $2";
    TRIAL_STATUS_DROP = "DELETE FROM trial_status WHERE tenant = $1 AND patient = $2";
    TRIAL_WATCH_DROP = "DELETE FROM trial_watch WHERE tenant = $1 AND patient = $2";
    EVENTS_UNNAME = "UPDATE subscription_event SET id = 'erased', patient = '', deleted = 1
        WHERE tenant = $1 AND patient = $2";

    DISPATCHES_DROP = "DELETE FROM dispatch WHERE tenant = $1 AND patient = $2";

    PATH_NEXT = "SELECT path FROM search_posting WHERE tenant = $1 AND path > $2
        ORDER BY path LIMIT 1";
    CONCEPT_POSTED = "SELECT 1 FROM search_posting
        WHERE tenant = $1 AND path = $2 AND concept = $3 LIMIT 1";
    CONCEPTS_MEASURED = "SELECT DISTINCT concept FROM search_quantity WHERE tenant = $1";
    CONCEPT_IS_SYSTEM = "SELECT 1 FROM search_token WHERE tenant = $1 AND system = $2 LIMIT 1";
    CONCEPT_DROP = "DELETE FROM search_concept WHERE tenant = $1 AND digest = $2";
    CONCEPT_TOKEN_DROP = "DELETE FROM search_token
        WHERE tenant = $1 AND code = $2 AND concept = $3";
    CONCEPT_TOKENS_OF_DROP = "DELETE FROM search_token_of WHERE tenant = $1 AND concept = $2";
    CONCEPT_LABEL_DROP = "DELETE FROM search_label
        WHERE tenant = $1 AND folded = $2 AND concept = $3";
    CONCEPT_REMOVED = "INSERT INTO position (name, value) VALUES ('concept-removal', 1)
        ON CONFLICT (name) DO UPDATE SET value = position.value + 1";

    SHOWN_DROP = "DELETE FROM shown WHERE tenant = $1 AND patient = $2";
    FEEDBACK_DROP = "DELETE FROM feedback WHERE tenant = $1 AND patient = $2";

    GENOME_FILINGS = "SELECT filing, raw FROM genome WHERE tenant = $1 AND patient = $2";
    GENOMES_DROP = "DELETE FROM genome WHERE tenant = $1 AND patient = $2";

    FILES = "SELECT id, message_key FROM raw WHERE tenant = $1 AND message_key LIKE '{%'";
    RAW_DROP = "DELETE FROM raw WHERE tenant = $1 AND id = $2";
    RAW_BODY_DROP = "DELETE FROM raw_body WHERE tenant = $1 AND id = $2";
}
