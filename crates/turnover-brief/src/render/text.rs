//! Text in a drawing: how much room it takes, and how it is made to fit.

/// The width of text of a size in user units. By the letters of DejaVu Sans, the widest of the fonts that
/// readers have: what fits there fits in all of them.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let letters: f64 = text.chars().map(letter).sum();
    letters * size * if bold { 1.11 } else { 1.0 }
}

fn letter(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' => 0.278,
        'I' | 'J' => 0.295,
        ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '|' | '/' | '\\' => 0.337,
        'f' | 't' | '-' | 'r' | '(' | ')' | '[' | ']' | '!' => 0.411,
        's' | 'c' | 'z' | '"' | '\u{201c}' | '\u{201d}' | '\u{2013}' | '?' => 0.55,
        'k' | 'v' | 'x' | 'y' | 'F' | 'L' => 0.592,
        'w' | '+' | '=' | '<' | '>' | '~' | '\u{d7}' => 0.838,
        'm' | 'M' | 'W' => 0.989,
        '%' | '@' | '&' | '\u{2026}' | '\u{2014}' => 1.0,
        'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' => 0.787,
        'a'..='z' | '0'..='9' => 0.636,
        'A'..='Z' => 0.698,
        c if (c as u32) < 0x2000 => 0.75,
        _ => 1.0,
    }
}

/// Text that takes at most so much room; what is cut off is marked.
pub(super) fn fit(text: &str, room: f64, size: f64) -> String {
    if width(text, size, false) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = width("\u{2026}", size, false);
    for c in text.chars() {
        used += letter(c) * size;
        if used > room {
            break;
        }
        out.push(c);
    }
    format!("{}\u{2026}", out.trim_end())
}

/// Text in lines that take at most so much room each; a word longer than that is broken.
pub(super) fn wrap(text: &str, room: f64, size: f64, bold: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // A number stays with its sign of per cent.
    let text = text.replace(" %", "\u{a0}%");
    for word in text.split([' ', '\n', '\t']).filter(|w| !w.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size, bold) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if width(&line, size, bold) + width(c.encode_utf8(&mut [0; 4]), size, bold) > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Text for an XML text node or attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Control characters and these two are not allowed in XML at all.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_to_fit() {
        for text in
            ["Mineral fuels, oils and products", "WWWWWWWWWWWWWWWWWW", "\u{4e2d}\u{56fd}\u{7684}\u{8d38}\u{6613}"]
        {
            for room in [20.0, 60.0, 196.0] {
                assert!(width(&fit(text, room, 12.0), 12.0, false) <= room, "{text} in {room}");
                for line in wrap(text, room, 12.0, true) {
                    assert!(width(&line, 12.0, true) <= room, "{line} in {room}");
                }
            }
        }
        assert_eq!(fit("short", 196.0, 12.0), "short");
        assert_eq!(wrap("one two", 400.0, 12.0, false), ["one two"]);
        assert_eq!(wrap(&"x".repeat(40), 100.0, 12.0, false).concat(), "x".repeat(40));
        assert!(wrap("  ", 100.0, 12.0, false).is_empty());
    }
}
