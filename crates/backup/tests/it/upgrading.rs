//! The way back from a schema that was brought up to date.

use crate::support::{Place, file, reads};
use aws_lc_rs::{aead, hkdf};
use backup::{BEFORE_UPGRADE, Directory, Repository, Restoring, before_upgrade, restore};
use record::{Store, backup_key, read_back, schema_versions, schemas};
use std::path::Path;
use std::sync::Arc;

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn derived(from: &[u8], purpose: &str) -> [u8; 32] {
    let from = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate").extract(from);
    let info = [b"cognate record 1 ", purpose.as_bytes()];
    let mut key = [0; 32];
    from.expand(&info, Length).unwrap().fill(&mut key).unwrap();
    key
}

/// The root secret out of the keyring.
fn root(master: &[u8], directory: &Path) -> Vec<u8> {
    let text = std::fs::read_to_string(directory.join("keyring")).unwrap();
    let keyring: serde_json::Value = serde_json::from_str(&text).unwrap();
    let root = keyring.get("root").and_then(serde_json::Value::as_str).unwrap();
    let sealed = hex::decode(root).unwrap();
    let (nonce, body) = sealed.get(1..).unwrap().split_at(12);
    let place = ["cognate keyring", "root"]
        .map(|part| [&(part.len() as u64).to_be_bytes()[..], part.as_bytes()].concat());
    let key = derived(master, "seal keyring");
    let key = aead::RandomizedNonceKey::new(&aead::AES_256_GCM, &key).unwrap();
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).unwrap();
    let mut body = body.to_vec();
    key.open_in_place(nonce, aead::Aad::from(place.concat()), &mut body).unwrap().to_vec()
}

/// Opens a database of a record as nobody but a test does.
fn database(place: &Place, directory: &Path, name: &str) -> rusqlite::Connection {
    let text = std::fs::read_to_string(place.path("master.key")).unwrap();
    let master = hex::decode(text.trim_end()).unwrap();
    let key = derived(&root(&master, directory), &format!("pages of {name}"));
    let connection = rusqlite::Connection::open(directory.join(name)).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", hex::encode(key))).unwrap();
    connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    connection
}

/// Undoes the second migration of `genome.db`: the record is then as the program of before it had
/// left it.
fn as_before(place: &Place, directory: &Path) {
    let genome = database(place, directory, "genome.db");
    genome
        .execute_batch(
            "BEGIN; DROP TABLE carrier_index; DROP TABLE carrier; DROP TABLE carrier_set;
            DROP TABLE carrier_listed; DELETE FROM migration WHERE version >= 2; COMMIT",
        )
        .unwrap();
}

#[test]
fn a_schema_is_brought_up_to_date_and_the_way_back_is_the_snapshot_before() {
    let place = Place::new();
    let data = place.path("data");
    let record = place.open(&data).unwrap();
    file(&record, "o1", "p1");
    drop(record);
    let save =
        || before_upgrade(&data, &Store::Directory, &place.key(), &place.clock, "0.2.0").unwrap();
    let found = |directory: &Path| schemas(directory, &Store::Directory, &place.key()).unwrap();
    assert_eq!(save(), None, "nothing would be changed");
    assert!(!data.join(BEFORE_UPGRADE).exists());
    as_before(&place, &data);
    let older = found(&data);
    assert_eq!(older["genome"], 1);

    // The upgrade.
    let saved = save().unwrap();
    assert_eq!((&saved.schemas, saved.program.as_str()), (&older, "0.2.0"));
    let record = place.open(&data).unwrap();
    assert_eq!(found(&data), schema_versions());
    file(&record, "o2", "p1");
    assert_eq!(save(), None, "it is up to date");
    drop(record);

    // The way back: the schema is the older one, whose program finds what it knows.
    let destination = Arc::new(Directory::new(data.join(BEFORE_UPGRADE)));
    let secret = backup_key(&place.key()).unwrap();
    let repository = Repository::open(destination, &secret).unwrap();
    let key = place.key();
    let restoring = Restoring { master_key: &key, clock: &place.clock };
    let back = place.path("back");
    let restored = restore(&repository, &saved, &back, &restoring).unwrap();
    assert!(!restored.is_opened, "that would bring it up to date");
    assert_eq!(found(&back), older);
    let genome = database(&place, &back, "genome.db");
    let newest = "SELECT max(version) FROM migration";
    assert_eq!(genome.query_row(newest, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    let carriers = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'carrier%'";
    assert_eq!(genome.query_row(carriers, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    drop(genome);
    assert!(read_back(&back, &place.key(), 10, 1).unwrap().is_whole());
    // And forward again.
    let record = place.open(&back).unwrap();
    assert!(reads(&record, "o1") && !reads(&record, "o2"));
    assert_eq!(found(&back), schema_versions());
}

#[test]
fn an_upgrade_that_cannot_be_saved_before_is_not_made() {
    let place = Place::new();
    let data = place.path("data");
    drop(place.open(&data).unwrap());
    as_before(&place, &data);
    std::fs::write(data.join(BEFORE_UPGRADE), "in the way").unwrap();
    let saved = before_upgrade(&data, &Store::Directory, &place.key(), &place.clock, "0.2.0");
    assert!(saved.is_err());
    let now = schemas(&data, &Store::Directory, &place.key()).unwrap();
    assert_eq!(now["genome"], 1, "nothing was changed");
}
