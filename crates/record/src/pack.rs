//! Knowledge packs kept by digest, so that an old statement can be made again.

use crate::limit::{self, PACK_BYTES_MAX, within};
use crate::sql::record as sql;
use crate::store::values;
use crate::{Access, Action, Failure, Record};
use model::statement::KnowledgeRef;
use std::collections::BTreeMap;

impl Record {
    /// Keeps the files of a pack by the pack's digest. A pack that is kept already stays as it
    /// is; other bytes under the same digest are [`Failure::Conflict`]. Packs hold no patient's
    /// data and are not audited.
    pub fn keep_pack(
        &self,
        access: &Access,
        pack: &KnowledgeRef,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Failure> {
        self.permit(access, Action::KeepPack)?;
        let bytes = files.values().map(Vec::len).sum();
        within("pack", bytes, PACK_BYTES_MAX, "bytes")?;
        for text in
            [&pack.digest, &pack.pack, &pack.version, &pack.date].into_iter().chain(files.keys())
        {
            limit::text("pack", text)?;
        }
        let (pack, files) = (pack.clone(), files.clone());
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        self.inner.record_writer.write(move |executor| {
            let KnowledgeRef { pack, version, date, digest } = pack;
            let row = values![&tenant, &digest, pack, version, date, now];
            if executor.execute(sql::PACK_PUT, row)? == 0 {
                let mut kept = BTreeMap::new();
                for row in executor.query(sql::PACK_FILES, values![&tenant, &digest])? {
                    kept.insert(row.text(0)?.to_owned(), row.bytes(1)?.to_vec());
                }
                if kept != files {
                    return Err(Failure::Conflict {
                        place: format!("pack/{digest}"),
                        expected: "the same files".to_owned(),
                        found: "other files".to_owned(),
                    });
                }
                return Ok(());
            }
            for (path, body) in files {
                executor.execute(sql::PACK_FILE_PUT, values![&tenant, &digest, path, body])?;
            }
            Ok(())
        })
    }

    /// The files of a kept pack by its digest.
    pub fn kept_pack(
        &self,
        access: &Access,
        digest: &str,
    ) -> Result<Option<BTreeMap<String, Vec<u8>>>, Failure> {
        self.permit(access, Action::ReadPack)?;
        let key = values![access.tenant().as_str(), digest];
        self.inner.record.read(|executor| {
            if executor.first(sql::PACK_GET, key)?.is_none() {
                return Ok(None);
            }
            let mut files = BTreeMap::new();
            for row in executor.query(sql::PACK_FILES, key)? {
                files.insert(row.text(0)?.to_owned(), row.bytes(1)?.to_vec());
            }
            Ok(Some(files))
        })
    }
}
