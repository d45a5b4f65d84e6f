//! Opening the store.

use crate::arguments::{
    Address, ReferenceArguments, StoreArguments, TokenArguments, TrustArguments,
};
use crate::command::say;
use anyhow::{Context, bail};
use genomics::reference::References;
use knowledge::{Pack, PublicKey, signer_of};
use model::{TenantId, Timestamp};
use policy::Policies;
use record::{
    Access, CheckpointKey, Clock, MasterKey, PostgresUrl, Purpose, Record, Role, Scope, Settings,
    Store,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Readers of the store beside its one writer.
const READERS: usize = 8;

/// How commands name the pack that ships inside the binary.
const BUILT_IN: &str = "built-in";

/// The tenant of an installation for one organisation.
pub(crate) fn tenant() -> TenantId {
    TenantId::new("default")
}

/// The wall clock. The binary is the only place that reads it.
#[expect(clippy::disallowed_methods, reason = "time enters the system here")]
pub(crate) fn clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// The operator's reference sequences. A file that cannot be used is an error: the operator counts
/// on it.
pub(crate) fn references(arguments: &ReferenceArguments) -> anyhow::Result<References> {
    let mut references = References::default();
    for path in &arguments.references {
        let (opened, problems) = formats::reference::open(path);
        let Some(reference) = opened else {
            let problem = problems.first().map(ToString::to_string).unwrap_or_default();
            bail!("the reference `{}` cannot be used: {problem}", path.display())
        };
        references.0.push(reference);
    }
    Ok(references)
}

/// Name of the systemd credential with the master key: `LoadCredentialEncrypted=` gives it to the
/// service alone, in memory.
const CREDENTIAL: &str = "cognate-master-key";

/// Where the master key is: the file that is named, the credential, the data directory.
pub(crate) fn key_file(store: &StoreArguments) -> PathBuf {
    let otherwise = || credential().unwrap_or_else(|| store.directory.join("master.key"));
    store.master_key_file.clone().unwrap_or_else(otherwise)
}

/// The credential, if this service was given one.
fn credential() -> Option<PathBuf> {
    let directory = std::env::var_os("CREDENTIALS_DIRECTORY")?;
    Some(Path::new(&directory).join(CREDENTIAL)).filter(|path| path.exists())
}

/// The master key of a store that exists, with the keyring it seals.
pub(crate) fn master_key(store: &StoreArguments) -> anyhow::Result<MasterKey> {
    if let Some(label) = &store.token.pkcs11_key {
        return Ok(sealing(token_key(&store.token, label, false)?, store.keyring.as_deref()));
    }
    let key = key_file(store);
    if !key.exists() {
        bail!(
            "there is no store at `{}`: `{}` is missing; `cognate init` creates one",
            store.directory.display(),
            key.display()
        );
    }
    read_key(&key, store.keyring.as_deref())
}

/// A master key out of a file, with the keyring it seals if that is not in the data directory.
pub(crate) fn read_key(file: &Path, keyring: Option<&Path>) -> anyhow::Result<MasterKey> {
    let key = MasterKey::from_file(file)
        .with_context(|| format!("the master key `{}` cannot be used", file.display()))?;
    Ok(sealing(key, keyring))
}

fn sealing(key: MasterKey, keyring: Option<&Path>) -> MasterKey {
    match keyring {
        Some(keyring) => key.with_keyring(keyring),
        None => key,
    }
}

/// A master key in a token, which is made if it is not there and that is asked for.
#[cfg(feature = "pkcs11")]
pub(crate) fn token_key(
    token: &TokenArguments,
    key: &str,
    is_made: bool,
) -> anyhow::Result<MasterKey> {
    let TokenArguments { pkcs11_module, pkcs11_token, pkcs11_pin_file, .. } = token;
    let module = pkcs11_module.as_deref().context("`--pkcs11-module` names the library")?;
    let pin_file = pkcs11_pin_file.as_deref().context("`--pkcs11-pin-file` has the PIN")?;
    let token = pkcs11_token.as_deref().context("`--pkcs11-token` names the token")?;
    crate::token::open(crate::token::Place { module, token, pin_file, key }, is_made)
}

/// A program without that feature has no such key.
#[cfg(not(feature = "pkcs11"))]
pub(crate) fn token_key(_: &TokenArguments, key: &str, _: bool) -> anyhow::Result<MasterKey> {
    bail!("`{key}` is in a token, and this program was built without the feature `pkcs11`")
}

/// The master key where there is no store yet: of the file that is named, or the credential.
pub(crate) fn named_key(file: Option<&Path>) -> anyhow::Result<MasterKey> {
    let key = file.map(Path::to_owned).or_else(credential);
    let key = key.context("name the master key of the backups with `--master-key-file`")?;
    read_key(&key, None)
}

/// A random id.
pub(crate) fn random_id() -> anyhow::Result<String> {
    let bytes = record::random_bytes()?;
    let digits = bytes.iter().take(8).map(|byte| format!("{byte:02x}"));
    Ok(digits.collect::<Vec<_>>().concat())
}

/// Where the databases of a store are.
pub(crate) fn kind(store: &StoreArguments) -> anyhow::Result<Store> {
    Ok(match &store.postgres {
        None => Store::Directory,
        Some(url) => Store::Postgres(address(url, store.store_password_file.as_deref())?),
    })
}

/// Takes a snapshot before this program brings an older schema up to date.
fn keep_before_upgrade(
    store: &StoreArguments,
    kind: &Store,
    master_key: &MasterKey,
) -> anyhow::Result<()> {
    if store.upgrade_without_backup {
        return Ok(());
    }
    let (directory, program) = (&store.directory, env!("CARGO_PKG_VERSION"));
    let taken = backup::before_upgrade(directory, kind, master_key, &clock(), program);
    let taken = taken.with_context(|| {
        format!("the store {} cannot be saved before it is opened; nothing changed", place(store))
    })?;
    if let Some(snapshot) = taken {
        say(&format!(
            "the schema is brought up to date; what was before is the snapshot {} in `{}`",
            snapshot.id(),
            store.directory.join(backup::BEFORE_UPGRADE).display()
        ));
    }
    Ok(())
}

/// Opens a store that exists.
pub(crate) fn open(store: &StoreArguments) -> anyhow::Result<Record> {
    let master_key = master_key(store)?;
    let kind = kind(store)?;
    keep_before_upgrade(store, &kind, &master_key)?;
    let settings = Settings { directory: store.directory.clone(), master_key, readers: READERS };
    let record = Record::open_in(settings, &kind, clock())
        .with_context(|| format!("the store {} cannot be opened", place(store)))?;
    if let (Some(directory), Some(key)) = (&store.audit_checkpoints, &store.audit_checkpoint_key) {
        let key = CheckpointKey::open(key).context("the key of checkpoints cannot be used")?;
        record.sign_audit(directory, key).context("checkpoints cannot be written")?;
    }
    trust_policies(store, &record)?;
    Ok(record)
}

/// Has policies refused that none of the trusted keys has signed, if there are such keys.
fn trust_policies(store: &StoreArguments, record: &Record) -> anyhow::Result<()> {
    let keys = public_keys(&store.policy_trust.trusted_policy_keys)?;
    if !keys.is_empty() {
        record.check_policies(Arc::new(move |text| {
            let (message, lines) = (Policies::message(text), Policies::signatures(text));
            match signer_of(&message, &lines, &keys) {
                Some(_) => Ok(()),
                None => Err("are not signed by a key that is trusted".to_owned()),
            }
        }));
    }
    Ok(())
}

fn public_keys(named: &[String]) -> anyhow::Result<Vec<PublicKey>> {
    let read = |key: &String| key.parse().with_context(|| format!("`{key}` is no trusted key"));
    named.iter().map(read).collect()
}

/// Reads the address of a PostgreSQL database, with its password if that is in a file.
pub(crate) fn address(url: &Address, password: Option<&Path>) -> anyhow::Result<PostgresUrl> {
    let url: PostgresUrl = url.text().parse().context("the address of the store is no good")?;
    let Some(file) = password else { return Ok(url) };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    Ok(url.with_password(text.trim_end_matches(['\r', '\n'])))
}

/// Where a store is, for people: never with a password.
pub(crate) fn place(store: &StoreArguments) -> String {
    let directory = format!("`{}`", store.directory.display());
    let url = store.postgres.as_ref().and_then(|url| url.text().parse::<PostgresUrl>().ok());
    url.map_or(directory.clone(), |url| format!("`{url}`, with its audit log in {directory}"))
}

/// Creates a store with a new master key.
pub(crate) fn create(store: &StoreArguments) -> anyhow::Result<Record> {
    std::fs::create_dir_all(&store.directory)
        .with_context(|| format!("`{}` cannot be created", store.directory.display()))?;
    if let Some(label) = &store.token.pkcs11_key {
        token_key(&store.token, label, true)?;
        return open(store);
    }
    let key = key_file(store);
    // A credential was made elsewhere; a store that exists under it is found and kept.
    if credential().as_ref() != Some(&key) {
        MasterKey::create_file(&key)
            .with_context(|| format!("the master key `{}` cannot be created", key.display()))?;
    }
    open(store)
}

/// The pack that ships inside the binary.
pub(crate) fn built_in_pack() -> anyhow::Result<Arc<Pack>> {
    Ok(Arc::new(Pack::built_in().context("the built-in knowledge pack cannot be loaded")?))
}

/// The pack in use: the adopted one. A store in which none is in use yet takes the built-in one;
/// after that a pack changes by adoption only, also when a newer program brings another one.
pub(crate) fn pack_in_use(record: &Record) -> anyhow::Result<Arc<Pack>> {
    let access = engine();
    let built_in = built_in_pack()?;
    let own = built_in.reference();
    let Some(active) = record.active_pack(&access)? else {
        record.keep_pack(&access, &own, &built_in.files)?;
        record.activate_pack(&access, &own.digest)?;
        return Ok(built_in);
    };
    if active == own {
        return Ok(built_in);
    }
    let loaded = interpret::load_kept(record, &access, &active).context(
        "the pack in use cannot be loaded by this program; `cognate knowledge adopt built-in` \
         changes to the one it brings",
    )?;
    Ok(Arc::new(loaded))
}

/// What a person should know about the pack in use, if it is not the obvious one.
pub(crate) fn pack_remarks(record: &Record, pack: &Pack) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    let (own, active) = (built_in_pack()?.reference(), pack.reference());
    if own != active {
        remarks.push(format!(
            "in use is the adopted pack {} {} of {}; this program brings {} {} of {}, and \
             `cognate knowledge adopt built-in` changes to that",
            active.pack, active.version, active.date, own.pack, own.version, own.date
        ));
    }
    let latest = record.adoptions(&engine(), 1)?.pop();
    if let Some(open) = latest.filter(|latest| latest.finished.is_none()) {
        remarks.push(format!(
            "the adoption of {} {} was begun and not finished ({} patients): adopt it again to go \
             on",
            open.pack.pack, open.pack.version, open.patients
        ));
    }
    Ok(remarks)
}

/// Loads a pack directory that one of the trusted keys has signed, if there are any.
pub(crate) fn pack_of(directory: &Path, trust: &TrustArguments) -> anyhow::Result<Arc<Pack>> {
    let keys = public_keys(&trust.trusted_keys)?;
    let pack = Pack::from_directory_trusting(directory, &keys)
        .with_context(|| format!("`{}` does not load", directory.display()))?;
    Ok(Arc::new(pack))
}

/// A pack directory, or the word for the pack of this program.
pub(crate) fn named_pack(name: &str, trust: &TrustArguments) -> anyhow::Result<Arc<Pack>> {
    if name == BUILT_IN { built_in_pack() } else { pack_of(Path::new(name), trust) }
}

/// The operator at this terminal, for accounts and health; reads nothing clinical.
pub(crate) fn operator() -> Access {
    Access::new(tenant(), "cli", Role::Operator, Purpose::Operations, Scope::Tenant)
}

/// The privacy officer at this terminal: policies, what they say of whom, and the audit log; reads
/// nothing clinical.
pub(crate) fn privacy_officer() -> Access {
    Access::new(tenant(), "cli", Role::PrivacyOfficer, Purpose::Operations, Scope::Tenant)
}

/// The interface engine run from this terminal: archives and files.
pub(crate) fn interface() -> Access {
    Access::new(tenant(), "cli", Role::Interface, Purpose::Treatment, Scope::Tenant)
}

/// The engine run from this terminal: reads facts and statements, for explanations and replays.
/// Whoever holds the master key can read the store; the audit log says that it was read here.
pub(crate) fn engine() -> Access {
    Access::new(tenant(), "cli", Role::Engine, Purpose::Treatment, Scope::Tenant)
}

/// The reader run from this terminal: reads resources for tables. Whoever holds the master key can
/// read the store; the audit log says what was read here.
pub(crate) fn reader() -> Access {
    Access::new(tenant(), "cli", Role::ServiceClient, Purpose::Treatment, Scope::Tenant)
}
