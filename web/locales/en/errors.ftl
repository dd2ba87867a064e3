# Errors: `error-` and the code; the attribute .help says what to do.

error-signed-out = Please sign in.
    .help = Your session has ended or you are not signed in.
error-wrong-credentials = The name or the password is not right.
    .help = Check both and try again. If you have forgotten the password, ask for a recovery link.
error-sign-in-closed = Signing in is closed for this login.
    .help = It is disabled or suspended. Ask your administrator or provider.
error-not-permitted = Your access does not include this.
    .help = It needs the permission to { $to }. Ask the person who manages your access.
error-program-login = This login is for programs.
    .help = It signs in to the JSON API only. Use a login of your own here.
error-outranked = This reaches somebody above you.
    .help = Mail for the recovery of a login that is not below yours passes through it, so only that person or somebody above may change it.
error-not-while-acting = This can't be done while acting as somebody else.
    .help = Only the person themselves may do it. Leave their session first.
error-cannot-act-as = Nobody can sign in as this Admin at the moment.
    .help = The login or its customer is suspended or disabled, signs in to the API only, or has not chosen its own password yet.
error-not-oneself = You can’t change your own access.
    .help = Ask another owner to do it. Your own password is in the menu at the top.
error-last-staff-owner = This is the last owner.
    .help = At least one owner must be able to sign in at any time. Make somebody else an owner without an end date first, and wait until that person has chosen a password.
error-not-an-api-login = This login has no API access.
    .help = Unlimited creation is for Sub-Admins with API access only.
error-task-already-open = This has been asked already.
    .help = Your provider has not answered yet. You see the answer here as soon as there is one.
error-task-closed = Somebody has dealt with this already.
    .help = Look at the list again.
error-networks-set-by-admin = Your main Admin set these networks.
    .help = Ask your main Admin to change them.
error-network-not-allowed = This login can't be used from here.
    .help = It is limited to certain networks, and you come from another. Ask the person who manages your access.
error-password-change-due = Please choose a new password first.
    .help = You signed in with a one-time password. Until you have chosen your own, nothing else is open.
error-forged-request = This form is no longer valid.
    .help = It may have been open for too long, or was sent from another page. Go back, reload and send it again.
error-no-such-thing = There is nothing here.
    .help = The address may be wrong, or what stood here has been removed.
error-link-invalid = This link does not work any more.
    .help = It may have been used, replaced by a newer one, or expired. Ask for a new one.
error-malformed-request = The form was not understood.
    .help = A field is missing, stands there twice, or does not belong there. Reload the page and try again.
error-too-large = That is more than can be sent at once.
    .help = Shorten it and try again.
error-field-missing = This must be filled in.
error-line-invalid = This text cannot be used.
    .help = Use one line, without control characters, of at most { $max } characters.
error-domain-name-invalid = This is not a domain name.
    .help = Enter a name such as example.com, without “www.”, “http://” or “@”.
error-domain-unknown = There is no such domain to choose.
    .help = Type the whole name of one of your verified domains.
error-domain-name-confusable = This name can be mistaken for another.
    .help = It mixes letters of different scripts or looks like a domain that is already here. Ask your provider if it is really yours.
error-public-suffix = Nobody can own this name as a mail domain.
    .help = It is a suffix below which names are registered. Enter the name you registered, such as example.{ $name }.
error-local-part-invalid = This username cannot be used.
    .help = Use letters, digits, dots, hyphens and underscores, at most 64 characters, no “+” and no dot at either end.
error-email-address-invalid = This is not an e-mail address.
    .help = Enter an address such as name@example.com.
error-action-unknown = There is no action of this name.
    .help = Choose one from the list; on the command line “bailiwick matrix” prints all. Nearly called so: { $near }.
error-object-unknown = Nothing is called so.
    .help = Enter the name of a domain, or the address of a user or alias where one is changed. Leave it empty for everything.
error-login-unknown = There is no login of this name.
    .help = Enter the name with which it signs in to the Admin Panel; add “--staff” for one of the provider’s people. Nearly called so: { $near }.
error-login-name-invalid = This username cannot be used.
    .help = Use 3 to 64 letters, digits, dots, hyphens, underscores or an e-mail address.
error-storage-invalid = This is not an amount of storage.
    .help = Enter gigabytes, for example 5 or 0.5 (0.5 = 500 MB).
error-number-invalid = This is not a number that can be used here.
    .help = Enter a whole number from { $min } to { $max }.
error-time-zone-invalid = There is no such time zone.
    .help = Choose one from the list, for example Europe/Madrid.
error-password-too-short = This password is too short.
    .help = Use at least { $min } characters. Several words are easy to remember.
error-password-too-long = This password is too long.
    .help = Use at most { $max } bytes.
error-password-too-common = This password would be guessed soon.
    .help = It is common, or made of your name, address or domain. Several words that do not belong together make a good one.
error-passwords-differ = The two passwords are not the same.
    .help = Enter the new password twice, the same each time.
error-present-password-wrong = Your present password is not right.
    .help = Enter the password you signed in with.
error-password-or-invite = Choose how the user gets a password.
    .help = Enter an address for the invitation, or a password.
error-no-recovery-address = There is no recovery address to send a link to.
    .help = Set a one-time password instead.
error-recovery-address-hosted = This address cannot be used for recovery.
    .help = It lies on a domain hosted here, so whoever manages that domain could take over this login. Use an address elsewhere.
error-recovery-address-own = A mailbox can't be its own recovery address.
    .help = Recovery links must reach you when you can't sign in here. Use an address elsewhere.
error-recovery-address-unchanged = This is your recovery address already.
    .help = Enter another one, or leave it as it is.
error-confirmation-differs = That is not the name.
    .help = Type { $name } exactly to confirm.
error-alias-without-target = An alias needs at least one target.
    .help = Enter one address on each line.
error-alias-too-many-targets = An alias may have at most { $max } targets.
    .help = Remove some of them.
error-alias-loop = This alias would lead back to itself.
    .help = { $address } leads, by itself or through other aliases, to the alias you are saving, or the chain is longer than { $max }.
error-alias-target-missing = { $address } does not exist.
    .help = The target lies on a domain hosted here, and there is no such user or alias. Add it first, or correct the target.
error-limit-below-use = This limit is below what is in use.
    .help = In use: { $used }. Choose a larger limit.
error-catch-all-invalid = The catch-all must be a user of this domain.
    .help = Enter the username of a user of this domain.
error-user-already-exists = User already exists
    .help = { $kind ->
        [user] { $address } is already a user. The username must be unique across the domain, aliases and lists included. Choose another, or remove that one first.
        [alias] { $address } is already an alias. The username must be unique across the domain, aliases and lists included. Choose another, or remove that one first.
       *[hidden] The username must be unique across the domain, aliases and lists included. Choose another.
    }
error-address-resting = This address was removed a short while ago.
    .help = { $address } rests until { $until }, so that nobody receives mail meant for its former holder. The main Admin can release it under Aliases, “Resting addresses”.
error-domain-already-exists = This domain is already in your list.
error-domain-held = This domain is in use by another customer.
    .help = If it is yours, ask your provider.
error-domain-below-another = This domain belongs together with another customer’s domain.
    .help = { $name } lies below a domain that is hosted for somebody else. Ask your provider.
error-domain-not-verified = The ownership of { $name } is not proven yet.
    .help = Publish the TXT record shown on the domain’s page and press “Verify now”.
error-domain-proof-missing = The TXT record was not found.
    .help = We looked for it at { $host }. It can take some minutes until a new record is seen everywhere; try again then.
error-domain-proof-expired = The time to prove this domain is over.
    .help = Remove it and add it again; it then has a new record and 24 hours.
error-domain-lookup-failed = The name servers could not be asked.
    .help = This says nothing about your record. Try again in a minute.
error-mailbox-in-use = This user is still needed elsewhere.
    .help = It is the catch-all of its domain. Choose another catch-all first.
error-login-name-taken = This username is taken.
    .help = Choose another.
error-tenant-already-exists = A tenant has this name already.
    .help = Choose another name.
error-already-set-up = This installation has been set up.
    .help = Sign in, or ask a member of staff for an invitation.
error-user-limit-reached = Maximum number of users allowed has been reached
    .help = { $figures ->
        [shown] { $used } of { $licensed } mailboxes are used. Remove users you do not need, or buy more mailboxes.
       *[hidden] Remove users you do not need, or ask the person who manages your access for more.
    }
error-storage-limit-reached = There is not enough storage left
    .help = { $figures ->
        [shown] { $left } of { $licensed } are left to assign. Choose a smaller quota, or buy more storage.
       *[hidden] Choose a smaller quota, or ask the person who manages your access for more.
    }
error-domain-limit-reached = Maximum number of domains allowed has been reached
    .help = { $figures ->
        [shown] { $used } of { $licensed } domains are used. Remove one you do not need, or buy more.
       *[hidden] Ask the person who manages your access for more.
    }
error-changed-meanwhile = Somebody changed this meanwhile.
    .help = Nothing was saved. Look at the present state and make your change again.
error-too-many-guesses = Too many wrong tries.
    .help = Wait { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    } and try again.
error-too-many-mails = Too many mails were sent for this.
    .help = Wait an hour and try again.
error-busy = Too much is going on at the moment.
    .help = Nothing was saved. Try again in a few seconds.
error-database-unavailable = Nothing can be saved at the moment.
    .help = The data store does not answer or is full. Nothing was changed; try again in a few minutes.
error-key-of-another = The secret key does not belong to this database.
    .help = Put the secret.key back that lay in data_dir when the database was begun. With another key nothing sealed in it can be opened.
error-internal = Something went wrong on our side.
    .help = Nothing was saved. It has been logged; if it happens again, tell your provider the request number below.
error-level-invalid = This section has no such level.
    .help = Choose one of the levels offered.
error-no-domain-chosen = No domain is chosen.
    .help = Tick at least one domain, or choose all domains.
error-too-many-domains = That is more domains than can be chosen.
    .help = Choose at most { $max } domains, or all domains.
error-no-such-domain = You have no domain “{ $name }”.
    .help = Enter one name of your domains on each line.
error-date-invalid = This is not a date.
    .help = Enter a day such as 2027-12-31, or leave the field empty.
error-date-in-past = This day is over.
    .help = Choose today or a later day, or leave the field empty.
error-network-invalid = Line { $line } is not an address or network.
    .help = Write one entry on each line: an address or a network such as 192.0.2.0/24 or 2001:db8::/48, then a description. A network begins at its first address.
error-network-twice = Line { $line } repeats a network.
    .help = Each network stands in the list once.
error-too-many-networks = That is more than a list can hold.
    .help = Enter at most { $max } networks.
error-network-list-empty = The list is empty, so nobody could sign in.
    .help = Enter at least one network, or allow every network.
error-network-list-shuts-out = Your own address { $address } is not in the list.
    .help = Add it, or tick the box that says you know that you shut yourself out.
error-api-needs-networks = API access needs a list of networks.
    .help = Enter the addresses the program connects from and restrict the login to them.
error-api-needs-password = A login with API access needs a password.
    .help = A program cannot follow an invitation. Set a password and enter it in the program.
