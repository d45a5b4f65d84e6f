//! Statements about labels that follow from other resources, of `record.db`.

super::statements! {
    LINK_PUT = "INSERT INTO label_link (tenant, resource_type, id, target_type, target_id)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, resource_type, id, target_type, target_id) DO NOTHING";
    LINKS_DROP = "DELETE FROM label_link WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    DEPENDANTS = "SELECT resource_type, id FROM label_link
        WHERE tenant = $1 AND target_type = $2 AND target_id = $3";
    // From the resource to what it is made of, to the labels of that: left to itself, SQLite begins
    // with all labels of the tenant, as they have the order that is asked for.
    INHERITED = "SELECT DISTINCT l.label FROM resource r CROSS JOIN label_link k
        CROSS JOIN resource t CROSS JOIN resource_label l
        WHERE r.tenant = $1 AND r.resource_type = $2 AND r.id = $3
        AND k.tenant = r.tenant AND k.resource_type = r.resource_type AND k.id = r.id
        AND t.tenant = k.tenant AND t.resource_type = k.target_type AND t.id = k.target_id
        AND t.patient = r.patient AND l.tenant = t.tenant AND l.resource_type = t.resource_type
        AND l.id = t.id AND l.version = t.version ORDER BY l.label";
    LINKED_AFTER = "SELECT DISTINCT tenant, resource_type, id FROM label_link
        WHERE (tenant, resource_type, id) > ($1, $2, $3)
        ORDER BY tenant, resource_type, id LIMIT $4";
    NAMED_AFTER = "SELECT DISTINCT tenant, resource_type, id FROM label_gene
        WHERE (tenant, resource_type, id) > ($1, $2, $3)
        ORDER BY tenant, resource_type, id LIMIT $4";
    STATEMENT_VERSIONS_OF = "SELECT v.id, v.version, v.patient, v.recorded, v.withdrawn, v.sha256,
        v.body FROM statement s CROSS JOIN statement_version v WHERE s.tenant = $1
        AND s.patient = $2 AND v.tenant = s.tenant AND v.id = s.id ORDER BY v.id, v.version";
    STATEMENT_VERSIONS_AFTER = "SELECT id, version, patient, recorded, withdrawn, sha256, body,
        tenant FROM statement_version WHERE (tenant, id, version) > ($1, $2, $3)
        ORDER BY tenant, id, version LIMIT $4";
    GENE_PUT = "INSERT INTO label_gene (tenant, resource_type, id, gene) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, resource_type, id, gene) DO NOTHING";
    GENES_DROP = "DELETE FROM label_gene WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    GENES_OF = "SELECT gene FROM label_gene WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    ORDER_PUT = "INSERT INTO label_order (tenant, resource_type, id, request)
        VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, resource_type, id, request) DO NOTHING";
    ORDERS_DROP = "DELETE FROM label_order WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    BASED_ON = "SELECT resource_type, id FROM label_order WHERE tenant = $1 AND request = $2";
    ANSWERS_OF_REPORT = "SELECT k.target_type, k.target_id FROM label_link k WHERE k.tenant = $1
        AND k.resource_type = $2 AND k.id = $3 AND EXISTS (SELECT 1 FROM label_gene g
        WHERE g.tenant = k.tenant AND g.resource_type = k.target_type AND g.id = k.target_id)";
    ASKED_DIRECTLY = "SELECT g.gene FROM label_order o JOIN label_gene g ON g.tenant = o.tenant
        AND g.resource_type = 'ServiceRequest' AND g.id = o.request
        WHERE o.tenant = $1 AND o.resource_type = $2 AND o.id = $3";
    ASKED_BY_REPORT = "SELECT g.gene FROM label_link k CROSS JOIN label_order o
        CROSS JOIN label_gene g WHERE k.tenant = $1 AND k.target_type = $2 AND k.target_id = $3
        AND o.tenant = k.tenant AND o.resource_type = k.resource_type AND o.id = k.id
        AND g.tenant = o.tenant AND g.resource_type = 'ServiceRequest' AND g.id = o.request";
    LABEL_OF_ALL_DROP = "DELETE FROM resource_label WHERE tenant = $1 AND resource_type = $2
        AND id = $3 AND label = $4";
}
