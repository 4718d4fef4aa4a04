//! Text that may be something else: what it is written as, decoded, looked into, and the spans mapped back.

use crate::encoded::hl7::Meaning;
use crate::encoded::origin::Decoded;
use crate::encoded::xml::Value;
use crate::encoded::{base64_text, hl7, percent, sql, url, xml};
use crate::engine::leaf::{Beside, Leaf};
use crate::engine::scan::Scan;
use crate::finding::{Evidence, Finding, RuleId};
use crate::paths::treatment::Treatment;

/// How often a value is decoded.
pub(crate) const DEPTH_MAX: u8 = 3;
/// Longer values are not decoded: they are payloads, and count as not looked into.
pub(crate) const DECODED_BYTES_MAX: usize = 1 << 20;

impl Scan<'_, '_> {
    /// A text of any form.
    pub fn content(&mut self, text: &str, out: &mut Vec<Finding>) {
        if text.len() < 4 {
            return self.prose(text, out);
        }
        if self.depth < DEPTH_MAX && self.structured(text, out) {
            return;
        }
        self.prose_with_pieces(text, out);
    }

    /// True when the text as a whole is of another form, and was looked into.
    fn structured(&mut self, text: &str, out: &mut Vec<Finding>) -> bool {
        let start = text.trim_start().as_bytes().first().copied().unwrap_or_default();
        match start {
            b'{' | b'[' => self.deeper(|scan| scan.json_inside(text, out)),
            b'<' if xml::looks_like(text) => {
                self.deeper(|scan| scan.xml(text, out));
                true
            }
            _ if hl7::begins(text).is_some() => {
                self.deeper(|scan| scan.hl7(text, out));
                true
            }
            _ if sql::looks_like(text) => {
                self.deeper(|scan| scan.sql(text, out));
                true
            }
            _ => self.encoded(text, out),
        }
    }

    /// Base64 and percent-encoding of the whole text; URLs.
    pub fn encoded(&mut self, text: &str, out: &mut Vec<Finding>) -> bool {
        if url::looks_like(text) {
            self.deeper(|scan| scan.url(text, out));
            return true;
        }
        if base64_text::looks_like(text.trim()) && self.base64_inside(text, out) {
            return true;
        }
        let one_word = !text.bytes().any(|byte| byte.is_ascii_whitespace());
        if one_word && percent::is_encoded(text) {
            self.decoded(out, |_, decoded| percent::decode(text, true, decoded));
            return true;
        }
        false
    }

    /// Decodes, looks into what came out, and maps the spans back.
    fn decoded(&mut self, out: &mut Vec<Finding>, decode: impl FnOnce(&mut Self, &mut Decoded)) {
        self.with_decoded(|scan, decoded| {
            decode(scan, decoded);
            let Some(text) = decoded.text() else { return };
            if !scan.work.spend(text.len()) {
                return;
            }
            scan.with_findings(|scan, found| {
                scan.deeper(|scan| scan.content(text, found));
                out.extend(found.iter().map(|finding| mapped(finding, decoded)));
            });
        });
    }

    /// Base64 that nobody announced: only when it decodes to text.
    fn base64_inside(&mut self, text: &str, out: &mut Vec<Finding>) -> bool {
        if text.len() > DECODED_BYTES_MAX {
            return false;
        }
        let is_text =
            self.with_decoded(|scan, decoded| scan.unpack(text, decoded) && base64_text::is_text(&decoded.bytes));
        if is_text {
            self.decoded(out, |scan, decoded| {
                scan.unpack(text, decoded);
            });
        }
        is_text
    }

    fn unpack(&mut self, text: &str, decoded: &mut Decoded) -> bool {
        let mut bytes = self.pool.bytes.pop().unwrap_or_default();
        let mut letters = self.pool.bytes.pop().unwrap_or_default();
        let done = base64_text::decode(text, decoded, &mut bytes, &mut letters);
        self.pool.bytes.extend([bytes, letters]);
        done
    }

    /// Base64 that the path announced. What does not decode to text is not understood.
    pub fn base64(&mut self, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        if leaf.text.is_empty() || (self.depth < DEPTH_MAX && self.base64_inside(leaf.text, out)) {
            return;
        }
        if leaf.text.contains(' ') {
            return self.content(leaf.text, out);
        }
        self.work.opaque = true;
    }

    pub fn xhtml(&mut self, text: &str, out: &mut Vec<Finding>) {
        self.with_decoded(|scan, decoded| {
            xml::plain(text, decoded);
            let Some(plain) = decoded.text() else { return };
            scan.with_findings(|scan, found| {
                scan.prose_with_pieces(plain, found);
                out.extend(found.iter().map(|finding| mapped(finding, decoded)));
            });
        });
    }

    fn xml(&mut self, text: &str, out: &mut Vec<Finding>) {
        let html = text.get(..text.len().min(400)).unwrap_or(text).contains("xhtml");
        if html {
            return self.xhtml(text, out);
        }
        xml::values(text, &mut |open, at, value| {
            let (key, raw, parents) = match value {
                // FHIR and HL7 v3 keep an element's value in an attribute.
                Value::Attribute { element, name: "value" | "V" | "extension", value } => (element, value, 1),
                Value::Attribute { name, value, .. } => (name, value, 0),
                Value::Text { element, value } => (element, value, 1),
            };
            let parents = open.iter().rev().skip(parents).copied();
            self.with_decoded(|scan, decoded| {
                xml::plain(raw, decoded);
                let Some(plain) = decoded.text() else { return };
                scan.with_findings(|scan, found| {
                    scan.keyed(key, parents, plain, found);
                    out.extend(found.iter().map(|finding| shifted(&mapped(finding, decoded), at)));
                });
            });
        });
    }

    fn hl7(&mut self, text: &str, out: &mut Vec<Finding>) {
        let tables = self.tables;
        hl7::values(&tables.segments, text, &mut |value| {
            let (treatment, beside) = match value.meaning {
                Meaning::Known(label) => (Treatment::Known(label), Beside::default()),
                Meaning::Text => (Treatment::Text, Beside::default()),
                Meaning::Id { code, system } => {
                    (Treatment::Identifier, Beside { code, system, owner: Some("HL7"), name: None })
                }
            };
            let leaf = Leaf { text: value.text, treatment, rule: value.rule, beside };
            self.inner(value.start, &leaf, out);
        });
    }

    fn sql(&mut self, text: &str, out: &mut Vec<Finding>) {
        sql::literals(text, &mut |column, at, literal| {
            // `LIKE '%Smith%'`
            let bare = literal.trim_matches('%');
            let at = at + literal.find(bare).unwrap_or(0);
            self.with_findings(|scan, found| {
                scan.keyed(column, std::iter::empty(), bare, found);
                out.extend(found.iter().map(|finding| shifted(finding, at)));
            });
        });
    }

    /// A value under a name that no path rule knows.
    fn keyed<'k>(&mut self, key: &str, parents: impl Iterator<Item = &'k str>, text: &str, out: &mut Vec<Finding>) {
        let verdict = self.tables.keys.verdict(key, parents);
        let leaf = Leaf { text, treatment: Treatment::Unknown, rule: RuleId(0), beside: Beside::default() };
        if self.work.spend(text.len()) {
            self.judged(verdict, &leaf, out);
        }
    }

    /// A value inside of the text, beginning at a byte of it.
    pub fn inner(&mut self, at: usize, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        self.with_findings(|scan, found| {
            scan.leaf(leaf, found);
            out.extend(found.iter().map(|finding| shifted(finding, at)));
        });
    }
}

/// A finding in decoded text, as a span of what it was decoded from.
pub(crate) fn mapped(finding: &Finding, decoded: &Decoded) -> Finding {
    let (start, end) = decoded.origin.source(finding.start, finding.end);
    Finding { start, end, evidence: finding.evidence.with(Evidence::DECODED), ..*finding }
}

pub(crate) fn shifted(finding: &Finding, by: usize) -> Finding {
    Finding { start: finding.start + by as u32, end: finding.end + by as u32, ..*finding }
}
