//! Numbers of copies along the chromosomes: gains point up, losses down, and what nobody looked at
//! is hatched.

use super::label::{Placed, placed};
use super::{figure, px, whole};
use crate::page::words;
use crate::view::{ArmSeen, CopyArm, CopyLevel, CopyRow, CopyStripView, OneSided};
use maud::{Markup, html};

const WIDTH: u32 = 880;
/// Height of the strip.
const STRIP: f64 = 18.0;
/// Below it, for the names of the chromosomes.
const NAMES: f64 = 16.0;
/// On a side with marks, for two on each other and the first row of labels.
const MARKS: f64 = 36.0;
/// Rows of labels on either side.
const TIERS_MAX: usize = 3;
const TIER_HEIGHT: f64 = 14.0;
/// Marks of one arm on one side that are drawn; the table has all.
const MARKS_AN_ARM_MAX: usize = 4;
/// Width of an arm, in pixels: 48 of them.
const ARM: f64 = 18.0;
const LEFT: f64 = 8.0;

/// The strip, with the arms that were looked at and what was found in them.
pub(crate) fn copies(view: &CopyStripView) -> Markup {
    let (gains, more_gains) = marks(view, true);
    let (losses, more_losses) = marks(view, false);
    let (above, up) = side(&gains);
    let (below, down) = side(&losses);
    let top = room(&gains, up) + 4.0;
    let height = top + STRIP + NAMES + room(&losses, down) + 4.0;
    let picture = html! {
        @for (at, arm) in places(&view.arms) { (arm_shape((at, top), arm)) }
        @for (mark, label) in gains.iter().zip(&above) { (copy(mark, label, top, true)) }
        @for (mark, label) in losses.iter().zip(&below) {
            (copy(mark, label, top + STRIP + NAMES, false))
        }
    };
    let hidden = more_gains + more_losses;
    let title = "Copy number along the chromosomes";
    html! {
        (figure(title, (WIDTH, whole(height)), &picture, &values(view)))
        p.note {
            "Marks above: more copies than usual; below: fewer. Two marks on each other: "
            "amplification, or all copies lost; hollow: not sure. Hatched arms were not tested for "
            "gains and losses, or for one of the two only: the values say which; of arms with a "
            "dashed edge nobody says whether they were. Arms are drawn equally wide."
            @if hidden > 0 {
                " " (words::count(hidden, "change has", "changes have"))
                " no room in the picture: the values have all."
            }
        }
    }
}

/// Arms with their left edges.
fn places(arms: &[CopyArm]) -> Vec<(f64, &CopyArm)> {
    let mut at = LEFT;
    let next = |arm| {
        let place = (at, arm);
        at += ARM;
        place
    };
    arms.iter().map(next).collect()
}

fn arm_shape((at, top): (f64, f64), arm: &CopyArm) -> Markup {
    let (class, said) = match arm.seen {
        ArmSeen::Whole => ("arm", "tested throughout".to_owned()),
        ArmSeen::Genes(1) => ("arm", "1 gene tested".to_owned()),
        ArmSeen::Genes(genes) => ("arm", format!("{genes} genes tested")),
        ArmSeen::OneSided(side) => ("arm arm-untested", side.words().to_owned()),
        ArmSeen::Nothing => ("arm arm-untested", "not tested".to_owned()),
        ArmSeen::NotKnown => ("arm arm-unknown", "not known whether tested".to_owned()),
    };
    let is_short = arm.name.ends_with('p');
    html! {
        g {
            title { (arm.name) ": " (said) }
            rect class=(class) x=(px(at)) y=(px(top)) width=(px(ARM)) height=(px(STRIP)) {}
            @if matches!(arm.seen, ArmSeen::Nothing | ArmSeen::OneSided(_)) {
                path.hatch d={ "M" (px(at)) " " (px(top + 9.0)) "l9 -9M" (px(at))
                    " " (px(top + STRIP)) "l18 -18M" (px(at + 9.0)) " " (px(top + STRIP))
                    "l9 -9" } {}
            }
            @if is_short {
                line.edge x1=(px(at)) y1=(px(top - 3.0)) x2=(px(at)) y2=(px(top + STRIP + 3.0)) {}
                text.tick x=(px(at + ARM)) y=(px(top + STRIP + 13.0)) text-anchor="middle" {
                    (arm.chromosome)
                }
            }
        }
    }
}

/// A mark: where, what.
type Mark<'v> = (f64, &'v CopyRow);

/// The marks of a side, and how many have no room.
fn marks(view: &CopyStripView, is_up: bool) -> (Vec<Mark<'_>>, usize) {
    let is_of = |row: &&CopyRow| match row.level {
        CopyLevel::Amplified | CopyLevel::Gained => is_up,
        CopyLevel::Lost | CopyLevel::AllLost => !is_up,
        CopyLevel::Usual => false,
    };
    let (mut found, mut hidden) = (Vec::new(), 0);
    let mut known: usize = 0;
    for (left, arm) in places(&view.arms) {
        let mut rows: Vec<&CopyRow> = Vec::new();
        for row in view.changes.iter().filter(is_of) {
            // Reports that agree on a gene are one mark.
            let is_there = |one: &&CopyRow| {
                (&one.gene, one.level, one.is_open) == (&row.gene, row.level, row.is_open)
            };
            if row.arm.as_ref() == Some(&arm.name) {
                known += 1;
                if !rows.iter().any(is_there) {
                    rows.push(row);
                }
            }
        }
        hidden += rows.len().saturating_sub(MARKS_AN_ARM_MAX);
        rows.truncate(MARKS_AN_ARM_MAX);
        let step = ARM / rows.iter().fold(0.0, |count: f64, _| count + 1.0).max(1.0);
        let mut at = left + step / 2.0;
        for row in rows {
            found.push((at, row));
            at += step;
        }
    }
    (found, hidden + view.changes.iter().filter(is_of).count().saturating_sub(known))
}

/// The labels of a side, and how many rows they take.
fn side(marks: &[Mark<'_>]) -> (Vec<Placed>, f64) {
    let labels: Vec<(f64, &str)> = marks.iter().map(|(at, row)| (*at, row.gene.as_str())).collect();
    let labels = placed(&labels, f64::from(WIDTH), TIERS_MAX);
    let rows = labels.iter().filter_map(|label| label.tier).max().unwrap_or(0);
    (labels, small(rows))
}

/// What a side with marks needs beside the strip.
fn room(marks: &[Mark<'_>], rows: f64) -> f64 {
    if marks.is_empty() { 0.0 } else { MARKS + TIER_HEIGHT * rows }
}

fn small(count: usize) -> f64 {
    f64::from(u8::try_from(count).unwrap_or(u8::MAX))
}

/// A mark that points away from an edge, with its label beyond it.
fn copy((at, row): &Mark<'_>, label: &Placed, edge: f64, is_up: bool) -> Markup {
    let away = if is_up { -1.0 } else { 1.0 };
    let triangle = |from: f64| {
        let (base, tip) = (edge + away * (4.0 + from), if is_up { "-8" } else { "8" });
        html! { path d={ "M" (px(at - 5.0)) " " (px(base)) "h10l-5 " (tip) "z" } {} }
    };
    let kind = if is_up { "copy copy-gain" } else { "copy copy-loss" };
    let open = if row.is_open { " copy-open" } else { "" };
    html! {
        g class={ (kind) (open) } {
            title { (row.gene) ": " (row.words) }
            (triangle(0.0))
            @if matches!(row.level, CopyLevel::Amplified | CopyLevel::AllLost) { (triangle(8.0)) }
            @if let Some(tier) = label.tier {
                @let beyond = 25.0 + TIER_HEIGHT * small(tier);
                // A letter stands on its line.
                @let y = if is_up { edge - beyond } else { edge + beyond + 9.0 };
                text.label x=(px(label.x)) y=(px(y)) text-anchor="middle" { (label.text) }
            }
        }
    }
}

fn values(view: &CopyStripView) -> Markup {
    let of = |wanted: &dyn Fn(ArmSeen) -> bool| {
        let names = view.arms.iter().filter(|arm| wanted(arm.seen)).map(|arm| match arm.seen {
            ArmSeen::Genes(genes) => format!("{} ({genes})", arm.name),
            _ => arm.name.clone(),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let label =
        |words: &str, wanted: &dyn Fn(ArmSeen) -> bool| (words::sentence(words), of(wanted));
    let mut arms = vec![
        label("tested throughout", &|seen| seen == ArmSeen::Whole),
        label("genes tested", &|seen| matches!(seen, ArmSeen::Genes(_))),
    ];
    arms.extend(
        OneSided::ALL.map(|side| label(side.words(), &|seen| seen == ArmSeen::OneSided(side))),
    );
    arms.push(label("not tested", &|seen| seen == ArmSeen::Nothing));
    arms.push(label("not known whether tested", &|seen| seen == ArmSeen::NotKnown));
    html! {
        table {
            caption { "What reports say of numbers of copies" }
            thead {
                tr {
                    th scope="col" { "Gene" }
                    th scope="col" { "Band" }
                    th scope="col" { "Reported" }
                    th scope="col" { "Copies" }
                    th scope="col" { "Report" }
                }
            }
            tbody {
                @if view.changes.is_empty() {
                    tr { td colspan="5" { "No gain and no loss is reported." } }
                }
                @for row in &view.changes {
                    tr {
                        th scope="row" data-label="Gene" { (row.gene) }
                        td data-label="Band" {
                            (row.band.as_deref().unwrap_or("no one place is known"))
                        }
                        td data-label="Reported" { (row.words) }
                        td data-label="Copies" { (row.copies.as_deref().unwrap_or("not stated")) }
                        td data-label="Report" {
                            (words::date_or_absent(row.report.date)) " "
                            code { (row.report.resource) }
                        }
                    }
                }
            }
        }
        dl.capsule {
            @for (label, names) in arms.iter().filter(|(_, names)| !names.is_empty()) {
                div { dt { (label) } dd { (names) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::SourceLine;

    fn arm(name: &str, seen: ArmSeen) -> CopyArm {
        let chromosome = name.trim_end_matches(['p', 'q']).to_owned();
        CopyArm { chromosome, name: name.to_owned(), seen }
    }

    fn row(gene: &str, arm: Option<&str>, level: CopyLevel) -> CopyRow {
        CopyRow {
            gene: gene.to_owned(),
            band: arm.map(|arm| format!("{arm}11")),
            arm: arm.map(str::to_owned),
            level,
            words: "as <b>reported</b>".to_owned(),
            is_open: level == CopyLevel::Gained,
            copies: None,
            report: SourceLine { resource: "DiagnosticReport/r".to_owned(), date: None },
        }
    }

    fn view(changes: Vec<CopyRow>) -> CopyStripView {
        let arms = vec![
            arm("7p", ArmSeen::Genes(2)),
            arm("7q", ArmSeen::Nothing),
            arm("17p", ArmSeen::NotKnown),
            arm("17q", ArmSeen::Whole),
        ];
        CopyStripView { arms, changes }
    }

    #[test]
    fn an_arm_tested_for_one_of_the_two_says_for_which() {
        let arms = vec![
            arm("1p", ArmSeen::OneSided(OneSided::Gains)),
            arm("1q", ArmSeen::OneSided(OneSided::Losses)),
            arm("2p", ArmSeen::OneSided(OneSided::Either)),
            arm("2q", ArmSeen::Nothing),
        ];
        let made = copies(&CopyStripView { arms, changes: vec![] }).into_string();
        for said in [
            "<title>1p: tested for gains only</title>",
            "<dt>Tested for gains only</dt><dd>1p</dd>",
            "<dt>Tested for losses only</dt><dd>1q</dd>",
            "<title>2p: tested for gains of some genes and losses of others, of none for both",
            "<dt>Not tested</dt><dd>2q</dd>",
        ] {
            assert!(made.contains(said), "{said}: {made}");
        }
        assert_eq!(made.matches("class=\"hatch\"").count(), 4, "a gap is seen: {made}");
    }

    #[test]
    fn gains_and_losses_have_their_own_shapes_and_gaps_are_seen() {
        let made = copies(&view(vec![
            row("EGFR", Some("7p"), CopyLevel::Amplified),
            row("ERBB2 <i>", Some("17q"), CopyLevel::Gained),
            row("TP53", Some("17p"), CopyLevel::Lost),
            row("MT-ND1", None, CopyLevel::AllLost),
            row("BRCA1", Some("17q"), CopyLevel::Usual),
        ]))
        .into_string();
        assert_eq!(made.matches("copy-gain").count(), 2);
        assert_eq!(made.matches("copy-loss").count(), 1);
        assert_eq!(made.matches("copy-open").count(), 1);
        assert_eq!(made.matches("class=\"hatch\"").count(), 1);
        assert_eq!(made.matches("arm-unknown").count(), 1);
        for said in [
            "ERBB2 &lt;i&gt;",
            "as &lt;b&gt;reported&lt;/b&gt;",
            "7p (2)",
            "<dt>Not tested</dt><dd>7q</dd>",
            "<dt>Not known whether tested</dt><dd>17p</dd>",
            "no one place is known",
            "1 change has no room in the picture",
            "<title>7q: not tested</title>",
        ] {
            assert!(made.contains(said), "{said}: {made}");
        }
        assert!(!made.contains("<i>") && !made.contains("<b>"));
    }

    #[test]
    fn reports_that_agree_are_one_mark_and_a_full_arm_says_so() {
        let same = vec![row("EGFR", Some("7p"), CopyLevel::Gained); 3];
        let made = copies(&view(same)).into_string();
        assert_eq!(made.matches("copy-gain").count(), 1);
        assert_eq!(made.matches("data-label=\"Gene\"").count(), 3);
        assert!(!made.contains("no room"));
        let many = (0..9).map(|at| row(&format!("G{at}"), Some("7p"), CopyLevel::Lost));
        let made = copies(&view(many.collect())).into_string();
        assert_eq!(made.matches("copy-loss").count(), MARKS_AN_ARM_MAX);
        assert!(made.contains("5 changes have no room"));
        let none = copies(&view(vec![])).into_string();
        assert!(none.contains("No gain and no loss is reported."));
    }
}
