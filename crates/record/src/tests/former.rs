//! A store that was made before there were keyrings.

use super::{access, observe, open, open_with};
use crate::key::ring::open_as_before;
use crate::store::{Executor, Value};
use crate::{Failure, MasterKey, Role, rotate_master_key, show_keyring};

/// Wraps every data key as it was wrapped before tenants had keys.
fn wrap_as_before(record: &crate::Record) {
    let keys = std::sync::Arc::clone(&record.inner.keys);
    for writer in record.inner.writers() {
        let keys = std::sync::Arc::clone(&keys);
        let work = move |executor: &dyn Executor| {
            let rows = executor.query("SELECT tenant, owner, wrapped FROM data_key", &[])?;
            for row in rows {
                let of = [row.text(0)?, row.text(1)?];
                let wrapped = keys.wrap_as_before(of, row.bytes(2)?)?;
                let [tenant, owner] = of;
                let put = "UPDATE data_key SET wrapped = $1 WHERE tenant = $2 AND owner = $3";
                executor.execute(put, &[Value::from(wrapped), tenant.into(), owner.into()])?;
            }
            Ok(())
        };
        writer.write(work).unwrap();
    }
}

#[test]
fn a_store_of_before_opens_unchanged_and_moves_to_a_keyring() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let data = at.join("data");
    let key = MasterKey::create_file(at.join("key")).unwrap();
    open_as_before(&data, &key).unwrap();
    let record = open_with(at, key.clone()).unwrap();
    observe(&record, "o1", "p1");
    wrap_as_before(&record);
    drop(record);
    let ring = data.join("keyring");
    std::fs::remove_file(&ring).unwrap();

    // Another key makes no keyring, and neither does reading the audit log.
    let other = MasterKey::create_file(at.join("other")).unwrap();
    assert!(matches!(open_with(at, other.clone()), Err(Failure::KeyMismatch { .. })));
    assert!(crate::verify_audit_log(&data, &key, None).unwrap().is_intact());
    assert!(!ring.exists());

    let record = open_with(at, key.clone()).unwrap();
    let reads = |record: &crate::Record| {
        record.read(&access(Role::Prescriber), "Observation", "o1").unwrap().is_some()
    };
    assert!(reads(&record));
    assert!(show_keyring(&data, &key).unwrap().is_root_a_former_key);
    observe(&record, "o2", "p2");
    let operator = || {
        crate::Access::new(
            model::TenantId::new("t1"),
            "a",
            Role::Operator,
            crate::Purpose::Operations,
            crate::Scope::Tenant,
        )
    };
    let done = record.rewrap_data_keys(&operator(), &mut |_| {}).unwrap();
    assert!(done.rewrapped > 0 && done.rewrapped < done.looked_at, "{done:?}");
    assert!(reads(&record));
    drop(record);

    rotate_master_key(&data, &key, &other).unwrap();
    assert!(matches!(open_with(at, key), Err(Failure::KeyMismatch { .. })));
    let record = open_with(at, other).unwrap();
    assert!(reads(&record) && record.verify_audit().is_intact());
}

#[test]
fn a_new_store_has_a_root_that_is_no_master_key() {
    let (record, directory) = open();
    observe(&record, "o1", "p1");
    drop(record);
    let key = MasterKey::from_file(directory.path().join("key")).unwrap();
    let shown = show_keyring(&directory.path().join("data"), &key).unwrap();
    assert!(!shown.is_root_a_former_key);
}
