//! What a view says against itself.

use super::{Made, Over, PROBLEMS_MAX, Placed, Select, View};
use crate::fhir::check::is_datatype;
use crate::fhir::path::Kind;
use model::Problem;
use std::collections::BTreeSet;

/// Checks a view that could be read, and gives its columns the types that the tables tell.
pub(super) fn check(view: &mut View, problems: &mut Vec<Problem>) {
    let kind = Kind::new(view.resource.as_str());
    let constants: BTreeSet<&str> = view.constants.keys().map(String::as_str).collect();
    let mut checker = Checker { constants: &constants, problems };
    for condition in &view.conditions {
        checker.constants_of(condition);
        let found = condition.expression.kind(Some(&kind));
        if found.is_some_and(|found| found.name() != "boolean") {
            let text = "a condition gives true or false, and this gives something else";
            checker.say("not-a-boolean", &condition.place, text);
        }
    }
    checker.select(&mut view.root, Some(&kind));
    let mut names = BTreeSet::new();
    for made in view.root.made() {
        if !names.insert(made.column.name.as_str()) {
            let place = made.path.place.replace(".path", ".name");
            checker.say("duplicate-name", &place, "two columns have this name");
        }
    }
    view.columns = view.root.made().into_iter().map(|made| made.column.clone()).collect();
}

struct Checker<'c> {
    constants: &'c BTreeSet<&'c str>,
    problems: &'c mut Vec<Problem>,
}

impl Checker<'_> {
    fn say(&mut self, code: &str, place: &str, text: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::error(code, place, text));
        }
    }

    fn constants_of(&mut self, path: &Placed) {
        let unknown = |name: &&str| !self.constants.contains(name);
        let names: Vec<&str> = path.expression.constants().into_iter().filter(unknown).collect();
        for name in names {
            self.say("unknown-constant", &path.place, format!("there is no constant `%{name}`"));
        }
    }

    fn select(&mut self, select: &mut Select, kind: Option<&Kind>) {
        let inner = match &select.over {
            Over::Itself => kind.cloned(),
            Over::Each { path, .. } => {
                self.constants_of(path);
                path.expression.kind(kind)
            }
            Over::Repeat(paths) => {
                for path in paths {
                    self.constants_of(path);
                }
                // Each path is followed from what each has found: of one kind, if it stays so.
                let found: Vec<_> = paths.iter().map(|path| path.expression.kind(kind)).collect();
                let first = found.first().cloned().flatten();
                let again = |path: &Placed| path.expression.kind(first.as_ref()) == first;
                let stays = found.iter().all(|kind| *kind == first) && paths.iter().all(again);
                first.filter(|_| stays)
            }
        };
        for made in &mut select.columns {
            self.constants_of(&made.path);
            self.column(made, inner.as_ref());
        }
        for select in select.selects.iter_mut().chain(&mut select.union) {
            self.select(select, inner.as_ref());
        }
        self.union(select);
    }

    fn column(&mut self, made: &mut Made, context: Option<&Kind>) {
        let found = made.path.expression.kind(context);
        let place = made.path.place.replace(".path", ".type");
        match (&made.column.kind, found) {
            (None, Some(found)) if !found.is_primitive() => {
                let name = found.name();
                let text = format!("this gives `{name}`, which is no primitive; say so in `type`");
                self.say("not-a-value", &made.path.place, text);
            }
            (None, found) => made.column.kind = found,
            (Some(declared), found) => {
                if !is_datatype(declared.name()) {
                    self.say("unknown-type", &place, "this is no type of FHIR R4");
                } else if found
                    .is_some_and(|found| !found.is_primitive() && declared.is_primitive())
                {
                    let text = "the path gives no primitive, and this type is one";
                    self.say("wrong-type", &place, text);
                }
            }
        }
    }

    /// Every branch of a union has the same columns in the same order. A type that only one of
    /// them knows holds for all.
    fn union(&mut self, select: &mut Select) {
        let Some((first, others)) = select.union.split_first_mut() else { return };
        for other in others {
            let (mut first, mut other) = (first.made_mut(), other.made_mut());
            let place = other.first().or(first.first()).map(|made| made.path.place.clone());
            let place = place.unwrap_or_default();
            let name = |made: &&mut Made| made.column.name.clone();
            if !first.iter().map(name).eq(other.iter().map(name)) {
                let text = "the branches of a union have the same columns in the same order";
                self.say("union-mismatch", &place, text);
                continue;
            }
            for (first, other) in first.iter_mut().zip(&mut other) {
                let (first, other) = (&mut first.column, &mut other.column);
                match (&first.kind, &other.kind) {
                    (None, kind) => first.kind.clone_from(kind),
                    (kind, None) => other.kind.clone_from(kind),
                    _ => {}
                }
                if first.shape() != other.shape() || first.collection != other.collection {
                    let text = format!("column `{}` is of two types in one union", first.name);
                    self.say("union-mismatch", &place, text);
                }
            }
        }
    }
}

impl Select {
    /// As [`Select::made`].
    fn made_mut(&mut self) -> Vec<&mut Made> {
        let inner = self.selects.iter_mut().chain(self.union.first_mut());
        self.columns.iter_mut().chain(inner.flat_map(Self::made_mut)).collect()
    }
}
