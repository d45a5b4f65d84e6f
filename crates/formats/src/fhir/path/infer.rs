//! What an expression will give, from the tables alone.

use super::item::{System, kind_of};
use super::moment::MomentKind;
use super::tree::{Function, Node, Operator, Part};
use crate::fhir::check::table::{elements_of, find};

/// A type of FHIR R4, or the path of a backbone element, as the tables name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind(String);

impl Kind {
    /// Of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name: `Patient`, `HumanName`, `dateTime`, `Observation.component`.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether it is a primitive datatype.
    pub fn is_primitive(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_lowercase())
    }
}

/// The kind of what a part gives.
pub(super) fn infer(node: &Node, context: Option<&Kind>) -> Option<Kind> {
    let on = |on: &Option<Box<Node>>| match on {
        Some(on) => infer(on, context),
        None => context.cloned(),
    };
    match &node.part {
        Part::Literal(system) => Some(Kind::new(name_of(system))),
        Part::This => context.cloned(),
        Part::Index => Some(Kind::new("integer")),
        Part::Constant(name) if name == "rowIndex" => Some(Kind::new("integer")),
        Part::Nothing | Part::Constant(_) => None,
        Part::Member(before, name) => {
            let on = on(before)?;
            if before.is_none() && on.name() == name {
                return Some(on);
            }
            let (element, kind) = find(elements_of(on.name()), name)?;
            (!element.is_choice()).then(|| Kind::new(kind_of(element, kind)))
        }
        Part::OfType(_, name) => Some(Kind::new(type_of_fhir(name))),
        Part::Is(..) => Some(Kind::new("boolean")),
        Part::ResourceKey(_) | Part::ReferenceKey(..) => Some(Kind::new("string")),
        Part::At(on, _) | Part::Negative(on) => infer(on, context),
        Part::Call(before, function, arguments) => match function {
            Function::Where | Function::First | Function::Last => on(before),
            Function::Exists | Function::Empty | Function::All | Function::Not => {
                Some(Kind::new("boolean"))
            }
            Function::Count => Some(Kind::new("integer")),
            Function::Join => Some(Kind::new("string")),
            Function::Extension => Some(Kind::new("Extension")),
            Function::Select => infer(arguments.first()?, on(before).as_ref()),
            Function::LowBoundary | Function::HighBoundary => match on(before)?.name() {
                "integer" | "positiveInt" | "unsignedInt" => Some(Kind::new("decimal")),
                other => Some(Kind::new(other)),
            },
        },
        Part::Binary(operator, left, right) => {
            let sides = || (infer(left, context), infer(right, context));
            match operator {
                Operator::Divide => Some(Kind::new("decimal")),
                Operator::Concatenate => Some(Kind::new("string")),
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Union => {
                    match sides() {
                        (Some(left), Some(right)) if left == right => Some(left),
                        _ => None,
                    }
                }
                _ => Some(Kind::new("boolean")),
            }
        }
    }
}

/// The FHIR type of a name of FHIRPath's own.
pub(in crate::fhir) fn type_of_fhir(name: &str) -> &str {
    match name {
        "Boolean" => "boolean",
        "String" => "string",
        "Integer" => "integer",
        "Decimal" => "decimal",
        "Date" => "date",
        "DateTime" => "dateTime",
        "Time" => "time",
        other => other,
    }
}

fn name_of(system: &System) -> &'static str {
    match system {
        System::Boolean(_) => "boolean",
        System::Text(_) => "string",
        System::Integer(_) => "integer",
        System::Decimal(_) => "decimal",
        System::Moment(moment) => match moment.kind() {
            MomentKind::Date => "date",
            MomentKind::DateTime => "dateTime",
            MomentKind::Time => "time",
        },
    }
}
