//! What both kinds of store have to do alike, below the record.

use super::{alter, open, store};
use crate::Failure;
use crate::store::{Value, values};

/// On both stores: what goes in comes out, and in the same order.
#[test]
fn values_come_back_as_they_were() {
    let (record, _directory) = open();
    let put = "INSERT INTO statement_version (tenant, id, version, patient, sequence, recorded,
        withdrawn, sha256, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let texts =
        ["", "a", "B", "b", "Z", "a b", "\u{e4}", "\u{7f}", "\u{10ffff}", "\u{1f9ec}", "'\\"];
    let numbers = [0, 1, -1, i64::MAX, i64::MIN];
    // Around the length at which SQLite begins to chain pages, and far beyond it.
    let lengths = [0, 1, 1001, 1002, 1003, 4096, 3_000_000];
    let sequence = std::cell::Cell::new(0_i64);
    let store = |id: &str, number: i64, body: Vec<u8>| {
        sequence.set(sequence.get() + 1);
        let row = values!["t1", id, number, "", sequence.get(), 0_i64, 0_i64, "", body].to_vec();
        alter(&record, put, row);
    };
    for text in texts {
        store(text, 1, b"x".to_vec());
    }
    for number in numbers.into_iter().filter(|number| *number != 1) {
        store("a", number, b"x".to_vec());
    }
    for length in lengths {
        store("bytes", i64::try_from(length).unwrap(), (0..=255).cycle().take(length).collect());
    }
    let read = |sql: &str, values: &[Value]| {
        record.inner.record.read(|executor| executor.query(sql, values)).unwrap()
    };
    // Page by page, each beginning after the last of the one before.
    let page = "SELECT DISTINCT id FROM statement_version WHERE tenant = $1 AND id > $2
        ORDER BY id LIMIT 3";
    let mut found = vec![String::new()];
    loop {
        let rows = read(page, values!["t1", found.last().unwrap()]);
        if rows.is_empty() {
            break;
        }
        found.extend(rows.iter().map(|row| row.text(0).unwrap().to_owned()));
    }
    let mut expected = texts.map(str::to_owned).to_vec();
    expected.push("bytes".to_owned());
    expected.sort();
    assert_eq!(found, expected);
    let rows = read(
        "SELECT version FROM statement_version WHERE tenant = $1 AND id = 'a' ORDER BY version",
        values!["t1"],
    );
    let found: Vec<i64> = rows.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(found, [i64::MIN, -1, 0, 1, i64::MAX]);
    let body = "SELECT body FROM statement_version WHERE tenant = $1 AND id = 'bytes'
        AND version = $2";
    for length in lengths {
        let rows = read(body, values!["t1", i64::try_from(length).unwrap()]);
        let expected: Vec<u8> = (0..=255).cycle().take(length).collect();
        assert_eq!(rows[0].bytes(0).unwrap(), expected, "{length}");
    }
}

/// On both stores: a column takes no value of another kind, and no row twice.
#[test]
fn what_a_column_cannot_hold_is_refused_alone() {
    let (record, _directory) = open();
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    let write = |row: Vec<Value>| {
        record.inner.record_writer.write(move |executor| executor.execute(put, &row))
    };
    assert_eq!(write(values!["t1", "a", 1_i64].to_vec()), Ok(1));
    for bad in [
        values!["t1", "a", 2_i64].to_vec(),
        values!["t1", "b", "three"].to_vec(),
        values!["t1", vec![1_u8], 1_i64].to_vec(),
        vec![Value::from("t1"), Value::Null, Value::from(1_i64)],
    ] {
        assert!(matches!(write(bad.clone()), Err(Failure::Storage(_))), "{bad:?}");
    }
    assert_eq!(write(values!["t1", "b", 1_i64].to_vec()), Ok(1));
}

/// On PostgreSQL a statement that failed spoils the transaction; on SQLite it does not. Nobody may
/// be told that something was stored which was not.
#[test]
fn a_job_that_passes_over_a_failure_is_told_so_or_stored() {
    let (record, _directory) = open();
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    let done = record.inner.record_writer.write(move |executor| {
        executor.execute(put, values!["t1", "a", 1_i64])?;
        let twice = executor.execute(put, values!["t1", "a", 2_i64]);
        assert!(twice.is_err());
        Ok(())
    });
    let count = "SELECT count(*) FROM feed_cursor WHERE tenant = $1";
    let row = record.inner.record.read(|executor| executor.one(count, values!["t1"])).unwrap();
    assert_eq!(row.int(0).unwrap() == 1, done.is_ok());
    alter(&record, put, values!["t1", "b", 1_i64].to_vec());
}

/// One that has the transaction to itself, too.
#[test]
fn a_job_that_fails_leaves_nothing() {
    let (record, _directory) = open();
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    let writer = &record.inner.record_writer;
    for (number, fails) in [(1_i64, true), (2, false), (3, true), (4, false)] {
        let done = writer.write(move |executor| {
            executor.execute(put, values!["t1", format!("c{number}"), number])?;
            if fails { Err(Failure::NotFound) } else { Ok(()) }
        });
        assert_eq!(done.is_err(), fails);
    }
    let names = "SELECT name FROM feed_cursor WHERE tenant = $1 ORDER BY name";
    let rows = record.inner.record.read(|executor| executor.query(names, values!["t1"])).unwrap();
    let found: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(found, ["c2", "c4"]);
}

#[test]
fn what_is_handed_over_for_later_is_done() {
    let (record, _directory) = open();
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    let writer = &record.inner.record_writer;
    let later = |name: &'static str| {
        let work = move |executor: &dyn crate::store::Executor| {
            executor.execute(put, values!["t1", name, 1_i64])
        };
        writer.post_for_later(work).unwrap()
    };
    // By itself, when somebody waits for it, and together with what others wait for.
    assert_eq!(later("alone").recv(), Ok(Ok(1)));
    let urged = later("urged");
    writer.urge().unwrap().urge();
    assert_eq!(urged.recv(), Ok(Ok(1)));
    let together = later("together");
    writer.write(|_| Ok(())).unwrap();
    assert_eq!(together.try_recv(), Ok(Ok(1)));
    // To urge where nothing waits is nothing.
    writer.urge().unwrap().urge();
    let again = later("alone");
    assert!(matches!(again.recv(), Ok(Err(_))));
    let last = later("last");
    drop(record);
    assert_eq!(last.recv(), Ok(Ok(1)));
}

/// What is written down of a `Before`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Noted {
    Urged,
    Settled,
}

struct Before {
    name: &'static str,
    noted: std::sync::mpsc::Sender<(&'static str, Noted)>,
}

impl crate::store::Before for Before {
    fn urge(&self) -> bool {
        self.noted.send((self.name, Noted::Urged)).is_ok()
    }

    fn settle(self) -> Result<(), Failure> {
        self.noted.send((self.name, Noted::Settled)).map_err(|_| Failure::NotFound)
    }
}

/// What must be durable before a commit becomes so beside the one under way, and each job is
/// settled, whether it was the one that urged or not.
#[test]
fn what_comes_before_the_next_commit_is_urged_beside_this_one() {
    use std::sync::mpsc::channel;
    let (record, _directory) = open();
    let writer = &record.inner.record_writer;
    let (noted, notes) = channel();
    let before = |name| Before { name, noted: noted.clone() };
    let (begun, has_begun) = channel();
    let (go, goes) = channel::<()>();
    let hold = move |_: &dyn crate::store::Executor| {
        begun.send(()).unwrap();
        Ok(goes.recv().is_ok())
    };
    let held = writer.post_after(before("held"), hold, false).unwrap();
    has_begun.recv().unwrap();
    assert_eq!(notes.recv(), Ok(("held", Noted::Urged)));
    // One that nobody waits for yet is urged with the one behind it, which somebody waits for.
    let later = writer.post_after(before("later"), |_| Ok(1), true).unwrap();
    assert!(notes.try_recv().is_err());
    let without = writer.post_after((), |_| Ok(2), false).unwrap();
    assert!(notes.try_recv().is_err());
    let last = writer.post_after(before("last"), |_| Ok(3), false).unwrap();
    assert_eq!(notes.try_recv(), Ok(("last", Noted::Urged)));
    go.send(()).unwrap();
    assert_eq!(held.recv(), Ok(Ok(true)));
    for (job, value) in [(later, 1), (without, 2), (last, 3)] {
        assert_eq!(job.recv(), Ok(Ok(value)));
    }
    let settled: Vec<_> = notes.try_iter().collect();
    let is_settled = |name| (name, Noted::Settled);
    assert_eq!(settled, ["held", "later", "last"].map(is_settled));
}

#[test]
fn rows_of_numbers_are_put_as_others_are() {
    let (record, _directory) = open();
    let put = "INSERT INTO search_posting (tenant, path, concept, number, element)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let rows: Vec<[i64; 4]> =
        (0..3_000).map(|number| [number % 7, -number, i64::MAX - number, 0]).collect();
    let numbers = [rows.as_flattened(), &[1, 2, 3, 4], &[1, 2, 3, 4]].concat();
    let work = move |executor: &dyn crate::store::Executor| {
        executor.execute_numbers(put, "t1", 4, &numbers)?;
        executor.execute_numbers(put, "t2", 4, &[])?;
        executor.execute_numbers(put, "t2", 4, &[5, 6, 7, 8])
    };
    record.inner.record_writer.write(work).unwrap();
    let read = "SELECT path, concept, number, element FROM search_posting WHERE tenant = $1
        ORDER BY path, concept, number, element";
    let read = |tenant: &str| {
        let rows = record.inner.record.read(|executor| executor.query(read, values![tenant]));
        let row = |row: &crate::store::Row| [0, 1, 2, 3].map(|place| row.int(place).unwrap());
        rows.unwrap().iter().map(row).collect::<Vec<_>>()
    };
    let mut expected = [rows, vec![[1, 2, 3, 4]]].concat();
    expected.sort_unstable();
    assert_eq!(read("t1"), expected);
    assert_eq!(read("t2"), [[5, 6, 7, 8]]);
}

#[test]
fn a_connection_lost_in_a_transaction_is_an_error_and_comes_back() {
    let (record, directory) = open();
    let Some(url) = store::url(directory.path()) else { return };
    let end = "SELECT pg_terminate_backend(pg_backend_pid())";
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    let writer = &record.inner.record_writer;
    let lost = writer.write(move |executor| {
        executor.execute(put, values!["t1", "a", 1_i64])?;
        assert!(executor.query(end, &[]).is_err());
        // Nothing goes on outside of the transaction that is gone.
        let after = executor.execute(put, values!["t1", "b", 1_i64]);
        assert!(matches!(after, Err(Failure::Storage(_))));
        Ok(())
    });
    assert!(matches!(lost, Err(Failure::Storage(_))));
    let lost = record.inner.record.read(|executor| executor.query(end, &[]).map(|_| ()));
    assert!(matches!(lost, Err(Failure::Storage(_))));
    let count = "SELECT count(*) FROM feed_cursor WHERE tenant = $1";
    let count = || record.inner.record.read(|e| e.one(count, values!["t1"])?.int(0)).unwrap();
    assert_eq!(count(), 0);
    alter(&record, put, values!["t1", "c", 1_i64].to_vec());

    // A session that ends inside COMMIT: what became of the transaction is not claimed.
    store::psql(
        &url,
        "CREATE FUNCTION cognate_record.fall() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON cognate_record.feed_cursor
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cognate_record.fall()",
    );
    let unknown = writer.write(move |e| e.execute(put, values!["t1", "d", 1_i64])).unwrap_err();
    assert!(unknown.to_string().contains("is not known"), "{unknown}");
    store::psql(&url, "DROP TRIGGER fall ON cognate_record.feed_cursor");
    assert_eq!(count(), 1);
    alter(&record, put, values!["t1", "e", 1_i64].to_vec());
    assert!(record.health().writable);
}

/// A database that would lose what was answered as stored is set right, session by session.
#[test]
fn what_is_committed_is_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let Some(url) = store::url(directory.path()) else { return };
    let name = store::psql(&url, "SELECT current_database()");
    let name = name.trim();
    let key = directory.path().join("key");
    crate::MasterKey::create_file(&key).unwrap();
    for (set, expected) in [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")] {
        store::psql(&url, &format!("ALTER DATABASE {name} SET synchronous_commit = {set}"));
        let key = crate::MasterKey::from_file(&key).unwrap();
        let record = super::open_with(directory.path(), key).unwrap();
        let found = record.inner.record_writer.write(|executor| {
            let row = executor.one("SELECT current_setting('synchronous_commit')", &[])?;
            row.text(0).map(str::to_owned)
        });
        assert_eq!(found.as_deref(), Ok(expected), "{set}");
    }
}
