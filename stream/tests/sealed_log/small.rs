//! Every interleaving of small cases keeps every property.

use crate::model::{SMALL, run};

#[test]
fn the_history_is_exact_and_the_owner_can_go_on_in_every_state_of_small_cases() {
    for (name, case) in SMALL {
        run(name, case);
    }
}
