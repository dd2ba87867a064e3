# Why somebody may or may not do something. `power-` and a permission stands behind “to”.

power-tenant-view = see tenants and their limits
power-tenant-add = add tenants
power-tenant-update = change a tenant’s name and limits
power-tenant-suspend = suspend and resume tenants
power-tenant-impersonate = sign in as an Admin of a tenant
power-tenant-unlimited = lift the limits of an API Sub-Admin
power-staff-view = see the provider’s people
power-staff-manage = manage the provider’s people
power-sub-admin-view = see the Sub-Admins
power-sub-admin-manage = manage Sub-Admins
power-api-key-view = see the API keys of others
power-api-key-remove = remove the API keys of others
power-history-view = see the Account History
power-mailbox-view = see users
power-mailbox-add = add users
power-mailbox-update = change users
power-mailbox-send-reset-link = send users a link to set a new password
power-mailbox-remove = remove users
power-mailbox-access = do what opens a user’s mail, such as setting the password
power-mailbox-impersonate = sign in as a user
power-domain-view = see domains
power-domain-add = add domains
power-domain-update = verify and change domains
power-domain-remove = remove domains
power-alias-view = see aliases
power-alias-add = add aliases
power-alias-update = change aliases
power-alias-remove = remove aliases
power-list-view = see lists
power-list-add = add lists
power-list-update = change lists
power-list-remove = remove lists
power-smart-list-view = see smart lists
power-smart-list-add = add smart lists
power-smart-list-update = change smart lists
power-smart-list-remove = remove smart lists
power-branding-view = see the branding
power-branding-update = change the branding
power-filtering-view = see spam settings and entries
power-filtering-update = add and edit entries, change spam settings
power-filtering-remove = remove entries
power-log-view = see the logs
power-address-release = release addresses that rest
power-own-login = see one’s own login
power-own-keys = make and remove API keys of one’s own
power-own-password = change one’s own password
power-own-imports = carry out files of one’s own
power-come-in = sign in
power-keep-house = do what the installation does by itself

# What is done, behind “to”.
action-history-prove = prove that the Account History is whole
action-sub-admin-add = add a Sub-Admin
action-sub-admin-update = change a Sub-Admin
action-sub-admin-invite = send a Sub-Admin a link to set a password
action-sub-admin-request-unlimited = ask for a Sub-Admin without limits
action-api-key-make = make an API key for an API Sub-Admin
action-api-key-change = change an API key of an API Sub-Admin
action-api-key-renew = renew an API key of an API Sub-Admin
action-api-key-remove = remove somebody’s API key
action-sub-admin-remove = remove a Sub-Admin
action-domain-add = add a domain
action-domain-verify = verify a domain
action-domain-update = change a domain
action-domain-remove = remove a domain
action-alias-add = add an alias
action-alias-update = change an alias
action-alias-remove = remove an alias
action-address-release = release an address that rests
action-mailbox-add = add a user
action-mailbox-update = change a user’s name and quota
action-mailbox-disable = disable a user
action-mailbox-enable = enable a user
action-mailbox-send-reset-link = send a user a link to set a new password
action-mailbox-set-one-time-password = set a one-time password
action-mailbox-set-password = set a user’s password
action-mailbox-change-recovery-address = change a user’s recovery address
action-mailbox-remove = remove a user

explanation-needs = To do this you need: { $to } ({ $level }).
explanation-level = { $section } { $level }, { $word }
explanation-only-main-admin = main Admin only
explanation-only-provider = your provider only
explanation-only-others = not for people

explanation-why-granted = It is given.
explanation-why-nothing = Nothing was given.
explanation-why-not-included = Nothing that was given includes it.
explanation-why-elsewhere = It is given { $place } only.
explanation-why-elsewhere-unnamed = It is given for other things only.
explanation-why-expired = It was given, and ended on { $at }.
explanation-why-outranked = Mail for the recovery of somebody of the same or a higher rank passes through it.
explanation-why-not-while-acting = It can’t be done while acting as somebody else.

explanation-missing = What is missing
explanation-held = What you have
explanation-held-nothing = Nothing was given to you here.
explanation-help = Who can help
explanation-help-giver = Ask { $giver }, who gave you your access, or the main Admin.
explanation-help-main-admin = Ask the main Admin.
explanation-help-provider = Ask your provider.
explanation-help-staff-owner = Ask the owner of this installation.
explanation-help-leave = Leave their session first. Then only the person themselves can do it.
explanation-help-above = Ask that person, or somebody above them.

explanation-role-staff-owner = Everything, as the provider’s owner
explanation-role-staff-manager = Tenants, as the provider’s manager
explanation-role-staff-support = Support, as one of the provider’s people
explanation-role-staff-auditor = A look at everything, as the provider’s auditor
explanation-role-main-admin = Everything, as the main Admin
explanation-role-sub-admin = Nothing
explanation-role-mailbox-user = One’s own mailbox
explanation-role-oneself = One’s own login
explanation-role-half-signed-in = Choosing a password
explanation-role-anonymous = Signing in
explanation-role-system = What the installation does by itself
explanation-role-operator = Everything, as the operator of the machine

explanation-scope-everywhere = everywhere
explanation-scope-tenant = for all domains
explanation-scope-domains = for { $names }
explanation-scope-more = for { $names } and { $more ->
    [one] 1 more
   *[other] { $more } more
}
explanation-scope-gone = a domain that is gone
explanation-scope-own = for one’s own
explanation-from = given by { $giver } on { $at }
explanation-provider = the provider
explanation-until = until { $at }
explanation-end-of-day = the end of { $day } (UTC)
explanation-ended = ended on { $at }
explanation-near-none = nothing

explanation-rank-nobody = No rank
explanation-rank-mailbox-user = User
explanation-rank-sub-admin = Sub-Admin
explanation-rank-main-admin = Main Admin
explanation-rank-staff = Provider
explanation-rank-staff-owner = Provider’s owner
explanation-rank-machine = Machine

# Your access, and what somebody else can do.
menu-access = Your access
powers-own-title = Your access
powers-own-text = What you can do here, who gave it to you and until when.
powers-title = What { $name } can do
powers-text = By which grants, from whom and until when. A request of this login is decided by the same.
powers-closed = This login can’t sign in.
powers-closed-text = It is disabled, invited but without a password yet, or its tenant is suspended. Until that changes it can do nothing of this.
powers-one-time = It must choose a password first.
powers-one-time-text = It was given a one-time password. Until it has chosen its own, nothing else is open.
powers-acting = Somebody else is acting as this login.
powers-acting-text = What only the person themselves may do is refused: passwords, recovery addresses, links and removing.
powers-networks = Networks
powers-any-network = It may be used from any network.
powers-no-network = Limited to a list that is empty: it can’t be used from anywhere.
powers-rank = Rank
powers-rank-sub-admin = Acts on nothing through which mail for the recovery of an Admin, another Sub-Admin or the provider passes.
powers-rank-main-admin = Acts on everything of the tenant but what could open a login of the provider.
powers-rank-other = Acts on those below only.
powers-nothing = Nothing was given.
powers-nothing-text = This login can do nothing but change its own password.
powers-given = Grants
powers-given-text = Each thing that was given. What has ended gives nothing any more.
powers-column-what = What
powers-column-where = Where
powers-column-from = From
powers-column-end = Until
powers-column-note = Note
powers-column-section = Section
powers-column-level = Level
powers-column-single = One by one
powers-ended = Ended
powers-no-end = no end
powers-sections = Section by section
powers-sections-text = The level in each section, and every single permission in it.
powers-owner = Only the main Admin
powers-owner-text = This is never handed on.
powers-custom-level = Custom
powers-single = One by one
powers-provider-text = What the provider’s people may do, and what of it is held here.
powers-yes = included
powers-not = not included

who-title = Who can do something
who-text = Choose what is done, and to what. The answer is the decision that a request of each login would meet now.
who-action = What is done
who-object = To what
who-object-hint = A domain, or the address of a user or alias. Leave it empty for the whole tenant.
who-show = Show
who-result = Who can { $action }
who-result-object = Who can { $action }: { $object }
who-needs = It begins at: { $level }.
who-rank-open = For a single user, alias or domain the rank counts too: one through which mail for the recovery of an Admin passes is left to those above. Name one to see it.
who-more = Only the first { $n } logins were looked at.
who-nobody = Nobody can
who-nobody-text = No login of this tenant can do it.
who-others = { $n ->
    [one] 1 login can’t
   *[other] { $n } logins can’t
}
who-provider = { $n ->
    [0] Nobody of your provider could do it by signing in as the main Admin.
    [one] 1 of your provider’s people could do it by signing in as the main Admin. It would stand in the Account History.
   *[other] { $n } of your provider’s people could do it by signing in as the main Admin. It would stand in the Account History.
}
who-provider-never = Your provider can’t do it: it is refused while acting as somebody else.
who-column-answer = Answer
who-column-because = Because of
who-yes = Can
who-no = Can’t
who-partly = In part

what-if-title = What a change would add
what-if-text = Try other levels for a Sub-Admin. Nothing is changed here.
what-if-login = For whom
what-if-profile = Begin with
what-if-as-it-is = As it is
what-if-show = Show the difference
what-if-result = What would change for { $name }

difference-none = Nothing would change.
difference-gained = Could do then
difference-lost = Could not do any more
