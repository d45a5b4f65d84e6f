//! Places in a message, as people and ERR-2 name them.

use std::fmt;
use std::str::FromStr;

/// `OBX[3]-5[1].1.2`: segment and its occurrence, field and its repetition, component,
/// subcomponent, all counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Segment id, `OBX`.
    pub segment: String,
    /// Which of the segments with that id.
    pub occurrence: usize,
    /// Field number.
    pub field: Option<usize>,
    /// Repetition of the field.
    pub repetition: Option<usize>,
    /// Component number.
    pub component: Option<usize>,
    /// Subcomponent number.
    pub subcomponent: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.segment, self.occurrence)?;
        if let Some(field) = self.field {
            write!(f, "-{field}")?;
        }
        if let Some(repetition) = self.repetition {
            write!(f, "[{repetition}]")?;
        }
        if let Some(component) = self.component {
            write!(f, ".{component}")?;
        }
        if let Some(subcomponent) = self.subcomponent {
            write!(f, ".{subcomponent}")?;
        }
        Ok(())
    }
}

/// The text is not a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPlace;

impl fmt::Display for NotAPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a place of a message, such as `OBX[3]-5[1].1`")
    }
}

impl std::error::Error for NotAPlace {}

impl FromStr for Place {
    type Err = NotAPlace;

    /// Reads the displayed form; an occurrence that is left out is 1.
    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (segment, field) = match text.split_once('-') {
            Some((segment, field)) => (segment, Some(field)),
            None => (text, None),
        };
        let (id, occurrence) = numbered(segment)?;
        if id.len() != 3 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(NotAPlace);
        }
        let mut place = Self {
            segment: id.to_owned(),
            occurrence: occurrence.unwrap_or(1),
            field: None,
            repetition: None,
            component: None,
            subcomponent: None,
        };
        let Some(field) = field else { return Ok(place) };
        let mut parts = field.split('.');
        let (number, repetition) = numbered(parts.next().unwrap_or_default())?;
        place.field = Some(positive(number)?);
        place.repetition = repetition;
        place.component = parts.next().map(positive).transpose()?;
        place.subcomponent = parts.next().map(positive).transpose()?;
        if parts.next().is_some() { Err(NotAPlace) } else { Ok(place) }
    }
}

/// `OBX[3]` into `OBX` and 3.
fn numbered(text: &str) -> Result<(&str, Option<usize>), NotAPlace> {
    match text.split_once('[') {
        None => Ok((text, None)),
        Some((name, rest)) => {
            let number = rest.strip_suffix(']').ok_or(NotAPlace)?;
            Ok((name, Some(positive(number)?)))
        }
    }
}

fn positive(text: &str) -> Result<usize, NotAPlace> {
    text.parse().ok().filter(|n| *n > 0).ok_or(NotAPlace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_they_are_shown() {
        for text in ["OBX[3]", "OBX[3]-5", "OBX[3]-5[1].1", "PID[1]-3[2].4.1", "ZGX[12]-1.2"] {
            assert_eq!(text.parse::<Place>().map(|p| p.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("MSH-10".parse::<Place>().map(|p| p.to_string()).as_deref(), Ok("MSH[1]-10"));
        for bad in ["", "OB", "OBX-", "OBX[0]", "OBX[1", "OBX-5.1.1.1", "OBX-0", "OBX-x", "O|X"] {
            assert_eq!(bad.parse::<Place>(), Err(NotAPlace), "{bad}");
        }
    }
}
