//! What the pages say, in reading order, and the markup of the small ones.

use crate::page;

#[test]
fn pages_say() {
    for (name, html) in page::all() {
        insta::assert_snapshot!(format!("words-{name}"), page::words(&html));
    }
}

/// The two pages that show all kinds of parts between them, tag by tag.
#[test]
fn pages_are_marked_up() {
    for (name, html) in page::all() {
        if ["login-error", "explain-drug"].contains(&name) {
            insta::assert_snapshot!(format!("markup-{name}"), lines(&html));
        }
    }
}

/// One tag a line; the digests in asset names left out, so that a colour is no change here.
fn lines(html: &str) -> String {
    let mut html = html.replace("><", ">\n<");
    for address in page::values(&html.clone(), "href") {
        if let Some(name) = address.strip_prefix("/assets/") {
            let plain: Vec<&str> = name.split('.').collect();
            html = html.replace(name, &format!("{}.DIGEST.{}", plain[0], plain[2]));
        }
    }
    html
}
