//! The doors as senders meet them, with a real record behind them.

#[cfg(test)]
mod adapters;
#[cfg(test)]
mod arriving;
#[cfg(test)]
#[path = "../../../transport/tests/it/certificates.rs"]
mod certificates;
#[cfg(test)]
mod concordance;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod extraction;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod fhir;
#[cfg(test)]
mod filing;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod genome;
#[cfg(test)]
mod hospital;
#[cfg(test)]
mod later;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod ndjson;
#[cfg(test)]
mod onward;
#[cfg(test)]
mod rebuild;
#[cfg(test)]
mod receiving;
#[cfg(test)]
mod replaying;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod torture;
#[cfg(test)]
mod variants;
#[cfg(test)]
mod vendor;
#[cfg(test)]
mod versions;
