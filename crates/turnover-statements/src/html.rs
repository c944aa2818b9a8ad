//! The text of a page: HTML without its tags, scripts and styles, blocks as paragraphs.

/// Elements whose content is no text of the page.
const SILENT: [&str; 7] = ["script", "style", "noscript", "template", "svg", "head", "nav"];

/// Elements that begin a paragraph.
const BLOCKS: [&str; 18] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "section",
    "article",
    "blockquote",
    "table",
    "header",
];

/// Whether a text is a page.
pub fn is_html(text: &str) -> bool {
    let start: String =
        text.trim_start_matches('\u{feff}').trim_start().chars().take(300).collect::<String>().to_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with('<') && start.contains("<p")
}

/// The text of a page.
pub fn text_of_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push_text(&mut out, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(end) = rest.find('>') else { return out };
        let name: String = rest[1..end]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
            .take(12)
            .collect::<String>()
            .to_ascii_lowercase();
        rest = &rest[end + 1..];
        let plain = name.trim_matches('/');
        if !name.starts_with('/') && SILENT.contains(&plain) {
            rest = past(rest, plain);
        } else if BLOCKS.contains(&plain) {
            out.push_str("\n\n");
        }
    }
    push_text(&mut out, rest);
    let paragraphs: Vec<&str> = out.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).collect();
    paragraphs.join("\n\n")
}

/// What follows the end of an element.
fn past<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let closes = rest.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
        if closes {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

/// Text with its entities resolved and its white space in single spaces.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&'
            && let Some((resolved, len)) = entity(rest)
        {
            out.push(resolved);
            rest = &rest[len..];
            continue;
        }
        if c.is_whitespace() && c != '\u{a0}' {
            if !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "hellip" => '…',
        "shy" => '\u{ad}',
        _ => {
            let code = name.strip_prefix('#')?;
            let value = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(value)?
        }
    };
    Some((c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_text() {
        let page = "<!DOCTYPE html><html><head><title>x</title></head><body><script>if (a < b) {}</script>\
                    <p>Trade rose by 5&nbsp;% &amp; more.</p><!-- <p>no</p> --><p>It <b>fell</b>.</p></body></html>";
        assert!(is_html(page));
        assert_eq!(text_of_html(page), "Trade rose by 5\u{a0}% & more.\n\nIt fell.");
        assert!(!is_html("Trade < 5 % of all."));
        assert_eq!(text_of_html("a < b"), "a ");
        assert_eq!(text_of_html("<script>never ends"), "");
    }
}
