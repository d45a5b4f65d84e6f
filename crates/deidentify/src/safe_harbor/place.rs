//! Places: the state, and the first three digits of a ZIP code where more than 20,000 people live
//! (45 CFR 164.514(b)(2)(i)(B)).

/// ZIP codes' first three digits whose area had 20,000 people or fewer in the census of 2000, as
/// listed by the Office for Civil Rights (guidance of 26 November 2012, section "ZIP codes"), with
/// those that the same reckoning finds from the ZIP code tabulation areas of the census of 2010.
const SPARSE: &[u16] = &[
    36, 59, 63, 102, 202, 203, 204, 205, 369, 556, 692, 753, 772, 790, 821, 823, 830, 831, 878,
    879, 884, 890, 893,
];

/// First three digits that are not in use, or belong to the armed forces or to a single
/// organisation (United States Postal Service, L002): of no area is the population known.
const WITHOUT_AREA: &[(u16, u16)] = &[
    (0, 5),
    (55, 55),
    (90, 99),
    (192, 192),
    (213, 213),
    (269, 269),
    (311, 311),
    (332, 332),
    (340, 340),
    (343, 343),
    (345, 345),
    (348, 348),
    (353, 353),
    (375, 375),
    (398, 399),
    (419, 419),
    (428, 429),
    (459, 459),
    (509, 509),
    (517, 519),
    (529, 529),
    (533, 533),
    (536, 536),
    (552, 552),
    (555, 555),
    (568, 569),
    (578, 579),
    (589, 589),
    (621, 621),
    (632, 632),
    (642, 643),
    (649, 649),
    (659, 659),
    (663, 663),
    (682, 682),
    (694, 699),
    (702, 702),
    (709, 709),
    (715, 715),
    (732, 733),
    (742, 742),
    (771, 771),
    (817, 819),
    (839, 839),
    (842, 842),
    (848, 849),
    (854, 854),
    (858, 858),
    (861, 862),
    (866, 869),
    (872, 872),
    (876, 876),
    (885, 889),
    (892, 892),
    (896, 896),
    (899, 899),
    (909, 909),
    (929, 929),
    (962, 966),
    (987, 987),
];

/// States, the District of Columbia and territories: two letters of the postal service.
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY",
    "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV",
    "WI", "WY", "DC", "PR",
];

/// The first three digits of a ZIP code, `000` for those of few people; `None` for what is none.
pub(super) fn zip(code: &str) -> Option<String> {
    let (five, rest) = code.split_at_checked(5)?;
    let is_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let plus_four = rest.strip_prefix('-').unwrap_or(rest);
    let is_zip = is_digits(five) && is_digits(plus_four) && matches!(plus_four.len(), 0 | 4);
    let three = five.get(..3).filter(|_| is_zip)?;
    let number: u16 = three.parse().ok()?;
    let is_without_area = |(from, to): &(u16, u16)| (*from..=*to).contains(&number);
    let is_unsafe = SPARSE.contains(&number) || WITHOUT_AREA.iter().any(is_without_area);
    Some(if is_unsafe { "000" } else { three }.to_owned())
}

/// The state, if it is one.
pub(super) fn state(text: &str) -> Option<&'static str> {
    STATES.iter().copied().find(|state| *state == text)
}

/// The country, if it is the one whose ZIP codes these are.
pub(super) fn is_united_states(text: &str) -> bool {
    matches!(text, "US" | "USA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_codes_are_cut_and_few_people_are_not_told_of() {
        for (code, expected) in [
            ("02138", Some("021")),
            ("02138-1234", Some("021")),
            ("021381234", Some("021")),
            ("03601", Some("000")),
            ("05901", Some("000")),
            ("82101", Some("000")),
            ("89301", Some("000")),
            ("09012", Some("000")),
            ("00000", Some("000")),
            ("0213", None),
            ("021", None),
            ("SW1A 1AA", None),
            ("02138-12", None),
            ("0213８", None),
        ] {
            assert_eq!(zip(code).as_deref(), expected, "{code}");
        }
        // Every area of the guidance's list.
        for three in [
            "036", "692", "878", "059", "790", "879", "063", "821", "884", "102", "823", "890",
            "203", "830", "893", "556", "831",
        ] {
            assert_eq!(zip(&format!("{three}17")).as_deref(), Some("000"), "{three}");
        }
    }
}
