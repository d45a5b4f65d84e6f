//! Tickets: what proves a right for a while, by the digest of a text that only its holder has.
//!
//! A family is what came of one authorization: code, access tokens, refresh tokens. A ticket that
//! is good once and is shown again was stolen, or its holder was: the whole family ends.

use crate::access::words;
use crate::limit::{self, TICKET_BYTES_MAX, within};
use crate::sql::identity as sql;
use crate::store::{Executor, Row, Value, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;

words! {
    /// What a ticket is good for. One of another kind is like none.
    TicketKind {
        /// A request for authorization that a person is looking at.
        Request => "request",
        /// A code, to be exchanged once.
        Code => "code",
        /// An access token.
        Access => "access",
        /// A refresh token, to be exchanged once.
        Refresh => "refresh",
        /// A launch from another system, with its patient.
        Launch => "launch",
        /// An assertion that was shown, so that it is not taken again.
        Assertion => "assertion",
        /// A log-in that waits for its second factor.
        SecondFactor => "second-factor",
        /// A challenge that a passkey answers.
        Challenge => "challenge",
        /// A log-in that is under way at an external provider.
        Provider => "provider",
    }
}

/// What proves a right for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of its text, lower-case hex; the text itself is never kept.
    pub sha256: String,
    /// What it is good for.
    pub kind: TicketKind,
    /// What it ends with; empty = nothing.
    pub family: String,
    /// The application it was given to; empty = none.
    pub client: String,
    /// The account it is about; empty = none.
    pub login: String,
    /// From when on it is no longer given out.
    pub expires: Timestamp,
    /// What it says, as JSON.
    pub body: String,
}

/// What became of a ticket that is good once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was good, and is used now.
    Fresh(Ticket),
    /// It had been used; its family has ended with this.
    Used(Ticket),
    /// There is none, or no more.
    Absent,
}

impl TicketKind {
    /// Whether it leaves an event when it is made: those that let something be done.
    fn is_noted(self) -> bool {
        matches!(self, Self::Code | Self::Access | Self::Refresh | Self::Launch)
    }
}

impl Record {
    /// Makes a ticket; whether it is new. One that is there stays as it is: an identifier that may
    /// be shown once is taken by this.
    pub fn put_ticket(&self, access: &Access, ticket: Ticket) -> Result<bool, Failure> {
        self.note_tickets(access, std::slice::from_ref(&ticket))?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        self.write_identity(move |executor| {
            executor.execute(sql::TICKETS_DROP_EXPIRED, values![&tenant, now])?;
            insert(executor, &tenant, ticket)
        })
    }

    /// A ticket that has not expired, and whether it was used.
    pub fn ticket(
        &self,
        access: &Access,
        kind: TicketKind,
        sha256: &str,
    ) -> Result<Option<(Ticket, bool)>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), sha256, kind.word(), self.now().micros()];
        let row = self.inner.decision.read(|executor| executor.first(sql::TICKET_GET, key))?;
        row.as_ref().map(stored).transpose()
    }

    /// Uses a ticket that is good once and makes those that it was exchanged for, in one
    /// transaction: of several at a time one succeeds. A second use ends the family, and nothing
    /// is made.
    pub fn take_ticket(
        &self,
        access: &Access,
        kind: TicketKind,
        sha256: &str,
        exchanged: Vec<Ticket>,
    ) -> Result<Taken, Failure> {
        self.permit(access, Action::WriteAccounts)?;
        self.note_tickets(access, &exchanged)?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        let sha256 = sha256.to_owned();
        self.write_identity(move |executor| {
            let key = values![&tenant, &sha256, kind.word(), now];
            let Some(row) = executor.first(sql::TICKET_GET, key)? else {
                return Ok(Taken::Absent);
            };
            let (ticket, _) = stored(&row)?;
            let used = values![1_i64, &tenant, &sha256, kind.word(), now];
            if executor.execute(sql::TICKET_USE, used)? == 0 {
                drop_family(executor, &tenant, &ticket.family)?;
                return Ok(Taken::Used(ticket));
            }
            for ticket in exchanged {
                insert(executor, &tenant, ticket)?;
            }
            Ok(Taken::Fresh(ticket))
        })
    }

    /// Ends a family: nothing of it is given out any more.
    pub fn end_family(&self, access: &Access, family: &str) -> Result<(), Failure> {
        self.permit_identity(access, vec![format!("family/{family}")])?;
        let (tenant, family) = (access.tenant().as_str().to_owned(), family.to_owned());
        self.write_identity(move |executor| drop_family(executor, &tenant, &family))
    }

    /// Checks tickets to be made, and notes those that let something be done.
    fn note_tickets(&self, access: &Access, tickets: &[Ticket]) -> Result<(), Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let mut entities = Vec::new();
        for ticket in tickets {
            let Ticket { sha256, family, client, login, .. } = ticket;
            for text in [sha256, family, client, login] {
                limit::text("ticket", text)?;
            }
            within("ticket", ticket.body.len(), TICKET_BYTES_MAX, "bytes")?;
            limit::no_nul("ticket", &ticket.body)?;
            if ticket.kind.is_noted() {
                entities.push(format!("ticket/{}", ticket.kind.word()));
                let owners = [("client", client), ("account", login), ("family", family)];
                let named = owners.iter().filter(|(_, id)| !id.is_empty());
                entities.extend(named.map(|(kind, id)| format!("{kind}/{id}")));
            }
        }
        if entities.is_empty() {
            return Ok(());
        }
        entities.dedup();
        self.permit_identity(access, entities)
    }
}

fn insert(executor: &dyn Executor, tenant: &str, ticket: Ticket) -> Result<bool, Failure> {
    let Ticket { sha256, kind, family, client, login, expires, body } = ticket;
    let row: &[Value] =
        values![tenant, sha256, kind.word(), family, client, login, expires.micros(), body];
    Ok(executor.execute(sql::TICKET_PUT, row)? > 0)
}

fn drop_family(executor: &dyn Executor, tenant: &str, family: &str) -> Result<(), Failure> {
    // The family of nothing is no family.
    if family.is_empty() {
        return Ok(());
    }
    executor.execute(sql::TICKETS_OF_FAMILY_DROP, values![tenant, family]).map(|_| ())
}

fn stored(row: &Row) -> Result<(Ticket, bool), Failure> {
    let unknown = || Failure::Storage("a ticket has an unknown kind".to_owned());
    let ticket = Ticket {
        sha256: row.text(0)?.to_owned(),
        kind: TicketKind::from_word(row.text(1)?).ok_or_else(unknown)?,
        family: row.text(2)?.to_owned(),
        client: row.text(3)?.to_owned(),
        login: row.text(4)?.to_owned(),
        expires: Timestamp::from_micros(row.int(6)?),
        body: row.text(7)?.to_owned(),
    };
    Ok((ticket, row.flag(5)?))
}
