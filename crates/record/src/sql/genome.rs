//! Statements of `genome.db`; those of its data keys are the ones of `record.db`.

super::statements! {
    FILING_PUT = "INSERT INTO genome_filing (tenant, filing, begun) VALUES ($1, $2, $3)";
    FILING_DROP = "DELETE FROM genome_filing WHERE tenant = $1 AND filing = $2";
    FILING_GET = "SELECT begun FROM genome_filing WHERE tenant = $1 AND filing = $2";
    FILINGS = "SELECT tenant, filing FROM genome_filing ORDER BY tenant, filing";
    GENOME_GET = "SELECT filing FROM genome WHERE tenant = $1 AND id = $2";
    GENOME_PUT = "INSERT INTO genome (tenant, id, filing, patient, raw, recorded, blocks, bytes,
        body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    GENOMES_OF_PATIENT = "SELECT id, filing, patient, raw, recorded, blocks, bytes, body
        FROM genome WHERE tenant = $1 AND patient = $2";
    BLOCK_PUT = "INSERT INTO genome_block (tenant, filing, kind, sequence, number, first, last,
        body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    BLOCKS_OVERLAPPING = "SELECT number FROM genome_block WHERE tenant = $1 AND filing = $2
        AND kind = $3 AND sequence = $4 AND last > $5 AND first < $6 ORDER BY number";
    BLOCK_GET = "SELECT body FROM genome_block WHERE tenant = $1 AND filing = $2 AND kind = $3
        AND sequence = $4 AND number = $5";
    BLOCKS_DROP = "DELETE FROM genome_block WHERE tenant = $1 AND filing = $2";
    CARRIERS_AT = "SELECT settings, sequence, next FROM carrier_index WHERE tenant = $1";
    CARRIERS_AT_DROP = "DELETE FROM carrier_index WHERE tenant = $1";
    CARRIERS_AT_PUT = "INSERT INTO carrier_index (tenant, settings, sequence, next)
        VALUES ($1, $2, $3, $4) ON CONFLICT (tenant) DO UPDATE SET settings = excluded.settings,
        sequence = excluded.sequence, next = excluded.next";
    CARRIER_OF = "SELECT number, body FROM carrier WHERE tenant = $1 AND patient = $2";
    CARRIER_PUT = "INSERT INTO carrier (tenant, number, patient, is_open, body)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, number) DO UPDATE
        SET is_open = excluded.is_open, body = excluded.body";
    CARRIER_DROP = "DELETE FROM carrier WHERE tenant = $1 AND number = $2";
    CARRIERS_OPEN = "SELECT number, patient FROM carrier WHERE tenant = $1 AND is_open = 1
        ORDER BY number";
    CARRIERS_FROM = "SELECT number, patient FROM carrier WHERE tenant = $1 AND number >= $2
        ORDER BY number LIMIT 1000";
    CARRIERS_CLEAR = "DELETE FROM carrier WHERE tenant = $1";
    SET_GET = "SELECT holders FROM carrier_set WHERE tenant = $1 AND mark = $2 AND chunk = $3";
    SETS_OF = "SELECT chunk, holders FROM carrier_set WHERE tenant = $1 AND mark = $2
        ORDER BY chunk";
    SET_PUT = "INSERT INTO carrier_set (tenant, mark, chunk, holders) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, mark, chunk) DO UPDATE SET holders = excluded.holders";
    SET_DROP = "DELETE FROM carrier_set WHERE tenant = $1 AND mark = $2 AND chunk = $3";
    CARRIER_SETS_CLEAR = "DELETE FROM carrier_set WHERE tenant = $1";
    LISTED_GET = "SELECT kind FROM carrier_listed WHERE tenant = $1 AND mark = $2";
    LISTED_PUT = "INSERT INTO carrier_listed (tenant, mark, kind, body) VALUES ($1, $2, $3, $4)";
    LISTED_OF = "SELECT mark, body FROM carrier_listed WHERE tenant = $1 AND kind = $2
        ORDER BY mark";
    LISTED_DROP = "DELETE FROM carrier_listed WHERE tenant = $1 AND mark = $2";
    CARRIER_LISTED_CLEAR = "DELETE FROM carrier_listed WHERE tenant = $1";
}
