//! Why a proof does not hold.

/// Why a proof does not hold: for the log. Whoever showed it is told that it does not, no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not what it should be: no token, no JSON, a name twice, larger than is taken.
    #[error("it cannot be read")]
    Unreadable,
    /// The header asks for something that is not understood here (`crit`, `b64`, `zip`).
    #[error("its header asks for more than is understood")]
    Header,
    /// The algorithm is not one that is taken here.
    #[error("its algorithm is not taken")]
    Algorithm,
    /// No key of that name and algorithm is known.
    #[error("its key is not known")]
    Key,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// It was issued by somebody else.
    #[error("its issuer is another")]
    Issuer,
    /// It is about somebody else.
    #[error("its subject is another")]
    Subject,
    /// It is for somebody else.
    #[error("its audience is another")]
    Audience,
    /// It has no time at which it ends, or that time is past.
    #[error("it has expired")]
    Expired,
    /// It is not valid yet, or was issued later than now.
    #[error("it is not valid yet")]
    Early,
    /// It is valid for longer than is taken.
    #[error("it is valid for too long")]
    Lifetime,
    /// It has no identifier, or one that is too long.
    #[error("it has no identifier")]
    Identifier,
    /// It was shown before.
    #[error("it was used before")]
    Replayed,
    /// It does not belong to what was asked.
    #[error("it answers another challenge")]
    Challenge,
    /// It was made for another place.
    #[error("it was made for another origin")]
    Origin,
    /// Nobody was present, or nobody has proven who it is.
    #[error("the person was not verified")]
    Unverified,
}
