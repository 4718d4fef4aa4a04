//! Findings in a JSON document: which value, where in it, and where in the document.

use crate::engine::{Engine, SCAN_BYTES_MAX, Scratch};
use crate::finding::Finding;
use crate::paths::tape::{Kind, NONE, NotJson, Tape};
use crate::paths::walk::Hit;

/// A finding in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The value as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// It is in the name of the member, not in its value.
    pub in_key: bool,
    /// Byte offsets inside of the value as text: a string without its quotes and escapes, a number as written.
    pub finding: Finding,
    /// Byte offsets inside of the document, half open.
    pub start: u32,
    pub end: u32,
}

impl Engine {
    /// Searches a JSON document by its paths. Findings come in the document's order.
    pub fn scan_json(&self, json: &str, scratch: &mut Scratch, out: &mut Vec<Located>) -> Result<(), NotJson> {
        out.clear();
        let mut scan = self.scan(scratch, SCAN_BYTES_MAX);
        scan.json(json, &mut |hit, tape| out.push(located(json, hit, tape)))
    }

    /// Searches a text: by its paths where it is JSON, else as prose. Prose has the empty pointer, like a whole document.
    pub fn scan_any(&self, text: &str, scratch: &mut Scratch, out: &mut Vec<Located>) {
        let json = text.trim_start().starts_with(['{', '[']) && self.scan_json(text, scratch, out).is_ok();
        if json {
            return;
        }
        out.clear();
        let mut found = std::mem::take(&mut scratch.found);
        self.scan_text(text, scratch, &mut found);
        out.extend(found.iter().map(|finding| Located {
            pointer: String::new(),
            in_key: false,
            finding: *finding,
            start: finding.start,
            end: finding.end,
        }));
        scratch.found = found;
    }
}

fn located(text: &str, hit: Hit, tape: &Tape) -> Located {
    let Hit { node, in_key, finding, start, end } = hit;
    Located { pointer: pointer(text, tape, node), in_key, finding, start, end }
}

/// The pointer to a value. Names stand in it as they are written in the document.
fn pointer(text: &str, tape: &Tape, index: u32) -> String {
    let mut steps = Vec::new();
    let mut at = index;
    while let Some(node) = tape.node(at) {
        if node.keyed {
            steps.push(node.key.of(text).replace('~', "~0").replace('/', "~1"));
        } else if let Some(parent) = tape.node(node.parent).filter(|parent| parent.kind == Kind::Array) {
            let _ = parent;
            steps.push(tape.children(node.parent).take_while(|child| *child != at).count().to_string());
        }
        if node.parent == NONE {
            break;
        }
        at = node.parent;
    }
    steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
}
