# The Admin Panel’s pages about Sub-Admins, and the words for what they may do.

section-history = Account History
section-users = Users
section-domains = Domains
section-aliases = Aliases
section-lists = Lists
section-smart-lists = Smart Lists
section-branding = Branding
section-filtering = Filtering
section-logs = Logs

level-view = View
level-add = Add
level-update = Update
level-remove = Remove
level-impersonate = Impersonate
level-modify = Modify

permission-history-view = View
permission-mailbox-view = View
permission-mailbox-add = Add
permission-mailbox-update = Update
permission-mailbox-send-reset-link = Send reset links
permission-mailbox-remove = Remove
permission-mailbox-access = Access mail
permission-mailbox-impersonate = Impersonate
permission-domain-view = View
permission-domain-add = Add
permission-domain-update = Update
permission-domain-remove = Remove
permission-alias-view = View
permission-alias-add = Add
permission-alias-update = Update
permission-alias-remove = Remove
permission-list-view = View
permission-list-add = Add
permission-list-update = Update
permission-list-remove = Remove
permission-smart-list-view = View
permission-smart-list-add = Add
permission-smart-list-update = Update
permission-smart-list-remove = Remove
permission-branding-view = View
permission-branding-update = Update
permission-filtering-view = View
permission-filtering-update = Modify
permission-filtering-remove = Remove
permission-log-view = View

access-none = No access
access-level = { $section } { $level } ({ $words })
access-custom = { $section } custom ({ $words })
access-short-level = { $section } { $level }
access-short-custom = { $section } custom
access-level-none = 0 - No access
access-level-choice = { $level } - { $word }

access-custom-choice = Custom

menu-sub-admins = Sub-Admins
menu-own-networks = Sign-in networks

sub-admins-title = Sub-Admins
sub-admins-text = People and programs you hand tasks on to. Each has a login of its own and may do only what you choose.
sub-admins-new = New
sub-admins-search = Username or full name
sub-admins-empty-title = No Sub-Admins yet
sub-admins-empty-text = Give each person and each program a login of its own instead of sharing yours.
sub-admins-all-domains = All domains
sub-admins-no-domain = No domain
sub-admins-more-domains = { $first } and { $n } more
sub-admins-no-end = No end
sub-admins-never = Never
sub-admins-api = API
sub-admins-api-for = Yes, for { $purpose }
sub-admins-api-none = No

column-access = Access
column-domains = Domains
column-expires = Expires after
column-last-seen = Last seen
sub-admin-status-invited = Invited
sub-admin-status-expired = Expired

sub-admin-new-title = Add Sub-Admin
sub-admin-add = Add Sub-admin
sub-admin-edit = Edit Sub-Admin
sub-admin-update = Update
sub-admin-explain = What it can do
sub-admin-facts = About this Sub-Admin
sub-admin-given-by = Access given by
sub-admin-given = { $name }, { $when }
sub-admin-edit-of = Edit { $name }
sub-admin-remove-of = Remove { $name }
sub-admin-expired-text = The access of this Sub-Admin has ended. Choose a later day, or remove the Sub-Admin.

profiles-title = Start from a profile
profiles-text = A profile fills in the form below; you can change everything before you save.
profile-help-desk = Help desk
profile-provisioner = Provisioner
profile-auditor = Auditor
profile-integration = Integration
profile-full = Full

sub-admin-username-hint = What the Sub-Admin signs in with.
sub-admin-email-hint = Invitations and links for a new password go here. Whoever reads this mailbox can get this access.
sub-admin-password-how = How the Sub-Admin gets a password
sub-admin-invite = Send an invitation
sub-admin-invite-text = The Sub-Admin gets a link to choose a password. You never know it.
sub-admin-set-password = Set a password
sub-admin-set-password-text = You pass it on yourself, safely. A program needs one.
sub-admin-password-hint = At least 10 characters.
sub-admin-password-blank = Leave this blank to keep the password. A new one ends everything that is open for this Sub-Admin.
sub-admin-how-set = set by an Admin
sub-admin-how-invited = invited by a link
sub-admin-rights = What the Sub-Admin may do
sub-admin-where = Where
sub-admin-from-where = Networks
sub-admin-api-title = API access

field-rights = Permissions
rights-levels = By level
rights-levels-text = One level for each section. The higher levels include the ones below them.
rights-single = One by one
rights-single-text = Advanced: tick each permission by itself.
rights-view-hint = A permission includes View of its section: it is added for you.

field-limited = Domains
limited-no = All domains
limited-no-text = Those you add later, too.
limited-yes = Chosen domains only
limited-yes-text = Nothing else can be seen. Domains can’t be added then: a new domain lies outside of the chosen ones.
limited-no-domains = You have no domain yet.
field-domains-chosen = Chosen domains
field-domain-names = Further domains
field-domain-names-hint = For domains that are not listed above: one name on each line.

field-until = Last day
field-until-hint = Optional. The access ends with this day (UTC).
field-note = Note
field-note-hint = Optional: why this access is given.

field-from = From where
from-anywhere = Allow unrestricted
from-anywhere-text = From every network. The list is kept.
from-listed = Restrict to the list
from-listed-text = From the networks listed below only, at the sign-in and at every step after it.
field-networks = Networks
field-networks-hint = One on each line, for example “192.0.2.0/24 Office”: an address or a network, then a description.

field-api = API access
field-api-hint = For a program: it signs in to the JSON API with username and password, has no sign-in here, and must be restricted to a list of networks.
field-api-purpose = What it is for
field-api-purpose-hint = One login for each program, for example “Billing system”.
field-own-password = Your own password
own-password-hint = Enter the password you sign in with yourself.
own-password-hint-api = Needed to give API access: the password you sign in with yourself.

sub-admin-invited-title = Invitation
sub-admin-invited-text = No password has been chosen yet. A new invitation goes to { $address }; the one before stops working.
sub-admin-invite-again = Send the invitation again
sub-admin-link-title = New password
sub-admin-link-text = Sends a link for a new password to { $address }. The present one stays until it is used.
sub-admin-link-send = Send a link

sub-admin-remove = Remove
sub-admin-remove-title = Remove Sub-Admin
sub-admin-remove-question = Remove { $name }?
sub-admin-remove-text = It is signed out at once, and everything it was given is gone. What it did stays in the Account History.

review-title = Check the changes
review-question = Change { $name } like this?
review-text = Nothing is saved yet.
review-nothing = Nothing would change for { $name }.
review-gained = Gains
review-lost = Loses
review-domains-added = Domains added
review-domains-removed = Domains taken away
review-changes = What else changes
review-what = What
review-before = Now
review-after = After saving
review-permissions = { $section }: { $words }
review-users-same = Reaches { $n ->
    [one] 1 user
   *[other] { $n } users
}, as before.
review-users = Reaches { $after ->
    [one] 1 user
   *[other] { $after } users
} instead of { $before }.
review-password = New password, again
review-password-hint = Enter the new password once more, the same as before.
review-save = Save
review-back = Back

networks-everywhere = everywhere
networks-everywhere-kept = everywhere (kept: { $list })

sub-admin-not-while-acting = Only the main Admin in person can change Sub-Admins, nobody who acts as the main Admin.
own-networks-by-admin = Your main Admin has set from where you may sign in. Ask your main Admin if you need another network.
own-networks-title = Sign-in networks
own-networks-text = From where your own login may be used. You come from { $address } now.
own-networks-knows = I know that I shut myself out
own-networks-knows-hint = Needed only if your own address is not in the list.
own-networks-save = Save

done-sub-admin-added = The Sub-Admin is added.
done-sub-admin-invited = The Sub-Admin is added and invited.
done-sub-admin-updated = The Sub-Admin is updated.
done-sub-admin-removed = The Sub-Admin is removed.
done-sub-admin-link-sent = The link is sent.
