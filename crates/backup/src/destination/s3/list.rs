//! The answer to `ListObjectsV2`, as far as it is needed: names are of our own making, so that
//! nothing in them is written as an entity but by a server that does so needlessly.

/// One page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// Key and length in bytes.
    pub(super) objects: Vec<(String, u64)>,
    /// What the next page is asked with.
    pub(super) next: Option<String>,
}

/// Reads a page; `None` if it is none.
pub(super) fn read(body: &[u8]) -> Option<Listing> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, mut rest) = text.split_once("<ListBucketResult")?;
    let mut objects = Vec::new();
    let about = rest;
    while let Some((_, after)) = rest.split_once("<Contents>") {
        let (one, more) = after.split_once("</Contents>")?;
        objects.push((value(one, "Key")?, value(one, "Size")?.parse().ok()?));
        rest = more;
    }
    let next = match value(about, "IsTruncated").as_deref() {
        Some("true") => Some(value(about, "NextContinuationToken")?),
        _ => None,
    };
    Some(Listing { objects, next })
}

/// The text of the first element of a name.
pub(super) fn element(body: &[u8], name: &str) -> Option<String> {
    value(std::str::from_utf8(body).ok()?, name)
}

fn value(text: &str, name: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = after.split_once(&format!("</{name}>"))?;
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")];
    let plain = entities.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_and_anything_else_is_none() {
        let page = br#"<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name>
            <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>
            <Contents><Key>p/chunks/00/a</Key><Size>12</Size></Contents>
            <Contents><Key>p/repository</Key><Size>3</Size></Contents></ListBucketResult>"#;
        let objects = vec![("p/chunks/00/a".to_owned(), 12), ("p/repository".to_owned(), 3)];
        let expected = Listing { objects, next: Some("a&b=".to_owned()) };
        assert_eq!(read(page), Some(expected));
        let empty = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(read(empty), Some(Listing { objects: Vec::new(), next: None }));
        for bad in [
            &b"<html>"[..],
            b"",
            b"\xff",
            b"<ListBucketResult><Contents><Key>a</Key></Contents>",
            b"<ListBucketResult><IsTruncated>true</IsTruncated>",
            b"<ListBucketResult><Contents><Key>a</Key><Size>1</Size>",
        ] {
            assert_eq!(read(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
