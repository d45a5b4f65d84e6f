//! Statements about what was read from documents, of `record.db`.

super::statements! {
    EXTRACTION_PUT = "INSERT INTO extraction (tenant, id, patient, created, state, version, body)
        VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (tenant, id) DO NOTHING";
    EXTRACTION_GET = "SELECT id, patient, created, state, version, body FROM extraction
        WHERE tenant = $1 AND id = $2";
    EXTRACTIONS_OPEN = "SELECT id, patient, created, state, version, body FROM extraction
        WHERE tenant = $1 AND state = 'open' ORDER BY created, id LIMIT $2";
    EXTRACTIONS_DONE = "SELECT id, patient, created, state, version, body FROM extraction
        WHERE tenant = $1 AND state <> 'open' ORDER BY created DESC, id LIMIT $2";
    EXTRACTIONS_OF = "SELECT id, patient, created, state, version, body FROM extraction
        WHERE tenant = $1 AND patient = $2 ORDER BY created, id";
    EXTRACTIONS_ANY_OF = "SELECT 1 FROM extraction WHERE tenant = $1 AND patient = $2 LIMIT 1";
    EXTRACTION_DECIDE = "UPDATE extraction SET state = $1, body = $2, version = version + 1
        WHERE tenant = $3 AND id = $4 AND version = $5 AND state = 'open'";
    EXTRACTIONS_DROP = "DELETE FROM extraction WHERE tenant = $1 AND patient = $2";
}
