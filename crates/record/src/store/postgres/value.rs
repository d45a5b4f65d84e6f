//! Values of the three kinds as PostgreSQL sends and takes them.

use crate::store::Value;
use bytes::BytesMut;
use std::error::Error;

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Refused = Box<dyn Error + Sync + Send>;

const TEXTS: [Type; 4] = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME];

/// A column of a row.
pub(super) struct Column(pub(super) Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(kind: &Type, bytes: &'a [u8]) -> Result<Self, Refused> {
        let value = match *kind {
            Type::INT8 => Value::Int(i64::from_sql(kind, bytes)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(kind, bytes)?)),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(kind, bytes)?)),
            Type::BOOL => Value::from(bool::from_sql(kind, bytes)?),
            Type::BYTEA => Value::Bytes(bytes.to_vec()),
            _ => Value::from(<&str>::from_sql(kind, bytes)?),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Self(Value::Null))
    }

    fn accepts(kind: &Type) -> bool {
        let others = [Type::INT8, Type::INT4, Type::INT2, Type::BOOL, Type::BYTEA];
        others.contains(kind) || TEXTS.contains(kind)
    }
}

impl ToSql for Value {
    /// The value as the statement wants it; another kind than it wants is an error, as it is in a
    /// strict table.
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Self::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Self::Text(value) if TEXTS.contains(kind) => value.as_str().to_sql(kind, out),
            Self::Bytes(value) if *kind == Type::BYTEA => value.to_sql(kind, out),
            _ => Err(format!("a value of another kind where `{kind}` is wanted").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
