use super::material::{
    Evidence, Finding, GeneTested, Inherited, Judgement, Material, Report, Therapy, Told, Trial,
    Tumor,
};
use super::*;
use model::absence::Presence;
use model::statement::AdviceState;

fn told(words: &str) -> Told {
    Told { words: words.into(), sources: vec![format!("Observation/{words}/_history/1")] }
}

fn head() -> Head {
    Head {
        id: "b-1".into(),
        issue: Issue::Draft { after: None },
        name: Some("EXAMPLE, Ana".into()),
        identifiers: vec!["100001 (urn:example:mrn)".into()],
        born: PartialDate::parse("1961-04-02"),
        sex: Sex::Female,
        made: PartialDate::parse("2026-11-26").unwrap(),
    }
}

fn nothing() -> Material {
    Material {
        head: head(),
        question: None,
        tumor: None,
        findings: vec![],
        evidence: None,
        trials: vec![],
        inherited: vec![],
        lifestyle: vec![],
        knowledge: vec![],
        unread: 0,
        reinterpreted: vec![],
    }
}

fn full() -> Material {
    let gene = |gene: &str, last: Presence| GeneTested {
        gene: gene.into(),
        classes: vec![
            ("small variants".into(), Presence::AbsentTested),
            ("rearrangements".into(), last),
        ],
    };
    Material {
        question: Some("Second line?".into()),
        tumor: Some(Tumor {
            diagnosis: Some(told("Lung Adenocarcinoma")),
            reports: vec![Report {
                source: "DiagnosticReport/r/_history/2".into(),
                ..Report::default()
            }],
            genes: vec![
                gene("EGFR", Presence::AbsentTested),
                gene("ALK", Presence::NotTested),
                gene("ROS1", Presence::NotTested),
            ],
            ..Tumor::default()
        }),
        findings: vec![Finding {
            reported: "EGFR L858R".into(),
            laboratory: vec![Judgement {
                words: "level of evidence: AMP Tier II".into(),
                comparison: "differs from ours".into(),
                differs: true,
                ..Judgement::default()
            }],
            tier: Some("I-A".into()),
            ..Finding::default()
        }],
        evidence: Some(Evidence {
            benefit: vec![Therapy {
                therapies: "Osimertinib".into(),
                tiers: ("I-A".into(), "I".into()),
                findings: vec!["EGFR L858R".into()],
                evidence: (0..5).map(|number| format!("civic:EID{number}")).collect(),
                against: vec!["civic:EID9: no sensitivity".into()],
            }],
            open: vec![("Alectinib".into(), vec!["ALK: rearrangements not tested".into()])],
            ..Evidence::default()
        }),
        trials: vec![
            Trial {
                key: "10-001 arm 1".into(),
                name: "10-001".into(),
                status: "Facts missing".into(),
                missing: vec!["ALK rearrangement".into()],
                ..Trial::default()
            },
            Trial { key: "20-002 arm 1".into(), is_out: true, ..Trial::default() },
        ],
        inherited: ["fluorouracil", "clopidogrel"]
            .map(|drug| Inherited {
                drug: drug.into(),
                state: AdviceState::NotKnown,
                genes: vec!["DPYD not tested".into()],
                advice: vec![],
                is_current: false,
            })
            .into(),
        knowledge: vec![("Evidence".into(), "civic 0.1.0 of 01-Nov-2026".into())],
        ..nothing()
    }
}

fn section<'b>(brief: &'b Brief, id: &str) -> &'b Section {
    brief.sections.iter().find(|section| section.id == id).unwrap_or_else(|| panic!("{id}"))
}

fn text(section: &Section) -> String {
    section.texts().join("\n")
}

#[test]
fn what_is_not_known_has_its_word_and_nothing_reads_as_normal() {
    let brief = Brief::of(&nothing());
    for (id, said) in [
        ("question", "not recorded"),
        ("diagnosis", "Nothing in the record says that there is a tumour."),
        ("inherited", "Pharmacogenes: not tested."),
        ("lifestyle", "Topics\nnot asked: Tobacco, Alcohol, "),
    ] {
        assert!(text(section(&brief, id)).contains(said), "{id}");
    }
    assert!(!brief.sections.iter().any(|section| section.id == "findings"));
    let tumor = Material { tumor: Some(Tumor::default()), ..nothing() };
    let brief = Brief::of(&tumor);
    for (id, said) in [
        ("diagnosis", "Stage\nnot recorded"),
        ("tests", "Molecular reports: not recorded."),
        ("findings", "That is a result only for what was tested."),
        ("benefit", "No evidence is in use"),
    ] {
        assert!(text(section(&brief, id)).contains(said), "{id}");
    }
}

#[test]
fn genes_nobody_looked_at_stand_with_what_nobody_looked_for() {
    let brief = Brief::of(&full());
    let [row] = section(&brief, "not-tested").rows.as_slice() else { panic!() };
    assert_eq!(row.cells[0], [Line::remark("rearrangements")]);
    assert_eq!(row.cells[1], [Line::plain("ALK, ROS1")]);
}

#[test]
fn a_tier_of_the_laboratory_stands_beside_ours_and_a_difference_is_said() {
    let brief = Brief::of(&full());
    let findings = section(&brief, "findings");
    let said = findings.remark.as_deref().unwrap();
    assert_eq!(said, "The laboratory’s tier and ours differ: EGFR L858R.");
    let row = &findings.rows[0];
    assert_eq!(row.cells[1][0], Line::plain("level of evidence: AMP Tier II"));
    assert_eq!(row.cells[1][1], Line::remark("differs from ours"));
    assert_eq!(row.cells[2], [Line::strong("I-A")]);
    // Nobody judged: no tier, and not the laboratory's in its place.
    let brief =
        Brief::of(&Material { evidence: None, findings: vec![Finding::default()], ..full() });
    let row = &section(&brief, "findings").rows[0];
    assert_eq!(row.cells[2], [Line::absent("not assessed")]);
    assert_eq!(row.cells[1], [Line::absent("no judgement reported")]);
}

#[test]
fn what_speaks_against_and_what_to_test_is_never_left_out() {
    let brief = Brief::of(&full());
    let benefit = text(section(&brief, "benefit"));
    assert!(
        benefit.contains("1 source speaks against it:\ncivic:EID9: no sensitivity"),
        "{benefit}"
    );
    // The brief says what it leaves out.
    assert!(benefit.contains("and 2 more sources on the page of the tumour"), "{benefit}");
    assert!(text(section(&brief, "open")).contains("ALK: rearrangements not tested"));
    let trials = text(section(&brief, "trials"));
    assert!(trials.contains("To be found out: ALK rearrangement"), "{trials}");
    assert!(
        trials.contains("1 of 2 cohorts") && trials.contains("1 cohort is not for"),
        "{trials}"
    );
}

#[test]
fn of_inherited_genes_only_what_matters_here_is_told() {
    let drugs = |material: &Material| -> Vec<String> {
        let brief = Brief::of(material);
        section(&brief, "inherited").rows.iter().map(|row| row.key.clone()).collect()
    };
    assert_eq!(drugs(&full()), ["fluorouracil"]);
    let mut current = full();
    current.inherited[1].is_current = true;
    assert_eq!(drugs(&current), ["clopidogrel", "fluorouracil"]);
    let mut named = full();
    named.evidence.as_mut().unwrap().less =
        vec![Therapy { therapies: "Aspirin + Clopidogrel".into(), ..Therapy::default() }];
    assert_eq!(drugs(&named), ["clopidogrel", "fluorouracil"]);
    // What asks for most care stands first.
    named.inherited[0].state = AdviceState::Avoid;
    assert_eq!(drugs(&named), ["fluorouracil", "clopidogrel"]);
}

#[test]
fn versions_differ_in_what_they_say_and_not_in_where_it_comes_from() {
    let before = Brief::of(&full());
    let mut moved = full();
    moved.tumor.as_mut().unwrap().diagnosis.as_mut().unwrap().sources = vec!["elsewhere".into()];
    assert_eq!(differences(&before, &Brief::of(&moved)), []);

    let mut changed = full();
    changed.findings[0].tier = Some("II-C".into());
    changed.evidence.as_mut().unwrap().open.clear();
    changed.tumor.as_mut().unwrap().stage = Some(told("IV"));
    let after = Brief::of(&changed).since(3, &before);
    let section = section(&after, "changes");
    assert_eq!(
        (after.sections[0].id.as_str(), section.heading.as_str()),
        ("changes", "Changed since version 3")
    );
    let rows: Vec<[&str; 3]> = section
        .rows
        .iter()
        .map(|row| [0, 1, 2].map(|cell| row.cells[cell][0].text.as_str()))
        .collect();
    assert_eq!(rows[0], ["Stage", "not recorded", "IV"]);
    assert_eq!(rows[1][0], "EGFR L858R");
    assert!(rows[1][1].contains("I-A") && rows[1][2].contains("II-C"), "{rows:?}");
    assert_eq!((rows[2][0], rows[2][2]), ("Alectinib", "no longer said"));
    assert_eq!(rows.len(), 3);
    // What changed is no statement of its own: the next version does not compare it.
    let again = Brief::of(&changed).since(4, &after);
    assert_eq!(again.sections[0].lead.as_deref(), Some("Nothing has changed."));
}

#[test]
fn a_brief_comes_back_from_its_bytes() {
    let brief = Brief::of(&full());
    let bytes = serde_json::to_vec(&brief).unwrap();
    assert_eq!(serde_json::from_slice::<Brief>(&bytes).unwrap(), brief);
    assert_eq!(brief.question(), Some("Second line?"));
    assert_eq!(Brief::of(&nothing()).question(), None);
}
