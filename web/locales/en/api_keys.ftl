# API keys, in the Admin Panel and the back office.

keys-title = API Keys
keys-text = A key lets a program use the API for you. It may do what you choose for it, and never more than you may do yourself.
keys-new = New
keys-docs = API description
keys-tab-own = Yours
keys-tab-others = Of others
keys-search = Name or login
keys-empty-title = No API keys yet
keys-empty-text = With a key, a billing system, a script or a sign-up form can add users and domains by itself. Make one for each program, so that you can end each by itself.
keys-empty-others-title = Nobody else has an API key
keys-empty-others-text = Keys that others make are listed here. You can remove them at any time.

key-name = Name
key-login = Login
key-where = Domains
key-everywhere = Wherever its login may
key-no-end = No end
key-last-use = Last used
key-last-used = { $when } from { $address }
key-never-used = Never
key-status-stopped = Stopped
key-status-expired = Expired
key-powers = { $n ->
    [one] 1 power of an owner
   *[other] { $n } powers of an owner
}
key-sections-and-powers = { $sections } · { $n ->
    [one] 1 power of an owner
   *[other] { $n } powers of an owner
}

key-new-title = New API key
key-new-text = The key is shown once, after you have made it.
key-new-for = A key for { $login }, shown once, after you have made it.
key-name-hint = The program that uses it, for example “Billing system”. The Account History shows this name.
key-until-hint = Optional. The key works up to the end of this day (UTC).
key-rights = What the key may do
key-from-where = Networks
key-powers-title = Powers of an owner
key-powers-hint = Tick these only if the program cannot do without. The key then works from listed networks only.
key-own-password-hint = The password you sign in with yourself.
key-make = Make key

key-made-title = Your API key
key-renewed-title = Your renewed API key
key-once-title = Copy the key now
key-once-text = It is not shown again: we keep only what is needed to recognise it. If you lose it, renew it.
key-try = Try it from where the program runs:
key-done = I have copied it

key-facts = About this key
key-hint = Begins with
key-made-by = { $when } by { $name }
key-change-title = Change
key-change = Update
key-stopped-text = The password of its login has changed, so the key was stopped. Renew it to get a new one with the same permissions.
key-expired-text = Its last day is over. Choose a later day, or remove the key.

key-renew = Renew
key-renew-title = Renew API key
key-renew-question = Renew { $name }?
key-renew-text = You get a new key with the same permissions. The old one stops working at once.
key-remove = Remove
key-remove-title = Remove API key
key-remove-question = Remove { $name }?
key-remove-text = The program that uses it can do nothing more with it, from this moment on. What it did stays.

sub-admin-keys-title = API keys
sub-admin-keys-text = Instead of its password, the program can use a key: with fewer permissions, until a day you choose.
sub-admin-keys-make = Make a key
sub-admin-keys-list = Its keys

done-key-removed = The key is removed.
