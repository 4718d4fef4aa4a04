//! The calls into librdkafka that its crate does not wrap, or wraps with a panic.
#![allow(unsafe_code, reason = "librdkafka says these things only through its C interface")]

use std::ffi::CString;

use rdkafka::bindings;
use rdkafka::client::Client;
use rdkafka::{ClientContext, TopicPartitionList};

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

/// Waits until nothing is in flight, at most so long. Within a transaction a record that failed shows at its commit.
pub(crate) fn flush<C: ClientContext>(client: &Client<C>, wait: std::time::Duration) {
    let milliseconds = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the client is borrowed, so its handle lives through the call, which may be made from any thread. Its answer is one of two
    // codes: flushed, or still in flight; then the commit waits for the rest.
    unsafe {
        bindings::rd_kafka_flush(client.native_ptr(), milliseconds);
    }
}

/// What stands beside a partition's offset; nothing where there is none. Its crate panics on what is no UTF-8, and anybody who
/// may commit for the group can put such there.
pub(crate) fn metadata(list: &TopicPartitionList, topic: &str, partition: i32) -> Vec<u8> {
    let Ok(topic) = CString::new(topic) else { return Vec::new() };
    // SAFETY: the list is borrowed, so it and its elements live through the call and are changed by nobody; the topic's name ends
    // with a zero byte. An element's metadata is null or points to as many bytes as its size says; they are copied.
    unsafe {
        let element = bindings::rd_kafka_topic_partition_list_find(list.ptr(), topic.as_ptr(), partition);
        if element.is_null() || (*element).metadata.is_null() {
            return Vec::new();
        }
        std::slice::from_raw_parts((*element).metadata.cast::<u8>(), (*element).metadata_size).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_beside_an_offset_that_are_no_text_are_read_without_a_panic() {
        let mut list = TopicPartitionList::new();
        list.add_partition("t", 3).set_metadata("text");
        assert_eq!(metadata(&list, "t", 3), b"text");
        // SAFETY: the element's metadata are the four bytes that were set above; one of them is written over.
        unsafe {
            let element = bindings::rd_kafka_topic_partition_list_find(list.ptr(), c"t".as_ptr(), 3);
            *(*element).metadata.cast::<u8>() = 0xff;
        }
        assert_eq!(metadata(&list, "t", 3), b"\xffext");
        assert_eq!((metadata(&list, "t", 4), metadata(&list, "t\0", 3)), (vec![], vec![]));
    }
}
