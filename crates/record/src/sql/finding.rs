//! Statements about findings of the review of the audit log, of `record.db`.

super::statements! {
    FINDING_LAST = "SELECT id, actor, day, rule, number, found, due, answered, body FROM finding
        WHERE tenant = $1 AND actor = $2 AND day = $3 AND rule = $4
        ORDER BY number DESC LIMIT 1";
    FINDING_PUT = "INSERT INTO finding (tenant, actor, day, rule, number, id, found, due, answered,
        body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
        ON CONFLICT (tenant, actor, day, rule, number) DO NOTHING";
    FINDING_GROWN = "UPDATE finding SET body = $1 WHERE tenant = $2 AND id = $3 AND answered = 0";
    FINDING_GET = "SELECT id, actor, day, rule, number, found, due, answered, body FROM finding
        WHERE tenant = $1 AND id = $2";
    FINDINGS_DUE = "SELECT id, actor, day, rule, number, found, due, answered, body FROM finding
        WHERE tenant = $1 AND answered = 0 ORDER BY due, id LIMIT $2";
    FINDINGS_OPEN = "SELECT id, actor, day, rule, number, found, due, answered, body FROM finding
        WHERE tenant = $1 AND answered = 0 AND (due > $2 OR (due = $2 AND id > $3))
        ORDER BY due, id LIMIT $4";
    EMERGENCIES_OPEN = "SELECT id, patient, actor, reason, begins, ends, due, reviewed, body
        FROM emergency WHERE tenant = $1 AND reviewed = 0
        AND (due > $2 OR (due = $2 AND id > $3)) ORDER BY due, id LIMIT $4";
    EMERGENCY_TOLD = "UPDATE emergency SET body = $1 WHERE tenant = $2 AND id = $3
        AND reviewed = 0";
    FINDINGS_ANSWERED = "SELECT id, actor, day, rule, number, found, due, answered, body
        FROM finding WHERE tenant = $1 AND answered > 0 ORDER BY answered DESC, id LIMIT $2";
    FINDING_ANSWER = "UPDATE finding SET answered = $1, body = $2
        WHERE tenant = $3 AND id = $4 AND answered = 0";
    FINDINGS_WAITING = "SELECT count(*) FROM finding WHERE tenant = $1 AND answered = 0";
    EMERGENCIES_WAITING = "SELECT count(*) FROM emergency WHERE tenant = $1 AND reviewed = 0";
    CARE_OF_ACTOR = "SELECT patient FROM care
        WHERE tenant = $1 AND actor = $2 AND begins < $3 AND ends > $4";
}
