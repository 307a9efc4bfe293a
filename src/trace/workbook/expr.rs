//! Formulas of cells, before it is known in which rows these stand.

/// A row of the sheet of steps, counted from 0 among those of steps.
pub(super) type Row = usize;

/// A column of the sheet of steps, by its letter.
pub(super) type Column = char;

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text of the formula.
    Text(String),
    /// A cell of the sheet of steps.
    Cell(Row, Column),
    /// Cells below one another, both ends included.
    Cells(Row, Row, Column),
    /// The value of a step, by its number in the trace.
    Step(usize),
    /// The value of a cell of the data or a number of the plan, by its number among the inputs.
    Input(usize),
    /// Cells of the rows of a list that is the step of this number; places from 1, both included.
    List(usize, (usize, usize), Column),
    /// Whether the rows of that list stand in the order in which they stood in the run.
    Order(usize),
}

/// A formula of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expr(pub(super) Vec<Part>);

impl Expr {
    /// Text, such as a constant.
    pub(super) fn text(text: impl Into<String>) -> Expr {
        Expr(vec![Part::Text(text.into())])
    }

    /// A reference.
    pub(super) fn of(part: Part) -> Expr {
        Expr(vec![part])
    }

    /// A text in quotes. Excel takes at most 255 characters; keys are shorter.
    pub(super) fn quoted(text: &str) -> Expr {
        let short: String = text.chars().take(250).collect();
        Expr::text(format!("\"{}\"", short.replace('"', "\"\"")))
    }

    /// What is not there.
    pub(super) fn blank() -> Expr {
        Expr::text("\"\"")
    }

    /// What cannot be known without the engine.
    pub(super) fn unknown() -> Expr {
        Expr::text("NA()")
    }

    /// Whether it rests on no cell.
    pub(super) fn is_constant(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Whether it is this text.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.0.as_slice(), [Part::Text(own)] if own == text)
    }

    /// Whether it needs brackets among operators.
    fn is_loose(&self) -> bool {
        let text: String =
            self.0.iter().map(|part| if let Part::Text(text) = part { text.as_str() } else { "x" }).collect();
        if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
            return false;
        }
        let (mut depth, mut quoted) = (0_usize, false);
        for (index, c) in text.char_indices() {
            match c {
                '"' => quoted = !quoted,
                _ if quoted => {}
                '(' => depth = depth.saturating_add(1),
                ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 && !c.is_ascii_alphanumeric() && c != '.' => return true,
                _ => {}
            }
            if c == ')' && depth == 0 && index.saturating_add(1) < text.len() {
                return true;
            }
        }
        false
    }
}

/// A formula by its pattern: `{0}` is the first of the formulas given, as the argument of a function, and `[0]` the same
/// among operators, in brackets where it needs them.
pub(super) fn excel(pattern: &str, with: &[&Expr]) -> Expr {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '[']) {
        let (before, open) = rest.split_at(at);
        let closing = open.find(['}', ']']).unwrap_or(open.len().saturating_sub(1));
        let (placeholder, behind) = open.split_at(closing.saturating_add(1));
        let number = placeholder.trim_matches(['{', '}', '[', ']']).parse::<usize>().unwrap_or(usize::MAX);
        push_text(&mut parts, before);
        if let Some(expr) = with.get(number) {
            let brackets = placeholder.starts_with('[') && expr.is_loose();
            push_text(&mut parts, if brackets { "(" } else { "" });
            expr.0.iter().for_each(|part| match part {
                Part::Text(text) => push_text(&mut parts, text),
                other => parts.push(other.clone()),
            });
            push_text(&mut parts, if brackets { ")" } else { "" });
        }
        rest = behind;
    }
    push_text(&mut parts, rest);
    Expr(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// All of these; none where there is nothing to ask.
pub(super) fn all(mut tests: Vec<Expr>) -> Option<Expr> {
    tests.retain(|test| !test.is("TRUE"));
    tests.dedup();
    match tests.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(excel("AND({0})", &[&joined(several)])),
    }
}

/// Arguments behind one another.
pub(super) fn joined(exprs: &[Expr]) -> Expr {
    let mut parts = Vec::new();
    for (index, expr) in exprs.iter().enumerate() {
        push_text(&mut parts, if index > 0 { "," } else { "" });
        expr.0.iter().for_each(|part| match part {
            Part::Text(text) => push_text(&mut parts, text),
            other => parts.push(other.clone()),
        });
    }
    Expr(parts)
}

/// The value as long as these hold, and else that it cannot be known without the engine.
pub(super) fn while_so(tests: Vec<Expr>, value: Expr) -> Expr {
    match all(tests) {
        Some(test) => excel("IF({0},{1},NA())", &[&test, &value]),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_get_the_brackets_they_need() {
        let cell = Expr::of(Part::Cell(3, 'B'));
        let sum = excel("[0]+[1]", &[&cell, &Expr::text("2")]);
        assert_eq!(excel("[0]*[0]", &[&sum]).0.first(), Some(&Part::Text("(".to_owned())));
        let rounded = excel("ROUND({0},2)", &[&sum]);
        assert_eq!(excel("[0]*2", &[&rounded]).0.first(), Some(&Part::Text("ROUND(".to_owned())));
        assert!(excel("ROUND({0},2)+INT({0})", &[&sum]).is_loose());
        assert!(!Expr::quoted("a").is_constant() || !Expr::text("1.5").is_loose());
    }

    #[test]
    fn what_always_holds_is_not_asked() {
        let value = Expr::text("1");
        assert_eq!(while_so(vec![Expr::text("TRUE")], value.clone()), value);
        assert_eq!(while_so(vec![Expr::text("A1")], value), Expr::text("IF(A1,1,NA())"));
    }
}
