//! What a value's path says of it: rules by type and member, names of fields, identifiers, and the walk over JSON.

pub(crate) mod file;
pub(crate) mod identify;
pub(crate) mod keys;
pub(crate) mod load;
pub mod tape;
pub(crate) mod treatment;
pub(crate) mod types;
pub(crate) mod value;
pub(crate) mod walk;
