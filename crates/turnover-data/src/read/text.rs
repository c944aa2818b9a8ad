//! Encodings of text: UTF-8, UTF-16 with or without its mark, and Windows-1252, of which Latin-1 is a part.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A field as text: UTF-8, or else Windows-1252, under which any bytes are text.
pub(super) fn in_utf8(field: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(field) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(field).0,
    }
}

/// A text file's bytes in UTF-8, or at least in an encoding in which delimiters are single bytes.
pub(super) fn plain_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    // The mark that spreadsheets put before UTF-8.
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Cow::Borrowed(rest);
    }
    match utf16(bytes) {
        Some(encoding) => {
            let text = encoding.decode(bytes).0;
            Cow::Owned(text.into_owned().into_bytes())
        }
        None => Cow::Borrowed(bytes),
    }
}

/// The order of UTF-16's bytes, by its mark or by the zeros of plain letters.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some(UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(64) / 2 * 2];
    let zeros = |odd: usize| head.chunks_exact(2).filter(|pair| pair[odd] == 0).count() * 2;
    let mostly = |zeros: usize| head.len() >= 8 && zeros * 10 >= head.len() * 9;
    match (mostly(zeros(0)), mostly(zeros(1))) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_known_by_their_bytes() {
        let utf16: Vec<u8> = "a,b\n1,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(plain_bytes(&utf16).as_ref(), "a,b\n1,é\n".as_bytes());
        let marked: Vec<u8> = [&[0xFF, 0xFE], &utf16[..]].concat();
        assert_eq!(plain_bytes(&marked).as_ref(), "a,b\n1,é\n".as_bytes());
        assert_eq!(in_utf8(b"C\xF4te d'Ivoire"), "Côte d'Ivoire");
        assert_eq!(plain_bytes(b"\xEF\xBB\xBFa").as_ref(), b"a");
    }
}
