# Mail domains.

domains-title = Domains
domains-text = Mail domains of this account. A domain carries mail once its ownership is proven.
domains-add = Add Domain
domains-search = Search by name
domains-empty-title = No domains yet
domains-empty-text = Add the first domain, publish one TXT record, and add users to it.

column-domain = Domain
column-storage-assigned = Storage assigned
column-time-zone = Time zone
domain-status-pending = Waiting for proof

domain-new-title = Add Domain
domain-add = Add Domain
domain-new-hint = The name after the “@”. Next you prove that it is yours with a TXT record.

record-type = Type
record-host = Host
record-value = Value

domain-proof-title = Prove that this domain is yours
domain-proof-text = Publish this record where the domain’s DNS is managed, then press “Verify now”. Until then it has no users and no mail.
domain-proof-wait = We also look ourselves. A domain that is not proven in time is removed from the list.
domain-waits-hours = { $n ->
    [one] It waits for one more hour.
   *[other] It waits for { $n } more hours.
}
domain-waits-minutes = { $n ->
    [0] Its time is over.
    [one] It waits for one more minute.
   *[other] It waits for { $n } more minutes.
}
domain-verify = Verify now
domain-publish = Publish these records (demo)

domain-facts = Domain
domain-aliases = Aliases
domain-verified-at = Verified
domain-disabled-text = This domain is disabled: nobody of it can sign in. Its mail is still received.
domain-mx-title = How mail reaches this domain
domain-mx-text = Mail from outside arrives here once this record is published.
domain-edit = Settings
domain-update = Update Domain
field-time-zone = Time zone
field-time-zone-hint = Type to search, for example Europe/Madrid.
field-catch-all = Catch-all
field-catch-all-hint = What happens to mail for names of this domain that do not exist.
catch-all-none = None
catch-all-none-text = It is refused, and the sender is told.
catch-all-discard = Accept and delete
catch-all-discard-text = It is accepted and thrown away.
catch-all-user = A user
catch-all-user-text = The user named below gets it.
catch-all-keep = A user you can’t see
catch-all-keep-text = Choose this to leave it as it is.
field-catch-all-user = Username for the catch-all
field-domain-hint = Type the name of the domain; the first ones are suggested.
field-active = Active
domain-active-hint = Off: everybody of the domain is signed out within seconds, on the web and in mail programs. Mail is still received.

domain-remove = Remove Domain
domain-remove-title = Remove Domain
domain-remove-final = Removing { $name } is permanent.
domain-remove-warning = It erases at once: { $users ->
    [one] 1 user
   *[other] { $users } users
}, { $aliases ->
    [one] 1 alias
   *[other] { $aliases } aliases
}, and all mail, contacts and settings in { $storage } of assigned storage. Nothing of it can be brought back.
domain-remove-prompt = Type { $name } to confirm

done-domain-added = The domain is added. Now prove that it is yours.
done-domain-verified = The domain is verified.
done-domain-removed = The domain is removed.
