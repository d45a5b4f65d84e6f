//! Statements of log-ins: sessions and tickets in `decision.db`, because they are written often and
//! readers of the record should not decrypt their pages anew for it; the rest in `record.db`.

super::statements! {
    SESSION_PUT = "INSERT INTO session (tenant, token_sha256, login, begun, seen, proven, factors,
        expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    SESSION_GET = "SELECT token_sha256, login, begun, seen, proven, factors, expires FROM session
        WHERE tenant = $1 AND token_sha256 = $2 AND expires > $3 AND seen > $4";
    SESSION_SEEN = "UPDATE session SET seen = $1 WHERE tenant = $2 AND token_sha256 = $3
        AND seen < $4";
    SESSION_DROP = "DELETE FROM session WHERE tenant = $1 AND token_sha256 = $2";
    SESSIONS_OF_DROP = "DELETE FROM session WHERE tenant = $1 AND login = $2";
    SESSIONS_DROP_EXPIRED = "DELETE FROM session WHERE tenant = $1
        AND (expires <= $2 OR seen <= $3)";

    TICKET_PUT = "INSERT INTO ticket (tenant, sha256, kind, family, client, login, used, expires,
        body) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) ON CONFLICT DO NOTHING";
    TICKET_GET = "SELECT sha256, kind, family, client, login, used, expires, body FROM ticket
        WHERE tenant = $1 AND sha256 = $2 AND kind = $3 AND expires > $4";
    TICKET_USE = "UPDATE ticket SET used = $1 WHERE tenant = $2 AND sha256 = $3 AND kind = $4
        AND used = 0 AND expires > $5";
    TICKETS_OF_FAMILY_DROP = "DELETE FROM ticket WHERE tenant = $1 AND family = $2";
    TICKETS_OF_LOGIN_DROP = "DELETE FROM ticket WHERE tenant = $1 AND login = $2";
    TICKETS_OF_CLIENT_DROP = "DELETE FROM ticket WHERE tenant = $1 AND client = $2";
    TICKETS_DROP_EXPIRED = "DELETE FROM ticket WHERE tenant = $1 AND expires <= $2";

    REGISTRATION_PUT = "INSERT INTO registration (tenant, id, issuer, changed, body)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, id) DO UPDATE SET
        issuer = excluded.issuer, changed = excluded.changed, body = excluded.body";
    REGISTRATION_GET = "SELECT id, body FROM registration WHERE tenant = $1 AND id = $2";
    REGISTRATION_OF_ISSUER = "SELECT id, body FROM registration WHERE tenant = $1 AND issuer = $2
        ORDER BY id LIMIT 1";
    REGISTRATIONS = "SELECT id, body FROM registration WHERE tenant = $1 ORDER BY id LIMIT $2";
    REGISTRATION_DROP = "DELETE FROM registration WHERE tenant = $1 AND id = $2";

    LINK_PUT = "INSERT INTO account_link (tenant, kind, value, login) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, kind, value) DO UPDATE SET login = excluded.login";
    LINKS_OF_DROP = "DELETE FROM account_link WHERE tenant = $1 AND login = $2 AND kind = $3";
    LINK_OF = "SELECT value FROM account_link WHERE tenant = $1 AND login = $2 AND kind = $3
        ORDER BY value LIMIT 1";
    LINKED = "SELECT login FROM account_link WHERE tenant = $1 AND kind = $2 AND value = $3";

    CREDENTIAL_PUT = "INSERT INTO credential (tenant, login, kind, id, counter, created, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, login, kind, id) DO UPDATE SET
        counter = excluded.counter, created = excluded.created, body = excluded.body";
    CREDENTIALS = "SELECT login, kind, id, counter, created, body FROM credential
        WHERE tenant = $1 AND login = $2 AND kind = $3 ORDER BY id LIMIT $4";
    CREDENTIAL_OF_ID = "SELECT login, kind, id, counter, created, body FROM credential
        WHERE tenant = $1 AND kind = $2 AND id = $3 ORDER BY login LIMIT 1";
    CREDENTIAL_USE = "UPDATE credential SET counter = $1 WHERE tenant = $2 AND login = $3
        AND kind = $4 AND id = $5 AND counter < $6";
    CREDENTIAL_DROP = "DELETE FROM credential WHERE tenant = $1 AND login = $2 AND kind = $3
        AND id = $4";
    CREDENTIALS_DROP = "DELETE FROM credential WHERE tenant = $1 AND login = $2 AND kind = $3";

    SIGNING_KEY_PUT = "INSERT INTO signing_key (tenant, id, created, body) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    SIGNING_KEYS = "SELECT id, created, body FROM signing_key WHERE tenant = $1
        ORDER BY created DESC, id LIMIT $2";
    SIGNING_KEYS_DROP = "DELETE FROM signing_key WHERE tenant = $1 AND created < $2";
}
