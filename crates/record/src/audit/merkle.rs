//! A Merkle tree that grows at its end (RFC 6962, section 2.1), kept as the roots of its whole
//! subtrees: that is all that is needed to add a leaf and to tell the root.

use aws_lc_rs::digest::{self, SHA256, SHA256_OUTPUT_LEN};

pub(super) mod consistency;

/// A SHA-256.
pub(crate) type Hash = [u8; SHA256_OUTPUT_LEN];

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// SHA-256 over parts, one after the other.
pub(super) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; SHA256_OUTPUT_LEN];
    hash.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

/// The hash of a leaf.
fn leaf(bytes: &[u8]) -> Hash {
    sha256(&[&[LEAF], bytes])
}

/// The hash of a node over two others.
fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[NODE], left, right])
}

/// MTH of RFC 6962, section 2.1, of leaves that are hashed already.
fn root_of_hashes(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        many => {
            let (left, right) = many.split_at(consistency::half(many.len()));
            node(&root_of_hashes(left), &root_of_hashes(right))
        }
    }
}

/// A tree over what was added so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    size: u64,
    /// Roots of whole subtrees, the largest first; their sizes are the bits of `size`.
    peaks: Vec<Hash>,
}

impl Tree {
    /// How many leaves.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mut hash = leaf(bytes);
        let mut rest = self.size;
        // Each one at the end of the size is a subtree as large as what was made so far.
        while rest & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            rest >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The hash of the whole tree.
    pub(crate) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return sha256(&[]) };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_the_definition() {
        let leaves: Vec<Vec<u8>> = (0..70_u8).map(|n| vec![n; usize::from(n % 5)]).collect();
        let mut tree = Tree::default();
        for size in 0..leaves.len() {
            let hashes: Vec<Hash> = leaves[..size].iter().map(|bytes| leaf(bytes)).collect();
            assert_eq!(tree.root(), root_of_hashes(&hashes), "{size}");
            assert_eq!(tree.size(), size as u64);
            tree.add(&leaves[size]);
        }
    }

    #[test]
    fn roots_are_those_that_others_publish() {
        // The leaves and roots that implementations of Certificate Transparency test with.
        let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ];
        let mut tree = Tree::default();
        for (size, root) in roots.iter().enumerate() {
            assert_eq!(hex::encode(tree.root()), *root, "{size}");
            if let Some(leaf) = leaves.get(size) {
                tree.add(&hex::decode(leaf).unwrap());
            }
        }
    }
}
