//! Formulas from the grammar of the parser.

use crate::draw::Draw;

/// Deepest nesting that is drawn; the parser's own limit is the target `formula`'s.
const DEEP: usize = 4;

/// A formula, or text that is nearly one.
pub fn formula(draw: &mut Draw<'_>) -> String {
    let outcome = match draw.below(8) {
        0..=4 => "y".to_owned(),
        5 => format!("c(y, {})", expression(draw, 1)),
        6 if draw.is_wild() => expression(draw, 1),
        6 => format!("I(abs({}))", expression(draw, 2)),
        _ => "c(y, y2)".to_owned(),
    };
    let mut out = format!("{outcome} ~ {}", summand(draw));
    for _ in 0..draw.below(4) {
        out.push_str(if draw.slips(4) { " - " } else { " + " });
        out.push_str(&summand(draw));
    }
    let effects = draw.below(4);
    for at in 0..effects {
        out.push_str(if at == 0 { " | " } else { " + " });
        out.push_str(&effect(draw));
    }
    // A slip of the pen.
    if draw.slips(6) {
        let at = draw.below(out.chars().count());
        let typed = draw.one(&["(", ")", "^", "|", "~", ",", "`", "\"", "-", "0", "\u{e9}", " "]);
        out = out.chars().take(at).chain(typed.chars()).chain(out.chars().skip(at)).collect();
    }
    out
}

/// A column's name as a formula spells it.
pub fn column(draw: &mut Draw<'_>) -> &'static str {
    if !draw.is_wild() {
        return draw.one(&["x", "z", "t", "i", "j", "k", "w", "o", "y2", "`odd name`", "x"]);
    }
    draw.one(&["x", "z", "t", "i", "j", "k", "s", "w", "o", "y", "y2", "`odd name`", "`a^b`", "nothing"])
}

fn effect(draw: &mut Draw<'_>) -> String {
    let names = ["i", "j", "t", "k", "s", "i", "j", "t", "x", "`odd name`", "`a^b`", "y"];
    let mut out = draw.one(&names).to_owned();
    for _ in 0..draw.below(6).saturating_sub(3) {
        out.push('^');
        out.push_str(draw.one(&names));
    }
    // Slopes that vary by level, where the program has them.
    if draw.slips(6) {
        out.push_str(&format!("[{}]", column(draw)));
    }
    out
}

fn summand(draw: &mut Draw<'_>) -> String {
    match draw.below(12) {
        0 if draw.slips(3) => "2".to_owned(),
        0 => draw.one(&["1", "0"]).to_owned(),
        1 => {
            let name = draw.one(&["sw", "sw0", "csw", "csw0"]);
            let choices: Vec<String> = (0..1 + draw.below(3)).map(|_| terms(draw)).collect();
            format!("{name}({})", choices.join(", "))
        }
        _ => terms(draw),
    }
}

fn terms(draw: &mut Draw<'_>) -> String {
    let mut out = factor(draw);
    for _ in 0..draw.below(6).saturating_sub(3) {
        out.push_str(if draw.is_wild() { draw.one(&[":", "*", "^", "/", " + "]) } else { draw.one(&[":", "*"]) });
        out.push_str(&factor(draw));
    }
    out
}

fn factor(draw: &mut Draw<'_>) -> String {
    match draw.below(12) {
        0 | 1 => dummies(draw),
        2 => format!("I({})", expression(draw, 0)),
        3 => format!("({})", expression(draw, 0)),
        4 if draw.is_wild() => format!("poly({}, {})", column(draw), draw.below(5)),
        5 if draw.slips(4) => format!("no({})", expression(draw, 1)),
        4 | 5 => format!("{}({})", draw.one(&["log", "exp", "sqrt", "abs", "ln"]), expression(draw, 1)),
        _ => draw.one(&["x", "z", "x", "z", "t", "w", "o", "`odd name`", "`a^b`", "k"]).to_owned(),
    }
}

fn dummies(draw: &mut Draw<'_>) -> String {
    let mut out = format!("i({}", draw.one(&["i", "j", "t", "k", "s", "x", "`a^b`"]));
    if draw.once_in(3) {
        out.push_str(&format!(", {}", expression(draw, 2)));
    }
    if draw.once_in(3) {
        let reference =
            if draw.once_in(4) { format!("c({}, {})", literal(draw), literal(draw)) } else { literal(draw) };
        out.push_str(&format!(", ref = {reference}"));
    }
    out.push(')');
    out
}

fn literal(draw: &mut Draw<'_>) -> String {
    let text =
        draw.one(&["0", "1", "1990", "1991", "-1", "\"A\"", "\"New York\"", "\"\"", "'NA'", "1e300", "2", "\"01\""]);
    text.to_owned()
}

fn expression(draw: &mut Draw<'_>, depth: usize) -> String {
    if depth >= DEEP {
        return column(draw).to_owned();
    }
    match draw.below(8) {
        0 | 1 | 2 => column(draw).to_owned(),
        3 if draw.is_wild() => literal(draw),
        3 => draw.one(&["1", "2", "0.5", "1990", "1e300", "0"]).to_owned(),
        4 => format!("({})", expression(draw, depth + 1)),
        5 => format!("{}({})", draw.one(&["log", "exp", "sqrt", "abs", "-", "!"]), expression(draw, depth + 1)),
        _ => {
            let mark = draw.one(&["+", "-", "*", "/", "^", "==", "!=", "<", "<=", ">", ">=", "&", "|"]);
            format!("{} {mark} {}", expression(draw, depth + 1), expression(draw, depth + 1))
        }
    }
}
