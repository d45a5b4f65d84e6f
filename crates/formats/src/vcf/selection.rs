//! Which sample columns are read.

/// The chosen sample columns of a file.
#[derive(Debug)]
pub(super) struct Selection {
    /// Number of sample columns.
    pub(super) total: usize,
    /// Indices of the chosen ones, ascending; `None` = all.
    chosen: Option<Vec<usize>>,
}

impl Selection {
    /// Every sample.
    pub(super) fn all(total: usize) -> Self {
        Self { total, chosen: None }
    }

    /// Those with these indices.
    pub(super) fn of(total: usize, mut chosen: Vec<usize>) -> Self {
        chosen.sort_unstable();
        chosen.dedup();
        if chosen.len() == total { Self::all(total) } else { Self { total, chosen: Some(chosen) } }
    }

    /// Number of chosen samples.
    pub(super) fn len(&self) -> usize {
        self.chosen.as_ref().map_or(self.total, Vec::len)
    }

    /// How many columns to pass over before each chosen one.
    pub(super) fn skips(&self) -> impl Iterator<Item = usize> {
        let chosen = self.chosen.as_deref();
        let mut next = 0;
        (0..self.len()).map(move |number| {
            let index = chosen.map_or(Some(number), |chosen| chosen.get(number).copied());
            let index = index.unwrap_or(next);
            let skip = index.saturating_sub(next);
            next = index + 1;
            skip
        })
    }
}
