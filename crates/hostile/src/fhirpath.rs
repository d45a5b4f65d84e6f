//! FHIRPath: any text is an expression or a fault with its column; evaluated, it ends within the
//! limits.

use formats::fhir::json::Literals;
use formats::fhir::path::{Constants, Evaluation, Expression};
use serde_json::{Value, json};
use std::sync::OnceLock;

fn resource() -> &'static Value {
    static RESOURCE: OnceLock<Value> = OnceLock::new();
    RESOURCE.get_or_init(|| {
        json!({
            "resourceType": "Patient", "id": "p", "active": true, "birthDate": "1961-04-02",
            "name": [{"family": "Example", "given": ["Ana", "B"], "use": "official"}],
            "multipleBirthInteger": 2,
            "extension": [{"url": "http://e.example", "valueDecimal": 1.5}],
        })
    })
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Expression::parse(&text) {
        Ok(expression) => {
            let again = Expression::parse(expression.text());
            assert_eq!(again.as_ref(), Ok(&expression), "read twice, it is another one");
            let (literals, constants) = (Literals::default(), Constants::new());
            let evaluation = Evaluation::new(resource(), &literals, &constants);
            let _ = expression.kind(None);
            if let Ok(items) = evaluation.evaluate(&expression, &evaluation.resource(), 0) {
                for item in &items {
                    let _ = evaluation.system(item);
                }
            }
        }
        Err(fault) => assert!(fault.column >= 1, "{fault}"),
    }
}
