//! That a tree is an earlier one with more at its end: proofs of RFC 6962, section 2.1.2, checked
//! as RFC 9162, section 2.1.4.2, has it. Who checks one needs both roots and the proof, no leaf.

use super::{Hash, leaf, node, root_of_hashes};

/// Hashes of a proof; a tree of 2^63 leaves has no longer ones.
pub(crate) const PROOF_HASHES_MAX: usize = 130;

/// The leaves of a tree, hashed, of which proofs are made.
#[derive(Debug, Default)]
pub(crate) struct Leaves(Vec<Hash>);

impl Leaves {
    /// Adds a leaf.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.push(leaf(bytes));
    }

    /// How many there are.
    pub(crate) fn size(&self) -> u64 {
        self.0.len() as u64
    }

    /// The root of the first ones; `None` if there are not so many.
    pub(crate) fn root(&self, size: u64) -> Option<Hash> {
        Some(root_of_hashes(self.first(size)?))
    }

    /// The proof that the tree over `to` leaves is the one over `from` with more behind it. `None`
    /// if there are not so many, or `from` is none or more than `to`.
    pub(crate) fn proof(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        let leaves = self.first(to)?;
        let from = usize::try_from(from).ok().filter(|from| (1..=leaves.len()).contains(from))?;
        let mut proof = Vec::new();
        subproof(from, leaves, true, &mut proof);
        Some(proof)
    }

    fn first(&self, size: u64) -> Option<&[Hash]> {
        self.0.get(..usize::try_from(size).ok()?)
    }
}

/// SUBPROOF(m, D[n], b) of RFC 6962.
fn subproof(from: usize, leaves: &[Hash], is_whole: bool, proof: &mut Vec<Hash>) {
    if from >= leaves.len() {
        if !is_whole {
            proof.push(root_of_hashes(leaves));
        }
        return;
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    if from <= left.len() {
        subproof(from, left, is_whole, proof);
        proof.push(root_of_hashes(right));
    } else {
        subproof(from - left.len(), right, false, proof);
        proof.push(root_of_hashes(left));
    }
}

/// The largest power of two below a number of leaves, of which there are two or more.
pub(super) fn half(leaves: usize) -> usize {
    leaves.next_power_of_two() / 2
}

/// Whether the second tree is the first one with more at its end.
pub(crate) fn is_consistent(first: (u64, &Hash), second: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((from, first), (to, second)) = (first, second);
    if from == 0 || from > to || proof.len() > PROOF_HASHES_MAX {
        return false;
    }
    if from == to {
        return proof.is_empty() && first == second;
    }
    // A first tree that is whole is a node of the second one, and is not told again.
    let mut path = proof.iter().copied();
    let start = if from.is_power_of_two() { Some(*first) } else { path.next() };
    let Some(start) = start else { return false };
    let (mut former, mut later) = (from - 1, to - 1);
    while former & 1 == 1 {
        former >>= 1;
        later >>= 1;
    }
    let (mut first_root, mut second_root) = (start, start);
    for hash in path {
        if later == 0 {
            return false;
        }
        if former & 1 == 1 || former == later {
            first_root = node(&hash, &first_root);
            second_root = node(&hash, &second_root);
            while former & 1 == 0 && former != 0 {
                former >>= 1;
                later >>= 1;
            }
        } else {
            second_root = node(&second_root, &hash);
        }
        former >>= 1;
        later >>= 1;
    }
    later == 0 && first_root == *first && second_root == *second
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Leaves {
        let mut leaves = Leaves::default();
        (0..count).for_each(|n| leaves.add(&[n]));
        leaves
    }

    #[test]
    fn every_pair_of_sizes_is_proven_and_nothing_else() {
        let all = leaves(40);
        for to in 1..=40_u64 {
            for from in 1..=to {
                let (first, second) = (all.root(from).unwrap(), all.root(to).unwrap());
                let proof = all.proof(from, to).unwrap();
                assert!(is_consistent((from, &first), (to, &second), &proof), "{from} {to}");
                let other = node(&first, &second);
                assert!(!is_consistent((from, &other), (to, &second), &proof), "{from} {to}");
                assert!(!is_consistent((from, &first), (to, &other), &proof), "{from} {to}");
                for at in 0..proof.len() {
                    let mut altered = proof.clone();
                    altered[at][7] ^= 1;
                    assert!(!is_consistent((from, &first), (to, &second), &altered));
                    altered.remove(at);
                    assert!(!is_consistent((from, &first), (to, &second), &altered));
                }
                let longer = [proof.as_slice(), &[other]].concat();
                assert!(!is_consistent((from, &first), (to, &second), &longer), "{from} {to}");
            }
        }
        assert!(all.proof(0, 3).is_none() && all.proof(4, 3).is_none());
        assert!(all.proof(3, 41).is_none() && all.root(41).is_none());
    }

    #[test]
    fn a_tree_that_was_written_anew_has_no_proof() {
        let (first, mut other) = (leaves(9), leaves(8));
        other.add(b"another past");
        (9..20_u8).for_each(|n| other.add(&[n]));
        let proof = other.proof(9, 20).unwrap();
        let (was, is) = (first.root(9).unwrap(), other.root(20).unwrap());
        assert!(!is_consistent((9, &was), (20, &is), &proof));
    }

    #[test]
    fn proofs_are_those_that_others_publish() {
        // Certificate Transparency's reference: the proof from 3 to 7 leaves of RFC 6962, section
        // 2.1.3, is [c, d, g, l]; from 4 to 7 it is [l]; from 6 to 7 it is [i, j, k].
        let all = leaves(7);
        let hash = |n: u8| leaf(&[n]);
        // The letters of the standard: g, h, i, j; k and l over them.
        let left = [node(&hash(0), &hash(1)), node(&hash(2), &hash(3))];
        let right = [node(&hash(4), &hash(5)), hash(6)];
        let (over_left, over_right) = (node(&left[0], &left[1]), node(&right[0], &right[1]));
        assert_eq!(all.proof(3, 7).unwrap(), [hash(2), hash(3), left[0], over_right]);
        assert_eq!(all.proof(4, 7).unwrap(), [over_right]);
        assert_eq!(all.proof(6, 7).unwrap(), [right[0], right[1], over_left]);
    }
}
