//! Where the questions about a gene are found.

use std::collections::BTreeMap;
use tumor::Hgnc;

/// HGNC numbers under this are looked up by their place; the highest given out is under 60,000.
const NUMBERS: usize = 1 << 17;

/// The atoms of a gene: by the position they ask for, or anywhere.
#[derive(Clone, Debug, Default)]
pub(super) struct GeneAtoms {
    pub(super) anywhere: Vec<usize>,
    /// By position.
    at: Vec<(u32, usize)>,
}

impl GeneAtoms {
    /// Takes an atom in.
    pub(super) fn add(&mut self, position: Option<u32>, atom: usize) {
        let Some(position) = position else { return self.anywhere.push(atom) };
        let place = self.at.partition_point(|(one, _)| *one <= position);
        self.at.insert(place, (position, atom));
    }

    /// Atoms that ask for a position.
    pub(super) fn at(&self, position: u32) -> impl Iterator<Item = usize> {
        let from = self.at.partition_point(|(one, _)| *one < position);
        let rest = self.at.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(one, _)| *one == position).map(|(_, atom)| *atom)
    }

    /// Atoms that ask for any position.
    pub(super) fn at_any(&self) -> impl Iterator<Item = usize> {
        self.at.iter().map(|(_, atom)| *atom)
    }
}

/// Atoms by gene.
#[derive(Clone, Debug, Default)]
pub(super) struct ByGene {
    /// For each number of a gene, one more than the place of its atoms; nought for none.
    places: Vec<u32>,
    atoms: Vec<GeneAtoms>,
    /// Those with numbers that no gene has.
    beyond: BTreeMap<Hgnc, GeneAtoms>,
}

impl ByGene {
    /// The atoms of a gene, to be added to.
    pub(super) fn of_mut(&mut self, gene: Hgnc) -> &mut GeneAtoms {
        let number = number(gene).filter(|number| *number < NUMBERS);
        let Some(number) = number else { return self.beyond.entry(gene).or_default() };
        if self.places.len() <= number {
            self.places.resize(number + 1, 0);
        }
        let next = u32::try_from(self.atoms.len()).unwrap_or(u32::MAX).saturating_add(1);
        let Some(place) = self.places.get_mut(number) else {
            return self.beyond.entry(gene).or_default();
        };
        if *place == 0 {
            *place = next;
            self.atoms.push(GeneAtoms::default());
        }
        match place_of(*place).and_then(|at| self.atoms.get_mut(at)) {
            Some(atoms) => atoms,
            None => self.beyond.entry(gene).or_default(),
        }
    }

    /// The atoms of a gene.
    pub(super) fn of(&self, gene: Hgnc) -> Option<&GeneAtoms> {
        match number(gene).filter(|number| *number < NUMBERS) {
            Some(number) => self.atoms.get(place_of(*self.places.get(number)?)?),
            None => self.beyond.get(&gene),
        }
    }
}

fn number(gene: Hgnc) -> Option<usize> {
    usize::try_from(gene.0).ok()
}

fn place_of(place: u32) -> Option<usize> {
    usize::try_from(place).ok()?.checked_sub(1)
}
