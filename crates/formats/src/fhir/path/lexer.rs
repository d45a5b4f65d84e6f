//! The words of an expression (FHIRPath N1 §11, "Lexical Elements").

use super::Fault;
use std::iter::Peekable;
use std::str::Chars;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `name`; keywords, too.
    Word(String),
    /// `` `name` ``: never a keyword.
    Delimited(String),
    /// `'text'`
    Text(String),
    /// `1.10`
    Number(String),
    /// `@2014-01-01T10:30`, without the `@`
    Moment(String),
    /// `%name`
    Constant(String),
    /// `$this`, without the `$`
    Variable(String),
    /// `!=`
    Sign(&'static str),
}

/// Signs, longer ones first.
const SIGNS: [&str; 21] = [
    "!=", "<=", ">=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "=", "<", ">", "+", "-", "*",
    "/", "&", "|",
];

/// Words with the column of each, and the column after the last.
pub(super) fn words(text: &str) -> Result<(Vec<(usize, Token)>, usize), Fault> {
    let mut lexer = Lexer { rest: text.chars().peekable(), column: 1 };
    let mut words = Vec::new();
    while let Some(word) = lexer.word()? {
        words.push(word);
    }
    Ok((words, lexer.column))
}

struct Lexer<'t> {
    rest: Peekable<Chars<'t>>,
    column: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        self.column += 1;
        self.rest.next().or_else(|| {
            self.column -= 1;
            None
        })
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.rest.next_if(|letter| is_part(*letter)) {
            self.column += 1;
            taken.push(letter);
        }
        taken
    }

    /// Whether the text goes on like this after the next letter.
    fn follows(&self, wanted: impl Fn(char) -> bool) -> bool {
        let mut ahead = self.rest.clone();
        ahead.next();
        ahead.next().is_some_and(wanted)
    }

    fn word(&mut self) -> Result<Option<(usize, Token)>, Fault> {
        self.blank()?;
        let column = self.column;
        let Some(letter) = self.rest.peek().copied() else { return Ok(None) };
        let token = match letter {
            'A'..='Z' | 'a'..='z' | '_' => Token::Word(self.name()),
            '0'..='9' => Token::Number(self.number()),
            '\'' => Token::Text(self.quoted()?),
            '`' => Token::Delimited(self.quoted()?),
            '@' => {
                self.next();
                Token::Moment(self.moment())
            }
            '%' => {
                self.next();
                Token::Constant(match self.rest.peek() {
                    Some('`' | '\'') => self.quoted()?,
                    _ => self.some_name(column)?,
                })
            }
            '$' => {
                self.next();
                Token::Variable(self.some_name(column)?)
            }
            _ => Token::Sign(self.sign()?),
        };
        Ok(Some((column, token)))
    }

    /// Blanks and comments.
    fn blank(&mut self) -> Result<(), Fault> {
        loop {
            self.take(char::is_whitespace);
            if self.rest.peek() != Some(&'/') {
                return Ok(());
            }
            if self.follows(|c| c == '/') {
                self.take(|c| c != '\n');
            } else if self.follows(|c| c == '*') {
                let column = self.column;
                self.next();
                self.next();
                loop {
                    match self.next() {
                        Some('*') if self.rest.peek() == Some(&'/') => break,
                        Some(_) => {}
                        None => return Err(Fault::new(column, "the comment does not end")),
                    }
                }
                self.next();
            } else {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> String {
        self.take(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn some_name(&mut self, column: usize) -> Result<String, Fault> {
        match self.name() {
            name if name.is_empty() => Err(Fault::new(column, "a name is missing")),
            name => Ok(name),
        }
    }

    fn number(&mut self) -> String {
        let mut number = self.take(|c| c.is_ascii_digit());
        // `1.first()` is the integer 1 with a function.
        if self.rest.peek() == Some(&'.') && self.follows(|c| c.is_ascii_digit()) {
            self.next();
            number.push('.');
            number.push_str(&self.take(|c| c.is_ascii_digit()));
        }
        number
    }

    /// A date or time; a `.` belongs to it only before a digit, a sign only behind the time.
    fn moment(&mut self) -> String {
        let mut text = String::new();
        while let Some(letter) = self.rest.peek().copied() {
            let belongs = match letter {
                '0'..='9' | ':' | 'T' | 'Z' | '-' => true,
                '+' => text.contains('T'),
                '.' => text.contains('T') && self.follows(|c| c.is_ascii_digit()),
                _ => false,
            };
            if !belongs {
                break;
            }
            self.next();
            text.push(letter);
        }
        text
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        let column = self.column;
        let open = self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(Fault::new(column, "the quotation mark is not closed")),
                letter if letter == open => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(letter) => text.push(letter),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Fault> {
        let column = self.column - 1;
        let fault = || Fault::new(column, "there is no such escape");
        Ok(match self.next().ok_or_else(fault)? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\u{c}',
            letter @ ('\\' | '/' | '\'' | '"' | '`') => letter,
            'u' => {
                let mut digits = String::new();
                for _ in 0..4 {
                    digits.push(self.next().ok_or_else(fault)?);
                }
                let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex);
                code.and_then(char::from_u32).ok_or_else(fault)?
            }
            _ => return Err(fault()),
        })
    }

    fn sign(&mut self) -> Result<&'static str, Fault> {
        let mut ahead = self.rest.clone();
        let next: String = ahead.by_ref().take(2).collect();
        let sign = SIGNS.iter().find(|sign| next.starts_with(**sign)).copied();
        let sign = sign.ok_or_else(|| Fault::new(self.column, "this is no sign of FHIRPath"))?;
        sign.chars().for_each(|_| {
            self.next();
        });
        Ok(sign)
    }
}
