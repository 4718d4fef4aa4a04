//! Free text, searched by the text scanner.

use crate::Label;
use crate::engine::scan::Scan;
use crate::finding::Finding;

impl Scan<'_, '_> {
    /// Free text that is nothing but text. Findings are added in order.
    pub fn prose(&mut self, _text: &str, _hint: Option<Label>, _out: &mut Vec<Finding>) {}
}
