//! How often the text is looked at, counted in tests only: a clock on a busy machine cannot tell linear from quadratic.

use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

pub(crate) fn look() {
    LOOKS.with(|looks| looks.set(looks.get() + 1));
}

/// How many looks `run` takes on this thread.
pub(crate) fn looks(run: impl FnOnce()) -> u64 {
    let before = LOOKS.with(Cell::get);
    run();
    LOOKS.with(Cell::get) - before
}
