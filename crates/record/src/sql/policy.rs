//! Statements about policies that are proposed, of `record.db`.

super::statements! {
    PROPOSAL_PUT = "INSERT INTO policy_proposal (tenant, id, former, digest, actor, proposed, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PROPOSAL_GET = "SELECT id, former, digest, actor, proposed, body FROM policy_proposal
        WHERE tenant = $1 AND id = $2";
    PROPOSALS = "SELECT id, former, digest, actor, proposed, body FROM policy_proposal
        WHERE tenant = $1 AND former = $2 ORDER BY id DESC LIMIT $3";
}
