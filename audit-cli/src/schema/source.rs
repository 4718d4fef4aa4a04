//! Where a schema comes from: a file, this program, or the registry.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result};
use stream::registry::SchemaKey;

use super::Target;

/// A schema's place, as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    Current,
    Released(u32),
    Id(u32),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let number = |prefix: &str| text.strip_prefix(prefix).and_then(|number| number.parse().ok());
        Ok(match (text, number("released:"), number("id:")) {
            ("current", _, _) => Self::Current,
            (_, Some(version), _) => Self::Released(version),
            (_, _, Some(id)) => Self::Id(id),
            _ => Self::File(text.into()),
        })
    }
}

impl Source {
    pub fn text(&self, target: &Target) -> Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path).with_context(|| {
                format!("{} cannot be read; give a file, current, released:N or id:N", path.display())
            }),
            Self::Current => Ok(target.record.current().text.to_owned()),
            Self::Released(version) => {
                let versions = target.versions();
                let found = versions.iter().find(|released| released.version == *version);
                let newest = versions.last().map_or(0, |released| released.version);
                found
                    .map(|released| released.text.to_owned())
                    .with_context(|| format!("there is no released version {version}; the newest is {newest}"))
            }
            Self::Id(id) => {
                let found = target.registry()?.schema(SchemaKey::Id(*id))?;
                found.map(|schema| schema.text).with_context(|| format!("the registry knows no schema with id {id}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_told_by_its_spelling() {
        for (text, expected) in [
            ("current", Source::Current),
            ("released:2", Source::Released(2)),
            ("id:17", Source::Id(17)),
            ("id:x", Source::File("id:x".into())),
            ("a/b.avsc", Source::File("a/b.avsc".into())),
        ] {
            assert_eq!(text.parse(), Ok(expected));
        }
    }
}
