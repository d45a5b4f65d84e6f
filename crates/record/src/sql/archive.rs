//! Statements of `archive.db`; those of its data keys are the ones of `record.db`.

super::statements! {
    SEQUENCE_NEXT = "UPDATE position SET value = value + 1 WHERE name = 'raw' RETURNING value";
    RAW_PUT = "INSERT INTO raw (tenant, id, sequence, feed, door, media_type, message_key, peer,
        received, state, sha256, length_bytes, acknowledgement, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    RAW_STATE_PUT = "UPDATE raw SET state = $1 WHERE tenant = $2 AND id = $3";
    RAW_ACKNOWLEDGEMENT_PUT =
        "UPDATE raw SET acknowledgement = $1 WHERE tenant = $2 AND id = $3";
    RAW_GET = "SELECT id, sequence, feed, door, media_type, message_key, peer, received, state,
        sha256, length_bytes, acknowledgement FROM raw WHERE tenant = $1 AND id = $2";
    RAW_BODY = "SELECT coalesce(b.body, r.body) FROM raw r LEFT JOIN raw_body b
        ON b.tenant = r.tenant AND b.id = r.id WHERE r.tenant = $1 AND r.id = $2";
    RAW_BODY_PUT = "INSERT INTO raw_body (tenant, id, body) VALUES ($1, $2, $3)";
    RAW_LATEST = "SELECT id, sequence, feed, door, media_type, message_key, peer, received, state,
        sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 ORDER BY sequence DESC LIMIT $2";
    RAW_LATEST_IN_STATE = "SELECT id, sequence, feed, door, media_type, message_key, peer,
        received, state, sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND state = $2 ORDER BY sequence DESC LIMIT $3";
    RAW_IN_STATE_AFTER = "SELECT id, sequence, feed, door, media_type, message_key, peer,
        received, state, sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND state = $2 AND sequence > $3 ORDER BY sequence LIMIT $4";
    RAW_AFTER = "SELECT id, sequence, feed, door, media_type, message_key, peer, received, state,
        sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
    RAW_BEFORE = "SELECT id, sequence, feed, door, media_type, message_key, peer, received, state,
        sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3";
    RAW_IN_STATE_BEFORE = "SELECT id, sequence, feed, door, media_type, message_key, peer,
        received, state, sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND state = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4";
    RAW_FROM = "SELECT sequence, received FROM raw WHERE tenant = $1 AND sequence >= $2
        ORDER BY sequence LIMIT 1";
    RAW_HOURS = "SELECT feed, state, received / 3600000000, count(*), max(received)
        FROM raw WHERE tenant = $1 AND sequence >= $2 GROUP BY 1, 2, 3";
    // No index has this order, so the few that are held are found by their state.
    RAW_HELD = "SELECT feed || '', count(*), min(received) FROM raw
        WHERE tenant = $1 AND state = $2 GROUP BY feed || ''";
    RAW_LAST_OF_FEED = "SELECT sequence, received FROM raw WHERE tenant = $1 AND feed = $2
        ORDER BY sequence DESC LIMIT 1";
    RAW_BY_KEY = "SELECT id, sequence, feed, door, media_type, message_key, peer, received, state,
        sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND feed = $2 AND message_key = $3 AND state <> $4
        ORDER BY sequence DESC LIMIT 1";
    RAW_BY_KEY_AND_DIGEST = "SELECT id, sequence, feed, door, media_type, message_key, peer,
        received, state, sha256, length_bytes, acknowledgement FROM raw
        WHERE tenant = $1 AND feed = $2 AND message_key = $3 AND state <> $4 AND sha256 = $5
        ORDER BY sequence DESC LIMIT 1";
    RAW_KEY_USED_BEFORE = "SELECT 1 FROM raw WHERE tenant = $1 AND feed = $2 AND message_key = $3
        AND sequence < $4 AND sha256 <> $5 LIMIT 1";
    RAW_STATES = "SELECT state, count(*) FROM raw GROUP BY state ORDER BY state";
}
