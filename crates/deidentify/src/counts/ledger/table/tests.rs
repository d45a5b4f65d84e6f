use super::*;
use crate::counts::{Answer, Kind, Question};
use std::collections::BTreeMap;

/// How far apart, at least, the numbers are that stay possible for a small count that is withheld:
/// from 1 to 20, less the others that are known to be in the same small total.
const WITHHELD_RANGE_MIN: i64 = 15;
/// By how many people a set may differ from the one whose answer it was given.
const MARGIN_MAX: i64 = 40;

fn key() -> ProjectKey {
    ProjectKey::new(&[7; 32])
}

fn person(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn people(range: std::ops::Range<u64>) -> Vec<u64> {
    range.map(person).collect()
}

fn table(ledger: &mut Ledger, digest: &str, cells: &[Vec<Vec<u64>>]) -> EmittedTable {
    let question = TableQuestion { digest, cells };
    match ledger.ask_table(&key(), Rule::default(), &question).unwrap() {
        TableAnswer::Told(table) => table,
        TableAnswer::Spent => panic!("spent"),
    }
}

fn ask(ledger: &mut Ledger, digest: &str, members: &[u64]) -> Answer {
    let question = Question { digest, kind: Kind::Plain, members, population: 10_000 };
    ledger.ask(&key(), Rule::default(), &question)
}

/// Sex by finding: 100 and 5 who have it, 200 and 150 who have not.
fn cells() -> Vec<Vec<Vec<u64>>> {
    vec![vec![people(0..100), people(100..105)], vec![people(200..400), people(400..550)]]
}

#[test]
fn what_protects_a_small_cell_is_withheld_whichever_way_it_is_asked_for() {
    let mut ledger = Ledger::default();
    let cells = cells();
    let told = table(&mut ledger, "t", &cells);
    assert_eq!(told.cells, [[Told::Withheld; 2]; 2]);
    assert_eq!(told.total, Told::UpTo(460));
    for (row, digest) in [(0, "one"), (1, "other")] {
        for cell in &cells[row] {
            assert_eq!(ask(&mut ledger, digest, cell), Answer::Told(Told::Withheld));
            let fewer = &cell[1..];
            assert_eq!(ask(&mut ledger, "fewer", fewer), Answer::Told(Told::Withheld));
        }
    }
    // Turned round, and without one of the people: nothing more.
    let turned: Vec<Vec<Vec<u64>>> = (0..2)
        .map(|at| cells.iter().map(|row| row[at].iter().skip(at).copied().collect()).collect())
        .collect();
    let again = table(&mut ledger, "turned", &turned);
    assert_eq!(again.cells, [[Told::Withheld; 2]; 2]);
    assert_eq!(again.total, told.total);
    for (one, other) in again.row_totals.iter().zip(&told.column_totals) {
        assert!(one == other || *one == Told::Withheld, "{again:?}");
    }
}

#[test]
fn what_was_told_before_is_told_again_and_everything_else_is_withheld() {
    let mut ledger = Ledger::default();
    let cells = cells();
    assert_eq!(ask(&mut ledger, "a", &cells[0][0]), Answer::Told(Told::UpTo(100)));
    let told = table(&mut ledger, "t", &cells);
    // All 105 are nearly the 100: they have one answer, and so nothing follows from both.
    assert_eq!(told.cells[0], [Told::UpTo(100), Told::Withheld]);
    assert_eq!(told.row_totals, [Told::UpTo(100), Told::Withheld]);
    assert_eq!((&told.cells[1][..], told.total), (&[Told::Withheld; 2][..], Told::Withheld));
}

#[test]
fn the_same_table_has_one_answer_and_each_cell_counts_as_one() {
    let mut ledger = Ledger::default();
    let told = table(&mut ledger, "t", &cells());
    let noted = ledger.entries.len();
    assert_eq!(noted, 9);
    let mut later = cells();
    later[1][1].extend(people(900..910));
    assert_eq!(table(&mut ledger, "t", &later), told);
    assert_eq!(ledger.entries.len(), noted);
    for number in 0..QUESTIONS_MAX as u64 - 10 {
        let from = 10_000 + number * 1_000;
        ask(&mut ledger, &number.to_string(), &people(from..from + 500));
    }
    let far: Vec<Vec<Vec<u64>>> =
        vec![vec![people(5_000_000..5_000_100), people(5_100_000..5_100_100)]];
    let question = TableQuestion { digest: "far", cells: &far };
    let before = ledger.entries.len();
    let spent = ledger.ask_table(&key(), Rule::default(), &question);
    assert_eq!((spent, ledger.entries.len()), (Ok(TableAnswer::Spent), before));
    assert_eq!(table(&mut ledger, "t", &cells()), told, "what was answered stays");
}

#[test]
fn of_one_line_each_cell_is_one_answer_and_no_two() {
    let row = vec![people(0..12), people(100..125), people(200..300), vec![]];
    let column: Vec<Vec<Vec<u64>>> = row.iter().map(|cell| vec![cell.clone()]).collect();
    for cells in [vec![row], column] {
        let mut ledger = Ledger::default();
        let told = table(&mut ledger, "t", &cells);
        // Three cells of somebody, and the total.
        assert_eq!(ledger.entries.len(), 4);
        // The same by each of them, also when a few people have come since.
        let mut later = cells.clone();
        later.last_mut().unwrap().last_mut().unwrap().extend(people(900..903));
        later[0][0].pop();
        let again = table(&mut ledger, "t", &later);
        let all = |table: &EmittedTable| table.lines().concat();
        assert_eq!(all(&again)[..3], all(&told)[..3]);
        assert_eq!((again.row_totals.len(), again.total), (told.row_totals.len(), told.total));
        let alone = |table: &EmittedTable| match cells.len() {
            1 => (table.cells[0].clone(), table.column_totals.clone()),
            _ => (table.cells.concat(), table.row_totals.clone()),
        };
        for (cells, totals) in [alone(&told), alone(&again)] {
            assert_eq!(cells[..3], totals[..3]);
        }
    }
}

/// An attacker with all marginals: who is in which atom is unknown, each answer bounds a sum of
/// atoms, and bounds are drawn together until nothing moves.
struct Attacker {
    atoms: Vec<(i64, i64)>,
    sums: Vec<(Vec<usize>, i64, i64)>,
}

impl Attacker {
    fn learn(&mut self, atoms: Vec<usize>, told: Told, is_own: bool) {
        let slack = if is_own { 0 } else { MARGIN_MAX };
        let (least, most) = match told {
            Told::Zero => (0, 0),
            Told::Below(bound) => (1, bound.cast_signed() - 1 + slack),
            Told::UpTo(count) => {
                let count = count.cast_signed();
                ((count - 19).max(21) - slack, count + slack)
            }
            Told::Withheld => return,
        };
        self.sums.push((atoms, least, most));
    }

    fn conclude(&mut self) {
        for _ in 0..200 {
            let before = self.atoms.clone();
            for (atoms, least, most) in &self.sums {
                for atom in atoms {
                    let (low, high) = bounds(&self.atoms, atoms);
                    let (own_low, own_high) = self.atoms[*atom];
                    let most = most - (low - own_low);
                    let least = least - (high - own_high);
                    self.atoms[*atom] = (own_low.max(least), own_high.min(most));
                }
            }
            if before == self.atoms {
                return;
            }
        }
    }
}

fn bounds(known: &[(i64, i64)], atoms: &[usize]) -> (i64, i64) {
    atoms.iter().fold((0, 0), |(low, high), atom| (low + known[*atom].0, high + known[*atom].1))
}

/// Numbers that look random, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// The values of an atom: two, four and three of each attribute.
fn place(atom: usize) -> [usize; 3] {
    [atom / 12, atom / 3 % 4, atom % 3]
}

/// Atoms by the values of some attributes, as one line of a table.
fn lines(attributes: &[usize]) -> Vec<Vec<usize>> {
    let mut found = BTreeMap::<Vec<usize>, Vec<usize>>::new();
    for atom in 0..24 {
        let values = attributes.iter().map(|at| place(atom)[*at]).collect();
        found.entry(values).or_default().push(atom);
    }
    found.into_values().collect()
}

/// A world of people with three attributes, and what an attacker makes of the answers about it.
struct World {
    counts: Vec<u64>,
    members: Vec<Vec<u64>>,
    ledger: Ledger,
    attacker: Attacker,
    /// Small counts that some table withheld.
    withheld: Vec<Vec<usize>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let counts: Vec<u64> = (0..24)
            .map(|_| match chance.below(5) {
                0 => 0,
                1 | 2 => 1 + chance.below(20),
                3 => 21 + chance.below(60),
                _ => 100 + chance.below(900),
            })
            .collect();
        let members =
            (0_u64..).zip(&counts).map(|(at, n)| people(at * 10_000..at * 10_000 + n)).collect();
        let most = counts.iter().sum::<u64>().cast_signed() + 20;
        let attacker = Attacker { atoms: vec![(0, most); 24], sums: Vec::new() };
        Self { counts, members, ledger: Ledger::default(), attacker, withheld: Vec::new() }
    }

    fn of(&self, atoms: &[usize]) -> Vec<u64> {
        atoms.iter().flat_map(|atom| self.members[*atom].iter().copied()).collect()
    }

    /// Asks for every number alone.
    fn ask_alone(&mut self) {
        for attributes in [&[0][..], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 2]] {
            for atoms in lines(attributes) {
                let (digest, members) = (format!("{atoms:?}"), self.of(&atoms));
                let before = self.ledger.entries.len();
                let Answer::Told(told) = ask(&mut self.ledger, &digest, &members) else {
                    panic!("spent")
                };
                let is_own = self.ledger.entries.len() > before || told == Told::Zero;
                self.attacker.learn(atoms, told, is_own);
            }
        }
    }

    /// Asks for a table, and learns from its cells and totals.
    fn ask_table(&mut self, rows: &[usize], columns: &[usize]) {
        let (rows, columns) = (lines(rows), lines(columns));
        let both = |row: &[usize], column: &[usize]| -> Vec<usize> {
            row.iter().copied().filter(|atom| column.contains(atom)).collect()
        };
        let cells: Vec<Vec<Vec<u64>>> = rows
            .iter()
            .map(|row| columns.iter().map(|column| self.of(&both(row, column))).collect())
            .collect();
        let digest = format!("{rows:?} {columns:?}");
        let noted = self.ledger.entries.len();
        let told = table(&mut self.ledger, &digest, &cells).lines();
        let all: Vec<usize> = (0..24).collect();
        let with_all = |lines: &[Vec<usize>]| [lines, std::slice::from_ref(&all)].concat();
        for (at, row) in with_all(&rows).iter().enumerate() {
            for (place, column) in with_all(&columns).iter().enumerate() {
                let (told, atoms) = (told[at][place], both(row, column));
                let count: u64 = atoms.iter().map(|atom| self.counts[*atom]).sum();
                if told == Told::Withheld && (1..=20).contains(&count) {
                    self.withheld.push(atoms.clone());
                }
                let digest = format!("{digest}/{at}/{place}");
                let mut new = self.ledger.entries[noted..].iter();
                let is_own = told == Told::Zero || new.any(|entry| entry.digest == digest);
                self.attacker.learn(atoms, told, is_own);
            }
        }
    }

    /// How far apart the numbers are that stay possible for the small count that is known best.
    fn narrowest(&mut self) -> i64 {
        self.attacker.conclude();
        for (bounds, count) in self.attacker.atoms.iter().zip(&self.counts) {
            let is_true = (bounds.0..=bounds.1).contains(&count.cast_signed());
            assert!(is_true, "the attacker is wrong: {bounds:?} {count}");
        }
        let width = |atoms: &Vec<usize>| {
            let (low, high) = bounds(&self.attacker.atoms, atoms);
            high - low
        };
        self.withheld.iter().map(width).min().unwrap_or(i64::MAX)
    }
}

/// All tables and all numbers one by one, in whichever order.
fn attacked(seed: u64, alone_first: bool) -> i64 {
    let mut world = World::new(seed);
    if alone_first {
        world.ask_alone();
    }
    for (rows, columns) in
        [(&[0][..], &[1][..]), (&[0], &[2]), (&[1], &[2]), (&[0, 1], &[2]), (&[0, 2], &[1])]
    {
        world.ask_table(rows, columns);
    }
    world.ask_alone();
    world.narrowest()
}

#[test]
fn no_withheld_number_is_told_by_the_marginals_of_all_tables() {
    let mut least = i64::MAX;
    for seed in 0..60 {
        for alone_first in [false, true] {
            let found = attacked(seed, alone_first);
            least = least.min(found);
        }
    }
    let (what, goal) = ("withheld counts, all marginals", "15 apart at least");
    println!("figure: {what} | {goal} | {least} in 120 worlds | met");
    assert!(least >= WITHHELD_RANGE_MIN, "{least}");
}

/// Zero is told alone, also of what lies in a small total, whose table withholds it: then each of
/// the others is somebody, and with as many of them as there are people every one is known. The
/// documentation says so.
#[test]
fn zeros_that_are_told_alone_narrow_the_others_of_a_small_total() {
    let (total, cells) = (20_u64, 24_u64);
    for others in [1, 2, 5, 20] {
        let count = |at: u64| match at {
            0 => total - (others - 1),
            at if at < others => 1,
            _ => 0,
        };
        let small: Vec<Vec<u64>> =
            (0..cells).map(|at| people(at * 100..at * 100 + count(at))).collect();
        let mut ledger = Ledger::default();
        let mut attacker = Attacker { atoms: vec![(0, 1_000); small.len()], sums: Vec::new() };
        let Answer::Told(told) = ask(&mut ledger, "all", &small.concat()) else { panic!("spent") };
        attacker.learn((0..small.len()).collect(), told, true);
        let in_table = table(&mut ledger, "t", std::slice::from_ref(&small));
        assert!(in_table.cells[0].iter().all(|cell| *cell == Told::Withheld), "{in_table:?}");
        for (at, members) in small.iter().enumerate() {
            let Answer::Told(told) = ask(&mut ledger, &at.to_string(), members) else {
                panic!("spent")
            };
            assert_eq!(told == Told::Zero, members.is_empty());
            attacker.learn(vec![at], told, told == Told::Zero);
        }
        attacker.conclude();
        let (low, high) = attacker.atoms[0];
        let apart = u64::try_from(high - low).unwrap();
        let (what, goal) = ("withheld counts, small total", "what the documentation says");
        println!("figure: {what}, {others} of {cells} not zero | {goal} | {apart} apart | met");
        assert_eq!(apart, 20 - others, "{:?}", attacker.atoms);
    }
}
