# The Admin Panel’s pages about users (mailboxes).

users-title = Users
users-text = Each user has a mailbox and signs in with its address.
users-add = Add user
users-search = Search by address or name
users-all-domains = All domains
users-all-statuses = All statuses
users-never = Never
users-any-usage = Any usage
users-nearly-full = More than 90 % used
users-empty-title = No users yet
users-empty-text = Add the first user of your domains.
users-no-domain-title = No verified domain yet
users-no-domain-text = Users live on a domain. Add one and prove that it is yours; then you can add users.

kind-title = Account type
kind-all = All account types
kind-left = { $left } of { $licensed } left
kind-most = at most { $most }

user-new-title = Add user
user-edit = Edit user
user-update = Update User
user-facts = About this user
user-messages = Messages
user-choose-domain = Choose a domain
user-username-hint = What stands before the @
user-password-how = How the user gets a password
user-invite = Send an invitation
user-invite-text = The user gets a link to choose a password. You never know it.
user-set-password = Set a password
user-set-password-text = You pass it on yourself, safely.
user-password-hint = Only if you set one yourself. At least 10 characters.
user-one-time = Must be changed at the first sign-in
user-one-time-always = The user must choose another password at the first sign-in.
user-one-time-hint = Mail programs work after the user has chosen a password in the User Panel.
user-recovery-hint = An address elsewhere. Invitations and links for a new password go there.
user-invited-only = The user has not chosen a password yet.
user-invited-text = The user has not chosen a password yet. The invitation can be sent again under “Reset password”.
user-one-time-pending = The user must choose a password at the next sign-in; until then mail programs cannot sign in.

user-reset = Reset password
user-reset-text = Whatever you choose: all open sessions of the user end, in mail programs too, as soon as a new password is set.
user-reset-link = Send a link
user-reset-link-text = To { $address }. The present password stays until the user chooses a new one.
user-reset-link-none = This user has no recovery address.
user-reset-one-time = One-time password
user-reset-one-time-text = You see it once and pass it on. It must be changed at the first sign-in, and the user is told.
user-reset-password = Set a password
user-reset-password-text = Takes effect at once and without notice.
user-reset-password-hint = Only for “Set a password”. At least 10 characters.
user-one-time-title = One-time password
user-one-time-shown = This is shown once. Pass it on to the user of { $address }, who has to choose another at the first sign-in.

user-disable = Disable user
user-disable-text = The user can no longer sign in, on the web or with a mail program; open sessions end within seconds. Mail is still received.
user-enable = Enable user
user-enable-text = The user can sign in again with the present password.

user-remove-title = Remove user
user-remove-final = { $address } is removed for good
user-remove-text = All e-mails, settings and memberships of { $address } are erased at once and for good. Nobody can bring them back. The address rests for 30 days.
user-remove-prompt = Type { $address } to confirm
user-remove = Remove for good

buy-more = Buy more

field-domain = Domain
field-quota = Quota
field-quota-hint = 0.5 = 500 MB
column-address = Address
column-usage = Used
usage-meter = Used of the quota
usage-of-quota = { $used } of { $quota }
usage-unknown = not measured yet, of { $quota }
column-last-sign-in = Last sign-in
column-actions = Actions
button-edit = Edit
button-remove = Remove
button-copy = Copy
button-copied = Copied
button-done = Done

done-user-added = The user is added.
done-user-invited = The user is added and the invitation is on its way.
done-user-disabled = The user is disabled. Open sessions are being ended.
done-user-enabled = The user can sign in again.
done-user-removed = The user is removed. The mail is being erased.
done-user-password-set = The password is set. Open sessions are being ended.
done-reset-sent = The link is on its way.

mail-one-time-subject = A one-time password was set for { $address }
mail-one-time-text = An administrator has set a one-time password for { $address }. All sessions were ended, and a new password must be chosen at the next sign-in.
mail-one-time-what-to-do = If you did not ask for it, ask your administrator why.
mail-one-time-link = Open the User Panel
