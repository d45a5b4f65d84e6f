use super::*;
use Shown::{AtMost, Exact, Withheld};
use proptest::prelude::*;

#[test]
fn a_lone_count_is_shown_or_bounded() {
    // All of Us: 1 to 20 is not shown, 0 may be, 21 is.
    for (count, shown, words) in [
        (0, Exact(0), "0"),
        (1, AtMost(20), "<= 20"),
        (20, AtMost(20), "<= 20"),
        (21, Exact(21), "21"),
        (1_000_000, Exact(1_000_000), "1000000"),
    ] {
        let table = emit(&[vec![count]], THRESHOLD_DEFAULT).unwrap();
        assert_eq!(table.cells, [[shown]], "{count}");
        assert_eq!((table.total, table.total.to_string()), (shown, words.to_owned()));
    }
}

#[test]
fn a_small_cell_takes_a_second_one_with_it() {
    // 5 could be worked out as 105 - 100; with the 30 withheld it cannot.
    let table = emit(&[vec![5, 30, 70], vec![50, 60, 80]], THRESHOLD_DEFAULT).unwrap();
    assert_eq!(table.cells[0], [Withheld, Withheld, Exact(70)]);
    assert_eq!(table.cells[1], [Withheld, Withheld, Exact(80)]);
    assert_eq!(table.total, Exact(295));
    let untouched = emit(&[vec![25, 30], vec![50, 0]], THRESHOLD_DEFAULT).unwrap();
    assert_eq!(untouched.cells, [[Exact(25), Exact(30)], [Exact(50), Exact(0)]]);
}

#[test]
fn a_small_sum_of_withheld_cells_is_a_small_count() {
    // 3 + 4 of 107: that seven are in the two is itself a count of seven.
    let table = emit(&[vec![3, 4, 100]], THRESHOLD_DEFAULT).unwrap();
    let known = table.cells[0].iter().filter(|cell| matches!(cell, Exact(_))).count();
    assert!(known == 0 || table.row_totals[0] == Withheld, "{table:?}");
}

#[test]
fn a_lone_small_count_among_zeros_hides_its_totals() {
    let table = emit(&[vec![7, 0], vec![0, 0]], THRESHOLD_DEFAULT).unwrap();
    for shown in [table.cells[0][0], table.row_totals[0], table.column_totals[0], table.total] {
        assert_eq!(shown, Withheld);
    }
}

#[test]
fn bad_tables_and_limits() {
    assert_eq!(emit(&[], 20), Err(NotEmitted::Uneven));
    assert_eq!(emit(&[vec![]], 20), Err(NotEmitted::Uneven));
    assert_eq!(emit(&[vec![1], vec![1, 2]], 20), Err(NotEmitted::Uneven));
    // The hardest table of the largest size is done, whatever it withholds.
    let mut hard = vec![vec![100; LINES_MAX]; LINES_MAX];
    for (place, row) in hard.iter_mut().enumerate() {
        row[place] = 1;
    }
    assert!(emit(&hard, 20).is_ok());
    assert!(emit(&vec![vec![100]; LINES_MAX], 20).is_ok());
    assert_eq!(emit(&vec![vec![100]; LINES_MAX + 1], 20), Err(NotEmitted::TooLarge));
    assert!(emit(&[vec![100; LINES_MAX]], 20).is_ok());
    assert_eq!(emit(&[vec![100; LINES_MAX + 1]], 20), Err(NotEmitted::TooLarge));
    assert_eq!(emit(&[vec![u64::MAX, 1]], 20), Err(NotEmitted::Overflow));
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
        .filter(|(row, column)| !matches!(shown(*row, *column), Exact(_)))
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
        let table = emit(&counts, THRESHOLD_DEFAULT).unwrap();
        let every = table.cells.iter().flatten().chain(&table.row_totals);
        for shown in every.chain(&table.column_totals).chain([&table.total]) {
            let small = matches!(shown, Exact(1..=20));
            prop_assert!(!small, "{:?}", table);
        }
        prop_assert_eq!(solvable(&table), Vec::<usize>::new(), "{:?}", table);
        for (cells, total) in table.cells.iter().zip(&table.row_totals) {
            if let Exact(total) = total {
                let known: u64 =
                    cells.iter().map(|one| if let Exact(n) = one { *n } else { 0 }).sum();
                prop_assert!(!(1..=20).contains(&(total - known)), "{:?}", table);
            }
        }
    }

    #[test]
    fn what_is_shown_is_true(counts in counts()) {
        let table = emit(&counts, THRESHOLD_DEFAULT).unwrap();
        for (row, given) in table.cells.iter().zip(&counts) {
            for (shown, count) in row.iter().zip(given) {
                prop_assert!(!matches!(shown, Exact(n) if n != count));
            }
        }
        if counts.iter().flatten().all(|count| *count == 0 || *count > 20) {
            prop_assert!(table.cells.iter().flatten().all(|one| matches!(one, Exact(_))));
        }
    }
}
