use super::*;
use Told::{Below, UpTo, Withheld, Zero};
use proptest::prelude::*;

/// A table about which nothing is known yet.
fn emit(counts: &[Vec<u64>], rule: Rule) -> Result<EmittedTable, NotEmitted> {
    emit_beside(counts, rule, &|_, _| None)
}

fn is_shown(told: Told) -> bool {
    matches!(told, UpTo(_) | Zero)
}

#[test]
fn a_lone_count_is_shown_or_bounded() {
    // All of Us: 1 to 20 is not shown, 0 may be, 21 is.
    for (count, shown, words) in [
        (0, Zero, "0"),
        (1, Below(21), "< 21"),
        (20, Below(21), "< 21"),
        (21, UpTo(40), "40"),
        (40, UpTo(40), "40"),
        (1_000_001, UpTo(1_000_020), "1000020"),
    ] {
        let table = emit(&[vec![count]], Rule::default()).unwrap();
        assert_eq!(table.cells, [[shown]], "{count}");
        assert_eq!((table.total, table.total.to_string()), (shown, words.to_owned()));
    }
}

#[test]
fn a_small_cell_takes_a_second_one_with_it() {
    // 5 could be worked out as 105 - 100; with the 30 withheld it cannot.
    let table = emit(&[vec![5, 30, 70], vec![50, 60, 80]], Rule::default()).unwrap();
    assert_eq!(table.cells[0], [Withheld, Withheld, UpTo(80)]);
    assert_eq!(table.cells[1], [Withheld, Withheld, UpTo(80)]);
    assert_eq!(table.total, UpTo(300));
    let untouched = emit(&[vec![25, 30], vec![50, 0]], Rule::default()).unwrap();
    assert_eq!(untouched.cells, [[UpTo(40), UpTo(40)], [UpTo(60), Zero]]);
}

#[test]
fn a_small_sum_of_withheld_cells_is_a_small_count() {
    // 3 + 4 of 107: that seven are in the two is itself a count of seven.
    let table = emit(&[vec![3, 4, 100]], Rule::default()).unwrap();
    let known = table.cells[0].iter().filter(|cell| is_shown(**cell)).count();
    assert!(known == 0 || table.row_totals[0] == Withheld, "{table:?}");
}

#[test]
fn a_lone_small_count_among_zeros_hides_its_totals() {
    let table = emit(&[vec![7, 0], vec![0, 0]], Rule::default()).unwrap();
    for shown in [table.cells[0][0], table.row_totals[0], table.column_totals[0], table.total] {
        assert_eq!(shown, Withheld);
    }
}

#[test]
fn bad_tables_and_limits() {
    assert_eq!(emit(&[], Rule::default()), Err(NotEmitted::Uneven));
    assert_eq!(emit(&[vec![]], Rule::default()), Err(NotEmitted::Uneven));
    assert_eq!(emit(&[vec![1], vec![1, 2]], Rule::default()), Err(NotEmitted::Uneven));
    // The hardest table of the largest size is done, whatever it withholds.
    let mut hard = vec![vec![100; LINES_MAX]; LINES_MAX];
    for (place, row) in hard.iter_mut().enumerate() {
        row[place] = 1;
    }
    assert!(emit(&hard, Rule::default()).is_ok());
    assert!(emit(&vec![vec![100]; LINES_MAX], Rule::default()).is_ok());
    assert_eq!(emit(&vec![vec![100]; LINES_MAX + 1], Rule::default()), Err(NotEmitted::TooLarge));
    assert!(emit(&[vec![100; LINES_MAX]], Rule::default()).is_ok());
    assert_eq!(emit(&[vec![100; LINES_MAX + 1]], Rule::default()), Err(NotEmitted::TooLarge));
    assert_eq!(emit(&[vec![u64::MAX, 1]], Rule::default()), Err(NotEmitted::Overflow));
}

/// An adversary with linear algebra: each line's cells add up to its total. Gives the unknown
/// cells that all solutions agree on. The matrix of a two-way table is totally unimodular, so
/// whole numbers do.
fn solvable(table: &EmittedTable) -> Vec<usize> {
    let (rows, columns) = (table.cells.len() + 1, table.column_totals.len() + 1);
    let shown = |row: usize, column: usize| match (row + 1 == rows, column + 1 == columns) {
        (true, true) => table.total,
        (true, false) => table.column_totals[column],
        (false, true) => table.row_totals[row],
        (false, false) => table.cells[row][column],
    };
    let unknown: Vec<(usize, usize)> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .filter(|(row, column)| !is_shown(shown(*row, *column)))
        .collect();
    let sign = |last: bool| if last { -1_i64 } else { 1 };
    let mut equations: Vec<Vec<i64>> = Vec::new();
    for row in 0..rows {
        let cell = |(r, c): &(usize, usize)| i64::from(*r == row) * sign(c + 1 == columns);
        equations.push(unknown.iter().map(cell).collect());
    }
    for column in 0..columns {
        let cell = |(r, c): &(usize, usize)| i64::from(*c == column) * sign(r + 1 == rows);
        equations.push(unknown.iter().map(cell).collect());
    }
    let mut rank = 0;
    for at in 0..unknown.len() {
        let Some(pivot) = (rank..equations.len()).find(|line| equations[*line][at] != 0) else {
            continue;
        };
        equations.swap(rank, pivot);
        let factor = equations[rank][at];
        for value in &mut equations[rank] {
            *value *= factor;
        }
        let pivot = equations[rank].clone();
        for (_, line) in equations.iter_mut().enumerate().filter(|(line, _)| *line != rank) {
            let factor = line[at];
            for (value, taken) in line.iter_mut().zip(&pivot) {
                *value -= factor * taken;
            }
        }
        rank += 1;
    }
    let alone = |line: &&Vec<i64>| line.iter().filter(|value| **value != 0).count() == 1;
    let place = |line: &Vec<i64>| line.iter().position(|value| *value != 0);
    equations.iter().filter(alone).filter_map(place).collect()
}

fn counts() -> impl Strategy<Value = Vec<Vec<u64>>> {
    let count = prop_oneof![Just(0_u64), 1_u64..=20, 21_u64..60, 60_u64..5_000];
    (1_usize..5, 1_usize..5).prop_flat_map(move |(rows, columns)| {
        let row = proptest::collection::vec(count.clone(), columns);
        proptest::collection::vec(row, rows)
    })
}

proptest! {
    #[test]
    fn no_small_count_is_shown_or_can_be_worked_out(counts in counts()) {
        let table = emit(&counts, Rule::default()).unwrap();
        let every = table.cells.iter().flatten().chain(&table.row_totals);
        for shown in every.chain(&table.column_totals).chain([&table.total]) {
            let small = matches!(shown, UpTo(1..=20));
            prop_assert!(!small, "{:?}", table);
        }
        prop_assert_eq!(solvable(&table), Vec::<usize>::new(), "{:?}", table);
        for ((cells, total), true_cells) in table.cells.iter().zip(&table.row_totals).zip(&counts) {
            if is_shown(*total) {
                let withheld = cells.iter().zip(true_cells).filter(|(one, _)| **one == Withheld);
                let sum: u64 = withheld.map(|(_, count)| *count).sum();
                prop_assert!(!(1..=20).contains(&sum), "{:?}", table);
            }
        }
    }

    #[test]
    fn what_is_shown_is_true(counts in counts()) {
        let table = emit(&counts, Rule::default()).unwrap();
        for (row, given) in table.cells.iter().zip(&counts) {
            for (shown, count) in row.iter().zip(given) {
                let rounded = Rule::default().rounded(*count);
                prop_assert!(!matches!(shown, UpTo(n) if *n != rounded));
                prop_assert!(*shown != Zero || *count == 0);
            }
        }
        let is_plain = |count: &u64| *count == 0 || *count > 20;
        if counts.iter().flatten().all(is_plain) {
            prop_assert!(table.cells.iter().flatten().all(|one| is_shown(*one)));
        }
    }
}

/// The strongest attacker knows the rule itself and goes through every table there is: what is
/// withheld must still be open, between the numbers that stay possible.
#[test]
fn who_knows_the_rule_and_tries_every_table_learns_no_small_count() {
    const MOST: u64 = 11;
    let rule = Rule::small(4, 4);
    for (rows, columns) in [(1_usize, 2_usize), (1, 3), (2, 2)] {
        let cells = rows * columns;
        let all = (MOST + 1).pow(u32::try_from(cells).unwrap());
        let mut possible = std::collections::BTreeMap::<String, Vec<Vec<u64>>>::new();
        for number in 0..all {
            let digit =
                |place: usize| number / (MOST + 1).pow(u32::try_from(place).unwrap()) % (MOST + 1);
            let flat: Vec<u64> = (0..cells).map(digit).collect();
            let counts: Vec<Vec<u64>> = flat.chunks(columns).map(<[u64]>::to_vec).collect();
            let table = emit(&counts, rule).unwrap();
            possible.entry(format!("{table:?}")).or_default().push(flat);
        }
        // Of cells at the end of what is tried, larger tables would be possible, too.
        possible.retain(|_, worlds| !worlds.iter().flatten().any(|count| *count == MOST));
        assert!(possible.len() > 2);
        for (table, worlds) in possible {
            for place in 0..cells {
                let values: std::collections::BTreeSet<u64> =
                    worlds.iter().map(|world| world[place]).collect();
                let is_small = values.iter().all(|value| (1..=4).contains(value));
                assert!(!is_small || values.len() >= 2, "{rows}x{columns} {place}: {table}");
            }
        }
    }
}
