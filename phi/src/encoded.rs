//! Values that are written in another form: base64, percent-encoding, URLs, JSON in strings, SQL, HL7 v2, XML.

pub(crate) mod base64_text;
pub(crate) mod hl7;
pub(crate) mod json_string;
pub(crate) mod look;
pub(crate) mod origin;
pub(crate) mod percent;
pub(crate) mod pieces;
pub(crate) mod sql;
pub(crate) mod url;
pub(crate) mod xml;
