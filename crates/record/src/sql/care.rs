//! Statements about who cares for whom by what is filed, of `record.db`.

super::statements! {
    SAID_OF_SOURCE = "SELECT patient, reference, begins, ends FROM care_said
        WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    SAID_PUT = "INSERT INTO care_said (tenant, patient, reference, resource_type, id, begins, ends)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, patient, reference, resource_type, id, begins)
        DO UPDATE SET ends = excluded.ends";
    SAID_DROP = "DELETE FROM care_said WHERE tenant = $1 AND patient = $2 AND reference = $3
        AND resource_type = $4 AND id = $5 AND begins = $6";
    SAID_OF_PATIENT = "SELECT patient, reference, begins, ends, resource_type, id FROM care_said
        WHERE tenant = $1 AND patient = $2 ORDER BY reference, begins, resource_type, id LIMIT $3";
    SAID_OF_PATIENT_DROP = "DELETE FROM care_said WHERE tenant = $1 AND patient = $2";
    MEMBER_PUT = "INSERT INTO care_member (tenant, part, whole, resource_type, id, begins, ends)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, part, whole, resource_type, id, begins)
        DO UPDATE SET ends = excluded.ends";
    MEMBERS_OF_SOURCE_DROP = "DELETE FROM care_member
        WHERE tenant = $1 AND resource_type = $2 AND id = $3";
    CARE_READING_GET = "SELECT value FROM position WHERE name = 'care'";
    CARE_READING_PUT = "INSERT INTO position (name, value) VALUES ('care', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    CARE_SOURCES_AFTER = "SELECT tenant, resource_type, number, id, version, patient FROM resource
        WHERE (tenant, resource_type, number) > ($1, $2, $3) AND deleted = 0 AND resource_type IN
        ('CareTeam', 'Encounter', 'EpisodeOfCare', 'Patient', 'Practitioner', 'PractitionerRole')
        ORDER BY tenant, resource_type, number LIMIT $4";
}
