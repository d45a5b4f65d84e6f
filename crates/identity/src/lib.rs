//! Proofs of who somebody is: signed tokens, PKCE, passwords, one-time codes, passkeys.
//!
//! For: deciding, from bytes and the time, whether a proof holds. Every decision is one of two
//! words, and the reason is for the log alone.
//! Never: HTTP, the store, the clock; an algorithm that the caller has not named; a default that
//! lets something pass.
//! Rules come from RFC 7515 (JWS), 7517 (JWK), 7519 (JWT), 7523 (assertions), 7636 (PKCE), 8725
//! (best practice of JWT), 6238 (TOTP), W3C Web Authentication level 2, and SMART App Launch 2.2.0.

pub mod claims;
pub mod jose;
pub mod passkey;
pub mod password;
pub mod pkce;
pub mod provider;
pub mod redirect;
mod refusal;
pub mod totp;

pub use refusal::Refusal;
