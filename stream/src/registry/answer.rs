//! What a registry is asked for and what it says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id that a record carries, by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SchemaKey {
    /// The number in Confluent's wire format. In Apicurio it is what its own clients call the content id.
    Id(u32),
    /// Confluent's, in a header. Apicurio 3.0 knows none.
    Guid([u8; 16]),
    /// Apicurio's, in a header.
    GlobalId(u64),
}

impl fmt::Display for SchemaKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(out, "schema id {id}"),
            Self::Guid(guid) => write!(out, "schema guid {}", guid_text(*guid)),
            Self::GlobalId(id) => write!(out, "schema global id {id}"),
        }
    }
}

pub(super) fn guid_text(guid: [u8; 16]) -> String {
    let hex = hex::encode(guid);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A schema as it was registered. With references its text is not the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    #[serde(rename = "schema")]
    pub text: String,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    #[serde(rename = "schemaType", default = "avro")]
    pub kind: String,
    #[serde(default)]
    pub references: Vec<Reference>,
}

fn avro() -> String {
    "AVRO".to_owned()
}

impl Schema {
    pub(super) fn avro(text: String) -> Self {
        Self { text, kind: avro(), references: Vec::new() }
    }

    #[must_use]
    pub fn is_avro(&self) -> bool {
        self.kind == "AVRO"
    }
}

/// Another subject's schema that a schema builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub name: String,
    pub subject: String,
    pub version: u32,
}

/// Where a schema stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Use {
    pub subject: String,
    pub version: u32,
}

/// Which version of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Latest,
    Number(u32),
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => out.write_str("latest"),
            Self::Number(number) => number.fmt(out),
        }
    }
}

/// A version of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub version: u32,
    pub id: u32,
    pub schema: Schema,
}

/// A version as it is said: the schema's fields stand beside the others.
#[derive(Deserialize)]
pub(super) struct Found {
    version: u32,
    id: u32,
    #[serde(flatten)]
    schema: Schema,
}

impl From<Found> for Registered {
    fn from(Found { version, id, schema }: Found) -> Self {
        Self { version, id, schema }
    }
}

/// Whether a schema could become the next version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Compatibility {
    #[serde(rename = "is_compatible")]
    pub compatible: bool,
    /// Why not, in the registry's words; empty when it says nothing.
    #[serde(rename = "messages", default)]
    pub reasons: Vec<String>,
}

impl Compatibility {
    pub(super) fn anything() -> Self {
        Self { compatible: true, reasons: Vec::new() }
    }
}

/// What a subject's next version must be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CompatibilityLevel {
    None,
    Backward,
    BackwardTransitive,
    Forward,
    ForwardTransitive,
    Full,
    FullTransitive,
}

#[derive(Deserialize)]
pub(super) struct Level {
    #[serde(rename = "compatibilityLevel")]
    pub level: CompatibilityLevel,
}

#[derive(Deserialize)]
pub(super) struct NewId {
    pub id: u32,
}
