//! Where each element of FHIR's and DICOM's audit messages has its place in our event, as data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A standard's audit message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    pub title: String,
    pub about: String,
    elements: Vec<Element>,
    r#type: BTreeMap<String, Type>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    elements: Vec<Element>,
}

/// One element and its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Its pointer in the message; `*` is any index.
    pub from: String,
    /// Its pointer in our event, with the same indices; or `extras`, under its own pointer.
    pub to: String,
    /// What it is: text, time, boolean, integer, base64, json (a whole subtree as JSON text), or one of the standard's types.
    #[serde(rename = "type")]
    pub kind: String,
}

static ALL: LazyLock<Vec<Standard>> = LazyLock::new(|| {
    let files = [
        include_str!("../../standards/fhir-r4.toml"),
        include_str!("../../standards/fhir-r5.toml"),
        include_str!("../../standards/dicom.toml"),
    ];
    files.iter().filter_map(|text| toml::from_str(text).ok()).collect()
});

/// FHIR R4, FHIR R5 and DICOM.
#[must_use]
pub fn all() -> &'static [Standard] {
    &ALL
}

impl Standard {
    /// Every element down to its values: no type of the standard's own is left.
    #[must_use]
    pub fn values(&self) -> Vec<Element> {
        let mut found = Vec::new();
        self.elements.iter().for_each(|element| self.expand(element.clone(), &mut found));
        found
    }

    fn expand(&self, element: Element, found: &mut Vec<Element>) {
        let Some(kind) = self.r#type.get(&element.kind) else { return found.push(element) };
        for inner in &kind.elements {
            let to = if inner.to == "extras" { inner.to.clone() } else { format!("{}{}", element.to, inner.to) };
            self.expand(
                Element { from: format!("{}{}", element.from, inner.from), to, kind: inner.kind.clone() },
                found,
            );
        }
    }
}

const INTRODUCTION: &str = "# FHIR and DICOM in the event

Where each element of a standard's audit message stands in [our event](audit-event.md). `*` is any index, the same on both sides. *extras* means
that the element is kept in `extras` as JSON text, under its own JSON pointer. This page is made from `schemas/standards` by
`audit-cli event schema --standards`; a test maps a full message of each standard by these tables and finds every value again.
";

/// The page of the reference, as Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for standard in all() {
        page.push_str(&format!("\n## {}\n\n{}\n", standard.title, standard.about));
        table(&mut page, &standard.elements);
        for (name, kind) in &standard.r#type {
            page.push_str(&format!("\nA {name} of it:\n"));
            table(&mut page, &kind.elements);
        }
    }
    page
}

fn table(page: &mut String, elements: &[Element]) {
    page.push_str("\n| element | place in the event | type |\n|---|---|---|\n");
    for Element { from, to, kind } in elements {
        let place = match to.as_str() {
            "extras" => "*extras*".to_owned(),
            "" => "the same place".to_owned(),
            to => format!("`{to}`"),
        };
        page.push_str(&format!("| `{from}` | {place} | {kind} |\n"));
    }
}
