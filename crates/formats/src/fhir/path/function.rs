//! The functions (FHIRPath N1 §5; FHIR R4, "FHIRPath", for `extension`).

use super::boundary::boundary;
use super::evaluate::{Focus, Items, Run, boolean, integer};
use super::item::{Item, System};
use super::tree::{self, Function};
use super::{Fault, TEXT_BYTES_MAX};

impl<'v> Run<'v, '_> {
    /// Calls a function on a collection.
    pub(super) fn call(
        &self,
        node: &tree::Node,
        function: Function,
        on: Items<'v>,
        arguments: &[tree::Node],
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        let first = arguments.first();
        Ok(match (function, first) {
            (Function::Where, Some(criteria)) => self.filter(on, criteria, focus)?,
            (Function::Exists, Some(criteria)) => {
                vec![boolean(!self.filter(on, criteria, focus)?.is_empty())]
            }
            (Function::All, Some(criteria)) => {
                let count = on.len();
                vec![boolean(self.filter(on, criteria, focus)?.len() == count)]
            }
            (Function::Select, Some(projection)) => {
                let mut found = Vec::new();
                for (index, item) in on.iter().enumerate() {
                    let mut more = self.on_each(item, index, projection, focus)?;
                    self.work(node, more.len())?;
                    found.append(&mut more);
                }
                found
            }
            (Function::Exists, None) => vec![boolean(!on.is_empty())],
            (Function::Empty, _) => vec![boolean(on.is_empty())],
            (Function::Count, _) => vec![integer(on.len())],
            (Function::First, _) => on.into_iter().take(1).collect(),
            (Function::Last, _) => on.into_iter().next_back().into_iter().collect(),
            (Function::Not, _) => {
                self.truth(node, on)?.map(|value| boolean(!value)).into_iter().collect()
            }
            (Function::Extension, Some(url)) => {
                let url = self.evaluate(url, focus)?;
                match self.one(node, url)?.map(|item| item.system(self)) {
                    Some(Some(System::Text(url))) => {
                        let mut found = Vec::new();
                        for item in &on {
                            if let Item::Node(node) = item {
                                node.extensions(&url, &mut found);
                            }
                        }
                        found
                    }
                    None => Vec::new(),
                    Some(_) => return Err(Fault::new(node.column, "a URL is a text")),
                }
            }
            (Function::Join, separator) => self.join(node, &on, separator, focus)?,
            (Function::LowBoundary | Function::HighBoundary, precision) => {
                let precision = match precision {
                    Some(precision) => Some(self.evaluate(precision, focus)?),
                    None => None,
                };
                let is_low = function == Function::LowBoundary;
                boundary(self, node, is_low, on, precision)?
            }
            // The parser has seen to the arguments of each.
            (Function::Where | Function::All | Function::Select | Function::Extension, None) => {
                return Err(Fault::new(node.column, "an argument is missing"));
            }
        })
    }

    fn on_each(
        &self,
        item: &Item<'v>,
        index: usize,
        expression: &tree::Node,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        let items = std::slice::from_ref(item);
        self.evaluate(expression, Focus { items, index: Some(index), ..focus })
    }

    /// The items for which the criteria hold; what is not known does not hold.
    fn filter(
        &self,
        on: Items<'v>,
        criteria: &tree::Node,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        let mut kept = Vec::new();
        for (index, item) in on.into_iter().enumerate() {
            let holds = self.on_each(&item, index, criteria, focus)?;
            match self.one(criteria, holds)?.map(|holds| holds.system(self)) {
                None | Some(Some(System::Boolean(false))) => {}
                Some(Some(System::Boolean(true))) => kept.push(item),
                Some(_) => {
                    let text = "the criteria are neither true nor false";
                    return Err(Fault::new(criteria.column, text));
                }
            }
        }
        Ok(kept)
    }

    fn join(
        &self,
        node: &tree::Node,
        on: &[Item<'v>],
        separator: Option<&tree::Node>,
        focus: Focus<'_, 'v>,
    ) -> Result<Items<'v>, Fault> {
        let separator = match separator {
            None => String::new(),
            Some(separator) => {
                let found = self.evaluate(separator, focus)?;
                match self.one(node, found)?.map(|item| item.system(self)) {
                    Some(Some(System::Text(text))) => text,
                    None => return Ok(Vec::new()),
                    Some(_) => return Err(Fault::new(node.column, "a separator is a text")),
                }
            }
        };
        let mut joined = String::new();
        let mut is_first = true;
        for item in on {
            let Some(System::Text(text)) = item.system(self) else {
                // A primitive without a value has nothing to join.
                if matches!(item, Item::Node(node) if node.value.is_null()) {
                    continue;
                }
                return Err(Fault::new(node.column, "only texts can be joined"));
            };
            if !is_first {
                joined.push_str(&separator);
            }
            joined.push_str(&text);
            is_first = false;
            if joined.len() > TEXT_BYTES_MAX {
                let text = format!("a text has more than {TEXT_BYTES_MAX} bytes");
                return Err(Fault::new(node.column, text));
            }
        }
        // FHIRPath 3.0.0: joining nothing gives nothing.
        Ok(if is_first { Vec::new() } else { vec![Item::System(System::Text(joined))] })
    }
}
