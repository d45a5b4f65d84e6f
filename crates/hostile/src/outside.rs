//! Outputs of other callers: any bytes give calls, or an error; never both, never neither.

use formats::outside::{OutsideSettings, read_outside_calls};

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let settings =
        OutsideSettings { gene: Some("CYP2D6".to_owned()), ..OutsideSettings::default() };
    let (calls, problems) = read_outside_calls(bytes, &settings);
    let failed = model::problem::first_error(&problems).is_some();
    assert_eq!(calls.is_empty(), failed, "calls and errors exclude each other: {problems:?}");
    for call in calls {
        assert!(!call.result.gene.is_empty(), "a call names its gene");
    }
}
