//! Every named change of the sample chain, and what a verifier has to say about it.
//!
//! A verifier is given the attack's lines and its checkpoint; `keyless` is its verdict without epoch keys, `keyed` with them.

use super::chain::{Line, disclosure, heal};
use super::{ROTATION, checkpoint, event, sample};
use serde_json::{Value, json};

/// A verdict and the first sequence that it names.
pub type Expected = (&'static str, Option<u64>);

pub struct Attack {
    pub name: String,
    pub lines: Vec<Line>,
    pub checkpoint: String,
    pub keyless: Expected,
    pub keyed: Expected,
    /// Why a verifier may blame the neighbour instead where it has no keys; everywhere else the sequence is exact.
    pub neighbour: Option<&'static str>,
}

pub(super) struct Corpus {
    intact: Vec<Line>,
    checkpoint: String,
    pub(super) attacks: Vec<Attack>,
}

/// The attacks on [`sample`]; the first one is none.
pub fn attacks() -> Vec<Attack> {
    let intact = sample();
    let mut corpus = Corpus { checkpoint: checkpoint(&intact, intact.len()), intact, attacks: vec![] };
    corpus.add("nothing at all", |_| {}, ("intact", None), ("intact", None));
    corpus.flips();
    corpus.deletions();
    corpus.orders();
    corpus.keys();
    corpus.closes();
    corpus.places();
    corpus.bodies();
    corpus.statements();
    corpus.after_a_cut();
    corpus.sources();
    corpus.spellings();
    corpus.tails();
    corpus.disclosures();
    corpus.attacks
}

fn replace(line: &mut Line, from: &str, to: &str) {
    assert!(line.leaf.contains(from), "{from} is not in {}", line.leaf);
    line.leaf = line.leaf.replacen(from, to, 1);
}

/// Flips the lowest bit of the first character after the marker.
fn flip(line: &mut Line, marker: &str) {
    let at = line.leaf.find(marker).unwrap() + marker.len();
    let mut bytes = std::mem::take(&mut line.leaf).into_bytes();
    bytes[at] ^= 1;
    line.leaf = String::from_utf8(bytes).unwrap();
}

fn renumber(lines: &mut [Line]) {
    let mut first = 0;
    for (index, line) in lines.iter_mut().enumerate() {
        line.edit(|leaf| {
            leaf["seq"] = json!(index);
            if leaf["type"] == "segment-close" {
                leaf["what"]["size"] = json!(index);
                leaf["what"]["first"] = json!(first);
                first = index + 1;
            }
        });
    }
}

impl Corpus {
    fn add(&mut self, name: &str, change: impl FnOnce(&mut Vec<Line>), keyless: Expected, keyed: Expected) {
        let mut lines = self.intact.clone();
        change(&mut lines);
        let checkpoint = self.checkpoint.clone();
        self.attacks.push(Attack { name: name.to_owned(), lines, checkpoint, keyless, keyed, neighbour: None });
    }

    fn both(&mut self, name: &str, change: impl FnOnce(&mut Vec<Line>), verdict: &'static str, sequence: u64) {
        let expected = (verdict, Some(sequence));
        self.add(name, change, expected, expected);
    }

    /// A dishonest sealer, with all keys and the checkpoint's signer: nothing but the rules speaks against the leaf.
    pub(super) fn sealed(&mut self, name: &str, at: usize, change: impl FnOnce(&mut Vec<Line>), verdict: &'static str) {
        let changed = |lines: &mut Vec<Line>| {
            change(lines);
            heal(lines, at, true);
        };
        self.both(name, changed, verdict, at as u64);
        let attack = self.attacks.last_mut().unwrap();
        attack.checkpoint = checkpoint(&attack.lines, attack.lines.len());
    }

    pub(super) fn sealed_edit(
        &mut self,
        name: &str,
        at: usize,
        change: impl FnOnce(&mut Value),
        verdict: &'static str,
    ) {
        self.sealed(name, at, |lines| lines[at].edit(change), verdict);
    }

    fn flips(&mut self) {
        for marker in [
            "{\"chain\":\"",
            "\"level\":\"",
            "\"policy\":\"",
            "\"prev\":\"",
            "\"from\":",
            "\"next\":",
            "\"partition\":",
            "\"time\":",
            "\"type\":\"",
            "\"v\":",
            "\"event_id\":\"",
            "\"action\":\"",
            "\"what\":",
            "{",
        ] {
            self.both(
                &format!("flip a bit after {marker} of leaf 4"),
                |lines| flip(&mut lines[4], marker),
                "tampered",
                4,
            );
            if marker == "\"prev\":\"" {
                let attack = self.attacks.last_mut().unwrap();
                attack.neighbour =
                    Some("a link joins two leaves: without a MAC only the leaf after them tells which changed");
            }
        }
        self.both("flip a bit of the sequence of leaf 4", |lines| flip(&mut lines[4], "\"seq\":"), "tampered", 4);
        for at in 0..19 {
            let name = format!("flip a bit of the body of leaf {at}");
            let change = |lines: &mut Vec<Line>| {
                let marker = lines[at].leaf.rfind(":\"").map(|start| lines[at].leaf[..start + 2].to_owned());
                flip(&mut lines[at], &marker.unwrap());
            };
            let tampered = ("tampered", Some(at as u64));
            // Nothing follows the last leaf, so only the checkpoint speaks against it.
            self.add(&name, change, if at == 18 { ("forked", Some(18)) } else { tampered }, tampered);
        }
    }

    fn deletions(&mut self) {
        for at in 0..19 {
            let remove = |lines: &mut Vec<Line>| drop(lines.remove(at));
            self.both(&format!("delete leaf {at}"), remove, "missing", at as u64);
        }
        self.both("delete two neighbours", |lines| drop(lines.drain(7..9)), "missing", 7);
        self.both("delete a whole segment", |lines| drop(lines.drain(6..11)), "missing", 6);
        self.both("delete the beginning", |lines| drop(lines.drain(..3)), "missing", 0);
        let twice = |lines: &mut Vec<Line>| {
            lines.remove(12);
            lines.remove(7);
        };
        self.both("delete two leaves far apart", twice, "missing", 7);
        let renumbered = |lines: &mut Vec<Line>| {
            lines.remove(7);
            renumber(lines);
            heal(lines, 6, false);
        };
        self.add("delete a leaf and renumber", renumbered, ("missing", Some(7)), ("tampered", Some(7)));
    }

    fn orders(&mut self) {
        self.both("swap two neighbours", |lines| lines.swap(7, 8), "tampered", 7);
        let swapped = |lines: &mut Vec<Line>| {
            lines.swap(7, 8);
            renumber(lines);
            heal(lines, 6, false);
        };
        self.add("swap two neighbours and renumber", swapped, ("tampered", Some(8)), ("tampered", Some(7)));
        self.both("repeat a leaf", |lines| lines.insert(7, lines[7].clone()), "tampered", 7);
        let rival = |lines: &mut Vec<Line>| {
            let mut line = lines[9].clone();
            line.edit(|leaf| leaf["what"] = event("e-rival", "read"));
            lines.insert(10, line);
        };
        self.add("add a rival for a place", rival, ("forked", Some(9)), ("tampered", Some(9)));
        let inserted = |lines: &mut Vec<Line>| {
            lines.insert(9, lines[9].clone());
            lines[9].edit(|leaf| leaf["what"] = event("e-backdated", "read"));
            renumber(lines);
            heal(lines, 8, false);
        };
        self.add("insert a backdated leaf and renumber", inserted, ("tampered", Some(10)), ("tampered", Some(9)));
    }

    fn keys(&mut self) {
        let relabel = |lines: &mut Vec<Line>| lines[7].key_id = "epoch-9".to_owned();
        self.both("give an unknown key id", relabel, "tampered", 7);
        let retired = |lines: &mut Vec<Line>| {
            lines[13].key_id = "epoch-1".to_owned();
            heal(lines, 13, true);
        };
        self.both("sign with the retired key", retired, "tampered", 13);
        let early = |lines: &mut Vec<Line>| {
            lines[9].key_id = "epoch-2".to_owned();
            heal(lines, 9, true);
        };
        self.both("sign with the next key too early", early, "tampered", 9);
        let boundary = |lines: &mut Vec<Line>| {
            lines[ROTATION].key_id = "epoch-2".to_owned();
            heal(lines, ROTATION, true);
        };
        self.both("sign the key-epoch leaf with the new key", boundary, "tampered", 11);
        let flipped = |lines: &mut Vec<Line>| {
            let last = if lines[7].mac.ends_with('0') { '1' } else { '0' };
            lines[7].mac.replace_range(63.., &last.to_string());
        };
        self.add("flip a bit of a MAC", flipped, ("intact", None), ("tampered", Some(7)));
        self.both("take a MAC away", |lines| lines[7].mac = "0".repeat(64), "tampered", 7);
        self.both("write something else than a MAC", |lines| lines[7].mac = "zz".to_owned(), "tampered", 7);
        self.both("shorten a MAC", |lines| lines[7].mac.truncate(62), "tampered", 7);
        let swapped = |lines: &mut Vec<Line>| {
            let (left, right) = lines.split_at_mut(8);
            std::mem::swap(&mut left[7].mac, &mut right[0].mac);
        };
        self.add("swap two MACs", swapped, ("intact", None), ("tampered", Some(7)));
    }

    fn closes(&mut self) {
        let edits: [(&str, Value); 13] = [
            ("/outcomes/event", json!(9)),
            ("/outcomes/reject", json!(0)),
            ("/outcomes/duplicate", json!(2)),
            ("/outcomes/gap", json!(1)),
            ("/levels/internal", json!(0)),
            ("/levels/public", json!(1)),
            ("/time/min", json!(0)),
            ("/time/max", json!(1_760_000_000_000_i64)),
            ("/from", json!(42)),
            ("/next", json!(48)),
            ("/first", json!(5)),
            ("/segment", json!(2)),
            ("/size", json!(9)),
        ];
        for (member, value) in edits {
            let change = |leaf: &mut Value| *leaf["what"].pointer_mut(member).unwrap() = value;
            self.sealed_edit(&format!("lie in a segment-close about {member}"), 10, change, "tampered");
        }
        self.sealed_edit(
            "give a segment-close another root",
            10,
            |leaf| leaf["what"]["root"] = json!("ab".repeat(32)),
            "tampered",
        );
        self.sealed_edit(
            "give a segment-close another edge",
            10,
            |leaf| leaf["what"]["edge"][0] = json!("ab".repeat(32)),
            "tampered",
        );
        let dropped = |lines: &mut Vec<Line>| {
            lines.remove(5);
            renumber(lines);
            heal(lines, 4, true);
        };
        self.sealed("drop a segment-close and renumber", 9, dropped, "tampered");
    }

    fn places(&mut self) {
        let genesis = sample()[0].value()["what"].clone();
        let second = |leaf: &mut Value| {
            leaf["type"] = json!("genesis");
            leaf["what"] = genesis;
        };
        self.sealed_edit("begin the chain a second time", 13, second, "tampered");
        let owner = sample()[1].value()["what"].clone();
        let none = |leaf: &mut Value| {
            leaf["type"] = json!("owner-change");
            leaf["what"] = owner;
        };
        self.sealed_edit("begin the chain without genesis", 0, none, "tampered");
        let epoch = sample()[ROTATION].value()["what"].clone();
        let rotate = |leaf: &mut Value| {
            leaf["type"] = json!("key-epoch");
            leaf["what"] = epoch;
        };
        self.sealed_edit("change the key within a segment", 13, rotate, "tampered");
        self.sealed_edit(
            "name another retired key",
            ROTATION,
            |leaf| leaf["what"]["previous"] = json!("epoch-0"),
            "tampered",
        );
        self.sealed_edit("take a leaf of another chain", 8, |leaf| leaf["chain"] = json!("audit.events/4"), "tampered");
        self.sealed_edit("take a leaf of a later version", 13, |leaf| leaf["v"] = json!(2), "unverifiable");
        self.sealed_edit(
            "take a leaf of an unknown type",
            13,
            |leaf| leaf["type"] = json!("heartbeat"),
            "unverifiable",
        );
        let in_segment = |lines: &mut Vec<Line>| {
            lines[13].edit(|leaf| {
                leaf["type"] = json!("key-epoch");
                leaf["what"] = json!({"key": "epoch-3", "previous": "epoch-2", "proof": "ab".repeat(32)});
            });
            lines[14..].iter_mut().for_each(|line| line.key_id = "epoch-3".to_owned());
        };
        self.sealed("change the key within a segment, and use it", 13, in_segment, "tampered");
        let empty = |leaf: &mut Value| {
            let mut close = sample()[15].value();
            let next = leaf["source"]["from"].clone();
            close["what"]["first"] = json!(16);
            close["what"]["size"] = json!(16);
            close["what"]["segment"] = json!(3);
            close["what"]["from"] = next.clone();
            close["what"]["next"] = next.clone();
            close["what"]["levels"] = json!({"confidential": 0, "internal": 0, "public": 0, "restricted": 0});
            close["what"]["outcomes"] = json!({"duplicate": 0, "event": 0, "gap": 0, "reject": 0});
            close["what"]["time"] = json!({"max": 0, "min": 0});
            close["seq"] = json!(16);
            *leaf = close;
        };
        let twice = |lines: &mut Vec<Line>| {
            lines[16].edit(empty);
            lines.truncate(17);
            // The tree under the second close is one leaf larger than under the first.
            heal(lines, 15, true);
        };
        self.sealed("close a segment that holds nothing", 16, twice, "tampered");
        let proof = |lines: &mut Vec<Line>| {
            lines[ROTATION].edit(|leaf| leaf["what"]["proof"] = json!("ab".repeat(32)));
            heal(lines, ROTATION, true);
        };
        self.add("forge the proof of the new key", proof, ("forked", Some(18)), ("tampered", Some(11)));
    }

    fn bodies(&mut self) {
        self.sealed_edit("name a duplicate of a later leaf", 8, |leaf| leaf["what"]["first"] = json!(8), "tampered");
        let later = |leaf: &mut Value| {
            leaf["type"] = json!("retention-cut");
            leaf["what"] = json!({"first": 0, "next": 14, "policy": "p"});
        };
        self.sealed_edit("cut leaves that are still to come", 13, later, "tampered");
        let hollow = |leaf: &mut Value| {
            leaf["type"] = json!("source-gap");
            leaf["what"] = json!({"reason": "retention"});
        };
        self.sealed_edit("declare a gap of nothing", 13, hollow, "tampered");
        self.sealed_edit("rotate to the same key", ROTATION, |leaf| leaf["what"]["key"] = json!("epoch-1"), "tampered");
    }

    fn sources(&mut self) {
        for (name, by, verdict) in
            [("skip source records", 5, "missing"), ("seal a source record twice", -1, "tampered")]
        {
            let shift = |lines: &mut Vec<Line>| {
                for line in &mut lines[9..] {
                    line.edit(|leaf| {
                        for member in ["/source/from", "/source/next", "/what/next", "/what/from"] {
                            if let Some(number) = leaf.pointer_mut(member).filter(|number| number.is_number()) {
                                *number = json!(number.as_i64().unwrap() + by);
                            }
                        }
                    });
                }
                // The segment of the shift began where it began.
                lines[10].edit(|leaf| leaf["what"]["from"] = json!(43));
            };
            self.sealed(name, 9, shift, verdict);
        }
        self.sealed_edit(
            "let an event take two source records",
            9,
            |leaf| leaf["source"]["next"] = json!(48),
            "tampered",
        );
        self.sealed_edit("change the partition", 13, |leaf| leaf["source"]["partition"] = json!(4), "tampered");
        self.sealed_edit(
            "give a control leaf a time of its own",
            13,
            |leaf| leaf["source"]["time"] = json!(1),
            "tampered",
        );
        self.sealed_edit(
            "give a reject a class",
            7,
            |leaf| leaf["class"] = json!({"level": "public", "policy": "p"}),
            "tampered",
        );
        self.sealed_edit(
            "give an event an unknown level",
            9,
            |leaf| leaf["class"]["level"] = json!("secret"),
            "tampered",
        );
        self.sealed_edit("add a member to a leaf", 9, |leaf| leaf["zone"] = json!(1), "tampered");
        self.sealed_edit("add a member to a body", 13, |leaf| leaf["what"]["zone"] = json!(1), "tampered");
        let long = |leaf: &mut Value| leaf["what"]["detail"] = json!("x".repeat(65_535));
        self.sealed_edit("grow a leaf beyond 65,535 bytes", 9, long, "tampered");
    }

    fn spellings(&mut self) {
        for (name, from, to) in [
            ("a space", "\"source\":{", "\"source\": {"),
            ("a space at the end", "}}", "}} "),
            ("a needless escape", "\"type\":\"reject\"", "\"type\":\"rejec\\u0074\""),
            ("a decimal point", "\"partition\":3", "\"partition\":3.0"),
            ("an exponent", "\"bytes\":17", "\"bytes\":17e0"),
            ("a number past 2^53", "\"bytes\":17", "\"bytes\":9007199254740993"),
            ("a member twice", "\"type\":\"reject\"", "\"type\":\"event\",\"type\":\"reject\""),
            ("members out of order", "\"type\":\"reject\",\"v\":1", "\"v\":1,\"type\":\"reject\""),
            ("upper-case hexadecimal digits", "\"digest\":\"9c", "\"digest\":\"9C"),
            ("an unpaired surrogate", "truncated", "truncated\\ud800"),
            ("text after it", "}}", "}}{}"),
        ] {
            let change = |lines: &mut Vec<Line>| replace(&mut lines[7], from, to);
            self.both(&format!("spell a leaf with {name}"), change, "tampered", 7);
        }
    }

    fn tails(&mut self) {
        self.both("cut one leaf off", |lines| lines.truncate(18), "missing", 18);
        self.both("cut the tail off at a segment-close", |lines| lines.truncate(11), "missing", 11);
        let stolen = |lines: &mut Vec<Line>| {
            lines[4].edit(|leaf| leaf["what"] = event("e-forged", "read"));
            heal(lines, 4, true);
        };
        self.both("rewrite the past with the stolen keys", stolen, "forked", 18);
        let rewritten = |lines: &mut Vec<Line>| {
            lines[4].edit(|leaf| leaf["what"] = event("e-forged", "read"));
            heal(lines, 4, false);
        };
        self.add("rewrite the past without the keys", rewritten, ("forked", Some(18)), ("tampered", Some(4)));
        let continued = |lines: &mut Vec<Line>| {
            lines[17].edit(|leaf| leaf["what"] = event("e-forged", "read"));
            heal(lines, 17, true);
        };
        self.both("cut the tail off and go on with stolen keys", continued, "forked", 18);
        let (lines, size) = (self.intact.clone(), 16);
        self.both("leave leaves without a checkpoint", |_| {}, "pending", size as u64);
        self.attacks.last_mut().unwrap().checkpoint = checkpoint(&lines, size);
    }

    fn disclosures(&mut self) {
        let other = |lines: &mut Vec<Line>| lines[3].disclosures[0] = disclosure("reason", &json!("curiosity")).0;
        self.both("disclose another value", other, "tampered", 3);
        let moved = |lines: &mut Vec<Line>| lines[4].disclosures = std::mem::take(&mut lines[3].disclosures);
        self.both("disclose a value in another record", moved, "tampered", 4);
        let spelled = |lines: &mut Vec<Line>| lines[3].disclosures[0].push('=');
        self.both("spell a disclosure otherwise", spelled, "tampered", 3);
        let twice = |lines: &mut Vec<Line>| {
            let again = lines[3].disclosures[0].clone();
            lines[3].disclosures.push(again);
        };
        self.both("disclose a value twice", twice, "tampered", 3);
    }
}
