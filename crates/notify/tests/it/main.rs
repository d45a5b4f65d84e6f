//! What is sent onward, to receivers that really listen on this machine.

#[cfg(test)]
mod acknowledge;
#[cfg(test)]
mod misbehaving;
#[cfg(test)]
mod property;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod support;
#[cfg(test)]
mod telling;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod webhook;
