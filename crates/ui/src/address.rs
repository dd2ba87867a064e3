//! Mail addresses as they stand in lists.

use maud::{Markup, html};

/// A mail address: the local part stands out, and a long one breaks before the `@`.
pub fn address(address: &str) -> Markup {
    let (local, domain) = address.rfind('@').map_or((address, ""), |at| address.split_at(at));
    html! { (local) @if !domain.is_empty() { wbr; span.bw-muted { (domain) } } }
}
