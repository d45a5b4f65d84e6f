//! Many rows at once.

use crate::store::Value;
use std::borrow::Cow;

/// Rows of one statement. They come in powers of two, so that few statements are prepared.
const ROWS_MAX: usize = 128;
/// Values of one statement; the protocol counts them in 16 bits.
const VALUES_MAX: usize = 10_000;
/// Bytes of the values of one statement, unless one row alone has more.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// An insertion of one row as one of the next rows, and how many those are; 1 for whatever is no
/// plain insertion.
pub(super) fn widened<'s>(sql: &'s str, rows: &[Vec<Value>]) -> (Cow<'s, str>, usize) {
    let width = rows.first().map_or(0, Vec::len);
    let places = (1..=width).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
    let one = format!("VALUES ({places})");
    let count = count(rows, width);
    let parts: Vec<&str> = sql.split(one.as_str()).collect();
    let ([begin, end], true) = (parts.as_slice(), count > 1 && sql.starts_with("INSERT INTO "))
    else {
        return (Cow::Borrowed(sql), 1);
    };
    if end.contains('$') {
        return (Cow::Borrowed(sql), 1);
    }
    let row = |row: usize| {
        let places = (1..=width).map(|at| format!("${}", row * width + at));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let all: Vec<String> = (0..count).map(row).collect();
    (Cow::Owned(format!("{begin}VALUES {}{end}", all.join(", "))), count)
}

/// The greatest power of two of rows that is within the limits.
fn count(rows: &[Vec<Value>], width: usize) -> usize {
    let mut bytes = 0_usize;
    let within = |row: &&Vec<Value>| {
        bytes = bytes.saturating_add(row.iter().map(length).sum());
        bytes <= BYTES_MAX
    };
    let most = rows.len().min(ROWS_MAX).min(VALUES_MAX / width.max(1));
    let fitting = rows.iter().take(most).take_while(within).count().max(1);
    1 << fitting.ilog2()
}

fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Int(_) | Value::Null => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize, width: usize) -> Vec<Vec<Value>> {
        vec![vec![Value::from(1_i64); width]; count]
    }

    #[test]
    fn insertions_take_rows_in_powers_of_two() {
        let put = "INSERT INTO a (b, c) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let (sql, count) = widened(put, &rows(3, 2));
        let expected = "INSERT INTO a (b, c) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING";
        assert_eq!((sql.as_ref(), count), (expected, 2));
        let counts = [(1, 1), (2, 2), (7, 4), (127, 64), (128, 128), (5000, 128)];
        for (given, taken) in counts {
            assert_eq!(widened(put, &rows(given, 2)).1, taken, "{given}");
        }
        let wide: String = (1..=300).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
        let wide = format!("INSERT INTO a VALUES ({wide})");
        assert_eq!(widened(&wide, &rows(100, 300)).1, 32);
    }

    #[test]
    fn long_rows_go_alone_and_other_statements_as_they_are() {
        let put = "INSERT INTO a (b) VALUES ($1)";
        let long = |bytes: usize| vec![vec![Value::Bytes(vec![0; bytes])]; 4];
        assert_eq!(widened(put, &long(BYTES_MAX / 4)).1, 4);
        assert_eq!(widened(put, &long(BYTES_MAX / 2)).1, 2);
        assert_eq!(widened(put, &long(BYTES_MAX * 2)).1, 1);
        for other in [
            "UPDATE a SET b = $1",
            "INSERT INTO a (b, c) VALUES ($1, 0)",
            "INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET c = $1",
        ] {
            assert_eq!(widened(other, &rows(4, 1)), (Cow::Borrowed(other), 1));
        }
    }
}
