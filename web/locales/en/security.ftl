# One's own login: sessions, recovery address, recent sign-ins; and the mails that warn of strangers.

menu-security = Security

security-title = Security
security-text = Where you are signed in, how you get back in, and who tried to come in with your login.

security-device = { $browser } on { $system }
security-device-browser = { $browser }
security-device-system = Unknown browser on { $system }
security-device-unknown = Unknown device

security-password-title = Password
security-password-changed = Last changed
security-password-never = Never
security-password-change = Change the password

security-sessions-title = Sessions and devices
security-sessions-text = Browsers that are signed in with this login. If you don't know one, end it and change your password.
security-column-device = Device
security-column-address = Address
security-column-since = Since ({ $zone })
security-column-last-seen = Last used ({ $zone })
security-column-actions = Actions
security-this-session = This one
security-acting-provider = Your provider acting as you
security-acting-admin = Your administrator acting as you
security-acting-reason = Reason: { $reason }
security-end = End
security-end-others = End all others

security-sign-ins-title = Recent sign-ins
security-sign-ins-text = The last ten, whether they succeeded or not.
security-sign-ins-away = Recent sign-ins can't be read at the moment. Look again in a few minutes.
security-sign-ins-none = No sign-ins yet
security-sign-ins-none-text = As soon as somebody tries to sign in with this login, it stands here.
security-column-when = When ({ $zone })
security-column-way = Way
security-column-result = Result
security-way-web = Web
security-way-imap = IMAP
security-way-pop3 = POP3
security-way-submission = Sending (SMTP)
security-way-managesieve = ManageSieve
security-way-api = API
security-way-other = Other
security-result-ok = Signed in
security-result-wrong = Wrong password
security-result-throttled = Too many tries
security-result-elsewhere = Network not allowed
security-result-key-expired = API key expired
security-result-key-stopped = API key stopped
security-result-password-change-due = One-time password refused
security-result-refused = Refused

security-recovery-goes-to = Recovery links go to
security-recovery-none = Nowhere
security-recovery-none-text = Without a recovery address there is no way back if you forget your password. Add one.
security-recovery-waiting = Waiting for confirmation of { $address }
security-recovery-waiting-text = Until { $until }, open the link in the mail we sent there, in a browser signed in here. Nothing has changed so far.
security-recovery-again = Send again
security-recovery-change = Change the recovery address
security-recovery-text = We send a link to the new address. Only when you open it while signed in here do recovery links go there. The present address is told.
security-recovery-new = New recovery address
security-recovery-hint-staff = Outside of what is hosted here, so that no customer can take over this login.
security-recovery-hint-admin = Best outside of what is hosted here. A mailbox here that receives it takes your rank: only people above you may change it then, because it could take over this login.
security-recovery-hint-mail = An address outside of this mailbox, which you can read when you can't sign in here.
security-present-hint = So that nobody else changes it at an open browser.
security-recovery-send = Send the link
security-confirm-text = When you confirm this, recovery links for { $name } go to { $address }.
security-confirm = Use this address

done-session-ended = The session is ended.
done-sessions-ended = All other sessions are ended.
done-confirmation-sent = A link to confirm the address is on its way. It is good once, for 24 hours.
done-recovery-cancelled = The recovery address stays as it is.
done-recovery-changed = Your recovery address is changed.

mail-security-link = Look at your sessions
mail-new-network-subject = New sign-in: { $name }
mail-new-network-text = Somebody signed in as { $name } on { $host } at { $when }, from the address { $address }, with this device: { $device }. Nobody signed in with this login from there lately.
mail-new-network-what-to-do = If it was you, there is nothing to do. If it was not, open “Security”, end that session and change your password at once.
mail-confirm-address-subject = Confirm this recovery address for { $name }
mail-confirm-address-text = Somebody signed in as { $name } on { $host } asked that recovery links for this login go to this address. If it was you, open the link in a browser in which you are signed in there.
mail-confirm-address-how = The link is good once, for 24 hours. If it was not you, do nothing: without your confirmation nothing changes.
mail-confirm-address-link = Confirm the address
mail-recovery-asked-subject = Another recovery address for { $name }
mail-recovery-asked-text = Somebody signed in as { $name } on { $host } asked that recovery links go to { $address } instead of this address. Nothing changes before it is confirmed there.
mail-recovery-asked-what-to-do = If it was you, there is nothing to do. If it was not, change your password at once: that ends all sessions and this request.
mail-recovery-changed-subject = The recovery address of { $name } is changed
mail-recovery-changed-text = Recovery links for { $name } on { $host } go to { $address } from now on, no longer to this address.
mail-recovery-changed-what-to-do = If it was not you, ask your administrator or provider for help at once.
