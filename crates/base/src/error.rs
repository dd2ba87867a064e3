//! The one error of every operation: pages, htmx fragments, the API and the command line render the same value.
//!
//! What a person reads lives in `web/locales/en/errors.ftl` under the code's name; what went wrong inside is
//! kept as the source, logged once where the error is rendered, and never shown.

use std::fmt;

use crate::authz::Explanation;
use crate::texts::Arg;

/// An error that happened below us: kept for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What kind of answer it is. This alone decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not signed in, or no longer (401; a page goes to the sign-in).
    Unauthenticated,
    /// Signed in, but not permitted (403).
    Forbidden,
    /// There is no such thing, as far as the asker may know (404).
    NotFound,
    /// The input is not acceptable (422).
    Invalid,
    /// It clashes with something that exists (409).
    Conflict,
    /// A bought or set limit is reached (409).
    LimitReached,
    /// Somebody changed it meanwhile (412).
    Stale,
    /// Too many tries (429).
    TooMany,
    /// For the moment it cannot be done (503).
    Unavailable,
    /// Our fault (500).
    Internal,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident, $kind:ident, $key:literal;)*) => {
        /// What happened, exactly. Closed, and stable in the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// Its name in the API (`user_already_exists`); the text is under `error-` and that name.
            pub const fn key(self) -> &'static str {
                match self { $(Code::$name => $key,)* }
            }

            /// The kind of answer it is.
            pub const fn kind(self) -> Kind {
                match self { $(Code::$name => Kind::$kind,)* }
            }
        }
    };
}

codes! {
    /// Nobody is signed in, or the session has ended.
    SignedOut, Unauthenticated, "signed_out";
    /// The name or the password is wrong; which of them is not said.
    WrongCredentials, Unauthenticated, "wrong_credentials";
    /// A request to the API without credentials that can be read.
    CredentialsMissing, Unauthenticated, "credentials_missing";
    /// The credentials are right, but the login, its domain or its tenant may not sign in.
    SignInClosed, Forbidden, "sign_in_closed";
    /// It is a program's login, which has no sign-in on the web.
    ProgramLogin, Forbidden, "program_login";
    /// A person's password on the API, which takes an API Sub-Admin's or a key.
    ApiNeedsKey, Forbidden, "api_needs_key";
    /// The grants do not include the action.
    NotPermitted, Forbidden, "not_permitted";
    /// It could give control over somebody who is not of lower rank (K3).
    Outranked, Forbidden, "outranked";
    /// Not while acting as somebody else (K17).
    NotWhileActing, Forbidden, "not_while_acting";
    /// It is for people: it asks for the password of whoever does it.
    NotByProgram, Forbidden, "not_by_program";
    /// An API key that carries nothing.
    KeyWithoutPermission, Invalid, "key_without_permission";
    /// What an owner may do, a key carries only from listed networks.
    KeyNeedsNetworks, Invalid, "key_needs_networks";
    /// The login has an API key of this name.
    KeyNameTaken, Conflict, "key_name_taken";
    /// The login has as many API keys as it may.
    TooManyKeys, LimitReached, "too_many_keys";
    /// Nobody can act as this login at the moment.
    CannotActAs, Conflict, "cannot_act_as";
    /// Nobody manages their own access.
    NotOneself, Forbidden, "not_oneself";
    /// It would leave the provider without an owner who can always sign in (K27).
    LastStaffOwner, Conflict, "last_staff_owner";
    /// The login is no API Sub-Admin's.
    NotAnApiLogin, Conflict, "not_an_api_login";
    /// The same is asked of staff already.
    TaskAlreadyOpen, Conflict, "task_already_open";
    /// Somebody has dealt with it already.
    TaskClosed, Conflict, "task_closed";
    /// The main Admin set from where the login may be used.
    NetworksSetByAdmin, Forbidden, "networks_set_by_admin";
    /// The login may not be used from this network.
    NetworkNotAllowed, Forbidden, "network_not_allowed";
    /// The one-time password must be changed first.
    PasswordChangeDue, Forbidden, "password_change_due";
    /// A form was sent from elsewhere, or its session has changed (K21).
    ForgedRequest, Forbidden, "forged_request";
    /// There is no such object, page or route here.
    NoSuchThing, NotFound, "no_such_thing";
    /// The link is used up, replaced, expired or was never made.
    LinkInvalid, NotFound, "link_invalid";
    /// The form lacks a field, has one twice, or one it must not have.
    MalformedRequest, Invalid, "malformed_request";
    /// The body is no JSON of the expected shape: unknown, duplicate or wrongly typed members among others.
    JsonInvalid, Invalid, "json_invalid";
    /// The body is not `application/json`.
    MediaTypeUnsupported, Invalid, "media_type_unsupported";
    /// A parameter of the query is unknown, given twice or no value of its kind.
    QueryInvalid, Invalid, "query_invalid";
    /// A header has a value it can't have.
    HeaderInvalid, Invalid, "header_invalid";
    /// The resource has no such method.
    MethodNotAllowed, Invalid, "method_not_allowed";
    /// The same request, by its key, was carried out before.
    AlreadyCarriedOut, Conflict, "already_carried_out";
    /// The key of another request.
    IdempotencyKeyReused, Invalid, "idempotency_key_reused";
    /// The body is larger than the limit.
    TooLarge, Invalid, "too_large";
    /// A field that must be filled is empty.
    FieldMissing, Invalid, "field_missing";
    /// A line of text has a character it must not have, or is too long.
    LineInvalid, Invalid, "line_invalid";
    /// Not a domain name.
    DomainNameInvalid, Invalid, "domain_name_invalid";
    /// What was typed is no domain that can be chosen.
    DomainUnknown, Invalid, "domain_unknown";
    /// Letters of several scripts in one label, or a look-alike of a hosted domain.
    DomainNameConfusable, Invalid, "domain_name_confusable";
    /// A registry's suffix, not a domain.
    PublicSuffix, Invalid, "public_suffix";
    /// Not a local part for a new address.
    LocalPartInvalid, Invalid, "local_part_invalid";
    /// Not an e-mail address.
    EmailAddressInvalid, Invalid, "email_address_invalid";
    /// There is no action of this name.
    ActionUnknown, Invalid, "action_unknown";
    /// Nothing that may be seen is called so.
    ObjectUnknown, Invalid, "object_unknown";
    /// No login that may be seen is called so.
    LoginUnknown, Invalid, "login_unknown";
    /// Not a login name.
    LoginNameInvalid, Invalid, "login_name_invalid";
    /// Not an amount of storage.
    StorageInvalid, Invalid, "storage_invalid";
    /// Not a whole number within its bounds.
    NumberInvalid, Invalid, "number_invalid";
    /// No such time zone.
    TimeZoneInvalid, Invalid, "time_zone_invalid";
    /// The password is too short.
    PasswordTooShort, Invalid, "password_too_short";
    /// The password is too long.
    PasswordTooLong, Invalid, "password_too_long";
    /// The password is one an attacker tries first.
    PasswordTooCommon, Invalid, "password_too_common";
    /// The two entries of the new password differ.
    PasswordsDiffer, Invalid, "passwords_differ";
    /// The present password is not right.
    PresentPasswordWrong, Invalid, "present_password_wrong";
    /// Neither a password nor an address for an invitation was given.
    PasswordOrInvite, Invalid, "password_or_invite";
    /// There is no recovery address to send a link to.
    NoRecoveryAddress, Invalid, "no_recovery_address";
    /// The address lies on a hosted domain, which could give control over this login (K3).
    RecoveryAddressHosted, Invalid, "recovery_address_hosted";
    /// A mailbox cannot be its own way back.
    RecoveryAddressOwn, Invalid, "recovery_address_own";
    /// It is the recovery address already.
    RecoveryAddressUnchanged, Invalid, "recovery_address_unchanged";
    /// What was typed is not the name that confirms the removal.
    ConfirmationDiffers, Invalid, "confirmation_differs";
    /// An alias must lead somewhere.
    AliasWithoutTarget, Invalid, "alias_without_target";
    /// An alias has too many targets.
    AliasTooManyTargets, Invalid, "alias_too_many_targets";
    /// An alias would lead back to itself, or through too many others.
    AliasLoop, Invalid, "alias_loop";
    /// The target lies on the domain, but there is no such address.
    AliasTargetMissing, Invalid, "alias_target_missing";
    /// The limit is below what is used.
    LimitBelowUse, Invalid, "limit_below_use";
    /// There is no such type of user, or the tenant has none of it.
    MailboxTypeUnknown, Invalid, "mailbox_type_unknown";
    /// The type of user is no longer offered.
    MailboxTypeWithdrawn, Invalid, "mailbox_type_withdrawn";
    /// More types of users than an installation can have.
    TooManyMailboxTypes, Invalid, "too_many_mailbox_types";
    /// The quota is larger than the type of user allows.
    QuotaAboveType, Invalid, "quota_above_type";
    /// The quota is smaller than what the mailbox holds.
    QuotaBelowUse, Invalid, "quota_below_use";
    /// The catch-all must be a user of the domain.
    CatchAllInvalid, Invalid, "catch_all_invalid";
    /// The section has no such level.
    LevelInvalid, Invalid, "level_invalid";
    /// Limited to chosen domains, and none is chosen.
    NoDomainChosen, Invalid, "no_domain_chosen";
    /// More domains than one person can be limited to.
    TooManyDomains, Invalid, "too_many_domains";
    /// The tenant has no domain of this name.
    NoSuchDomain, Invalid, "no_such_domain";
    /// Not a day of the calendar.
    DateInvalid, Invalid, "date_invalid";
    /// The day is over.
    DateInPast, Invalid, "date_in_past";
    /// Not an address or a range of addresses.
    NetworkInvalid, Invalid, "network_invalid";
    /// The same network stands in the list twice.
    NetworkTwice, Invalid, "network_twice";
    /// The list of networks is too long.
    TooManyNetworks, Invalid, "too_many_networks";
    /// Limited to a list of networks that is empty: nobody could come in.
    NetworkListEmpty, Invalid, "network_list_empty";
    /// The list does not hold the address its author comes from.
    NetworkListShutsOut, Invalid, "network_list_shuts_out";
    /// API access needs a list of networks it is limited to.
    ApiNeedsNetworks, Invalid, "api_needs_networks";
    /// An API login has a password, and nobody to follow an invitation.
    ApiNeedsPassword, Invalid, "api_needs_password";
    /// The file is larger than an import may be.
    ImportFileTooLarge, Invalid, "import_file_too_large";
    /// The file has more rows than an import may have.
    ImportTooManyRows, Invalid, "import_too_many_rows";
    /// The file, or a row of it, is no text in UTF-8.
    ImportNotText, Invalid, "import_not_text";
    /// The file has no row but its header, or not even that.
    ImportEmpty, Invalid, "import_empty";
    /// The header lacks a column.
    ImportColumnMissing, Invalid, "import_column_missing";
    /// The header has a column that the kind of import does not know.
    ImportColumnUnknown, Invalid, "import_column_unknown";
    /// The header has a column twice.
    ImportColumnTwice, Invalid, "import_column_twice";
    /// A row has more or fewer cells than the header.
    ImportRowCells, Invalid, "import_row_cells";
    /// A row is longer than any could be.
    ImportRowTooLong, Invalid, "import_row_too_long";
    /// The same address stands in an earlier row.
    ImportRowTwice, Invalid, "import_row_twice";
    /// A cell has none of the words that may stand there.
    ImportWordUnknown, Invalid, "import_word_unknown";
    /// No row of the import can be done.
    ImportNothingToDo, Invalid, "import_nothing_to_do";
    /// The import is not in a state in which this can be done.
    ImportNotReady, Conflict, "import_not_ready";
    /// Too many imports of the tenant are not at their end.
    TooManyImports, Conflict, "too_many_imports";
    /// More invitations than a tenant may send by imports in a day.
    TooManyInvitations, LimitReached, "too_many_invitations";
    /// More things than can be changed at once, or none.
    TooManyChosen, Invalid, "too_many_chosen";
    /// Nothing was chosen.
    NothingChosen, Invalid, "nothing_chosen";
    /// A user, alias or list has the address.
    UserAlreadyExists, Conflict, "user_already_exists";
    /// The address was removed lately and rests.
    AddressResting, Conflict, "address_resting";
    /// The domain is here already.
    DomainAlreadyExists, Conflict, "domain_already_exists";
    /// Another customer has proven the domain.
    DomainHeld, Conflict, "domain_held";
    /// The domain lies below another customer's domain.
    DomainBelowAnother, Conflict, "domain_below_another";
    /// The domain's ownership is not proven yet.
    DomainNotVerified, Conflict, "domain_not_verified";
    /// The record that proves ownership was not found.
    DomainProofMissing, Conflict, "domain_proof_missing";
    /// The domain was not proven in time.
    DomainProofExpired, Conflict, "domain_proof_expired";
    /// The name server could not be asked.
    DomainLookupFailed, Unavailable, "domain_lookup_failed";
    /// The domain is still the catch-all, alias target … of something.
    MailboxInUse, Conflict, "mailbox_in_use";
    /// Somebody has this login name.
    LoginNameTaken, Conflict, "login_name_taken";
    /// A customer has this name.
    TenantAlreadyExists, Conflict, "tenant_already_exists";
    /// The installation has been set up.
    AlreadySetUp, Conflict, "already_set_up";
    /// All mailbox licences are used.
    UserLimitReached, LimitReached, "user_limit_reached";
    /// All bought storage is assigned.
    StorageLimitReached, LimitReached, "storage_limit_reached";
    /// A type of user is called so already.
    MailboxTypeAlreadyExists, Conflict, "mailbox_type_already_exists";
    /// All domains are used.
    DomainLimitReached, LimitReached, "domain_limit_reached";
    /// Somebody changed the object meanwhile.
    ChangedMeanwhile, Stale, "changed_meanwhile";
    /// Too many wrong guesses.
    TooManyGuesses, TooMany, "too_many_guesses";
    /// More requests than one credential may make in this time.
    RateLimited, TooMany, "rate_limited";
    /// Too many mails to the same person.
    TooManyMails, TooMany, "too_many_mails";
    /// An import was stopped, because the ways in of its login were closed.
    ImportInterrupted, Conflict, "import_interrupted";
    /// Too many requests at once.
    Busy, Unavailable, "busy";
    /// The database cannot be reached or cannot write.
    DatabaseUnavailable, Unavailable, "database_unavailable";
    /// The database was begun with another secret key.
    KeyOfAnother, Internal, "key_of_another";
    /// Our fault.
    Internal, Internal, "internal";
}

/// What went wrong, for whoever asked.
#[derive(Debug)]
pub struct Error {
    code: Code,
    args: Vec<(&'static str, Arg)>,
    field: Option<&'static str>,
    source: Option<BoxError>,
    retry: bool,
    explanation: Option<Box<Explanation>>,
    /// The table whose uniqueness was violated.
    unique: Option<String>,
}

impl Error {
    /// An error of this code.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            args: Vec::new(),
            field: None,
            source: None,
            retry: false,
            explanation: None,
            unique: None,
        }
    }

    /// Our fault, with what is to be logged.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal) }
    }

    /// The transaction lost against another: the whole request may be run again.
    pub(crate) fn lost_race(source: impl Into<BoxError>) -> Self {
        Self { source: Some(source.into()), retry: true, ..Self::new(Code::Busy) }
    }

    pub(crate) fn violating(self, table: String) -> Self {
        Self { unique: Some(table), ..self }
    }

    /// Turns a violated uniqueness of `table` into what it means there; other errors stay as they are.
    #[must_use]
    pub fn if_taken(self, table: &str, meaning: impl FnOnce() -> Self) -> Self {
        if self.unique.as_deref() == Some(table) { meaning() } else { self }
    }

    /// Names something the text mentions.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Names the form field it is about.
    #[must_use]
    pub fn on(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Keeps what is to be logged.
    #[must_use]
    pub fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn explained(mut self, explanation: Explanation) -> Self {
        self.explanation = Some(Box::new(explanation));
        self
    }

    /// Why it is refused, for whoever is refused.
    pub fn explanation(&self) -> Option<&Explanation> {
        self.explanation.as_deref()
    }

    /// What happened.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The kind of answer.
    pub fn kind(&self) -> Kind {
        self.code.kind()
    }

    /// The form field it is about.
    pub fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// May the whole request be run again?
    pub fn may_retry(&self) -> bool {
        self.retry
    }

    /// What the text mentions: names and values.
    pub fn args(&self) -> &[(&'static str, Arg)] {
        &self.args
    }

    /// The sentence that says what is wrong.
    pub fn title(&self) -> String {
        crate::texts::error(self.code.key(), None, &self.args).unwrap_or_else(|| self.code.key().to_owned())
    }

    /// What to do about it, if there is more to say than the title.
    pub fn help(&self) -> Option<String> {
        crate::texts::error(self.code.key(), Some("help"), &self.args)
    }

    /// What went wrong inside, for the log.
    pub fn inside(&self) -> Option<&BoxError> {
        self.source.as_ref()
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        if let Some(help) = self.help() {
            write!(f, " {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_and_its_own_name() {
        let mut keys = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(keys.insert(code.key()), "{} twice", code.key());
            assert!(crate::texts::has_error(code.key()), "no text for {}", code.key());
        }
    }

    #[test]
    fn ap_14_what_went_wrong_inside_is_never_in_the_text() {
        let error = Error::internal("SELECT secret FROM /etc/passwd");
        assert!(!error.to_string().contains("SELECT"));
        assert_eq!(error.kind(), Kind::Internal);
    }
}
