//! `cognate count`

use super::{print, print_json, say};
use crate::arguments::CountArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::{anyhow, bail};
use deidentify::counts::Told;
use interpret::Interpreter;
use record::{Access, Purpose, Record, Role};
use serde_json::json;
use server::{App, Error, Settings, count};

/// Asks for each count as the researcher would over HTTP: by the same rule and the same ledger.
pub(crate) fn run(arguments: &CountArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = researcher(&record, &arguments.by)?;
    let pack = store::pack_in_use(&record)?;
    let tenant = store::tenant();
    let interpreter = Interpreter::new(record.clone(), pack, &tenant)?;
    let settings = Settings { base_url: String::new(), tenant, secure_cookies: false };
    let app = App::new(record, interpreter, settings);
    let mut lines = Vec::new();
    for search in &arguments.searches {
        let told = count(&app, &access, &arguments.project, search);
        let failed = |error: Error| match error.status().as_u16() {
            404 => anyhow!("`{}` has no such project in force", arguments.by),
            _ => anyhow!("`{search}`: {}", error.text()),
        };
        lines.push((search, told.map_err(failed)?));
    }
    if arguments.json {
        let line = |(search, told): &(&String, Told)| match told {
            Told::Below(bound) => json!({"search": search, "below": bound}),
            other => json!({"search": search, "upTo": other.number().0}),
        };
        print_json(&lines.iter().map(line).collect::<Vec<_>>())?;
    } else {
        for (search, told) in &lines {
            let number = match told {
                Told::Zero => "nobody".to_owned(),
                Told::Below(bound) => format!("fewer than {bound}"),
                Told::UpTo(most) => format!("at most {most}"),
            };
            print(&format!("{search}: {number}\n"))?;
        }
        say("rounded up to a multiple of 20, and off by up to 60 where sets are nearly the same");
    }
    Ok(Outcome::Done)
}

fn researcher(record: &Record, by: &str) -> anyhow::Result<Access> {
    let login = by.strip_prefix("account:").unwrap_or(by);
    match record.account(&store::operator(), login)? {
        Some(account) if account.role == Role::Researcher => {
            let (actor, purpose) = (format!("account:{login}"), Purpose::Research);
            Ok(Access::new(store::tenant(), actor, Role::Researcher, purpose, account.scope))
        }
        Some(account) => bail!("`{login}` is a {}, not a researcher", account.role.word()),
        None => bail!("there is no account `{login}`"),
    }
}
