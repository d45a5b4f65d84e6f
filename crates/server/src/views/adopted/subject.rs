//! What packs that were put into use said otherwise of one gene, drug or variant.

use super::{ADOPTIONS_MAX, compared, of_subject, row};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use record::Failure;
use web::view::{Compared, SubjectAdoption, SubjectHistory};

/// Adoptions that are compared for a page: each takes both packs out of the record.
const COMPARED_MAX: usize = 4;

/// Whether a difference counts, by the name of its part and what it is of.
type IsPart<'s> = &'s dyn Fn(&str, &str) -> bool;

/// What a page is about.
pub(in crate::views) struct Subject<'s> {
    /// Gene symbol or name of the drug.
    pub(in crate::views) name: &'s str,
    /// Which of the differences count; none = all.
    pub(in crate::views) is_part: Option<IsPart<'s>>,
}

/// What the latest adoptions changed of it.
pub(in crate::views) fn history(
    app: &App,
    caller: &Caller,
    subject: &Subject<'_>,
) -> Result<SubjectHistory, Error> {
    let all = match app.record().adoptions(&caller.access, ADOPTIONS_MAX) {
        Ok(all) => all,
        Err(Failure::Denied { .. }) => return Ok(SubjectHistory::NotTold),
        Err(failure) => return Err(failure.into()),
    };
    let later: Vec<_> = all.into_iter().filter(|one| one.former.is_some()).collect();
    let are_more = later.len() > COMPARED_MAX;
    let of = |one| {
        let mut differences = of_subject(compared(app, &caller.access, &one), Some(subject.name));
        if let (Compared::Subjects(found), Some(is_part)) = (&mut differences, subject.is_part) {
            for found in found.iter_mut() {
                found.rows.retain(|(part, what, ..)| is_part(part, what));
            }
            found.retain(|found| !found.rows.is_empty());
        }
        SubjectAdoption { adoption: row(one), differences, about: subject.name.to_owned() }
    };
    let adoptions = later.into_iter().take(COMPARED_MAX).map(of).collect();
    Ok(SubjectHistory::Told { adoptions, are_more })
}
