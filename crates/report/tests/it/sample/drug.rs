//! Made-up advice.

use model::statement::{
    Action, AdviceState, Citation, DrugStatement, GeneKey, PreTest, Recommendation, Strength,
};

fn citation(title: &str, pmid: &str) -> Citation {
    Citation {
        title: title.into(),
        pmid: Some(pmid.into()),
        url: "https://guideline.example/one".into(),
    }
}

fn key(gene: &str, call: &str, phenotype: Option<&str>) -> GeneKey {
    let phenotype = phenotype.map(Into::into);
    GeneKey { gene: gene.into(), phenotype, call: call.into(), statement: None }
}

fn drug(name: &str, rxnorm: &str, state: AdviceState, genes: Vec<GeneKey>) -> DrugStatement {
    DrugStatement {
        drug: name.into(),
        rxnorm: rxnorm.into(),
        atc: Vec::new(),
        state,
        genes,
        recommendations: Vec::new(),
        pre_test: None,
        notes: Vec::new(),
    }
}

fn recommend(source: &str, population: &str, action: Action, strength: Strength) -> Recommendation {
    Recommendation {
        source: source.into(),
        population: population.into(),
        action,
        strength,
        text: "Use the usual dose.".into(),
        implication: "The gene gives no reason to change it.".into(),
        alternatives: Vec::new(),
        citation: citation("A guideline, 2022", "35152405"),
        rule: format!("actions:{source}/{population}"),
    }
}

fn cyp2c19() -> GeneKey {
    key("CYP2C19", "*2/*2", Some("Poor Metabolizer"))
}

fn clopidogrel() -> DrugStatement {
    let one = |source: &str, population: &str, action, strength, text: &str, instead: &[&str]| {
        Recommendation {
            text: text.into(),
            implication: "CYP2C19 makes the active form; with none of it, platelets are hardly \
                          inhibited and stents clot more often."
                .into(),
            alternatives: instead.iter().map(|name| ("1".into(), (*name).into())).collect(),
            citation: citation(&format!("{source} CYP2C19 and clopidogrel, 2022"), "35034351"),
            ..recommend(source, population, action, strength)
        }
    };
    let mut statement = drug("clopidogrel", "32968", AdviceState::Avoid, vec![cyp2c19()]);
    statement.recommendations = vec![
        one(
            "CPIC",
            "Stroke, TIA or a neurovascular procedure",
            Action::Alternative,
            Strength::Moderate,
            "Think of another P2Y12 inhibitor; prasugrel is contraindicated after a stroke.",
            &["ticagrelor"],
        ),
        one(
            "CPIC",
            "Acute coronary syndrome or PCI",
            Action::Avoid,
            Strength::Strong,
            "Avoid clopidogrel; use prasugrel or ticagrelor if not contraindicated.",
            &["prasugrel", "ticagrelor"],
        ),
        one("FDA", "general", Action::Alternative, Strength::None, "Consider another drug.", &[]),
    ];
    statement
}

fn statin(name: &str, code: &str) -> DrugStatement {
    let gene = key("SLCO1B1", "Decreased Function", Some("Decreased Function"));
    let mut statement = drug(name, code, AdviceState::Adjust, vec![gene]);
    let action = Action::Reduce { percent: Some((50, 75)) };
    statement.recommendations = vec![Recommendation {
        text: "Keep the dose below 20 mg a day, or use another statin.".into(),
        implication: "More of it stays in the blood; muscle damage is likelier.".into(),
        alternatives: vec![("1".into(), "rosuvastatin".into())],
        citation: citation("CPIC SLCO1B1 and statins, 2022", "35152405"),
        ..recommend("CPIC", "general", action, Strength::Strong)
    }];
    statement
}

fn thiopurine(name: &str, code: &str) -> DrugStatement {
    let genes = vec![
        key("TPMT", "*1/*1", Some("Normal Metabolizer")),
        key("NUDT15", "not called: a base that no allele has", None),
    ];
    let mut statement = drug(name, code, AdviceState::NotKnown, genes);
    statement.pre_test = Some(PreTest {
        genes: vec!["NUDT15".into()],
        text: "Both genes decide the starting dose.".into(),
        citation: citation("CPIC TPMT, NUDT15 and thiopurines, 2018", "30447069"),
    });
    statement
}

fn standard(name: &str, code: &str, gene: GeneKey) -> DrugStatement {
    let mut statement = drug(name, code, AdviceState::Standard, vec![gene]);
    statement.recommendations =
        vec![recommend("CPIC", "general", Action::Standard, Strength::Strong)];
    statement
}

fn cyp2d6() -> GeneKey {
    key("CYP2D6", "*1/*4", Some("Normal Metabolizer"))
}

fn paroxetine() -> DrugStatement {
    let mut statement = standard("paroxetine", "8150", cyp2d6());
    statement.notes = vec!["CYP2D6: Normal by genotype; Intermediate with paroxetine".into()];
    statement
}

fn voriconazole() -> DrugStatement {
    let mut statement = drug("voriconazole", "121243", AdviceState::Avoid, vec![cyp2c19()]);
    statement.recommendations = vec![Recommendation {
        text: "Use an antifungal that CYP2C19 does not clear.".into(),
        implication: "Blood levels rise far above the usual.".into(),
        alternatives: vec![("1".into(), "isavuconazole".into())],
        citation: citation("CPIC CYP2C19 and voriconazole, 2016", "27981572"),
        ..recommend("CPIC", "Adults", Action::Avoid, Strength::Moderate)
    }];
    statement
}

fn unknown(name: &str, code: &str, gene: GeneKey) -> DrugStatement {
    drug(name, code, AdviceState::NotKnown, vec![gene])
}

/// Advice of each kind, in no order.
pub(crate) fn drugs() -> Vec<DrugStatement> {
    let tpmt = || key("TPMT", "*1/*1", Some("Normal Metabolizer"));
    let dpyd = || key("DPYD", "not tested", None);
    let mut nothing = unknown("citalopram", "2556", cyp2c19());
    nothing.recommendations =
        vec![recommend("DPWG", "general", Action::NoRecommendation, Strength::None)];
    vec![
        standard("cisplatin", "2555", tpmt()),
        standard("atomoxetine", "38400", cyp2d6()),
        standard("busulfan", "1828", tpmt()),
        unknown("fluorouracil", "4492", dpyd()),
        statin("simvastatin", "36567"),
        statin("lovastatin", "6472"),
        thiopurine("azathioprine", "1256"),
        thiopurine("tioguanine", "10485"),
        unknown("capecitabine", "194000", dpyd()),
        unknown("phenytoin", "8183", key("CYP2C9", "*1/*2 or *1/*35", None)),
        unknown("warfarin", "11289", key("VKORC1", "not tested", None)),
        paroxetine(),
        voriconazole(),
        clopidogrel(),
        nothing,
    ]
}

/// Advice that rests on results of the less usual kinds.
pub(crate) fn unusual_drugs() -> Vec<DrugStatement> {
    let dpyd = key(
        "DPYD",
        "c.1129-5923C>G, c.1236G>A (HapB3), c.2846A>T",
        Some("Intermediate Metabolizer"),
    );
    let mut fluorouracil = drug("fluorouracil", "4492", AdviceState::Adjust, vec![dpyd]);
    let action = Action::Reduce { percent: Some((50, 50)) };
    fluorouracil.recommendations = vec![recommend("CPIC", "general", action, Strength::Strong)];
    let statuses = "*15:02 negative; *57:01 positive; *58:01 negative";
    let typed = || key("HLA-B", "*07:02/*57:01", Some(statuses));
    let mut abacavir = drug("abacavir", "190521", AdviceState::Avoid, vec![typed()]);
    abacavir.recommendations = vec![recommend("CPIC", "general", Action::Avoid, Strength::Strong)];
    let nudt15 = key("NUDT15", "*1/*1", Some("Normal Metabolizer"));
    let g6pd = key("G6PD", "A- 202A_376G", Some("Deficient"));
    let mut rasburicase = drug("rasburicase", "283821", AdviceState::Avoid, vec![g6pd]);
    rasburicase.recommendations =
        vec![recommend("CPIC", "general", Action::Avoid, Strength::Strong)];
    let call = "not known: the genotypes allow a call for research only";
    vec![
        fluorouracil,
        abacavir,
        rasburicase,
        standard("allopurinol", "519", typed()),
        standard("azathioprine", "1256", nudt15),
        unknown("codeine", "2670", key("CYP2D6", call, None)),
        unknown("phenytoin", "8183", key("CYP2C9", "*1/*3 or *1/*18", None)),
    ]
}
