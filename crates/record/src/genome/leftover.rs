//! What a crash leaves of a genome that was being filed.

use crate::Failure;
use crate::sql::genome as sql;
use crate::store::{Claims, Connection, Executor, values};

/// Takes away what filings have left that nobody works on any more. While anybody files, in this
/// process or in another one, nothing is taken away.
pub(crate) fn remove_leftovers(claims: &Claims, writer: &dyn Connection) -> Result<(), Failure> {
    let Some(_claim) = claims.alone()? else { return Ok(()) };
    writer.begin_write()?;
    let removed = remove(writer).and_then(|()| writer.commit());
    writer.leave();
    removed
}

fn remove(executor: &dyn Executor) -> Result<(), Failure> {
    for row in executor.query(sql::FILINGS, &[])? {
        drop_filing(executor, row.text(0)?, row.text(1)?)?;
    }
    Ok(())
}

/// Takes away the blocks of a filing.
pub(super) fn drop_filing(
    executor: &dyn Executor,
    tenant: &str,
    filing: &str,
) -> Result<(), Failure> {
    executor.execute(sql::BLOCKS_DROP, values![tenant, filing])?;
    executor.execute(sql::FILING_DROP, values![tenant, filing]).map(|_| ())
}
