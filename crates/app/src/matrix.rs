//! Every action there is, and the policy printed from them.

mod print;

use bailiwick_base::authz::ActionInfo;

/// Every action there is.
pub fn actions() -> Vec<ActionInfo> {
    use crate::{
        addresses, aliases, audit, domains, impersonation, jobs, mailboxes, security, sign_in, staff,
        sub_admins, tasks, tenants,
    };
    vec![
        ActionInfo::of::<sign_in::SignIn>(),
        ActionInfo::of::<sign_in::Recover>(),
        ActionInfo::of::<sign_in::FollowLink>(),
        ActionInfo::of::<sign_in::SetUp>(),
        ActionInfo::of::<sign_in::ChangeOwnPassword>(),
        ActionInfo::of::<security::EndSession>(),
        ActionInfo::of::<security::EndOtherSessions>(),
        ActionInfo::of::<security::AskRecoveryAddress>(),
        ActionInfo::of::<security::CancelRecoveryAddress>(),
        ActionInfo::of::<security::ChangeOwnRecoveryAddress>(),
        ActionInfo::of::<security::MakeResetLink>(),
        ActionInfo::of::<security::SetRecoveryAddress>(),
        ActionInfo::of::<security::LiftNetworks>(),
        ActionInfo::of::<security::DisableLogin>(),
        ActionInfo::of::<security::EnableLogin>(),
        ActionInfo::of::<tenants::CreateTenant>(),
        ActionInfo::of::<tenants::UpdateTenant>(),
        ActionInfo::of::<tenants::SuspendTenant>(),
        ActionInfo::of::<tenants::ResumeTenant>(),
        ActionInfo::of::<sub_admins::AddSubAdmin>(),
        ActionInfo::of::<sub_admins::UpdateSubAdmin>(),
        ActionInfo::of::<sub_admins::RemoveSubAdmin>(),
        ActionInfo::of::<sub_admins::InviteSubAdmin>(),
        ActionInfo::of::<sub_admins::SetOwnNetworks>(),
        ActionInfo::of::<staff::AddStaff>(),
        ActionInfo::of::<staff::UpdateStaff>(),
        ActionInfo::of::<staff::DisableStaff>(),
        ActionInfo::of::<staff::EnableStaff>(),
        ActionInfo::of::<staff::ResendStaffInvitation>(),
        ActionInfo::of::<staff::RemoveStaff>(),
        ActionInfo::of::<tenants::SendAdminLink>(),
        ActionInfo::of::<tenants::ChangeAdminAddress>(),
        ActionInfo::of::<tenants::LiftLimits>(),
        ActionInfo::of::<tenants::BindByLimits>(),
        ActionInfo::of::<tasks::RequestUnlimited>(),
        ActionInfo::of::<tasks::AcceptTask>(),
        ActionInfo::of::<tasks::DeclineTask>(),
        ActionInfo::of::<impersonation::Impersonate>(),
        ActionInfo::of::<impersonation::EnterByToken>(),
        ActionInfo::of::<impersonation::BeginImpersonation>(),
        ActionInfo::of::<impersonation::LeaveImpersonation>(),
        ActionInfo::of::<impersonation::TimeOutImpersonation>(),
        ActionInfo::of::<impersonation::CloseImpersonation>(),
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
        ActionInfo::of::<audit::CheckpointHistory>(),
        ActionInfo::of::<audit::ProveHistory>(),
        ActionInfo::of::<jobs::WorkOutbox>(),
    ]
}

/// The policy as text, committed as `docs/authz-matrix.txt`.
pub fn matrix() -> String {
    print::matrix(&actions())
}
