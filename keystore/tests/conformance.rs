//! One contract for both keepers of keys. Every scenario runs on a key file and on a SoftHSM token of its own.
//!
//! A token's test runs in a child process: the module reads where its tokens lie from the environment, once, when it is
//! loaded. The child runs the same test by its name.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "conformance/contract.rs"]
mod contract;
#[path = "conformance/crash.rs"]
mod crash;
#[path = "conformance/file.rs"]
mod file;
#[path = "conformance/ground.rs"]
mod ground;
#[path = "conformance/token.rs"]
mod token;

use ground::{FileGround, TokenGround};

macro_rules! contract {
    ($($scenario:ident),+ $(,)?) => {
        mod on_a_file {
            $(#[test]
            fn $scenario() {
                crate::contract::$scenario(&crate::FileGround::new());
            })+
        }
        mod on_a_token {
            $(#[test]
            fn $scenario() {
                crate::TokenGround::run(concat!("on_a_token::", stringify!($scenario)), |ground| {
                    crate::contract::$scenario(ground);
                });
            })+
        }
    };
}

contract! {
    every_operation_does_its_work,
    an_imported_key_gives_the_same_mac_everywhere,
    states_allow_what_the_table_says,
    a_rotation_lets_both_keys_sign_until_the_old_one_retires,
    a_destroyed_key_is_gone_for_good,
    what_another_process_changes_counts_at_once,
    a_wrong_secret_opens_nothing,
    eight_threads_get_the_right_answers,
    keys_that_vanish_are_an_outage_and_come_back,
    no_operation_is_silent,
    both_halves_of_a_rewrap_are_reported,
    names_and_purposes_are_kept_apart,
}
