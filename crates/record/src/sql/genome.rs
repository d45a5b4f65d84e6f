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
}
