//! What else an account is: a resource, a person at an external provider.

use crate::access::words;
use crate::limit;
use crate::sql::identity as sql;
use crate::store::{Executor, values};
use crate::{Access, Action, Failure, Record};

words! {
    /// What an account is linked to.
    LinkKind {
        /// The resource of the person, `Practitioner/1`.
        Resource => "resource",
        /// The person at an external provider: issuer, a blank, subject.
        Provider => "provider",
    }
}

impl Record {
    /// Links an account; it has one link of a kind.
    pub fn put_link(
        &self,
        access: &Access,
        login: &str,
        kind: LinkKind,
        value: &str,
    ) -> Result<(), Failure> {
        limit::text("login", login)?;
        limit::text("link", value)?;
        self.permit_identity(access, vec![format!("account/{login}"), kind.word().to_owned()])?;
        let tenant = access.tenant().as_str();
        let old = values![tenant, login, kind.word()].to_vec();
        let new = values![tenant, kind.word(), value, login].to_vec();
        self.inner.record_writer.write(move |executor| {
            executor.execute(sql::LINKS_OF_DROP, &old)?;
            executor.execute(sql::LINK_PUT, &new).map(|_| ())
        })
    }

    /// Takes the link of a kind from an account; whether there was one.
    pub fn drop_link(&self, access: &Access, login: &str, kind: LinkKind) -> Result<bool, Failure> {
        limit::text("login", login)?;
        self.permit_identity(access, vec![format!("account/{login}"), kind.word().to_owned()])?;
        let key = values![access.tenant().as_str(), login, kind.word()].to_vec();
        let drop = move |executor: &dyn Executor| executor.execute(sql::LINKS_OF_DROP, &key);
        Ok(self.inner.record_writer.write(drop)? > 0)
    }

    /// What an account is linked to.
    pub fn link(
        &self,
        access: &Access,
        login: &str,
        kind: LinkKind,
    ) -> Result<Option<String>, Failure> {
        self.linked(access, sql::LINK_OF, [login, kind.word()])
    }

    /// The account that is linked to something.
    pub fn linked_account(
        &self,
        access: &Access,
        kind: LinkKind,
        value: &str,
    ) -> Result<Option<String>, Failure> {
        self.linked(access, sql::LINKED, [kind.word(), value])
    }

    fn linked(
        &self,
        access: &Access,
        sql: &'static str,
        [first, second]: [&str; 2],
    ) -> Result<Option<String>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), first, second];
        let row = self.inner.record.read(|executor| executor.first(sql, key))?;
        row.map(|row| row.text(0).map(str::to_owned)).transpose()
    }
}
