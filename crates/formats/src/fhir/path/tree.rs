//! An expression as a tree that owns its texts.

use super::System;

/// One part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Character at which it begins, from 1.
    pub(super) column: usize,
    /// Levels from here down.
    pub(super) depth: usize,
    /// What it is.
    pub(super) part: Part,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// `{}`
    Nothing,
    /// `'text'`, `1.10`, `@2014-01`
    Literal(System),
    /// `$this`
    This,
    /// `$index`
    Index,
    /// `%name`
    Constant(String),
    /// `name`, of what stands before it or of the focus.
    Member(Option<Box<Node>>, String),
    /// `name(…)`, on what stands before it or on the focus.
    Call(Option<Box<Node>>, Function, Vec<Node>),
    /// `ofType(Quantity)`, `as Quantity`
    OfType(Option<Box<Node>>, String),
    /// `is Quantity`
    Is(Box<Node>, String),
    /// `getResourceKey()`
    ResourceKey(Option<Box<Node>>),
    /// `getReferenceKey(Patient)`
    ReferenceKey(Option<Box<Node>>, Option<String>),
    /// `[1]`
    At(Box<Node>, Box<Node>),
    /// `-x`
    Negative(Box<Node>),
    /// `a = b`
    Binary(Operator, Box<Node>, Box<Node>),
}

/// A function that takes expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Where,
    Select,
    All,
    Exists,
    Empty,
    First,
    Last,
    Count,
    Not,
    Extension,
    Join,
    LowBoundary,
    HighBoundary,
}

impl Function {
    /// Name, fewest and most arguments.
    pub(super) const ALL: [(Self, &'static str, usize, usize); 13] = [
        (Self::Where, "where", 1, 1),
        (Self::Select, "select", 1, 1),
        (Self::All, "all", 1, 1),
        (Self::Exists, "exists", 0, 1),
        (Self::Empty, "empty", 0, 0),
        (Self::First, "first", 0, 0),
        (Self::Last, "last", 0, 0),
        (Self::Count, "count", 0, 0),
        (Self::Not, "not", 0, 0),
        (Self::Extension, "extension", 1, 1),
        (Self::Join, "join", 0, 1),
        (Self::LowBoundary, "lowBoundary", 0, 1),
        (Self::HighBoundary, "highBoundary", 0, 1),
    ];
}

/// An operator with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Multiply,
    Divide,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    ExclusiveOr,
    Implies,
}

impl Node {
    /// A part over others.
    pub(super) fn new(column: usize, part: Part) -> Self {
        let mut deepest = 0;
        part.children(&mut |child| deepest = deepest.max(child.depth));
        Self { column, depth: deepest + 1, part }
    }

    /// Every part, this one first.
    pub(super) fn walk<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        visit(self);
        self.part.children(&mut |child| child.walk(visit));
    }
}

impl Part {
    fn children<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        match self {
            Self::Nothing | Self::Literal(_) | Self::This | Self::Index | Self::Constant(_) => {}
            Self::Member(on, _)
            | Self::OfType(on, _)
            | Self::ResourceKey(on)
            | Self::ReferenceKey(on, _) => {
                if let Some(on) = on {
                    visit(on);
                }
            }
            Self::Call(on, _, arguments) => {
                if let Some(on) = on {
                    visit(on);
                }
                arguments.iter().for_each(visit);
            }
            Self::Is(on, _) | Self::Negative(on) => visit(on),
            Self::At(left, right) | Self::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
        }
    }
}
