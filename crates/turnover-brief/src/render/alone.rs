//! A drawing that stands alone: every colour, font and size is in the element that uses it.
//!
//! On a page the classes of a drawing get their looks from the page's styles, in light and in dark.
//! Other programs (word processors, LaTeX, picture viewers) know no variables and often no style sheets,
//! so for a file each class is written out as attributes, in the light colours.

/// The light colours by the names of their variables.
const COLOURS: [(&str, &str); 8] = [
    ("fg", "#1d2530"),
    ("muted", "#5c6773"),
    ("grid", "#e3e7ec"),
    ("paper", "#ffffff"),
    ("c1", "#0b5cad"),
    ("c2", "#c2571a"),
    ("c3", "#1a7f5a"),
    ("base", "#c9d3de"),
];

/// What each class looks like, in the order in which later ones go before.
const CLASSES: [(&str, &[(&str, &str)]); 16] = [
    ("m", &[("fill", "#5c6773")]),
    ("g", &[("stroke", "#e3e7ec"), ("stroke-width", "1")]),
    ("z", &[("stroke", "#5c6773"), ("stroke-width", "1")]),
    ("l", &[("fill", "none"), ("stroke-width", "2"), ("stroke-linejoin", "round")]),
    ("k", &[("stroke", "#5c6773"), ("stroke-dasharray", "3 3")]),
    ("b", &[("fill", "#c9d3de")]),
    ("p", &[("fill", "#c2571a")]),
    ("q", &[("fill", "#c2571a"), ("fill-opacity", "0.5")]),
    ("u", &[("fill", "#0b5cad")]),
    ("d", &[("fill", "#c2571a")]),
    ("s", &[("font-size", "11")]),
    ("t", &[("font-weight", "bold"), ("font-size", "14")]),
    ("i", &[("fill", "#5c6773"), ("font-style", "italic")]),
    ("o", &[("font-weight", "bold")]),
    ("w", &[("font-weight", "bold"), ("fill", "#ffffff"), ("stroke", "#ffffff"), ("stroke-width", "4")]),
    ("h", &[("fill", "none")]),
];

/// Attributes of the drawing as a whole. Each program has one of the fonts.
pub(super) const ROOT: &str =
    "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\" font-size=\"12\" fill=\"#1d2530\"";

/// The drawing with its classes and variables written out. Text in it is escaped, so that what stands
/// between `<` and `>` is of our own making but for the values of attributes, which hold no quotes.
pub(super) fn resolve(drawing: &str) -> String {
    let mut out = String::with_capacity(drawing.len() * 5 / 4);
    let mut rest = drawing;
    while let Some((before, class, after)) = attribute(rest, " class=\"") {
        out.push_str(before);
        for (name, value) in looks(class) {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        rest = after;
    }
    out.push_str(rest);
    for (name, colour) in COLOURS {
        for property in ["fill", "stroke"] {
            out = out.replace(&format!(" {property}=\"var(--{name})\""), &format!(" {property}=\"{colour}\""));
        }
    }
    out
}

/// What comes before an attribute, its value, and what comes after it.
fn attribute<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = text.split_once(name)?;
    let (value, after) = rest.split_once('"')?;
    Some((before, value, after))
}

fn looks(class: &str) -> Vec<(&'static str, &'static str)> {
    let mut out: Vec<(&str, &str)> = Vec::new();
    for (name, looks) in CLASSES {
        if class.split(' ').any(|c| c == name) {
            for (property, value) in looks {
                out.retain(|(own, _)| own != property);
                out.push((property, value));
            }
        }
    }
    out
}
