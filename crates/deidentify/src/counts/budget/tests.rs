//! The attack by likelihood ratios, with the budget spent.

use super::*;

const POPULATION: u64 = 1_000;
const TRIALS: usize = 1_000;

/// A small generator of random numbers: the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Chances of each number of carriers among `all` people, each with the same chance.
fn binomial(all: u64, share: f64) -> Vec<f64> {
    let mut logs = vec![0.0_f64; usize::try_from(all).unwrap() + 1];
    let mut choose = 0.0;
    for (count, log) in logs.iter_mut().enumerate() {
        let count = count as f64;
        if count > 0.0 {
            choose += (all as f64 - count + 1.0).ln() - count.ln();
        }
        *log = (choose + count * share.ln() + (all as f64 - count) * (1.0 - share).ln()).exp();
    }
    logs
}

/// The attacker knows how common each variant is, the rule, and the person's genome.
struct Variant {
    counts: Vec<f64>,
    sums: Vec<f64>,
    ratios: std::collections::BTreeMap<Option<(u64, bool)>, f64>,
}

impl Variant {
    fn new(rule: Rule, share: f64) -> Self {
        let counts = binomial(POPULATION - 1, share);
        let mut chances = std::collections::BTreeMap::<Option<(u64, bool)>, (f64, f64)>::new();
        for (count, chance) in counts.iter().enumerate() {
            let count = count as u64;
            chances.entry(rule.tell(count, false).number()).or_default().0 += chance;
            chances.entry(rule.tell(count + 1, false).number()).or_default().1 += chance;
        }
        let ratio = |(out, within): (f64, f64)| ((within + 1e-12) / (out + 1e-12)).ln();
        let ratios = chances.into_iter().map(|(told, both)| (told, ratio(both))).collect();
        let mut sum = 0.0;
        let sums = counts
            .iter()
            .map(|chance| {
                sum += chance;
                sum
            })
            .collect();
        Self { counts, sums, ratios }
    }

    fn others(&self, chance: &mut Chance) -> u64 {
        let at = chance.next();
        let found = self.sums.partition_point(|sum| *sum < at);
        found.min(self.counts.len() - 1) as u64
    }
}

/// The share of people who are found to be in it, at one false alarm in twenty.
fn power(share: f64, questions: usize, is_guarded: bool) -> f64 {
    let rule = Rule::default();
    let variant = Variant::new(rule, share);
    let mut chance = Chance(share.to_bits());
    let mut score = |is_in: bool| {
        let mut budget = Budget::default();
        let mut sum = 0.0;
        for question in 0..questions {
            let others = variant.others(&mut chance);
            // Other carriers differ from question to question; the person is number 0.
            let base = 1 + question as u64 * POPULATION;
            let carriers = (base..base + others).chain(is_in.then_some(0)).collect::<Vec<u64>>();
            let told = if is_guarded {
                budget.ask(rule, &carriers, POPULATION)
            } else {
                Some(rule.tell(carriers.len() as u64, false))
            };
            let Some(told) = told else { break };
            sum += variant.ratios.get(&told.number()).copied().unwrap_or_default();
        }
        sum
    };
    let mut out: Vec<f64> = (0..TRIALS).map(|_| score(false)).collect();
    out.sort_by(f64::total_cmp);
    let bound = out[TRIALS * 95 / 100];
    let within = (0..TRIALS).filter(|_| score(true) > bound).count();
    within as f64 / TRIALS as f64
}

#[test]
fn likelihood_ratios_find_nobody_with_the_budget_spent() {
    // Variants whose carriers are about as many as the threshold tell the most; common ones next.
    for (share, questions) in
        [(0.005, 60), (0.01, 120), (0.02, 120), (0.03, 120), (0.3, 120), (0.9, 120)]
    {
        let found = power(share, questions, true);
        assert!(found <= 0.1, "{share}: {found}");
    }
}

#[test]
fn without_the_budget_the_same_attack_succeeds() {
    // If it did not, the test above would prove nothing.
    assert!(power(0.02, 120, false) > 0.4);
    assert!(power(0.3, 200, false) > 0.12);
}

#[test]
fn a_person_is_counted_no_more_when_the_budget_is_spent() {
    let rule = Rule::default();
    let mut budget = Budget::default();
    let carriers = |from: u64| -> Vec<u64> { [0].into_iter().chain(from..from + 20).collect() };
    assert_eq!(budget.ask(rule, &carriers(100), 10_000), Some(Told::UpTo(40)));
    assert_eq!(budget.ask(rule, &carriers(200), 10_000), Some(Told::UpTo(40)));
    assert!(!budget.is_spent(0));
    assert_eq!(budget.ask(rule, &carriers(300), 10_000), Some(Told::UpTo(40)));
    assert!(budget.is_spent(0));
    // The same question would be one of 20 people now.
    assert_eq!(budget.ask(rule, &carriers(400), 10_000), Some(Told::Below(21)));
    // Few carriers tell nothing, and cost nothing.
    assert_eq!(budget.ask(rule, &[1, 2, 3], 10_000), Some(Told::Below(21)));
    assert_eq!(budget.of_person.get(&1), None);
    // Counts of many cost everybody, and end when that is spent.
    let many: Vec<u64> = (1_000..1_500).collect();
    let mut answered = 0;
    while budget.ask(rule, &many, 1_000).is_some() {
        answered += 1;
        assert!(answered < 1_000);
    }
    assert_eq!(answered, 70);
}
