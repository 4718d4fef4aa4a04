//! The one call into librdkafka that its crate does not wrap: which generation of the group this member belongs to.
#![allow(unsafe_code, reason = "librdkafka says it only through its C interface")]

use rdkafka::ClientContext;
use rdkafka::bindings;
use rdkafka::client::Client;

/// The group's generation as this member knows it; -1 outside of any.
pub(crate) fn generation<C: ClientContext>(client: &Client<C>) -> i32 {
    // SAFETY: the client is borrowed, so its handle lives through the call. librdkafka gives a copy that is ours to free, or null
    // where the client is no member of a group; it is read once and freed once.
    unsafe {
        let metadata = bindings::rd_kafka_consumer_group_metadata(client.native_ptr());
        if metadata.is_null() {
            return -1;
        }
        let generation = bindings::rd_kafka_consumer_group_metadata_generation_id(metadata);
        bindings::rd_kafka_consumer_group_metadata_destroy(metadata);
        generation
    }
}
