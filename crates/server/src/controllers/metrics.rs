//! Figures for monitors, in the text format of Prometheus (exposition format 0.0.4). They are
//! counts by state and feed: no label and no figure tells anything about a patient.

use crate::app::App;
use crate::error::Error;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use intake::Feed;
use intake::receive::feed_access;
use record::{FeedTraffic, Health};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `GET /metrics`
pub(crate) async fn show(State(app): State<App>) -> Result<Response, Error> {
    let text = app
        .blocking(|app| {
            let (feeds, tenant) = (app.feeds().all(), &app.settings().tenant);
            let named: Vec<&str> = feeds.iter().map(|feed| feed.id.as_str()).collect();
            let access = feed_access(&Feed::production("metrics", tenant));
            let traffic = app.record().traffic(&access, &named)?;
            let now = app.record().now().micros();
            Ok(text(&app.record().health(), &traffic, now))
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

fn text(health: &Health, traffic: &BTreeMap<String, FeedTraffic>, now: i64) -> String {
    let mut out = String::new();
    let seconds = |since: i64| (now - since).max(0) / 1_000_000;
    head(&mut out, "cognate_messages", "Archived messages by what became of them.");
    for (state, count) in &health.raw_states {
        row(&mut out, "cognate_messages", &[("state", state.word())], *count);
    }
    head(&mut out, "cognate_reviews_open", "Entries of the review list that nobody resolved.");
    row(&mut out, "cognate_reviews_open", &[], health.reviews_open);
    head(&mut out, "cognate_feed_messages_24h", "Messages of the last 24 hours of the clock.");
    for (feed, one) in traffic {
        for (state, count) in &one.states {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            row(&mut out, "cognate_feed_messages_24h", &labels, *count);
        }
    }
    head(&mut out, "cognate_feed_held", "Messages that wait, failed or are held.");
    for (feed, one) in traffic {
        for (state, (count, _)) in &one.held {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            row(&mut out, "cognate_feed_held", &labels, *count);
        }
    }
    head(&mut out, "cognate_feed_held_oldest_seconds", "Age of the oldest of these.");
    for (feed, one) in traffic {
        for (state, (_, since)) in &one.held {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            let age = seconds(since.micros());
            row(&mut out, "cognate_feed_held_oldest_seconds", &labels, age);
        }
    }
    head(&mut out, "cognate_feed_last_message_seconds", "Age of the last message of a feed.");
    for (feed, one) in traffic {
        if let Some(last) = one.last {
            let age = seconds(last.micros());
            row(&mut out, "cognate_feed_last_message_seconds", &[("feed", feed)], age);
        }
    }
    out
}

fn head(out: &mut String, name: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

fn row(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let labels =
        if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn a_label_stays_one_label_whatever_it_holds() {
        let mut out = String::new();
        row(&mut out, "n", &[("feed", "a\"} 9\nm{x=\"\\")], 1_u64);
        assert_eq!(out, "n{feed=\"a\\\"} 9\\nm{x=\\\"\\\\\"} 1\n");
        assert_eq!(out.lines().count(), 1);
    }
}
