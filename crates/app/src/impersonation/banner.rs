//! The bar over every page while somebody acts as another: who, as whom, why, for how long, and the way out.

use bailiwick_base::authz::Actor;
use bailiwick_base::t;
use bailiwick_base::words::Timestamp;
use bailiwick_ui::{Icon, Tone, csrf, submit};
use maud::{Markup, html};

/// Whole minutes until an instant, the one under way counted.
fn minutes_left(until: Timestamp, now: Timestamp) -> i64 {
    i64::try_from(until.since(now).as_millis().div_ceil(60_000)).unwrap_or(i64::MAX)
}

/// The bar; nothing for whoever is oneself.
pub(crate) fn banner(actor: &Actor, tenant: Option<&str>, now: Timestamp, token: &str) -> Option<Markup> {
    let real = actor.real()?;
    let who = match tenant {
        Some(tenant) => {
            t!("acting-banner-of", real = real.name.as_str(), name = actor.full_name(), tenant = tenant)
        }
        None => t!("acting-banner", real = real.name.as_str(), name = actor.full_name()),
    };
    let text = html! {
        strong { (who) } " · " (t!("acting-banner-reason", reason = real.reason.as_str())) " · "
        (t!("acting-banner-left", n = minutes_left(real.until, now)))
    };
    let leave = html! {
        form method="post" action="/leave" { (csrf(token)) (submit(t!("acting-leave")).small().icon(Icon::Logout)) }
    };
    Some(bailiwick_ui::banner(Tone::Warning, text, leave))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_counts_until_it_is_over() {
        let left = |until| minutes_left(Timestamp(until), Timestamp(1_000_000));
        assert_eq!(left(1_000_000 + 30 * 60_000), 30);
        assert_eq!(left(1_000_000 + 30 * 60_000 - 1), 30);
        assert_eq!(left(1_000_001), 1);
        assert_eq!(left(1_000_000), 0);
        assert_eq!(left(0), 0);
    }
}
