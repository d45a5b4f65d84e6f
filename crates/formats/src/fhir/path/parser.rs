//! Words to a tree, by precedence (FHIRPath N1 §6.8).

use super::lexer::{Token, words};
use super::tree::{Function, Node, Operator, Part};
use super::{Decimal, EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX, Fault, Moment, System};

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    if text.len() > EXPRESSION_BYTES_MAX {
        let text = format!("the expression has more than {EXPRESSION_BYTES_MAX} bytes");
        return Err(Fault::new(1, text));
    }
    let (words, end) = words(text)?;
    let mut parser = Parser { words, end, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    match parser.words.get(parser.at) {
        None => Ok(node),
        Some((column, _)) => Err(Fault::new(*column, "the expression should end here")),
    }
}

struct Parser {
    words: Vec<(usize, Token)>,
    end: usize,
    at: usize,
    depth: usize,
}

/// How strongly an operator binds.
fn precedence(token: &Token) -> Option<(u8, Operator)> {
    use Operator as O;
    Some(match token {
        Token::Word(word) => match word.as_str() {
            "implies" => (1, O::Implies),
            "or" => (2, O::Or),
            "xor" => (2, O::ExclusiveOr),
            "and" => (3, O::And),
            _ => return None,
        },
        Token::Sign(sign) => match *sign {
            "=" => (5, O::Equal),
            "!=" => (5, O::NotEqual),
            "<" => (6, O::Less),
            "<=" => (6, O::LessOrEqual),
            ">" => (6, O::Greater),
            ">=" => (6, O::GreaterOrEqual),
            "|" => (7, O::Union),
            "+" => (9, O::Add),
            "-" => (9, O::Subtract),
            "&" => (9, O::Concatenate),
            "*" => (10, O::Multiply),
            "/" => (10, O::Divide),
            _ => return None,
        },
        _ => return None,
    })
}

/// Precedence of `is` and `as`.
const TYPE_PRECEDENCE: u8 = 8;

/// Operators of FHIRPath that the subset does not have.
const OTHER_OPERATORS: [&str; 4] = ["div", "mod", "in", "contains"];

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.words.get(self.at).map(|(_, token)| token)
    }

    fn column(&self) -> usize {
        self.words.get(self.at).map_or(self.end, |(column, _)| *column)
    }

    fn fault<T>(&self, text: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::new(self.column(), text))
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes(sign) { Ok(()) } else { self.fault(format!("`{sign}` should stand here")) }
    }

    /// Operators that bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > EXPRESSION_DEPTH_MAX {
            let text = format!("the expression has more than {EXPRESSION_DEPTH_MAX} levels");
            return self.fault(text);
        }
        let mut left = self.unary()?;
        while let Some(token) = self.peek() {
            let column = self.column();
            match token {
                Token::Word(word) if matches!(word.as_str(), "is" | "as") => {
                    if TYPE_PRECEDENCE < least {
                        break;
                    }
                    let is = word == "is";
                    self.at += 1;
                    let name = self.type_name()?;
                    let part = if is {
                        Part::Is(Box::new(left), name)
                    } else {
                        Part::OfType(Some(Box::new(left)), name)
                    };
                    left = node(column, part)?;
                }
                Token::Word(word) if OTHER_OPERATORS.contains(&word.as_str()) => {
                    return self.fault(format!("the operator `{word}` is not supported here"));
                }
                token => {
                    let Some((strength, operator)) = precedence(token) else { break };
                    if strength < least {
                        break;
                    }
                    self.at += 1;
                    let right = self.expression(strength + 1)?;
                    let part = Part::Binary(operator, Box::new(left), Box::new(right));
                    left = node(column, part)?;
                }
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        let column = self.column();
        let mut is_negative = false;
        while self.is_sign("-") || self.is_sign("+") {
            is_negative ^= self.is_sign("-");
            self.at += 1;
        }
        let value = self.postfix()?;
        if is_negative { node(column, Part::Negative(Box::new(value))) } else { Ok(value) }
    }

    /// A term with what follows it: `.name`, `.name()`, `[0]`.
    fn postfix(&mut self) -> Result<Node, Fault> {
        let mut value = self.term()?;
        loop {
            let column = self.column();
            if self.takes(".") {
                value = self.invocation(Some(value))?;
            } else if self.takes("[") {
                let place = self.expression(0)?;
                self.expect("]")?;
                value = node(column, Part::At(Box::new(value), Box::new(place)))?;
            } else {
                return Ok(value);
            }
        }
    }

    fn term(&mut self) -> Result<Node, Fault> {
        let column = self.column();
        let part = match self.peek() {
            None => return self.fault("the expression ends where a value should stand"),
            Some(Token::Word(_) | Token::Delimited(_) | Token::Variable(_)) => {
                return self.invocation(None);
            }
            Some(Token::Sign("(")) => {
                self.at += 1;
                let value = self.expression(0)?;
                self.expect(")")?;
                return Ok(value);
            }
            Some(Token::Sign("{")) => {
                self.at += 1;
                self.expect("}")?;
                return node(column, Part::Nothing);
            }
            Some(Token::Sign(sign)) => {
                return self.fault(format!("`{sign}` stands where a value should stand"));
            }
            Some(Token::Constant(name)) => Part::Constant(name.clone()),
            Some(Token::Text(text)) => Part::Literal(System::Text(text.clone())),
            Some(Token::Number(text)) => Part::Literal(match number(text) {
                Some(number) => number,
                None => return self.fault("the number has too many digits"),
            }),
            Some(Token::Moment(text)) => match Moment::literal(text) {
                Some(moment) => Part::Literal(System::Moment(moment)),
                None => return self.fault("this is no date, no time and no both"),
            },
        };
        self.at += 1;
        if matches!(part, Part::Literal(System::Integer(_) | System::Decimal(_)))
            && matches!(self.peek(), Some(Token::Text(_)))
        {
            return self.fault("quantities with a unit are not supported here");
        }
        node(column, part)
    }

    /// A name, a function or a variable.
    fn invocation(&mut self, on: Option<Node>) -> Result<Node, Fault> {
        let column = self.column();
        let (name, is_word) = match self.peek() {
            Some(Token::Word(name)) => (name.clone(), true),
            Some(Token::Delimited(name)) => (name.clone(), false),
            Some(Token::Variable(name)) if on.is_none() => {
                let part = match name.as_str() {
                    "this" => Part::This,
                    "index" => Part::Index,
                    other => return self.fault(format!("`${other}` is not supported here")),
                };
                self.at += 1;
                return node(column, part);
            }
            _ => return self.fault("a name should stand here"),
        };
        self.at += 1;
        if self.takes("(") {
            return self.call(column, on, &name);
        }
        let part = match (on, name.as_str()) {
            (None, "true" | "false") if is_word => Part::Literal(System::Boolean(name == "true")),
            (on, _) => Part::Member(on.map(Box::new), name),
        };
        node(column, part)
    }

    fn call(&mut self, column: usize, on: Option<Node>, name: &str) -> Result<Node, Fault> {
        let on = on.map(Box::new);
        let part = match name {
            "ofType" | "as" => Part::OfType(on, self.type_name()?),
            "is" => {
                let focus = on.map_or_else(|| node(column, Part::This), |on| Ok(*on))?;
                Part::Is(Box::new(focus), self.type_name()?)
            }
            "getResourceKey" => Part::ResourceKey(on),
            "getReferenceKey" if self.is_sign(")") => Part::ReferenceKey(on, None),
            "getReferenceKey" => Part::ReferenceKey(on, Some(self.type_name()?)),
            _ => return self.function(column, on, name),
        };
        self.expect(")")?;
        node(column, part)
    }

    fn function(
        &mut self,
        column: usize,
        on: Option<Box<Node>>,
        name: &str,
    ) -> Result<Node, Fault> {
        let known = Function::ALL.iter().find(|(_, known, _, _)| *known == name);
        let Some((function, _, fewest, most)) = known else {
            return Err(Fault::new(column, format!("the function `{name}` is not supported here")));
        };
        let mut arguments = Vec::new();
        if !self.is_sign(")") {
            arguments.push(self.expression(0)?);
            while self.takes(",") {
                arguments.push(self.expression(0)?);
            }
        }
        self.expect(")")?;
        if !(*fewest..=*most).contains(&arguments.len()) {
            let count = arguments.len();
            let text = format!("`{name}` does not take {count} arguments");
            return Err(Fault::new(column, text));
        }
        node(column, Part::Call(on, *function, arguments))
    }

    /// `Quantity`, `FHIR.Quantity`, `System.String`; the namespace is not kept, since a type of
    /// FHIR and the one of the system that it converts to are told apart by nothing here.
    fn type_name(&mut self) -> Result<String, Fault> {
        let mut name = self.one_name()?;
        while self.takes(".") {
            if !matches!(name.as_str(), "FHIR" | "System") {
                return self.fault("a type has one name, or `FHIR.` or `System.` before it");
            }
            name = self.one_name()?;
        }
        Ok(name)
    }

    fn one_name(&mut self) -> Result<String, Fault> {
        let name = match self.peek() {
            Some(Token::Word(name) | Token::Delimited(name)) => name.clone(),
            _ => return self.fault("the name of a type should stand here"),
        };
        self.at += 1;
        Ok(name)
    }
}

/// A part that is not too deep.
fn node(column: usize, part: Part) -> Result<Node, Fault> {
    let node = Node::new(column, part);
    if node.depth > EXPRESSION_DEPTH_MAX {
        let text = format!("the expression has more than {EXPRESSION_DEPTH_MAX} levels");
        return Err(Fault::new(column, text));
    }
    Ok(node)
}

fn number(text: &str) -> Option<System> {
    if text.contains('.') {
        return Decimal::parse(text).map(System::Decimal);
    }
    text.parse().ok().map(System::Integer)
}
