//! The part of FHIRPath that SQL on FHIR asks of a runner ("Required FHIRPath Expressions" of
//! SQL on FHIR v2), parsed once and evaluated over resources as they are.
//!
//! Values have the types of HL7 FHIR R4 wherever the tables of [`super::check`] know the element;
//! elsewhere they have the type that their JSON shows. Decimals keep their digits. What the subset
//! does not have is refused when the expression is read, by name.
//!
//! Never: `resolve()`, terminology, the clock; a value that could be compared two ways.
//! Rules come from HL7 FHIRPath (N1 2.0.0; boundaries from 3.0.0) and SQL on FHIR v2.

mod boundary;
mod decimal;
mod evaluate;
mod function;
mod infer;
mod item;
mod lexer;
mod moment;
mod operate;
mod parser;
mod tree;

pub use decimal::Decimal;
pub use evaluate::{Constants, Evaluation};
pub use infer::Kind;
pub(super) use infer::type_of_fhir;
pub use item::{Item, Node, System};
pub use moment::{Moment, MomentKind};

use std::collections::BTreeSet;
use std::fmt;

/// Bytes of one expression.
pub const EXPRESSION_BYTES_MAX: usize = 16 * 1024;
/// Levels of one expression's tree, and of the parentheses in it.
pub const EXPRESSION_DEPTH_MAX: usize = 64;
/// Items of one collection during an evaluation.
pub const ITEMS_MAX: usize = 100_000;
/// Parts of expressions and items looked at for one resource; more is too much work.
pub const STEPS_MAX: usize = 2_000_000;
/// Bytes of one text that an evaluation makes (`join`, `+`, `&`).
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Why an expression cannot be read, or not be evaluated on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Character of the expression at which it went wrong, from 1.
    pub column: usize,
    /// One sentence. It never holds a value of the resource.
    pub text: String,
}

impl Fault {
    pub(super) fn new(column: usize, text: impl Into<String>) -> Self {
        Self { column, text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (column {})", self.text, self.column)
    }
}

impl std::error::Error for Fault {}

/// An expression, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    text: String,
    root: tree::Node,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first [`Fault`], with its column: what is no FHIRPath, what the subset does not have,
    /// and what passes a limit of this module.
    ///
    /// # Examples
    /// ```
    /// use formats::fhir::path::Expression;
    ///
    /// assert!(Expression::parse("name.where(use = 'official').given.first()").is_ok());
    /// assert_eq!(Expression::parse("name.(").unwrap_err().column, 6);
    /// ```
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { text: text.to_owned(), root: parser::parse(text)? })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Names of the `%constants` it uses, those of FHIRPath's environment left out.
    pub fn constants(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.root.walk(&mut |node| {
            if let tree::Part::Constant(name) = &node.part
                && !evaluate::ENVIRONMENT.contains(&name.as_str())
            {
                names.insert(name.as_str());
            }
        });
        names
    }

    /// What the expression gives when it is evaluated on something of that kind, as far as the
    /// tables of FHIR R4 tell. `None` = not known before there is a resource.
    pub fn kind(&self, context: Option<&Kind>) -> Option<Kind> {
        infer::infer(&self.root, context)
    }
}

#[cfg(test)]
mod tests;
