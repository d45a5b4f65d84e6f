//! Bridges of a graph: edges on no cycle (Tarjan 1974, by lowest reachable depth).

/// Edges, as pairs of nodes with the smaller first, that lie on no cycle. `neighbours` lists each
/// node's neighbours; between two nodes there is one edge at most.
pub(super) fn bridges(neighbours: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let mut search = Search { neighbours, depths: vec![None; neighbours.len()], found: Vec::new() };
    for node in 0..neighbours.len() {
        if search.depth(node).is_none() {
            search.visit(node, None, 0);
        }
    }
    search.found.sort_unstable();
    search.found
}

struct Search<'a> {
    neighbours: &'a [Vec<usize>],
    depths: Vec<Option<usize>>,
    found: Vec<(usize, usize)>,
}

impl Search<'_> {
    fn depth(&self, node: usize) -> Option<usize> {
        self.depths.get(node).copied().flatten()
    }

    /// The lowest depth reached from the node without going back over its own edge. The depth of
    /// the recursion is bounded by the count of nodes, two tables' sides at most.
    fn visit(&mut self, node: usize, parent: Option<usize>, depth: usize) -> usize {
        if let Some(slot) = self.depths.get_mut(node) {
            *slot = Some(depth);
        }
        let mut lowest = depth;
        let neighbours = self.neighbours;
        for next in neighbours.get(node).into_iter().flatten().copied() {
            if Some(next) == parent {
                continue;
            }
            if let Some(known) = self.depth(next) {
                lowest = lowest.min(known);
                continue;
            }
            let reached = self.visit(next, Some(node), depth + 1);
            if reached > depth {
                self.found.push((node.min(next), node.max(next)));
            }
            lowest = lowest.min(reached);
        }
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut neighbours = vec![Vec::new(); nodes];
        for (one, other) in edges {
            neighbours[*one].push(*other);
            neighbours[*other].push(*one);
        }
        neighbours
    }

    #[test]
    fn edges_on_no_cycle_are_found() {
        assert_eq!(bridges(&graph(3, &[(0, 1), (1, 2)])), [(0, 1), (1, 2)]);
        assert_eq!(bridges(&graph(3, &[(0, 1), (1, 2), (0, 2)])), []);
        // Two triangles and what joins them.
        let two = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5)];
        assert_eq!(bridges(&graph(6, &two)), [(2, 3)]);
        assert_eq!(bridges(&graph(4, &[(0, 1), (2, 3)])), [(0, 1), (2, 3)]);
        assert_eq!(bridges(&graph(2, &[])), []);
    }
}
