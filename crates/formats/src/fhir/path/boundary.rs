//! `lowBoundary` and `highBoundary` (FHIRPath 3.0.0 §5.7).

use super::evaluate::{Items, Run};
use super::item::{Item, System};
use super::{Decimal, Fault, Moment, MomentKind, tree};

/// Digits behind the point of a boundary for which no precision was asked.
const PRECISION_DEFAULT: u32 = 8;
/// Most digits behind the point of a boundary.
const PRECISION_MAX: i64 = 28;

/// The least or greatest value that is written like the item.
pub(super) fn boundary<'v>(
    run: &Run<'v, '_>,
    node: &tree::Node,
    is_low: bool,
    on: Items<'v>,
    precision: Option<Items<'v>>,
) -> Result<Items<'v>, Fault> {
    let precision = match precision {
        None => None,
        Some(items) => match run.one(node, items)?.map(|item| item.system(run)) {
            None => return Ok(Vec::new()),
            Some(Some(System::Integer(precision))) => Some(precision),
            Some(_) => return Err(Fault::new(node.column, "a precision is an integer")),
        },
    };
    let Some(item) = run.one(node, on)? else { return Ok(Vec::new()) };
    let found = match item.system(run) {
        Some(System::Integer(value)) => number(value.into(), is_low, precision),
        Some(System::Decimal(value)) => number(value, is_low, precision),
        Some(System::Moment(moment)) => moment.boundary(is_low, precision).map(System::Moment),
        // Where no table knows the element, its shape does.
        Some(System::Text(text)) if is_untyped(&item) => {
            let kinds = [MomentKind::DateTime, MomentKind::Time];
            let moment = kinds.iter().find_map(|kind| Moment::parse(*kind, &text));
            match moment {
                Some(moment) => moment.boundary(is_low, precision).map(System::Moment),
                None => return Err(fault(node)),
            }
        }
        None if matches!(&item, Item::Node(node) if node.value.is_null()) => None,
        _ => return Err(fault(node)),
    };
    Ok(found.map(Item::System).into_iter().collect())
}

fn is_untyped(item: &Item<'_>) -> bool {
    matches!(item, Item::Node(node) if node.kind.is_none())
}

fn fault(node: &tree::Node) -> Fault {
    Fault::new(node.column, "only numbers, dates and times have boundaries")
}

fn number(value: Decimal, is_low: bool, precision: Option<i64>) -> Option<System> {
    let precision = match precision {
        // As many digits as are needed, where eight are too few.
        None => PRECISION_DEFAULT.max(value.scale() + 1),
        Some(digits) if (0..=PRECISION_MAX).contains(&digits) => u32::try_from(digits).ok()?,
        Some(_) => return None,
    };
    value.boundary(is_low, precision).map(System::Decimal)
}
