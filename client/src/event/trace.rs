//! Reading a `traceparent` header (W3C Trace Context).

/// The trace id and the span id of a sound header.
pub(super) fn read(traceparent: &str) -> Option<(&str, &str)> {
    let mut parts = traceparent.trim().split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // Later versions may add parts; this one may not.
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let sound =
        [(version, 2), (trace, 32), (span, 16), (flags, 2)].into_iter().all(|(part, length)| is_hex(part, length));
    let present = |id: &str| id.bytes().any(|byte| byte != b'0');
    (sound && present(trace) && present(span)).then_some((trace, span))
}

fn is_hex(part: &str, length: usize) -> bool {
    part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
