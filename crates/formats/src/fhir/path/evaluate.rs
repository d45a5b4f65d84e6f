//! Evaluation over one resource.

use super::item::{Item, Node, System};
use super::operate::operate;
use super::tree::{self, Part};
use super::{Expression, Fault, ITEMS_MAX, STEPS_MAX};
use crate::fhir::access::type_and_id;
use crate::fhir::json::Literals;
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// Names that the environment gives itself.
pub(super) const ENVIRONMENT: [&str; 4] = ["resource", "rootResource", "context", "rowIndex"];

/// Values of `%name`.
pub type Constants = BTreeMap<String, System>;

/// A collection.
pub(super) type Items<'v> = Vec<Item<'v>>;

/// One resource under evaluation.
pub struct Evaluation<'v, 'c> {
    run: Run<'v, 'c>,
}

impl fmt::Debug for Evaluation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluation").finish_non_exhaustive()
    }
}

/// What every part of an evaluation sees.
pub(super) struct Run<'v, 'c> {
    resource: Node<'v>,
    constants: &'c Constants,
    /// Numbers as they were written, by the place of their value in memory.
    literals: HashMap<*const Value, &'v str>,
    steps: Cell<usize>,
}

/// What a part is evaluated on.
#[derive(Clone, Copy)]
pub(super) struct Focus<'f, 'v> {
    /// The collection that names are looked for in; `$this`.
    pub(super) items: &'f [Item<'v>],
    /// What the whole expression is evaluated on; `%context`.
    pub(super) context: &'f [Item<'v>],
    /// `$index`
    pub(super) index: Option<usize>,
    /// `%rowIndex`
    pub(super) row: usize,
}

impl<'v, 'c> Evaluation<'v, 'c> {
    /// An evaluation over a resource and the numbers that its value cannot carry.
    pub fn new(resource: &'v Value, literals: &'v Literals, constants: &'c Constants) -> Self {
        let mut known = HashMap::with_capacity(literals.len());
        for (path, text) in literals {
            if let Some(value) = at(resource, path) {
                known.insert(std::ptr::from_ref(value), text.as_str());
            }
        }
        let resource = Node::resource(resource);
        Self { run: Run { resource, constants, literals: known, steps: Cell::new(0) } }
    }

    /// The resource.
    pub fn resource(&self) -> Item<'v> {
        Item::Node(self.run.resource)
    }

    /// Evaluates an expression on one item; `row` is what `%rowIndex` gives.
    ///
    /// # Errors
    /// A [`Fault`] where FHIRPath has one (several items where one may stand, an order between
    /// values of different types), and where a limit is passed.
    pub fn evaluate(
        &self,
        expression: &Expression,
        item: &Item<'v>,
        row: usize,
    ) -> Result<Vec<Item<'v>>, Fault> {
        let items = std::slice::from_ref(item);
        let focus = Focus { items, context: items, index: None, row };
        self.run.evaluate(&expression.root, focus)
    }

    /// The value of an item in FHIRPath's types; `None` for elements that are no primitives.
    pub fn system(&self, item: &Item<'v>) -> Option<System> {
        item.system(&self.run)
    }

    /// How a number was written; `None` where its value says so itself.
    pub fn literal(&self, value: &Value) -> Option<&'v str> {
        self.run.literal(value)
    }
}

/// The value at a path such as `component[2].valueQuantity.value`.
fn at<'v>(resource: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(resource, |value, step| {
        let (name, places) = step.split_once('[').unwrap_or((step, ""));
        let places = places.split(['[', ']']).filter(|place| !place.is_empty());
        places.fold(value.get(name), |value, place| value?.get(place.parse::<usize>().ok()?))
    })
}

impl<'v> Run<'v, '_> {
    pub(super) fn literal(&self, value: &Value) -> Option<&'v str> {
        self.literals.get(&std::ptr::from_ref(value)).copied()
    }

    /// Counts work, so that no expression runs for ever.
    pub(super) fn work(&self, node: &tree::Node, steps: usize) -> Result<(), Fault> {
        self.steps.set(self.steps.get().saturating_add(steps));
        if self.steps.get() > STEPS_MAX {
            return Err(Fault::new(node.column, "the expression is too much work"));
        }
        Ok(())
    }

    pub(super) fn evaluate(
        &self,
        node: &tree::Node,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        self.work(node, 1)?;
        let items = match &node.part {
            Part::Nothing => Vec::new(),
            Part::Literal(system) => vec![Item::System(system.clone())],
            Part::This => focus.items.to_vec(),
            Part::Index => match focus.index {
                Some(index) => vec![integer(index)],
                None => Vec::new(),
            },
            Part::Constant(name) => self.constant(node, name, focus)?,
            Part::Member(on, name) => self.member(node, on.as_deref(), name, focus)?,
            Part::Call(on, function, arguments) => {
                let on = self.on(on.as_deref(), focus)?;
                self.work(node, on.len())?;
                self.call(node, *function, on, arguments, focus)?
            }
            Part::OfType(on, name) => {
                let mut on = self.on(on.as_deref(), focus)?;
                on.retain(|item| item.is_of(name, self));
                on
            }
            Part::Is(on, name) => {
                let on = self.evaluate(on, focus)?;
                let one = self.one(node, on)?;
                one.iter().map(|item| boolean(item.is_of(name, self))).collect()
            }
            Part::ResourceKey(on) => {
                let on = self.on(on.as_deref(), focus)?;
                on.iter().filter_map(resource_key).collect()
            }
            Part::ReferenceKey(on, kind) => {
                let on = self.on(on.as_deref(), focus)?;
                on.iter().filter_map(|item| reference_key(item, kind.as_deref())).collect()
            }
            Part::At(on, place) => {
                let on = self.evaluate(on, focus)?;
                let place = self.evaluate(place, focus)?;
                self.at(node, on, place)?
            }
            Part::Negative(on) => {
                let on = self.evaluate(on, focus)?;
                match self.one(node, on)?.map(|item| item.system(self)) {
                    None => Vec::new(),
                    Some(Some(System::Integer(value))) => value
                        .checked_neg()
                        .map(System::Integer)
                        .map(Item::System)
                        .into_iter()
                        .collect(),
                    Some(Some(System::Decimal(value))) => {
                        vec![Item::System(System::Decimal(value.negative()))]
                    }
                    Some(_) => return Err(Fault::new(node.column, "only numbers have a sign")),
                }
            }
            Part::Binary(operator, left, right) => {
                operate(self, node, *operator, (left, right), focus)?
            }
        };
        if items.len() > ITEMS_MAX {
            let text = format!("a collection has more than {ITEMS_MAX} items");
            return Err(Fault::new(node.column, text));
        }
        Ok(items)
    }

    /// What stands before a name or function; else the focus.
    fn on(&self, on: Option<&tree::Node>, focus: Focus<'_, 'v>) -> Result<Items<'v>, Fault> {
        match on {
            Some(on) => self.evaluate(on, focus),
            None => Ok(focus.items.to_vec()),
        }
    }

    fn constant(
        &self,
        node: &tree::Node,
        name: &str,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        if let Some(value) = self.constants.get(name) {
            return Ok(vec![Item::System(value.clone())]);
        }
        match name {
            "resource" | "rootResource" => Ok(vec![Item::Node(self.resource)]),
            "context" => Ok(focus.context.to_vec()),
            "rowIndex" => Ok(vec![integer(focus.row)]),
            _ => Err(Fault::new(node.column, "there is no constant of this name")),
        }
    }

    fn member(
        &self,
        node: &tree::Node,
        on: Option<&tree::Node>,
        name: &str,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        let mut found = Vec::new();
        // An expression may begin with the type of what it is about: `Patient.name`.
        let is_root = on.is_none() && name.starts_with(|c: char| c.is_ascii_uppercase());
        let owned;
        let on = match on {
            Some(on) => {
                owned = self.evaluate(on, focus)?;
                owned.as_slice()
            }
            None => focus.items,
        };
        self.work(node, on.len())?;
        for item in on {
            let Item::Node(of) = item else { continue };
            if is_root && of.value.get("resourceType").is_some() && item.is_of(name, self) {
                found.push(item.clone());
            } else {
                of.member(name, &mut found);
            }
        }
        Ok(found)
    }

    /// FHIRPath N1 §4.5: the only item, or nothing; several are a fault.
    #[expect(clippy::unused_self, reason = "read as what the run does, beside `truth`")]
    pub(super) fn one(
        &self,
        node: &tree::Node,
        items: Items<'v>,
    ) -> Result<Option<Item<'v>>, Fault> {
        if items.len() > 1 {
            return Err(Fault::new(node.column, "there is more than one item here"));
        }
        Ok(items.into_iter().next())
    }

    /// The same as a truth value: an item that is no Boolean counts as true.
    pub(super) fn truth(&self, node: &tree::Node, items: Items<'v>) -> Result<Option<bool>, Fault> {
        let Some(item) = self.one(node, items)? else { return Ok(None) };
        Ok(match item.system(self) {
            Some(System::Boolean(value)) => Some(value),
            _ => Some(true),
        })
    }

    fn at(&self, node: &tree::Node, on: Items<'v>, place: Items<'v>) -> Result<Items<'v>, Fault> {
        let Some(place) = self.one(node, place)? else { return Ok(Vec::new()) };
        let Some(System::Integer(place)) = place.system(self) else {
            return Err(Fault::new(node.column, "a place in a collection is an integer"));
        };
        let place = usize::try_from(place).ok();
        Ok(place.and_then(|place| on.into_iter().nth(place)).into_iter().collect())
    }
}

/// A truth value as an item.
pub(super) fn boolean<'v>(value: bool) -> Item<'v> {
    Item::System(System::Boolean(value))
}

/// A count as an item.
pub(super) fn integer<'v>(value: usize) -> Item<'v> {
    Item::System(System::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
}

fn text<'v>(value: &str) -> Item<'v> {
    Item::System(System::Text(value.to_owned()))
}

/// The key of a resource: its id.
fn resource_key<'v>(item: &Item<'v>) -> Option<Item<'v>> {
    let Item::Node(node) = item else { return None };
    node.value.get("resourceType")?;
    node.value.get("id").and_then(Value::as_str).map(text)
}

/// The key of what a reference points at: the id of `Type/id`, which is what the resource gives
/// as its own key. What another server holds has its whole address for a key, so that it is never
/// taken for a resource of the same id here; a contained resource has none.
fn reference_key<'v>(item: &Item<'v>, kind: Option<&str>) -> Option<Item<'v>> {
    let Item::Node(node) = item else { return None };
    let reference = node.value.get("reference").and_then(Value::as_str)?;
    let unversioned = reference.split("/_history/").next()?;
    let named = type_and_id(reference);
    let stated = node.value.get("type").and_then(Value::as_str);
    let target = named.map(|(kind, _)| kind).or(stated);
    if reference.starts_with('#') || kind.is_some_and(|kind| target != Some(kind)) {
        return None;
    }
    match named {
        Some((_, id)) if !unversioned.contains("://") => Some(text(id)),
        _ => Some(text(unversioned)),
    }
}
