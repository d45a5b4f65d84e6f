use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Document, String> {
    Document::read(text.as_bytes(), &Limits::default()).map_err(|problem| problem.code)
}

#[test]
fn names_texts_and_places() {
    let text = "<?xml version=\"1.0\"?>\n<r:report xmlns:r=\"urn:a\" xmlns=\"urn:b\" r:id=\" 7 \">\
        <v n=\"1799T>A &lt;&#65;&quot;\">a &amp; b<!-- no --><![CDATA[<c>]]></v>\n<v/>\
        <none xmlns=\"\"/></r:report>";
    let document = read(text).unwrap();
    let root = document.root();
    assert_eq!(
        (root.name(), root.namespace(), root.path()),
        ("report", Some("urn:a"), "/report".into())
    );
    assert_eq!(root.attributes().collect::<Vec<_>>(), [("id", "7")]);
    let [first, second] = root.all("v")[..] else { panic!() };
    assert_eq!((first.namespace(), first.text()), (Some("urn:b"), "a & b<c>"));
    assert_eq!(first.attribute("n"), Some("1799T>A <A\""));
    assert_eq!((first.path(), second.path()), ("/report/v[1]".into(), "/report/v[2]".into()));
    let held = text.get(first.span()).unwrap();
    assert!(held.starts_with("<v n") && held.ends_with("<c>]]></v>"), "{held}");
    assert_eq!(root.first("none").unwrap().namespace(), None);
    assert_eq!((root.text_at("v"), root.text_at("w"), second.text()), (Some("a & b<c>"), None, ""));
}

#[test]
fn what_is_no_document_is_an_error_with_a_word() {
    for (text, code) in [
        ("", "not-well-formed"),
        ("words", "not-well-formed"),
        ("<a>", "not-well-formed"),
        ("<a></b>", "not-well-formed"),
        ("<a/><b/>", "not-well-formed"),
        ("<a/>tail", "not-well-formed"),
        ("<a x='1' x='2'/>", "not-well-formed"),
        ("<a x=1/>", "not-well-formed"),
        ("<p:a/>", "not-well-formed"),
        ("<a>&#0;</a>", "not-well-formed"),
        ("<a>&nbsp;</a>", "entity"),
        ("<a b='&nbsp;'/>", "not-well-formed"),
        // Entities that would grow or be fetched need a document type, and there is none.
        ("<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;'>]><a>&m;</a>", "document-type"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>", "document-type"),
        ("<?xml version='1.0' encoding='utf-32'?><a/>", "encoding"),
    ] {
        assert_eq!(read(text).err().as_deref(), Some(code), "{text}");
    }
    assert_eq!(Document::read(b"<a>\xFF</a>", &Limits::default()).unwrap_err().code, "encoding");
}

#[test]
fn declared_encodings_and_byte_order_marks() {
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>M\xFCller</a>";
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("<a>M\u{fc}ller</a>".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let marked = "\u{feff}<a>M\u{fc}ller</a>".as_bytes();
    for bytes in [&latin[..], &wide, marked] {
        let document = Document::read(bytes, &Limits::default()).unwrap();
        assert_eq!(document.root().text(), "M\u{fc}ller");
    }
}

#[test]
fn each_limit_holds_and_one_more_is_too_much() {
    let small = Limits {
        bytes_max: 60,
        depth_max: 3,
        elements_max: 4,
        attributes_max: 2,
        text_bytes_max: 5,
    };
    for (text, fits) in [
        (format!("<a>{}</a>", "<!---->".repeat(7)), true),
        (format!("<a>{}</a>", "<!---->".repeat(8)), false),
        ("<a><b><c/></b></a>".to_owned(), true),
        ("<a><b><c><d/></c></b></a>".to_owned(), false),
        ("<a><b/><b/><b/></a>".to_owned(), true),
        ("<a><b/><b/><b/><b/></a>".to_owned(), false),
        ("<a b='' c=''/>".to_owned(), true),
        ("<a b='' c='' d=''/>".to_owned(), false),
        ("<a>12&#51;45</a>".to_owned(), true),
        ("<a>12&#51;456</a>".to_owned(), false),
        ("<a b='12345'/>".to_owned(), true),
        ("<a b='123456'/>".to_owned(), false),
    ] {
        let read = Document::read(text.as_bytes(), &small);
        assert_eq!(read.is_ok(), fits, "{text}");
    }
}

proptest! {
    /// Any bytes are read or refused, and never a panic.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::read(&bytes, &Limits::default());
    }

    /// Pieces of markup in any order, too.
    #[test]
    fn any_markup(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "<a>", "</a>", "<b x='1'>", "</b>", "<c/>", "&amp;", "&#x41;", "&#xD800;", "]]>",
            "<![CDATA[", "<!--", "-->", "<?p ?>", "xmlns='u'", "<x:y xmlns:x='u'/>", "\u{e9}", " ",
        ]), 0..40)) {
        let text = parts.concat();
        if let Ok(document) = Document::read(text.as_bytes(), &Limits::default()) {
            let mut open = vec![document.root()];
            while let Some(node) = open.pop() {
                prop_assert!(text.get(node.span()).is_some_and(|held| held.starts_with('<')));
                prop_assert!(node.path().ends_with(node.name()) || node.path().ends_with(']'));
                open.extend(node.children());
            }
        }
    }
}
