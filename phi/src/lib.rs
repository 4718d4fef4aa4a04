//! Where personal health information sits in an audit event and how sensitive it is. Pure: no I/O.
