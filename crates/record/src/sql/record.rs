//! Statements of `record.db`, those of search excepted: they are built by `search::plan`.

super::statements! {
    SEQUENCE_NEXT = "UPDATE position SET value = value + 1 WHERE name = 'change' RETURNING value";
    SEQUENCE_TAKE = "UPDATE position SET value = value WHERE name = 'change' RETURNING value";
    SEQUENCE_PUT = "UPDATE position SET value = $1 WHERE name = 'change'";
    SEQUENCE_LAST = "SELECT value FROM position WHERE name = 'change'";
    DATA_KEY_GET = "SELECT wrapped FROM data_key WHERE tenant = $1 AND owner = $2";
    DATA_KEY_PUT = "INSERT INTO data_key (tenant, owner, wrapped, created)
        VALUES ($1, $2, $3, $4)";
    DATA_KEYS_AFTER = "SELECT owner, wrapped FROM data_key WHERE tenant = $1 AND owner > $2
        ORDER BY owner LIMIT $3";
    DATA_KEY_REWRAP = "UPDATE data_key SET wrapped = $1 WHERE tenant = $2 AND owner = $3";

    RESOURCE_GET = "SELECT version, patient, deleted, number FROM resource
        WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    RESOURCE_PUT = "INSERT INTO resource (tenant, resource_type, number, id, version, patient,
        recorded, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant, resource_type, number) DO UPDATE SET version = excluded.version,
        patient = excluded.patient, recorded = excluded.recorded, deleted = excluded.deleted";
    VERSION_PUT = "INSERT INTO resource_version (tenant, resource_type, id, version, patient,
        sequence, recorded, deleted, sha256, raw, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    VERSION_CURRENT = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
        FROM resource r JOIN resource_version v ON v.tenant = r.tenant
        AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
        WHERE r.tenant = $1 AND r.resource_type = $2 AND r.id = $3";
    VERSION_GET = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
        FROM resource_version v
        WHERE v.tenant = $1 AND v.resource_type = $2 AND v.id = $3 AND v.version = $4";

    FACT_PUT = "INSERT INTO fact (tenant, resource_type, id, version, ordinal, patient, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FACTS_OF_PATIENT = "SELECT v.resource_type, v.id, v.version, v.sha256, f.ordinal, f.patient,
        f.body FROM resource r JOIN fact f ON f.tenant = r.tenant
        AND f.resource_type = r.resource_type AND f.id = r.id AND f.version = r.version
        JOIN resource_version v ON v.tenant = f.tenant AND v.resource_type = f.resource_type
        AND v.id = f.id AND v.version = f.version
        WHERE r.tenant = $1 AND r.patient = $2 AND r.deleted = 0";
    FACTS_OF_VERSION = "SELECT v.resource_type, v.id, v.version, v.sha256, f.ordinal, f.patient,
        f.body FROM fact f JOIN resource_version v ON v.tenant = f.tenant
        AND v.resource_type = f.resource_type AND v.id = f.id AND v.version = f.version
        WHERE v.tenant = $1 AND v.resource_type = $2 AND v.id = $3 AND v.version = $4";

    CONCEPT_TAKE = "UPDATE position SET value = value WHERE name = 'concept' RETURNING value";
    CONCEPT_LAST_PUT = "UPDATE position SET value = $1 WHERE name = 'concept'";
    CONCEPT_REMOVALS_GET = "SELECT value FROM position WHERE name = 'concept-removal'";
    CONCEPT_GET = "SELECT concept FROM search_concept WHERE tenant = $1 AND digest = $2";
    CONCEPT_ALONE_GET = "SELECT concept FROM search_token
        WHERE tenant = $1 AND code = $2 AND system = $3 AND concept % 2 = 1";
    CONCEPT_PUT = "INSERT INTO search_concept (tenant, digest, concept) VALUES ($1, $2, $3)";
    TOKEN_PUT = "INSERT INTO search_token (tenant, code, system, concept)
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    TOKEN_OF_PUT = "INSERT INTO search_token_of (tenant, concept, code)
        VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    LABEL_PUT = "INSERT INTO search_label (tenant, folded, concept)
        VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    POSTING_PUT = "INSERT INTO search_posting (tenant, path, concept, number, element)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    POSTING_OF_PUT = "INSERT INTO search_posting_of (tenant, number, path, concept)
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    STRING_PUT = "INSERT INTO search_string (tenant, number, path, folded, exact, element)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    DATE_PUT = "INSERT INTO search_date (tenant, number, path, low, high, element)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    QUANTITY_PUT = "INSERT INTO search_quantity (tenant, number, path, low, high, concept, element)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    POSTING_DROP = "DELETE FROM search_posting WHERE tenant = $1 AND path = $2 AND concept = $3
        AND number = $4 AND element = $5";
    POSTINGS_OF_DROP = "DELETE FROM search_posting_of WHERE tenant = $1 AND number = $2";
    STRINGS_DROP = "DELETE FROM search_string WHERE tenant = $1 AND number = $2";
    DATES_DROP = "DELETE FROM search_date WHERE tenant = $1 AND number = $2";
    QUANTITIES_DROP = "DELETE FROM search_quantity WHERE tenant = $1 AND number = $2";
    POSTINGS_DROP = "DELETE FROM search_posting WHERE tenant = $1 AND number = $2";
    CONCEPTS_CLEAR = "DELETE FROM search_concept";
    TOKENS_CLEAR = "DELETE FROM search_token";
    TOKENS_OF_CLEAR = "DELETE FROM search_token_of";
    LABELS_CLEAR = "DELETE FROM search_label";
    POSTINGS_CLEAR = "DELETE FROM search_posting";
    POSTINGS_OF_CLEAR = "DELETE FROM search_posting_of";
    STRINGS_CLEAR = "DELETE FROM search_string";
    DATES_CLEAR = "DELETE FROM search_date";
    QUANTITIES_CLEAR = "DELETE FROM search_quantity";
    INDEX_VERSION_GET = "SELECT value FROM position WHERE name = 'search'";
    INDEX_VERSION_PUT = "INSERT INTO position (name, value) VALUES ('search', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    RESOURCES_AFTER = "SELECT tenant, resource_type, number, id, version, patient FROM resource
        WHERE (tenant, resource_type, number) > ($1, $2, $3) AND deleted = 0
        ORDER BY tenant, resource_type, number LIMIT $4";

    STATEMENTS_OF_PATIENT = "SELECT v.id, v.version, v.patient, v.recorded, v.withdrawn, v.sha256,
        v.body FROM statement s JOIN statement_version v ON v.tenant = s.tenant AND v.id = s.id
        AND v.version = s.version
        WHERE s.tenant = $1 AND s.patient = $2 AND s.withdrawn = 0";
    STATEMENTS_CURRENT = "SELECT id, version, sha256 FROM statement
        WHERE tenant = $1 AND patient = $2 AND withdrawn = 0 ORDER BY id";
    STATEMENT_HEAD = "SELECT version, patient, withdrawn, sha256 FROM statement
        WHERE tenant = $1 AND id = $2";
    STATEMENT_CURRENT = "SELECT v.id, v.version, v.patient, v.recorded, v.withdrawn, v.sha256,
        v.body FROM statement s JOIN statement_version v ON v.tenant = s.tenant AND v.id = s.id
        AND v.version = s.version WHERE s.tenant = $1 AND s.id = $2";
    STATEMENT_VERSION = "SELECT v.id, v.version, v.patient, v.recorded, v.withdrawn, v.sha256,
        v.body FROM statement_version v WHERE v.tenant = $1 AND v.id = $2 AND v.version = $3";
    STATEMENT_PUT = "INSERT INTO statement (tenant, id, patient, version, withdrawn, sha256)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, id) DO UPDATE
        SET version = excluded.version, withdrawn = excluded.withdrawn, sha256 = excluded.sha256";
    STATEMENT_VERSION_PUT = "INSERT INTO statement_version (tenant, id, version, patient, sequence,
        recorded, withdrawn, sha256, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    CHANGE_PUT = "INSERT INTO change (tenant, sequence, kind, resource_type, id, version, patient,
        deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CURSOR_GET = "SELECT sequence FROM feed_cursor WHERE tenant = $1 AND name = $2";
    CURSOR_PUT = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, name) DO UPDATE SET sequence = excluded.sequence";

    CURSOR_TAKE = "UPDATE feed_cursor SET sequence = sequence WHERE tenant = $1 AND name = $2
        RETURNING sequence";
    CURSOR_BEGIN = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, 0)
        ON CONFLICT DO NOTHING";
    SEARCH_CURSORS_CLEAR = "DELETE FROM feed_cursor WHERE name = 'search'";
    SEARCH_CURSORS_AT_END = "INSERT INTO feed_cursor (tenant, name, sequence)
        SELECT tenant, 'search', max(sequence) FROM change GROUP BY tenant";
    CHANGES_AFTER = "SELECT sequence, kind, resource_type, id, version, deleted FROM change
        WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
    RESOURCE_CHANGED = "SELECT sequence FROM change WHERE tenant = $1 AND sequence > $2
        AND kind = 'resource' ORDER BY sequence LIMIT 1";
    TYPE_CHANGED = "SELECT sequence FROM change WHERE tenant = $1 AND sequence > $2
        AND kind = 'resource' AND resource_type = $3 ORDER BY sequence LIMIT 1";

    RAW_STATE_GET = "SELECT state, problems FROM raw_state WHERE tenant = $1 AND raw = $2";
    RAW_STATE_PUT = "INSERT INTO raw_state (tenant, raw, state, problems, changed, reading)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, raw) DO UPDATE
        SET state = excluded.state, problems = excluded.problems, changed = excluded.changed,
        reading = excluded.reading";
    RAW_READING_GET = "SELECT reading FROM raw_state WHERE tenant = $1 AND raw = $2
        AND state = $3";
    RAW_READING_PUT = "UPDATE raw_state SET reading = $1 WHERE tenant = $2 AND raw = $3
        AND state = $4";
    VERSION_SOURCE = "SELECT v.version, v.deleted, v.raw FROM resource r JOIN resource_version v
        ON v.tenant = r.tenant AND v.resource_type = r.resource_type AND v.id = r.id
        AND v.version = r.version
        WHERE r.tenant = $1 AND r.resource_type = $2 AND r.id = $3";
    RAW_READING_END = "UPDATE raw_state SET reading = NULL WHERE tenant = $1
        AND reading IS NOT NULL AND raw IN (SELECT v.raw FROM resource_version v
        WHERE v.tenant = $1 AND v.resource_type = $2 AND v.id = $3 AND v.version = $4)";
    RAW_PATIENT_PUT = "INSERT INTO raw_patient (tenant, raw, patient) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    RAW_PATIENTS = "SELECT patient FROM raw_patient WHERE tenant = $1 AND raw = $2
        ORDER BY patient";

    RAWS_OF_PATIENT = "SELECT raw FROM raw_patient WHERE tenant = $1 AND patient = $2
        ORDER BY raw DESC LIMIT $3";

    REVIEW_PUT = "INSERT INTO review (tenant, id, created, resolved, body)
        VALUES ($1, $2, $3, 0, $4)";
    REVIEWS_OPEN = "SELECT id, created, resolved, body, resolution FROM review
        WHERE tenant = $1 AND resolved = 0 ORDER BY id LIMIT $2";
    REVIEWS_ALL = "SELECT id, created, resolved, body, resolution FROM review
        WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
    REVIEW_GET = "SELECT id, created, resolved, body, resolution FROM review
        WHERE tenant = $1 AND id = $2";
    REVIEW_RESOLVE = "UPDATE review SET resolved = 1, resolution = $1
        WHERE tenant = $2 AND id = $3 AND resolved = 0";
    REVIEW_BODY_PUT = "UPDATE review SET body = $1
        WHERE tenant = $2 AND id = $3 AND resolved = 0";
    REVIEWS_OPEN_COUNT = "SELECT count(*) FROM review WHERE tenant = $1 AND resolved = 0";
    REVIEWS_COUNT = "SELECT count(*) FROM review WHERE resolved = 0";

    ACCOUNT_PUT = "INSERT INTO account (tenant, login, display_name, role, password_hash, scope,
        changed) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, login) DO UPDATE
        SET display_name = excluded.display_name, role = excluded.role,
        password_hash = excluded.password_hash, scope = excluded.scope,
        changed = excluded.changed";
    ACCOUNT_GET = "SELECT login, display_name, role, password_hash, scope FROM account
        WHERE tenant = $1 AND login = $2";
    ACCOUNTS = "SELECT login, display_name, role, password_hash, scope FROM account
        WHERE tenant = $1 ORDER BY login LIMIT $2";
    ACCOUNTS_OF_ROLE = "SELECT login, display_name, role, password_hash, scope FROM account
        WHERE tenant = $1 AND role = $2 ORDER BY login LIMIT $3";
    ACCOUNT_HASH_SET = "UPDATE account SET password_hash = $1, changed = $2
        WHERE tenant = $3 AND login = $4";
    CLIENT_PUT = "INSERT INTO client (tenant, id, name, role, token_sha256, changed, scopes)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, id) DO UPDATE
        SET name = excluded.name, role = excluded.role, token_sha256 = excluded.token_sha256,
        changed = excluded.changed, scopes = excluded.scopes";
    CLIENT_BY_TOKEN = "SELECT id, name, role, token_sha256, scopes FROM client
        WHERE tenant = $1 AND token_sha256 = $2";
    CLIENTS = "SELECT id, name, role, token_sha256, scopes FROM client WHERE tenant = $1
        ORDER BY id LIMIT $2";
    CLIENT_GET = "SELECT id, name, role, token_sha256, scopes FROM client
        WHERE tenant = $1 AND id = $2";

    SHOWN_PUT = "INSERT INTO shown (tenant, patient, shown_key, card, service, rule, pack,
        recorded, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (tenant, patient, shown_key) DO UPDATE SET card = excluded.card,
        service = excluded.service, rule = excluded.rule, pack = excluded.pack,
        recorded = excluded.recorded, body = excluded.body";
    SHOWN_SINCE = "SELECT patient, shown_key, card, service, rule, recorded, body FROM shown
        WHERE tenant = $1 AND recorded >= $2 ORDER BY recorded DESC, shown_key LIMIT $3";
    FEEDBACK_SINCE = "SELECT id, card, outcome, patient, body FROM feedback
        WHERE tenant = $1 AND recorded >= $2 ORDER BY recorded DESC, id DESC LIMIT $3";
    SHOWN_KEYS = "SELECT shown_key FROM shown WHERE tenant = $1 AND patient = $2";
    SHOWN_PATIENT = "SELECT patient FROM shown WHERE tenant = $1 AND card = $2";
    FEEDBACK_PUT = "INSERT INTO feedback (tenant, id, service, card, outcome, patient, recorded,
        digest, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    FEEDBACK_CARDS = "SELECT DISTINCT card FROM feedback
        WHERE tenant = $1 AND service = $2 AND outcome = $3 AND patient = $4";
    FEEDBACK_LATEST = "SELECT id, service, card, outcome, patient, recorded, body FROM feedback
        WHERE tenant = $1";

    EXPORT_PUT = "INSERT INTO export_job (tenant, id, actor, started, sequence, request)
        VALUES ($1, $2, $3, $4, $5, $6)";
    EXPORT_GET = "SELECT id, actor, started, sequence, request FROM export_job
        WHERE tenant = $1 AND id = $2 AND actor = $3";
    EXPORTS_DROP_ENDED = "DELETE FROM export_job WHERE tenant = $1 AND started <= $2";
    EXPORT_DROP = "DELETE FROM export_job WHERE tenant = $1 AND id = $2 AND actor = $3";

    PACK_PUT = "INSERT INTO pack (tenant, digest, pack, version, date, kept)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    PACK_FILE_PUT = "INSERT INTO pack_file (tenant, digest, path, body)
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    PACK_GET = "SELECT pack FROM pack WHERE tenant = $1 AND digest = $2";
    PACK_FILES = "SELECT path, body FROM pack_file WHERE tenant = $1 AND digest = $2
        ORDER BY path";
    PACK_NAMED = "SELECT pack, version, date FROM pack WHERE tenant = $1 AND digest = $2";

    ADOPTION_LAST = "SELECT coalesce(max(number), 0) FROM pack_adoption WHERE tenant = $1";
    ADOPTION_PUT = "INSERT INTO pack_adoption (tenant, id, number, digest, former, actor, started,
        finished, patients, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')";
    ADOPTIONS_LATEST = "SELECT id, digest, former, actor, started, finished, patients, place
        FROM pack_adoption WHERE tenant = $1 ORDER BY number DESC LIMIT $2";
    ADOPTION_GET = "SELECT id, digest, former, actor, started, finished, patients, place
        FROM pack_adoption WHERE tenant = $1 AND id = $2";
    ADOPTION_FINISHED = "SELECT digest FROM pack_adoption WHERE tenant = $1 AND finished > 0
        ORDER BY number DESC LIMIT 1";
    ADOPTION_ADVANCE = "UPDATE pack_adoption SET place = $1, patients = patients + $2
        WHERE tenant = $3 AND id = $4 AND place < $5 AND finished = 0";
    ADOPTION_FINISH = "UPDATE pack_adoption SET finished = $1
        WHERE tenant = $2 AND id = $3 AND finished = 0";
    STATEMENT_PATIENTS = "SELECT DISTINCT patient FROM statement WHERE tenant = $1 AND patient > $2
        AND withdrawn = 0 ORDER BY patient LIMIT $3";
    PACK_CHANGE_PUT = "INSERT INTO pack_change (tenant, adoption, patient, current, body)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    PACK_CHANGES = "SELECT patient, current, body FROM pack_change WHERE tenant = $1
        AND adoption = $2 AND patient > $3 ORDER BY patient LIMIT $4";
    PACK_CHANGES_COUNT = "SELECT count(*), count(CASE WHEN current = 1 THEN 1 END)
        FROM pack_change WHERE tenant = $1 AND adoption = $2";

    DATA_KEY_DROP = "DELETE FROM data_key WHERE tenant = $1 AND owner = $2";
    SUBSCRIPTION_HEAD = "SELECT actor, revision FROM subscription WHERE tenant = $1 AND id = $2";
    SUBSCRIPTION_PUT = "INSERT INTO subscription (tenant, id, actor, status, revision, sequence,
        events, delivered, failures, retry_at, sent_at, body)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, $7, $8)";
    SUBSCRIPTION_RENEW = "UPDATE subscription SET status = $1, revision = $2, failures = 0,
        retry_at = 0, body = $3 WHERE tenant = $4 AND id = $5";
    SUBSCRIPTIONS = "SELECT id, actor, status, revision, sequence, events, delivered, failures,
        retry_at, sent_at, body FROM subscription WHERE tenant = $1 ORDER BY id";
    SUBSCRIPTIONS_COUNT = "SELECT count(*) FROM subscription WHERE tenant = $1";
    SUBSCRIPTION_SET = "UPDATE subscription SET status = $1, delivered = $2, failures = $3,
        retry_at = $4, sent_at = $5 WHERE tenant = $6 AND id = $7 AND revision = $8";
    SUBSCRIPTION_ADVANCE = "UPDATE subscription SET sequence = $1
        WHERE tenant = $2 AND id = $3 AND sequence = $4 RETURNING events, delivered";
    SUBSCRIPTION_COUNT = "UPDATE subscription SET events = $1 WHERE tenant = $2 AND id = $3";
    SUBSCRIPTION_DROP = "DELETE FROM subscription WHERE tenant = $1 AND id = $2 AND actor = $3";
    SUBSCRIPTION_EVENT_PUT = "INSERT INTO subscription_event (tenant, subscription, number,
        sequence, recorded, kind, resource_type, id, version, patient, deleted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    SUBSCRIPTION_EVENTS = "SELECT number, sequence, recorded, kind, resource_type, id, version,
        patient, deleted FROM subscription_event WHERE tenant = $1 AND subscription = $2
        AND number >= $3 AND number <= $4 ORDER BY number LIMIT $5";
    SUBSCRIPTION_EVENTS_DROP =
        "DELETE FROM subscription_event WHERE tenant = $1 AND subscription = $2";
    SUBSCRIPTION_EVENTS_LET_GO = "DELETE FROM subscription_event
        WHERE tenant = $1 AND subscription = $2 AND number <= $3";

    CARE_PUT = "INSERT INTO care (tenant, patient, actor, begins, ends, source)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, patient, actor, begins)
        DO UPDATE SET ends = excluded.ends, source = excluded.source";
    CARE_OF_PATIENT = "SELECT patient, actor, begins, ends, source FROM care
        WHERE tenant = $1 AND patient = $2 ORDER BY actor, begins LIMIT $3";
    ACTOR_REFERENCE_PUT = "INSERT INTO actor_reference (tenant, actor, reference)
        VALUES ($1, $2, $3) ON CONFLICT (tenant, actor, reference) DO NOTHING";
    ACTOR_REFERENCE_DROP =
        "DELETE FROM actor_reference WHERE tenant = $1 AND actor = $2 AND reference = $3";
    VERSION_LABEL_PUT = "INSERT INTO resource_label (tenant, resource_type, id, version, label,
        patient) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, resource_type, id, version, label) DO NOTHING";
    EARLIER_VERSIONS_LABEL = "INSERT INTO resource_label (tenant, resource_type, id, version,
        label, patient) SELECT v.tenant, v.resource_type, v.id, v.version, CAST($1 AS TEXT),
        v.patient FROM resource_version v WHERE v.tenant = $2 AND v.resource_type = $3
        AND v.id = $4 AND v.version < $5
        ON CONFLICT (tenant, resource_type, id, version, label) DO NOTHING";
    VERSION_LABELS = "SELECT label FROM resource_label
        WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4 ORDER BY label";
    VERSION_LABELS_DROP = "DELETE FROM resource_label
        WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4";
    LABEL_LIST_GET = "SELECT value FROM position WHERE name = 'label'";
    LABEL_LIST_PUT = "INSERT INTO position (name, value) VALUES ('label', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    VERSIONS_AFTER = "SELECT tenant, resource_type, id, version, patient, deleted
        FROM resource_version WHERE (tenant, resource_type, id, version) > ($1, $2, $3, $4)
        ORDER BY tenant, resource_type, id, version LIMIT $5";
    CONSENT_RULE_PUT = "INSERT INTO consent_rule (tenant, patient, consent, place, number, version,
        gives, purpose, actor, label, resource_type, instance, begins, ends, data_begins, data_ends)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    CONSENT_RULES_DROP = "DELETE FROM consent_rule WHERE tenant = $1 AND consent = $2";
    EMERGENCY_PUT = "INSERT INTO emergency (tenant, id, patient, actor, reason, begins, ends, due,
        reviewed, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    EMERGENCY_GET = "SELECT id, patient, actor, reason, begins, ends, due, reviewed, body
        FROM emergency WHERE tenant = $1 AND id = $2";
    EMERGENCY_OPEN = "SELECT id, patient, actor, reason, begins, ends, due, reviewed, body
        FROM emergency WHERE tenant = $1 AND patient = $2 AND actor = $3 AND begins <= $4
        AND ends > $4 ORDER BY ends DESC LIMIT 1";
    EMERGENCIES_DUE = "SELECT id, patient, actor, reason, begins, ends, due, reviewed, body
        FROM emergency WHERE tenant = $1 AND reviewed = 0 ORDER BY due, id LIMIT $2";
    EMERGENCY_REVIEW = "UPDATE emergency SET reviewed = $1, body = $2
        WHERE tenant = $3 AND id = $4 AND reviewed = 0";
    POLICY_SET_LAST = "SELECT number, digest, actor, adopted, body FROM policy_set
        WHERE tenant = $1 ORDER BY number DESC LIMIT 1";
    POLICY_SETS = "SELECT number, digest, actor, adopted, body FROM policy_set
        WHERE tenant = $1 ORDER BY number DESC LIMIT $2";
    POLICY_SET_PUT = "INSERT INTO policy_set (tenant, number, digest, actor, adopted, body)
        VALUES ($1, $2, $3, $4, $5, $6)";
}
