//! What a change of packs means: by gene and by drug.

use crate::import::natural_key;
use crate::pgx::{ActionRule, Gene, PgxKnowledge};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What changed, by gene and by drug; those without a change are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Genes, by symbol.
    pub genes: Vec<GeneChange>,
    /// Drugs, by name.
    pub drugs: Vec<DrugChange>,
    /// Drugs that change enzymes: `paroxetine CYP2D6`.
    pub inhibitors: Vec<Changed>,
}

/// What changed about a gene.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneChange {
    /// HGNC symbol.
    pub gene: String,
    /// Positions, by place and REF.
    pub positions: Vec<Changed>,
    /// Definitions of alleles, by name.
    pub alleles: Vec<Changed>,
    /// Functions and activity values of alleles that both packs have.
    pub functions: Vec<Changed>,
    /// Phenotypes of function pairs and activity scores.
    pub phenotypes: Vec<Changed>,
    /// How the gene is called: method, copies, priorities, proxies, statuses, fallbacks.
    pub calling: Vec<Changed>,
}

/// What changed about a drug.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrugChange {
    /// Ingredient name.
    pub drug: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// Codes and genes.
    pub facts: Vec<Changed>,
    /// What to do, how strongly and for which results, by the rule's id.
    pub advice: Vec<Changed>,
    /// Rules that say the same in other words, by id.
    pub wording: Vec<Changed>,
}

/// One thing that came, went or is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What it is about.
    pub what: String,
    /// As it was; `None` = it came.
    pub before: Option<String>,
    /// As it is; `None` = it went.
    pub after: Option<String>,
}

impl Summary {
    /// Compares two sets of knowledge.
    pub fn new(older: &PgxKnowledge, newer: &PgxKnowledge) -> Self {
        let symbols: BTreeSet<&str> =
            [older, newer].iter().flat_map(|pgx| &pgx.genes).map(|gene| &*gene.symbol).collect();
        let genes = symbols
            .into_iter()
            .map(|symbol| gene(symbol, older.gene(symbol), newer.gene(symbol)))
            .filter(|change| !change.is_empty())
            .collect();
        let mut codes: Vec<(&str, &str)> = [older, newer]
            .iter()
            .flat_map(|pgx| &pgx.drugs)
            .map(|drug| (drug.name.as_str(), drug.rxnorm.as_str()))
            .collect();
        codes.sort_unstable();
        codes.dedup_by_key(|drug| drug.1);
        let drugs = codes
            .into_iter()
            .map(|(name, rxnorm)| drug(name, rxnorm, older, newer))
            .filter(|change| !change.is_empty())
            .collect();
        Self { genes, drugs, inhibitors: changes(&inhibitors(older), &inhibitors(newer)) }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.genes.is_empty() && self.drugs.is_empty() && self.inhibitors.is_empty()
    }
}

impl GeneChange {
    fn parts(&self) -> [(&'static str, &[Changed]); 5] {
        [
            ("positions", &self.positions),
            ("alleles", &self.alleles),
            ("functions", &self.functions),
            ("phenotypes", &self.phenotypes),
            ("calling", &self.calling),
        ]
    }

    fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, list)| list.is_empty())
    }
}

impl DrugChange {
    fn parts(&self) -> [(&'static str, &[Changed]); 3] {
        [("facts", &self.facts), ("advice", &self.advice), ("wording", &self.wording)]
    }

    fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, list)| list.is_empty())
    }
}

type Facts = BTreeMap<String, String>;

/// What is in one, in the other, or another in both; in natural order.
fn changes(before: &Facts, after: &Facts) -> Vec<Changed> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_by_cached_key(|name| natural_key(name));
    names.dedup();
    let one = |what: &String| {
        let (before, after) = (before.get(what).cloned(), after.get(what).cloned());
        (before != after).then(|| Changed { what: what.clone(), before, after })
    };
    names.into_iter().filter_map(one).collect()
}

fn gene(symbol: &str, older: Option<&Gene>, newer: Option<&Gene>) -> GeneChange {
    let compare = |facts: fn(&Gene) -> Facts| {
        let of = |gene: Option<&Gene>| gene.map(facts).unwrap_or_default();
        changes(&of(older), &of(newer))
    };
    let mut functions = compare(functions);
    // The function of an allele that came or went is no change of its own.
    let has = |gene: Option<&Gene>, name: &str| {
        gene.is_some_and(|gene| gene.alleles.iter().any(|allele| allele.name == name))
    };
    functions.retain(|change| has(older, &change.what) && has(newer, &change.what));
    GeneChange {
        gene: symbol.to_owned(),
        positions: compare(positions),
        alleles: compare(alleles),
        functions,
        phenotypes: compare(phenotypes),
        calling: compare(calling),
    }
}

fn positions(gene: &Gene) -> Facts {
    let of = |extra: &'static str| {
        move |at: &crate::pgx::Position| {
            let marks = [(at.required, " required"), (at.tier1, " tier 1")];
            let marks = marks.iter().filter(|(set, _)| *set).map(|(_, word)| *word);
            let text = format!("{}{}{extra}", at.alternates.join(","), marks.collect::<String>());
            (format!("{}:{} {}", gene.chromosome, at.position, at.reference), text)
        }
    };
    let reported = gene.extra_positions.iter().map(of(" reported only"));
    gene.positions.iter().map(of("")).chain(reported).collect()
}

fn alleles(gene: &Gene) -> Facts {
    let cell = |(index, bases): &(usize, Vec<String>)| {
        let at = gene.positions.get(*index).map_or(0, |at| at.position);
        format!("{at}:{}", bases.join(","))
    };
    let definition = |allele: &crate::pgx::Allele| {
        let shown = allele.core.iter().map(|core| format!("shown as {core}"));
        let kind = [(allele.reference, "reference"), (allele.structural, "structural")];
        let kind = kind.iter().filter(|(set, _)| *set).map(|(_, word)| (*word).to_owned());
        let cells = allele.cells.iter().filter(|_| !allele.reference).map(cell);
        shown.chain(kind).chain(cells).collect::<Vec<_>>().join(" ")
    };
    gene.alleles.iter().map(|allele| (allele.name.clone(), definition(allele))).collect()
}

fn functions(gene: &Gene) -> Facts {
    let function = |allele: &crate::pgx::Allele| {
        let words = allele.function.as_deref().unwrap_or("none assigned");
        let text = match allele.activity {
            Some(value) => format!("{words}, value {value}"),
            None => words.to_owned(),
        };
        (allele.name.clone(), text)
    };
    gene.alleles.iter().map(function).collect()
}

fn phenotypes(gene: &Gene) -> Facts {
    let rule = |phenotype: &str, priority: &str| format!("{phenotype} ({priority})");
    let pairs = gene.phenotypes.iter().map(|own| {
        let (a, b) = (own.first.as_str().min(&own.second), own.first.as_str().max(&own.second));
        (format!("{a} + {b}"), rule(&own.phenotype, &own.ehr_priority))
    });
    let scores = gene.scores.iter().map(|own| {
        let to = own.to.map_or("and more".to_owned(), |to| format!("to {to}"));
        (format!("score {} {to}", own.from), rule(&own.phenotype, &own.ehr_priority))
    });
    pairs.chain(scores).collect()
}

fn calling(gene: &Gene) -> Facts {
    let mut facts = Facts::from([
        ("method".to_owned(), format!("{:?}", gene.method)),
        ("copies".to_owned(), format!("{:?}", gene.copies)),
        ("undocumented base".to_owned(), format!("{:?}", gene.undocumented)),
    ]);
    for status in &gene.statuses {
        facts.insert(format!("status {}", status.allele), "read".to_owned());
    }
    for own in &gene.priorities {
        let set = own.diplotypes.iter().map(|(a, b)| format!("{a}/{b}")).collect::<Vec<_>>();
        let pick = format!("{}/{}", own.pick.0, own.pick.1);
        facts.insert(format!("of {}", set.join(" or ")), pick);
    }
    let place = |index: usize| gene.positions.get(index).map_or(0, |at| at.position);
    if let Some(own) = &gene.proxy {
        let text = format!("{} stands in for {}", place(own.tag), place(own.deciding));
        facts.insert("proxy".to_owned(), text);
    }
    if let Some(own) = &gene.fallback {
        let bases: Vec<String> =
            own.functions.iter().map(|(base, function)| format!("{base} {function}")).collect();
        facts.insert(format!("fallback {}", place(own.position)), bases.join(", "));
    }
    facts
}

fn drug(name: &str, rxnorm: &str, older: &PgxKnowledge, newer: &PgxKnowledge) -> DrugChange {
    let compare = |facts: &dyn Fn(&PgxKnowledge) -> Facts| changes(&facts(older), &facts(newer));
    let rules = |pgx: &PgxKnowledge, text: fn(&ActionRule) -> String| -> Facts {
        let own = pgx.actions.iter().filter(|rule| rule.rxnorm == rxnorm);
        own.map(|rule| (rule.id.clone(), text(rule))).collect()
    };
    let advice = compare(&|pgx| rules(pgx, advice));
    let mut wording = compare(&|pgx| {
        let mut texts = rules(pgx, |rule| format!("{} {}", rule.text, rule.implication));
        let alerts = pgx.alerts.iter().filter(|alert| alert.rxnorm == rxnorm);
        texts.extend(alerts.map(|alert| {
            let test = if alert.recommended { "test first" } else { "not known" };
            (test.to_owned(), alert.text.clone())
        }));
        texts
    });
    wording.retain(|change| !advice.iter().any(|other| other.what == change.what));
    DrugChange {
        drug: name.to_owned(),
        rxnorm: rxnorm.to_owned(),
        facts: compare(&|pgx| facts(pgx, rxnorm)),
        advice,
        wording,
    }
}

fn facts(pgx: &PgxKnowledge, rxnorm: &str) -> Facts {
    let Some(drug) = pgx.drug(rxnorm) else { return Facts::new() };
    Facts::from([
        ("name".to_owned(), drug.name.clone()),
        ("ATC".to_owned(), drug.atc.join(", ")),
        ("genes".to_owned(), drug.genes.join(", ")),
    ])
}

/// `reduce 50-75, strong, if CYP2C9=Poor Metabolizer`.
fn advice(rule: &ActionRule) -> String {
    let key = rule.key.iter().map(|(gene, values)| {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        format!("{gene}={}", values.join("|"))
    });
    let other = rule.alternatives.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>();
    let other = if other.is_empty() { String::new() } else { format!(", {}", other.join(" or ")) };
    let key = key.collect::<Vec<_>>().join("; ");
    let action = serde_json::to_value(rule.action).unwrap_or_default();
    let code = action.get("code").and_then(serde_json::Value::as_str).unwrap_or("?").to_owned();
    let percent =
        match action.get("percent").and_then(serde_json::Value::as_array).map(Vec::as_slice) {
            Some([low, high]) if low == high => format!(" {low}%"),
            Some([low, high]) => format!(" {low}-{high}%"),
            _ => String::new(),
        };
    format!("{code}{percent}{other}, {:?}, if {key}", rule.strength)
}

fn inhibitors(pgx: &PgxKnowledge) -> Facts {
    let text = |own: &crate::pgx::Inhibitor| {
        let factor = own.factor_percent.map(|factor| format!(", factor {factor}%"));
        let words = format!("{:?} {:?}{}", own.strength, own.effect, factor.unwrap_or_default());
        (format!("{} {} {:?}", own.name, own.gene, own.effect), words)
    };
    pgx.inhibitors.iter().map(text).collect()
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.what),
            (Some(before), None) => write!(f, "- {}: {before}", self.what),
            (Some(before), Some(after)) => write!(f, "~ {}: {before} → {after}", self.what),
            (None, None) => Ok(()),
        }
    }
}

/// `3 added, 1 removed, 2 changed`.
fn counted(list: &[Changed]) -> String {
    let count = |test: fn(&Changed) -> bool| list.iter().filter(|change| test(change)).count();
    let parts = [
        (count(|change| change.before.is_none()), "added"),
        (count(|change| change.after.is_none()), "removed"),
        (count(|change| change.before.is_some() && change.after.is_some()), "changed"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = |subject: &str, name: &str, list: &[Changed]| {
            if list.is_empty() {
                return Ok(());
            }
            writeln!(f, "{subject} {name}: {}", counted(list))?;
            list.iter().try_for_each(|change| writeln!(f, "  {change}"))
        };
        for gene in &self.genes {
            gene.parts().iter().try_for_each(|(name, list)| part(&gene.gene, name, list))?;
        }
        for drug in &self.drugs {
            drug.parts().iter().try_for_each(|(name, list)| part(&drug.drug, name, list))?;
        }
        part("enzymes", "changed by drugs", &self.inhibitors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;
    use model::statement::{Action, Strength};

    #[test]
    fn each_kind_of_change_is_summed_up() {
        let older = Pack::built_in().unwrap().pgx;
        assert!(Summary::new(&older, &older).is_empty());
        let mut newer = older.clone();
        let gene = newer.genes.iter_mut().find(|gene| gene.symbol == "CYP2C19").unwrap();
        gene.alleles.retain(|allele| allele.name != "*35");
        let of = |gene: &mut Gene, name: &str| {
            gene.alleles.iter().position(|allele| allele.name == name).unwrap()
        };
        let at = of(gene, "*9");
        gene.alleles[at].function = Some("No function".into());
        let mut copy = gene.alleles[at].clone();
        copy.name = "*99".into();
        gene.alleles.push(copy);
        gene.positions[0].required = true;
        gene.phenotypes[0].phenotype = "Indeterminate".into();
        newer.drugs.retain(|drug| drug.name != "abacavir");
        newer.actions.retain(|rule| rule.rxnorm != "190521");
        newer.alerts.retain(|alert| alert.rxnorm != "190521");
        let rule = newer.actions.iter_mut().find(|rule| rule.id.starts_with("codeine/CPIC"));
        let rule = rule.unwrap();
        (rule.action, rule.strength) =
            (Action::Reduce { percent: Some((20, 30)) }, Strength::Optional);
        let rule = newer.actions.iter_mut().find(|rule| rule.id.starts_with("tramadol/CPIC"));
        rule.unwrap().text = "Other words.".into();
        newer.inhibitors.remove(0);
        let summary = Summary::new(&older, &newer);
        let text = summary.to_string();
        for line in [
            "CYP2C19 positions: 1 changed",
            "CYP2C19 alleles: 1 added, 1 removed",
            "  - *35: 94762760:A,C 94775367:G 94842866:G",
            "CYP2C19 functions: 1 changed",
            "  ~ *9: Decreased function → No function",
            "CYP2C19 phenotypes: 1 changed",
            "abacavir facts: 3 removed",
            "codeine advice: 1 changed",
            "→ reduce 20-30%, Optional, if CYP2D6=",
            "tramadol wording: 1 changed",
            "enzymes changed by drugs: 1 removed",
        ] {
            assert!(text.contains(line), "no `{line}` in\n{text}");
        }
        let json = serde_json::to_value(&summary).unwrap();
        assert_eq!(json["genes"][0]["functions"][0]["after"], "No function");
        // The same seen from the other side.
        let back = Summary::new(&newer, &older).to_string();
        assert!(back.contains("abacavir facts: 3 added"), "{back}");
    }
}
