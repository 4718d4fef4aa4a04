//! Reads from a leaf which place it claims, and refuses every spelling but the canonical one.
//!
//! Two readers that understand the same bytes differently could be shown two records with one proof. So the bytes must be
//! what RFC 8785 makes of what they say, and the envelope must be the known one.

use serde_json::{Map, Value};

use super::ProofError;
use crate::canonical::{Members, write_integer, write_string};
use crate::chain::{LeafHash, Sequence};
use crate::leaf::{Kind, NUMBER_LIMIT, SIZE_LIMIT, VERSION, is_chain_name};

pub(super) struct Place {
    pub(super) chain: String,
    pub(super) sequence: Sequence,
}

pub(super) fn place(leaf: &[u8]) -> Result<Place, ProofError> {
    let value: Value = serde_json::from_slice(leaf).map_err(|_| ProofError::BadLeaf("it is not JSON"))?;
    let mut canonical = Vec::with_capacity(leaf.len());
    let written = write(&mut canonical, &value);
    if written.is_none() || canonical != leaf {
        return Err(ProofError::BadLeaf("it is not canonical JSON with whole numbers below 2^53"));
    }
    let Value::Object(members) = value else { return Err(ProofError::BadLeaf("it is not an object")) };
    let kind = members.get("type").and_then(Value::as_str).and_then(Kind::from_name);
    match (members.get("v").and_then(Value::as_u64), kind) {
        (Some(VERSION), Some(kind)) => envelope(&members, kind),
        _ => Err(ProofError::UnknownLeaf),
    }
}

fn envelope(members: &Map<String, Value>, kind: Kind) -> Result<Place, ProofError> {
    let names = ["chain", "class", "prev", "seq", "source", "type", "v", "what"];
    let expected = names.iter().filter(|name| kind == Kind::Event || **name != "class");
    let same = members.len() == expected.clone().count() && expected.clone().all(|name| members.contains_key(*name));
    if !same || !members.get("what").is_some_and(Value::is_object) {
        return Err(ProofError::BadLeaf("its members are not those of a leaf"));
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let chain = text("chain").filter(|chain| is_chain_name(chain));
    let chain = chain.ok_or(ProofError::BadLeaf("its chain's name is none"))?;
    let sequence = members.get("seq").and_then(Value::as_u64).filter(|sequence| *sequence < SIZE_LIMIT - 1);
    let sequence = sequence.ok_or(ProofError::BadLeaf("its sequence is none"))?;
    let previous = text("prev").and_then(LeafHash::from_hex);
    let previous = previous.ok_or(ProofError::BadLeaf("its previous hash is none"))?;
    if (previous == LeafHash::NONE) != (sequence == 0) || (kind == Kind::Genesis) != (sequence == 0) {
        return Err(ProofError::BadLeaf("a chain has one first leaf, and only that one has no leaf before it"));
    }
    Ok(Place { chain: chain.to_owned(), sequence: Sequence(sequence) })
}

/// Writes the value as RFC 8785 does; nothing when it holds a number that a leaf cannot hold.
fn write(out: &mut Vec<u8>, value: &Value) -> Option<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::String(text) => write_string(out, text),
        Value::Number(number) => {
            write_integer(out, number.as_i64().filter(|number| number.unsigned_abs() < NUMBER_LIMIT)?);
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(out, item)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            let mut object = Members::open(out);
            for (name, member) in sorted {
                write(object.key(name), member)?;
            }
            object.close();
        }
    }
    Some(())
}
