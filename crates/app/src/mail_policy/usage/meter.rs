//! How full a mailbox is, for people.

use bailiwick_base::t;
use bailiwick_base::words::Storage;
use bailiwick_ui::{Meter, meter};

use super::Usage;

/// A meter of the quota: `1.2 GB of 5 GB`.
pub(crate) fn usage_meter(usage: Option<Usage>, quota: Storage) -> Meter {
    let of = |storage: Storage| u64::try_from(storage.as_bytes()).unwrap_or(0);
    match usage {
        Some(usage) => {
            let text = t!("usage-of-quota", used = usage.stored.to_string(), quota = quota.to_string());
            meter(t!("usage-meter"), text, of(usage.stored), Some(of(quota)))
        }
        None => meter(t!("usage-meter"), t!("usage-unknown", quota = quota.to_string()), 0, None),
    }
}

/// Is more than nine tenths of the quota used?
pub(crate) fn is_nearly_full(usage: Usage, quota: Storage) -> bool {
    i128::from(usage.stored.as_bytes()) * 10 > i128::from(quota.as_bytes()) * 9
}
