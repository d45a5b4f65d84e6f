//! Molecular profiles as sources write them: names of alterations joined by `AND`, `OR`, `NOT` and
//! brackets, `EGFR L858R AND NOT ( EGFR T790M OR EGFR C797S )`.

use super::molecular::Asked;
use super::name;
use crate::gene::Genes;

/// Deepest nesting of brackets.
const DEPTH_MAX: usize = 16;
/// Most words of a profile.
const WORDS_MAX: usize = 400;

/// Reads a profile, with the names that are not understood. A profile that is no expression is one
/// such name.
pub fn profile(text: &str, genes: &Genes) -> (Asked, Vec<String>) {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, genes };
    let read = (tokens.len() <= WORDS_MAX).then(|| reader.any(0)).flatten();
    let asked = match read {
        Some(asked) if reader.at == tokens.len() => asked,
        _ => Asked::Unresolved(text.to_owned()),
    };
    let mut unread = Vec::new();
    unresolved(&asked, &mut unread);
    (asked, unread)
}

fn unresolved(asked: &Asked, unread: &mut Vec<String>) {
    match asked {
        Asked::All(parts) | Asked::Any(parts) => {
            for part in parts {
                unresolved(part, unread);
            }
        }
        Asked::Not(part) => unresolved(part, unread),
        Asked::Unresolved(name) => unread.push(name.clone()),
        Asked::Event(_) | Asked::Oncogenic(_) | Asked::Biomarker(..) => {}
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    And,
    Or,
    Not,
    Open,
    Close,
    Word(String),
}

/// Words and signs. A bracket that stands in a word, or around an expression of the sequence
/// (`L158P (c.473T>C)`), is part of the name.
fn tokens(text: &str) -> Vec<Token> {
    let spaced = text.replace("( ", " ( ").replace(" )", " ) ");
    let mut tokens = Vec::new();
    for word in spaced.split_whitespace() {
        let (mut word, mut closing) = (word, 0_usize);
        let sequence =
            |word: &str| ["(c.", "(p.", "(n.", "(g."].iter().any(|start| word.starts_with(start));
        while !sequence(word) && word.starts_with('(') && word.len() > 1 {
            tokens.push(Token::Open);
            word = word.get(1..).unwrap_or_default();
        }
        // A closing bracket that nothing in the word opens ends a group.
        while word.len() > 1 && word.ends_with(')') && !balanced(word) {
            word = word.get(..word.len() - 1).unwrap_or_default();
            closing += 1;
        }
        tokens.push(match word {
            "AND" => Token::And,
            "OR" => Token::Or,
            "NOT" => Token::Not,
            "(" => Token::Open,
            ")" => Token::Close,
            other => Token::Word(other.to_owned()),
        });
        tokens.extend(std::iter::repeat_n(Token::Close, closing));
    }
    tokens
}

fn balanced(word: &str) -> bool {
    word.matches('(').count() >= word.matches(')').count()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    genes: &'a Genes,
}

impl Reader<'_> {
    fn next_is(&mut self, wanted: &Token) -> bool {
        let is = self.tokens.get(self.at) == Some(wanted);
        self.at += usize::from(is);
        is
    }

    fn any(&mut self, depth: usize) -> Option<Asked> {
        let mut parts = vec![self.all(depth)?];
        while self.next_is(&Token::Or) {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 { parts.pop()? } else { Asked::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Option<Asked> {
        let mut parts = vec![self.one(depth)?];
        while self.next_is(&Token::And) {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.pop()? } else { Asked::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Asked> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.next_is(&Token::Not) {
            return Some(Asked::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.next_is(&Token::Open) {
            let inner = self.any(depth + 1)?;
            return self.next_is(&Token::Close).then_some(inner);
        }
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.tokens.get(self.at) {
            words.push(word.as_str());
            self.at += 1;
        }
        if words.is_empty() { None } else { Some(name::alteration(&words, self.genes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use knowledge::oncology::OncologyNames;

    fn shown(asked: &Asked) -> String {
        let list = |parts: &[Asked]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match asked {
            Asked::All(parts) => format!("all({})", list(parts)),
            Asked::Any(parts) => format!("any({})", list(parts)),
            Asked::Not(part) => format!("not({})", shown(part)),
            Asked::Event(event) => {
                let gene = event.gene.as_ref().map_or("-", |gene| gene.symbol.as_str());
                let change = event.change.as_ref().map(|one| format!(":{one}"));
                format!("{gene}{}", change.unwrap_or_default())
            }
            Asked::Oncogenic(gene) => format!("oncogenic:{}", gene.symbol),
            Asked::Biomarker(kind, level) => format!("{kind:?}={level:?}"),
            Asked::Unresolved(name) => format!("?{name}"),
        }
    }

    #[test]
    fn expressions_read_as_they_are_written() {
        let genes = Genes::new(&OncologyNames::built_in().unwrap());
        for (text, expected) in [
            ("BRAF V600E", "BRAF:p.V600E"),
            ("EGFR L858R AND EGFR T790M", "all(EGFR:p.L858R EGFR:p.T790M)"),
            (
                "EGFR L858R OR EGFR T790M AND KRAS G12C",
                "any(EGFR:p.L858R all(EGFR:p.T790M KRAS:p.G12C))",
            ),
            (
                "EGFR L858R AND ( EGFR T790M OR EGFR C797S )",
                "all(EGFR:p.L858R any(EGFR:p.T790M EGFR:p.C797S))",
            ),
            (
                "EGFR L858R AND NOT (EGFR T790M OR EGFR C797S)",
                "all(EGFR:p.L858R not(any(EGFR:p.T790M EGFR:p.C797S)))",
            ),
            ("VHL L158P (c.473T>C)", "VHL:p.L158P"),
            ("BRAF V600E/K", "any(BRAF:p.V600E BRAF:p.V600K)"),
            ("KRAS G12/G13", "any(KRAS:p.G12? KRAS:p.G13?)"),
            ("MSI-H AND BRAF V600E", "all(MicrosatelliteInstability=High BRAF:p.V600E)"),
            ("KRAS Wildtype", "not(KRAS)"),
            ("TP53 Oncogenic Mutations", "oncogenic:TP53"),
            // Half an expression, and names nobody knows: one open question, never a guess.
            ("BRAF V600E AND", "?BRAF V600E AND"),
            ("( BRAF V600E", "?( BRAF V600E"),
            ("NOSUCHGENE V600E", "?NOSUCHGENE V600E"),
            ("EGFR Kinase Domain Mutation", "?EGFR Kinase Domain Mutation"),
            ("", "?"),
        ] {
            assert_eq!(shown(&profile(text, &genes).0), expected, "{text}");
        }
        let deep = format!("{}BRAF V600E{}", "( ".repeat(60), " )".repeat(60));
        assert_eq!(profile(&deep, &genes).1.len(), 1);
    }
}
