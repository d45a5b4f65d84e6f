//! The shipped pack's bytes, so that the one binary needs no files beside it.

/// Name and bytes of each file of the shipped pack.
pub(super) const FILES: &[(&str, &[u8])] = &[
    ("pack.toml", include_bytes!("../../../../knowledge/pgx/pack.toml")),
    ("actions.tsv", include_bytes!("../../../../knowledge/pgx/actions.tsv")),
    ("alerts.tsv", include_bytes!("../../../../knowledge/pgx/alerts.tsv")),
    ("alleles.tsv", include_bytes!("../../../../knowledge/pgx/alleles.tsv")),
    ("citations.tsv", include_bytes!("../../../../knowledge/pgx/citations.tsv")),
    ("drugs.tsv", include_bytes!("../../../../knowledge/pgx/drugs.tsv")),
    ("fallbacks.tsv", include_bytes!("../../../../knowledge/pgx/fallbacks.tsv")),
    ("functions.tsv", include_bytes!("../../../../knowledge/pgx/functions.tsv")),
    ("genes.tsv", include_bytes!("../../../../knowledge/pgx/genes.tsv")),
    ("inhibitors.tsv", include_bytes!("../../../../knowledge/pgx/inhibitors.tsv")),
    ("phenotype_rules.tsv", include_bytes!("../../../../knowledge/pgx/phenotype_rules.tsv")),
    ("populations.tsv", include_bytes!("../../../../knowledge/pgx/populations.tsv")),
    ("positions.tsv", include_bytes!("../../../../knowledge/pgx/positions.tsv")),
    ("priorities.tsv", include_bytes!("../../../../knowledge/pgx/priorities.tsv")),
    ("products.tsv", include_bytes!("../../../../knowledge/pgx/products.tsv")),
    ("proxies.tsv", include_bytes!("../../../../knowledge/pgx/proxies.tsv")),
    ("score_rules.tsv", include_bytes!("../../../../knowledge/pgx/score_rules.tsv")),
    ("statuses.tsv", include_bytes!("../../../../knowledge/pgx/statuses.tsv")),
];
