//! How many orders were checked and how many cards they brought, for alerts per 100 orders.
//!
//! An order is told from others by a digest that is kept in memory alone, so counting writes
//! nothing and says nothing of anybody. The window begins with the server, and anew when more
//! orders were checked than are told apart; whoever shows a figure names it.

use guidance::{Card, Order};
use model::{PatientId, Timestamp};
use record::derived_id;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Orders that one window tells apart.
const ORDERS_MAX: usize = 200_000;

/// A rule and for whom.
type Told = (String, &'static str);

/// The window that is open.
#[derive(Debug)]
pub(crate) struct Checked(Mutex<Window>);

#[derive(Debug)]
struct Window {
    since: Timestamp,
    orders: BTreeSet<String>,
    by_role: BTreeMap<&'static str, BTreeSet<String>>,
    cards: BTreeMap<Told, u64>,
}

impl Window {
    fn new(since: Timestamp) -> Self {
        let (orders, by_role, cards) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { since, orders, by_role, cards }
    }
}

/// What a window came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rates {
    /// When it began.
    pub(crate) since: Timestamp,
    /// Orders checked, by anybody.
    pub(crate) orders: u64,
    /// Orders checked for each role.
    pub(crate) by_role: BTreeMap<&'static str, u64>,
    /// Cards shown, by rule and role.
    pub(crate) cards: BTreeMap<Told, u64>,
}

impl Checked {
    /// A window that begins now.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Window::new(now)))
    }

    /// Notes what one call checked, and what it showed. The same order again is the same order.
    pub(crate) fn note<'o>(
        &self,
        now: Timestamp,
        (patient, role): (&PatientId, guidance::Role),
        orders: impl Iterator<Item = &'o Order>,
        cards: &[Card],
    ) {
        // A client may name its next draft as it named the last one: the drug is part of it.
        let name = |order: &Order| {
            let drug = order.concept.coding.first().map(|coding| coding.code.as_str());
            let drug = drug.or(order.concept.text.as_deref()).unwrap_or_default();
            derived_id(["order", patient.as_str(), &order.reference, drug])
        };
        let orders: Vec<String> = orders.map(name).collect();
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if window.orders.len() + orders.len() > ORDERS_MAX {
            *window = Window::new(now);
        }
        let role = role.word();
        window.orders.extend(orders.iter().cloned());
        window.by_role.entry(role).or_default().extend(orders);
        for card in cards {
            *window.cards.entry((card.rule.clone(), role)).or_default() += 1;
        }
    }

    /// What the window came to so far.
    pub(crate) fn rates(&self) -> Rates {
        let window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by_role = window.by_role.iter().map(|(role, orders)| (*role, orders.len() as u64));
        Rates {
            since: window.since,
            orders: window.orders.len() as u64,
            by_role: by_role.collect(),
            cards: window.cards.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guidance::Role;

    fn order(reference: &str) -> Order {
        Order { reference: reference.to_owned(), ..Order::default() }
    }

    #[test]
    fn an_order_counts_once_however_often_it_is_checked() {
        let at = Timestamp::from_micros;
        let checked = Checked::new(at(1));
        let (ana, ben) = (PatientId::new("ana"), PatientId::new("ben"));
        let both = [order("MedicationRequest/1"), order("MedicationRequest/2")];
        for (patient, role, orders) in [
            (&ana, Role::Prescriber, &both[..1]),
            (&ana, Role::Prescriber, &both[..]),
            (&ana, Role::Pharmacist, &both[..1]),
            // A draft of another patient may have the same name.
            (&ben, Role::Prescriber, &both[..1]),
        ] {
            checked.note(at(2), (patient, role), orders.iter(), &[]);
        }
        let rates = checked.rates();
        assert_eq!((rates.since, rates.orders), (at(1), 3));
        assert_eq!(rates.by_role, BTreeMap::from([("pharmacist", 1), ("prescriber", 3)]));
    }

    #[test]
    fn a_window_that_is_full_begins_anew_and_says_so() {
        let at = Timestamp::from_micros;
        let checked = Checked::new(at(1));
        let patient = PatientId::new("ana");
        let many: Vec<Order> = (0..ORDERS_MAX).map(|number| order(&number.to_string())).collect();
        checked.note(at(2), (&patient, Role::Prescriber), many.iter(), &[]);
        assert_eq!((checked.rates().since, checked.rates().orders), (at(1), ORDERS_MAX as u64));
        checked.note(at(9), (&patient, Role::Prescriber), [order("one more")].iter(), &[]);
        let rates = checked.rates();
        assert_eq!((rates.since, rates.orders, rates.cards.len()), (at(9), 1, 0));
    }
}
