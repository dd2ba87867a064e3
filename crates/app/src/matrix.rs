//! The policy printed: every action, every role.

use std::fmt::Write;

use bailiwick_base::authz::{ActionInfo, Role};

/// Every action there is.
pub fn actions() -> Vec<ActionInfo> {
    use crate::{addresses, aliases, audit, domains, jobs, mailboxes, sign_in, tenants};
    vec![
        ActionInfo::of::<sign_in::SignIn>(),
        ActionInfo::of::<sign_in::Recover>(),
        ActionInfo::of::<sign_in::FollowLink>(),
        ActionInfo::of::<sign_in::SetUp>(),
        ActionInfo::of::<sign_in::ChangeOwnPassword>(),
        ActionInfo::of::<tenants::CreateTenant>(),
        ActionInfo::of::<tenants::UpdateTenant>(),
        ActionInfo::of::<tenants::SuspendTenant>(),
        ActionInfo::of::<tenants::ResumeTenant>(),
        ActionInfo::of::<domains::AddDomain>(),
        ActionInfo::of::<domains::VerifyDomain>(),
        ActionInfo::of::<domains::UpdateDomain>(),
        ActionInfo::of::<domains::RemoveDomain>(),
        ActionInfo::of::<domains::CheckWaitingDomains>(),
        ActionInfo::of::<domains::VerifyWaitingDomain>(),
        ActionInfo::of::<domains::RemoveExpiredDomain>(),
        ActionInfo::of::<aliases::AddAlias>(),
        ActionInfo::of::<aliases::UpdateAlias>(),
        ActionInfo::of::<aliases::RemoveAlias>(),
        ActionInfo::of::<addresses::ReleaseAddress>(),
        ActionInfo::of::<mailboxes::AddMailbox>(),
        ActionInfo::of::<mailboxes::UpdateMailbox>(),
        ActionInfo::of::<mailboxes::DisableMailbox>(),
        ActionInfo::of::<mailboxes::EnableMailbox>(),
        ActionInfo::of::<mailboxes::SendResetLink>(),
        ActionInfo::of::<mailboxes::SetOneTimePassword>(),
        ActionInfo::of::<mailboxes::SetMailboxPassword>(),
        ActionInfo::of::<mailboxes::ChangeRecoveryAddress>(),
        ActionInfo::of::<mailboxes::RemoveMailbox>(),
        ActionInfo::of::<audit::SealHistory>(),
        ActionInfo::of::<audit::VerifyHistory>(),
        ActionInfo::of::<jobs::WorkOutbox>(),
    ]
}

/// The matrix as text: `✔` permitted in its scope, `✘` refused (403), `∅` not even seen.
pub fn matrix() -> String {
    let mut text = String::from(
        "What each role may do within its scope. ✔ may · ✘ sees the thing, may not (403) · ∅ does not see it (403 for the section)\n\n",
    );
    let _ = write!(text, "{:<34} {:<18} {:<13}", "action", "needs", "done to");
    for role in Role::ALL {
        let _ = write!(text, " {}", role.key());
    }
    text.push('\n');
    for action in actions() {
        let _ = write!(text, "{:<34} {:<18} {:<13}", action.name, action.needs.key(), action.target);
        for role in Role::ALL {
            let held = role.permissions();
            let mark = match (held.contains(action.needs), held.contains(action.sees)) {
                (true, true) => '✔',
                (_, true) => '✘',
                _ => '∅',
            };
            let _ = write!(text, " {mark:^width$}", width = role.key().len());
        }
        text.push('\n');
    }
    text
}
