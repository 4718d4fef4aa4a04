//! What control leaves of a dishonest sealer say of other leaves, and what is left to check after a retention-cut.

use super::attacks::Corpus;
use super::chain::Line;
use super::sample;
use serde_json::{Value, json};

impl Corpus {
    /// Control leaves of a dishonest sealer in the place of one that says nothing of others, after the rotation.
    pub(super) fn statements(&mut self) {
        let root = |size: usize| super::head(&sample(), size).root.to_string();
        let turn = |generation: u64| json!({"attempt": 0, "generation": generation, "owner": "enrich-0", "term": 1});
        let erasure = |size: usize, root: String| json!({"basis": "art 17", "handle": "ab".repeat(16), "root": root, "scope": "patient", "size": size});
        for (name, kind, what, verdict) in [
            ("write with the turn in force", "owner-change", turn(5), "intact"),
            ("write with an earlier turn", "owner-change", turn(4), "tampered"),
            ("write with a generation that none can be", "owner-change", turn(1 << 31), "tampered"),
            ("cut leaves that are before", "retention-cut", json!({"first": 0, "next": 13, "policy": "p"}), "intact"),
            ("cut nothing", "retention-cut", json!({"first": 3, "next": 3, "policy": "p"}), "tampered"),
            ("erase under the tree's root", "erasure", erasure(13, root(13)), "intact"),
            ("erase under another root of the tree", "erasure", erasure(13, root(12)), "tampered"),
            ("erase under the last close's root", "erasure", erasure(10, root(10)), "intact"),
            ("erase under another root of the last close", "erasure", erasure(10, root(11)), "tampered"),
        ] {
            let change = |leaf: &mut Value| {
                leaf["type"] = json!(kind);
                leaf["what"] = what;
            };
            self.sealed_edit(name, 13, change, verdict);
            if verdict == "intact" {
                let attack = self.attacks.last_mut().unwrap();
                (attack.keyless, attack.keyed) = (("intact", None), ("intact", None));
            }
        }
        for trail in ["example.org", "example.com/a"] {
            let change = |leaf: &mut Value| leaf["what"]["trail"] = json!(trail);
            self.sealed_edit(&format!("begin the chain in trail {trail}"), 0, change, "tampered");
        }
    }

    /// The first segment is gone, as a retention-cut says. Nobody knows what the second one began with but its close.
    pub(super) fn after_a_cut(&mut self) {
        let edits: [(&str, Value); 11] = [
            ("from", json!(44)),
            ("outcomes/event", json!(9)),
            ("outcomes/gap", json!(1)),
            ("levels/internal", json!(0)),
            ("time/min", json!(1_760_000_062_001_i64)),
            ("first", json!(10)),
            ("next", json!(48)),
            ("segment", json!(9)),
            ("edge", json!(["ab".repeat(32)])),
            ("edge/0", json!("ab".repeat(32))),
            ("root", json!("ab".repeat(32))),
        ];
        // The first of them is what stands there.
        for (index, (member, value)) in [("segment", json!(1))].into_iter().chain(edits).enumerate() {
            let name = format!("cut, then say in the next close of {member}: {value}");
            let change = |lines: &mut Vec<Line>| {
                lines[13].edit(|leaf| {
                    leaf["type"] = json!("retention-cut");
                    leaf["what"] = json!({"first": 0, "next": 6, "policy": "p"});
                });
                lines[10].edit(|leaf| *leaf["what"].pointer_mut(&format!("/{member}")).unwrap() = value);
            };
            self.sealed(&name, 10, change, "tampered");
            let attack = self.attacks.last_mut().unwrap();
            attack.lines.drain(..6);
            if index == 0 {
                (attack.keyless, attack.keyed) = (("gap-declared", Some(0)), ("gap-declared", Some(0)));
            }
        }
    }
}
