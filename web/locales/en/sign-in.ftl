# The way in: sign-in, recovery, one-time links, passwords; and the mails that belong to it.

sign-in-title = Sign in
sign-in-text-staff = For the provider’s staff.
sign-in-text-admin = Manage your domains and users.
sign-in-text-mail = With your e-mail address.
sign-in-button = Sign in
sign-in-forgotten = Forgotten the password?

recover-title = Recover access
recover-text = We send a link to the recovery address of this login. It is good for 30 minutes and once.
recover-button = Send the link
recover-back = Back to sign-in

link-title = Choose a password
link-text = At least { $min } characters. Several words that do not belong together are strong and easy to remember.
link-button = Set the password

password-title = Password
password-text = All other sessions end, in mail programs too.
password-due-title = Choose your own password
password-due-text = You signed in with a one-time password. Until you have chosen your own, nothing else is open.
password-button = Change the password

set-up-title = Set up Bailiwick
set-up-text = Create the first login of the staff. It can do everything.
set-up-button = Create the login

field-one-time-password = One-time password
field-present-password = Present password
field-new-password = New password
field-new-password-hint = At least { $min } characters
field-repeated-password = New password, again
field-recovery-address = Recovery address
field-recovery-address-hint = Outside of what is hosted here, so that you can get back in whatever happens.

done-signed-out = You are signed out.
done-recovery-sent = If there is such a login with a recovery address, a link is on its way to it.
done-password-set = Your password is set. Sign in with it.
done-password-changed = Your password is changed. All other sessions have ended.
done-set-up = Your login is ready. Sign in with it.

mail-invitation-subject = Your access: { $name }
mail-invitation-text = You have been given access to { $host }. You sign in there as { $name }. To begin, choose a password.
mail-invitation-expiry = The link is good once, for { $days } days. If it has expired, ask whoever invited you for a new one.
mail-reset-subject = A new password for { $name }
mail-reset-text = Somebody asked for a new password for { $name } on { $host }. If it was you, choose one with the link. If it was not, do nothing: the present password stays.
mail-reset-expiry = The link is good once, for { $minutes } minutes.
mail-choose-password = Choose a password
mail-signature = Sent by Bailiwick. Nobody reads answers to this address.
