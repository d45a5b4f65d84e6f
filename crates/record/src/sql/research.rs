//! Statements about projects of research, of `record.db`.

super::statements! {
    PROJECT_PUT = "INSERT INTO project (tenant, id, owner, created, ends, ended, key_version,
        secret, body) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)";
    PROJECT_GET = "SELECT id, owner, created, ends, ended, key_version, secret, body FROM project
        WHERE tenant = $1 AND id = $2";
    PROJECTS = "SELECT id, owner, created, ends, ended, key_version, secret, body FROM project
        WHERE tenant = $1 ORDER BY id LIMIT $2";
    PROJECTS_OF = "SELECT id, owner, created, ends, ended, key_version, secret, body FROM project
        WHERE tenant = $1 AND owner = $2 ORDER BY id LIMIT $3";
    PROJECTS_COUNT = "SELECT count(*) FROM project WHERE tenant = $1";
    PROJECT_END = "UPDATE project SET ended = $1 WHERE tenant = $2 AND id = $3 AND ended = 0";

    QUESTION_PUT = "INSERT INTO count_question (tenant, project, number, actor, asked, digest,
        told, own, sketch) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    QUESTION_LAST = "SELECT coalesce(max(number), 0) FROM count_question
        WHERE tenant = $1 AND project = $2";
    ANSWERS = "SELECT digest, told, sketch FROM count_question WHERE tenant = $1 AND project = $2
        AND own = 1 ORDER BY number";
    BUDGET = "SELECT person, spent FROM count_budget WHERE tenant = $1 AND project = $2";
    BUDGET_PUT = "INSERT INTO count_budget (tenant, project, person, spent)
        VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, project, person)
        DO UPDATE SET spent = excluded.spent";

    EXPORT_PERSON_PUT = "INSERT INTO export_person (tenant, recipient, kind, patient, first,
        project) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    EXPORT_PERSONS_COUNT = "SELECT count(*) FROM export_person
        WHERE tenant = $1 AND recipient = $2 AND kind = $3";
    EXPORT_PERSON_GET = "SELECT first FROM export_person
        WHERE tenant = $1 AND recipient = $2 AND kind = $3 AND patient = $4";
    RECEIVED = "SELECT recipient, kind, count(*), min(first), max(first) FROM export_person
        WHERE tenant = $1 GROUP BY recipient, kind ORDER BY recipient, kind LIMIT $2";
    CLEARANCE_LAST = "SELECT coalesce(max(number), 0) FROM export_clearance
        WHERE tenant = $1 AND recipient = $2";
    CLEARANCE_PUT = "INSERT INTO export_clearance (tenant, recipient, number, kind, persons, actor,
        noted, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CLEARANCES = "SELECT recipient, kind, persons, actor, noted, document FROM export_clearance
        WHERE tenant = $1 AND recipient = $2 ORDER BY number LIMIT $3";
}
