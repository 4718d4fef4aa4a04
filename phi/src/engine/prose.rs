//! Free text, searched by the text scanner.

use crate::engine::scan::{Pool, Scan};
use crate::finding::Finding;
use crate::text::Hint;

impl Scan<'_, '_> {
    /// Free text that is nothing but text. Findings are added in order.
    pub fn prose(&mut self, text: &str, out: &mut Vec<Finding>) {
        self.with_findings(|scan, found| {
            let Pool { text: scratch, known, .. } = &mut *scan.pool;
            scan.scanner.scan(text, Hint { label: None, known }, scratch, found);
            // What a redaction has put there is nobody's any more.
            let bytes = text.as_bytes();
            let tagged = |finding: &Finding| is_in_tag(bytes, finding);
            out.extend(found.iter().filter(|finding| !tagged(finding)));
        });
    }
}

/// Whether a finding touches a tag such as `[NAME:7f3a]`.
fn is_in_tag(bytes: &[u8], finding: &Finding) -> bool {
    /// The longest label, a colon, four digits and the brackets.
    const TAG_BYTES_MAX: usize = 24;
    let (start, end) = (finding.start as usize, finding.end as usize);
    let before = bytes.get(start.saturating_sub(TAG_BYTES_MAX)..end).unwrap_or_default();
    let Some(open) = before.iter().rposition(|byte| *byte == b'[') else { return false };
    let open = start.saturating_sub(TAG_BYTES_MAX) + open;
    let rest = bytes.get(open..).unwrap_or_default();
    let close = rest.iter().take(TAG_BYTES_MAX).position(|byte| *byte == b']');
    let tag = close.and_then(|close| std::str::from_utf8(rest.get(..=close)?).ok());
    tag.is_some_and(|tag| crate::paths::value::is_tag(tag) && open + tag.len() > start)
}
