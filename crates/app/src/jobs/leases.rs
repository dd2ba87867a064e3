//! Who holds a lease: a name nobody else has, made anew by each run.

use bailiwick_base::db::Ground;

/// A new holder.
pub(crate) fn new_holder(ground: &Ground) -> String {
    data_encoding::HEXLOWER.encode(&ground.random.bytes::<16>())
}
