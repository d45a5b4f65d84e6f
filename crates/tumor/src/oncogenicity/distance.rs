//! How different two residues are.

/// Composition, polarity and volume of the side chains. Source: Grantham R, Science 185:862
/// (1974), PMID 4843792, table 1.
const PROPERTIES: [(u8, f64, f64, f64); 20] = [
    (b'S', 1.42, 9.2, 32.0),
    (b'R', 0.65, 10.5, 124.0),
    (b'L', 0.0, 4.9, 111.0),
    (b'P', 0.39, 8.0, 32.5),
    (b'T', 0.71, 8.6, 61.0),
    (b'A', 0.0, 8.1, 31.0),
    (b'V', 0.0, 5.9, 84.0),
    (b'G', 0.74, 9.0, 3.0),
    (b'I', 0.0, 5.2, 111.0),
    (b'F', 0.0, 5.2, 132.0),
    (b'Y', 0.20, 6.2, 136.0),
    (b'C', 2.75, 5.5, 55.0),
    (b'H', 0.58, 10.4, 96.0),
    (b'Q', 0.89, 10.5, 85.0),
    (b'N', 1.33, 11.6, 56.0),
    (b'K', 0.33, 11.3, 119.0),
    (b'D', 1.38, 13.0, 54.0),
    (b'E', 0.92, 12.3, 83.0),
    (b'M', 0.0, 5.7, 105.0),
    (b'W', 0.13, 5.4, 170.0),
];

/// Weights of the three, and the factor that brings the mean distance to 100 (the same table).
const WEIGHTS: [f64; 3] = [1.833, 0.1018, 0.000_399];
const FACTOR: f64 = 50.723;

/// The distance of two residues by Grantham's formula, 5 (Leu and Ile) to 215 (Cys and Trp);
/// `None` for a letter that is none of the twenty.
pub fn distance(one: u8, other: u8) -> Option<f64> {
    let of = |letter: u8| PROPERTIES.iter().find(|row| row.0 == letter);
    let (a, b) = (of(one)?, of(other)?);
    let [composition, polarity, volume] = WEIGHTS;
    let sum = composition * (a.1 - b.1).powi(2)
        + polarity * (a.2 - b.2).powi(2)
        + volume * (a.3 - b.3).powi(2);
    Some(FACTOR * sum.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the publication's table 2.
    #[test]
    fn distances_are_those_of_the_publication() {
        for (one, other, expected) in [
            (b'V', b'E', 121.0),
            (b'L', b'R', 102.0),
            (b'S', b'R', 110.0),
            (b'L', b'I', 5.0),
            (b'C', b'W', 215.0),
            (b'G', b'D', 94.0),
            (b'G', b'V', 109.0),
            (b'R', b'K', 26.0),
            (b'A', b'A', 0.0),
        ] {
            let found = distance(one, other).unwrap();
            assert!((found - expected).abs() <= 1.0, "{one} {other}: {found}, not {expected}");
        }
        assert_eq!(distance(b'*', b'A'), None);
    }
}
