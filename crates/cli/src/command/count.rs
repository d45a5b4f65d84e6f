//! `cognate count`

use super::{print, print_json, say};
use crate::arguments::CountArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::{anyhow, bail};
use deidentify::counts::Told;
use interpret::Interpreter;
use record::{Access, Purpose, Record, Role};
use serde_json::{Value, json};
use server::{App, Error, Settings, count, count_table};

/// Asks for each count as the researcher would over HTTP: by the same rule and the same ledger.
pub(crate) fn run(arguments: &CountArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = researcher(&record, &arguments.by)?;
    let pack = store::pack_in_use(&record)?;
    let tenant = store::tenant();
    let interpreter = Interpreter::new(record.clone(), pack, &tenant)?;
    let settings = Settings { base_url: String::new(), tenant, secure_cookies: false };
    let app = App::new(record, interpreter, settings);
    if !arguments.across.is_empty() {
        return tables(&app, &access, arguments);
    }
    let mut lines = Vec::new();
    for search in &arguments.searches {
        let told = count(&app, &access, &arguments.project, search);
        lines.push((search, told.map_err(|error| failed(arguments, search, &error))?));
    }
    if arguments.json {
        let line = |(search, told): &(&String, Told)| with_number(json!({"search": search}), *told);
        print_json(&lines.iter().map(line).collect::<Vec<_>>())?;
    } else {
        for (search, told) in &lines {
            print(&format!("{search}: {}\n", words(*told)))?;
        }
        say(ROUNDED);
    }
    Ok(Outcome::Done)
}

/// What numbers that are told mean.
const ROUNDED: &str =
    "rounded up to a multiple of 20, and off by up to 60 where sets are nearly the same";

/// Each search by a table.
fn tables(app: &App, access: &Access, arguments: &CountArguments) -> anyhow::Result<Outcome> {
    let CountArguments { project, across, .. } = arguments;
    let mut as_json = Vec::new();
    for search in &arguments.searches {
        let table = count_table(app, access, project, search, across);
        let table = table.map_err(|error| failed(arguments, search, &error))?;
        let line = |(values, told): (Vec<Option<&str>>, Told)| {
            let named = across.iter().zip(&values);
            let named: serde_json::Map<String, Value> =
                named.filter_map(|(name, value)| Some((name.clone(), json!((*value)?)))).collect();
            with_number(json!({"of": named}), told)
        };
        if arguments.json {
            let lines: Vec<Value> = table.lines().into_iter().map(line).collect();
            as_json.push(json!({"search": search, "across": across, "lines": lines}));
            continue;
        }
        print(&format!("{search}\n{}\tpeople\n", across.join("\t")))?;
        for (values, told) in table.lines() {
            let values: Vec<&str> = values.iter().map(|value| value.unwrap_or("all")).collect();
            print(&format!("{}\t{}\n", values.join("\t"), words(told)))?;
        }
    }
    if arguments.json {
        print_json(&as_json)?;
    } else {
        say(ROUNDED);
    }
    Ok(Outcome::Done)
}

fn failed(arguments: &CountArguments, search: &str, error: &Error) -> anyhow::Error {
    match error.status().as_u16() {
        404 => anyhow!("`{}` has no such project in force", arguments.by),
        _ => anyhow!("`{search}`: {}", error.text()),
    }
}

fn words(told: Told) -> String {
    match told {
        Told::Zero => "nobody".to_owned(),
        Told::Below(bound) => format!("fewer than {bound}"),
        Told::UpTo(most) => format!("at most {most}"),
        Told::Withheld => "withheld".to_owned(),
    }
}

/// An object with what is told.
fn with_number(mut object: Value, told: Told) -> Value {
    let (name, value) = match told {
        Told::Below(bound) => ("below", json!(bound)),
        Told::Withheld => ("withheld", json!(true)),
        told => ("upTo", json!(told.number().map(|(number, _)| number))),
    };
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    object
}

fn researcher(record: &Record, by: &str) -> anyhow::Result<Access> {
    let login = by.strip_prefix("account:").unwrap_or(by);
    match record.active_account(&store::operator(), login)? {
        Some(account) if account.role == Role::Researcher => {
            let (actor, purpose) = (format!("account:{login}"), Purpose::Research);
            Ok(Access::new(store::tenant(), actor, Role::Researcher, purpose, account.scope))
        }
        Some(account) => bail!("`{login}` is a {}, not a researcher", account.role.word()),
        None => bail!("there is no account `{login}`, or it is disabled"),
    }
}
