//! Labels that do not lie on each other.

/// Mean width of a character of a label, in pixels; a little more than it needs.
const CHARACTER_WIDTH: f64 = 7.2;
/// Between two labels, in pixels.
const GAP: f64 = 6.0;
/// Characters of a label in a picture; the table has all of it.
const CHARACTERS_MAX: usize = 24;

/// A label and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    /// The text, shortened.
    pub(super) text: String,
    /// Its middle, in pixels.
    pub(super) x: f64,
    /// Its row, from 0; `None` where no row has room for it.
    pub(super) tier: Option<usize>,
}

/// A label, no longer than a picture has room for.
pub(super) fn shortened(label: &str, characters_max: usize) -> String {
    let mut shown: String = label.chars().take(characters_max).collect();
    if shown.len() < label.len() {
        shown.push('…');
    }
    shown
}

/// Puts each label over its place in the first row where it touches no other, in the order given;
/// whatever has no room has no row.
pub(super) fn placed(labels: &[(f64, &str)], width: f64, tiers_max: usize) -> Vec<Placed> {
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); tiers_max];
    let mut placed = Vec::with_capacity(labels.len());
    for (at, label) in labels {
        let text = shortened(label, CHARACTERS_MAX);
        let half = text.chars().fold(0.0, |width, _| width + CHARACTER_WIDTH) / 2.0;
        let x = at.min(width - half).max(half);
        let (left, right) = (x - half - GAP, x + half + GAP);
        let is_free = |tier: &Vec<(f64, f64)>| tier.iter().all(|(l, r)| right <= *l || left >= *r);
        let tier = taken.iter().position(is_free);
        if let Some(row) = tier.and_then(|tier| taken.get_mut(tier)) {
            row.push((x - half, x + half));
        }
        placed.push(Placed { text, x, tier });
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lie_beside_each_other_or_not_at_all() {
        let labels = [(100.0, "p.L858R"), (102.0, "p.T790M"), (104.0, "p.C797S"), (400.0, "x")];
        let found = placed(&labels, 880.0, 2);
        let tiers: Vec<_> = found.iter().map(|one| one.tier).collect();
        assert_eq!(tiers, [Some(0), Some(1), None, Some(0)]);
        // At the edge a label stays inside.
        let found = placed(&[(0.0, "p.M1?"), (880.0, "p.*394Qext*9")], 880.0, 1);
        assert!(found[0].x > 10.0 && found[1].x < 870.0, "{found:?}");
        assert_eq!(placed(&[(5.0, &"x".repeat(90))], 880.0, 1)[0].text.chars().count(), 25);
    }
}
