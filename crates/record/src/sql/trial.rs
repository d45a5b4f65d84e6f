//! Statements about trials, of `record.db`.

super::statements! {
    TRIAL_HEAD_PUT = "INSERT INTO trial (tenant, id, version, registry) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version,
        registry = excluded.registry";
    TRIALS_COUNT = "SELECT count(*) FROM trial WHERE tenant = $1";
    TRIAL_VERSIONS_COUNT = "SELECT count(*) FROM trial_version WHERE tenant = $1";
    TRIALS_OF_REGISTRY = "SELECT id FROM trial WHERE tenant = $1 AND registry = $2";
    TRIALS = "SELECT v.id, v.version, v.registry, v.retired, v.sha256, v.raw, v.actor, v.recorded,
        v.body FROM trial t JOIN trial_version v ON v.tenant = t.tenant AND v.id = t.id
        AND v.version = t.version WHERE t.tenant = $1 AND t.id > $2 ORDER BY t.id LIMIT $3";
    TRIAL_CURRENT = "SELECT v.id, v.version, v.registry, v.retired, v.sha256, v.raw, v.actor,
        v.recorded, v.body FROM trial t JOIN trial_version v ON v.tenant = t.tenant
        AND v.id = t.id AND v.version = t.version WHERE t.tenant = $1 AND t.id = $2";
    TRIAL_VERSIONS = "SELECT id, version, registry, retired, sha256, raw, actor, recorded, body
        FROM trial_version WHERE tenant = $1 AND id = $2 ORDER BY version DESC LIMIT $3";
    STATUS_LAST = "SELECT coalesce(max(number), 0) FROM trial_status WHERE tenant = $1";
    STATUS_PUT = "INSERT INTO trial_status (tenant, number, patient, trial, cohort, is_out,
        recorded, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    WATCHED = "SELECT patient FROM trial_watch WHERE tenant = $1 AND patient > $2
        ORDER BY patient LIMIT $3";
    DUE = "SELECT patient FROM trial_watch WHERE tenant = $1 AND due > 0 AND due <= $2
        ORDER BY due, patient LIMIT $3";
    WATCH_PUT = "INSERT INTO trial_watch (tenant, patient, due) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, patient) DO UPDATE SET due = excluded.due";
    WATCH_SOONER = "INSERT INTO trial_watch (tenant, patient, due) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, patient) DO UPDATE SET due = excluded.due
        WHERE excluded.due > 0 AND (trial_watch.due = 0 OR excluded.due < trial_watch.due)";
    WATCH_DROP = "DELETE FROM trial_watch WHERE tenant = $1 AND patient = $2";
    TRIAL_VERSION_PUT = "INSERT INTO trial_version (tenant, id, version, registry, retired, sha256,
        raw, actor, recorded, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
}
