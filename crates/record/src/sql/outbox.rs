//! Statements about destinations and what is to be sent to them, of `record.db`.

super::statements! {
    DESTINATION_PUT = "INSERT INTO destination (tenant, id, sequence, dispatches, failures,
        retry_at, acknowledged, failure, holder, held_until)
        VALUES ($1, $2, $3, 0, 0, 0, 0, '', '', 0) ON CONFLICT (tenant, id) DO NOTHING";
    DESTINATIONS_COUNT = "SELECT count(*) FROM destination WHERE tenant = $1";
    DESTINATION_TAKE = "UPDATE destination SET holder = $1, held_until = $2
        WHERE tenant = $3 AND id = $4 AND (holder = $5 OR held_until <= $6)
        RETURNING sequence, failures, retry_at, acknowledged, failure";
    DESTINATION_LEAVE = "UPDATE destination SET held_until = 0
        WHERE tenant = $1 AND id = $2 AND holder = $3";
    DESTINATION_ADVANCE = "UPDATE destination SET sequence = $1
        WHERE tenant = $2 AND id = $3 AND sequence = $4 RETURNING dispatches";
    DESTINATION_NUMBERED = "UPDATE destination SET dispatches = $1 WHERE tenant = $2 AND id = $3";
    DESTINATION_STANDS = "UPDATE destination SET failures = $1, retry_at = $2, acknowledged = $3,
        failure = $4 WHERE tenant = $5 AND id = $6 AND holder = $7";
    DESTINATIONS = "SELECT id, sequence, failures, retry_at, acknowledged, failure
        FROM destination WHERE tenant = $1 ORDER BY id";
    DISPATCHES_COUNT = "SELECT destination, state, count(*), min(recorded) FROM dispatch
        WHERE tenant = $1 AND state <> 'delivered' GROUP BY destination, state";
    DISPATCHES_DELIVERED = "SELECT destination, count(*) FROM dispatch
        WHERE tenant = $1 AND state = 'delivered' GROUP BY destination";
    OUTBOX_STANDS = "SELECT d.tenant, d.id, d.failures, d.retry_at, d.acknowledged, p.state,
        count(p.number), min(p.recorded) FROM destination d LEFT JOIN dispatch p
        ON p.tenant = d.tenant AND p.destination = d.id AND p.state IN ('queued', 'held', 'parked')
        GROUP BY d.tenant, d.id, d.failures, d.retry_at, d.acknowledged, p.state";

    DISPATCH_WAITS = "SELECT 1 FROM dispatch WHERE tenant = $1 AND destination = $2
        AND patient = $3 AND state IN ('parked', 'held') LIMIT 1";
    DISPATCH_PUT = "INSERT INTO dispatch (tenant, destination, number, id, event, patient, sequence,
        kind, resource_type, resource, version, deleted, recorded, state, attempts, failed_since,
        retry_at, settled, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, 0, 0, '')";
    DISPATCHES_DUE = "SELECT d.number, d.id, d.event, d.patient, d.sequence, d.kind,
        d.resource_type, d.resource, d.version, d.deleted, d.recorded, d.state, d.attempts,
        d.failed_since, d.retry_at, d.settled, d.reason FROM dispatch d
        WHERE d.tenant = $1 AND d.destination = $2 AND d.state = 'queued' AND d.retry_at <= $3
        AND NOT EXISTS (SELECT 1 FROM dispatch b WHERE b.tenant = d.tenant
            AND b.destination = d.destination AND b.patient = d.patient AND b.state = 'queued'
            AND b.number < d.number AND b.retry_at > $3)
        ORDER BY d.number LIMIT $4";
    DISPATCHES = "SELECT number, id, event, patient, sequence, kind, resource_type, resource,
        version, deleted, recorded, state, attempts, failed_since, retry_at, settled, reason
        FROM dispatch WHERE tenant = $1 AND destination = $2 AND state = $3 AND number > $4
        ORDER BY number LIMIT $5";
    DISPATCH_GET = "SELECT number, id, event, patient, sequence, kind, resource_type, resource,
        version, deleted, recorded, state, attempts, failed_since, retry_at, settled, reason
        FROM dispatch WHERE tenant = $1 AND destination = $2 AND number = $3";
    DISPATCH_STANDS = "UPDATE dispatch SET state = $1, attempts = $2, failed_since = $3,
        retry_at = $4, settled = $5, reason = $6
        WHERE tenant = $7 AND destination = $8 AND number = $9 AND state = 'queued'";
    DISPATCH_SET = "UPDATE dispatch SET state = $1, attempts = 0, failed_since = 0, retry_at = 0,
        settled = $2, reason = $3 WHERE tenant = $4 AND destination = $5 AND number = $6";
    DISPATCHES_HOLD = "UPDATE dispatch SET state = 'held' WHERE tenant = $1 AND destination = $2
        AND patient = $3 AND number > $4 AND state = 'queued'";
    DISPATCH_FIRST_PARKED = "SELECT number FROM dispatch WHERE tenant = $1 AND destination = $2
        AND patient = $3 AND state = 'parked' ORDER BY number LIMIT 1";
    DISPATCHES_FREE = "UPDATE dispatch SET state = 'queued' WHERE tenant = $1 AND destination = $2
        AND patient = $3 AND state = 'held' AND number < $4";
    DISPATCHES_AGAIN = "UPDATE dispatch SET state = 'queued', attempts = 0, failed_since = 0,
        retry_at = 0, settled = 0, reason = '' WHERE tenant = $1 AND destination = $2
        AND patient = $3 AND number >= $4
        AND (state IN ('delivered', 'withheld') OR (number = $4 AND state = 'skipped'))";
    DISPATCHES_LET_GO = "DELETE FROM dispatch WHERE tenant = $1 AND destination = $2
        AND number <= $3 AND state IN ('delivered', 'skipped', 'withheld')";
}
