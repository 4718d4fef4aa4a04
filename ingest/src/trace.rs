//! Which request this is: its id, and the W3C trace that it belongs to.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;

const REQUEST_ID_BYTES_MAX: usize = 128;
const TRACESTATE_BYTES_MAX: usize = 512;

/// A sound `traceparent` (W3C Trace Context) with its `tracestate`, for the event's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    pub traceparent: String,
    pub tracestate: Option<String>,
}

impl TraceContext {
    /// Nothing where the header is missing, given twice, or not sound: a broken trace must not cost an event.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all("traceparent").iter();
        let traceparent = given.next()?.to_str().ok()?;
        if given.next().is_some() || !is_sound(traceparent) {
            return None;
        }
        let states: Option<Vec<&str>> = headers.get_all("tracestate").iter().map(|state| state.to_str().ok()).collect();
        let tracestate = states.map(|states| states.join(","));
        let tracestate = tracestate.filter(|state| (1..=TRACESTATE_BYTES_MAX).contains(&state.len()));
        Some(Self { traceparent: traceparent.to_owned(), tracestate })
    }
}

/// Version, trace id, parent id, flags; ids of zeros stand for none. A later version may have more fields.
fn is_sound(traceparent: &str) -> bool {
    let mut fields = traceparent.split('-');
    let mut field = |length: usize| {
        let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        fields.next().filter(|field| field.len() == length && field.bytes().all(is_hex))
    };
    let (Some(version), Some(trace), Some(parent), Some(_flags)) = (field(2), field(32), field(16), field(2)) else {
        return false;
    };
    let is_set = |id: &str| id.bytes().any(|digit| digit != b'0');
    let has_more = fields.next().is_some();
    version != "ff" && is_set(trace) && is_set(parent) && !(version == "00" && has_more) && traceparent.len() <= 128
}

/// The request's name in logs and answers: the sender's where it is short and printable, else one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get("x-request-id").map(|id| id.as_bytes()).unwrap_or_default();
        let is_sane = (1..=REQUEST_ID_BYTES_MAX).contains(&given.len()) && given.iter().all(u8::is_ascii_graphic);
        match std::str::from_utf8(given) {
            Ok(id) if is_sane => Self(id.to_owned()),
            _ => Self::generate(),
        }
    }

    /// Unique, not secret: a random start of the process and a counter.
    fn generate() -> Self {
        static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(format!("{:016x}-{:x}", *START, NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_sound_trace_is_kept_as_it_came() {
        let sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = TraceContext::of(&headers(&[("traceparent", sound), ("tracestate", "a=1"), ("tracestate", "b=2")]));
        assert_eq!(trace.clone().unwrap().traceparent, sound);
        assert_eq!(trace.unwrap().tracestate.as_deref(), Some("a=1,b=2"));
        assert!(TraceContext::of(&headers(&[("traceparent", &sound.replacen("00", "01", 1))])).is_some());
    }

    #[test]
    fn a_broken_trace_is_left_out() {
        let sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for broken in [
            "",
            "Jane Doe",
            &sound.to_uppercase(),
            &sound.replacen("00", "ff", 1),
            &format!("{sound}-more"),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            assert_eq!(TraceContext::of(&headers(&[("traceparent", broken)])), None, "{broken}");
        }
        assert_eq!(TraceContext::of(&headers(&[("traceparent", sound), ("traceparent", sound)])), None, "twice");
    }

    #[test]
    fn a_request_id_is_echoed_only_if_it_is_short_and_printable() {
        let of = |id: &str| RequestId::of(&headers(&[("x-request-id", id)]));
        assert_eq!(of("build-7/step:3").as_str(), "build-7/step:3");
        for odd in ["", "two words", &"x".repeat(129), "tab\there"] {
            assert_ne!(of(odd).as_str(), odd);
        }
        assert_ne!(of(""), of(""), "each is new");
    }
}
