# Aliases and resting addresses.

aliases-title = Aliases
aliases-text = Addresses that lead to one or more others, inside or outside.
aliases-add = Add Alias
aliases-search = Search by address
aliases-all-domains = All domains
aliases-empty-title = No aliases yet
aliases-empty-text = An alias lets one address reach several people, or somebody elsewhere.
aliases-no-domain = There is no verified domain yet. Add a domain and prove that it is yours first.
aliases-more-targets = and { $n } more
column-leads-to = Leads to
alias-leads-nowhere = Leads nowhere
alias-leads-nowhere-text = What this alias led to has been removed. Mail for it reaches nobody until it leads somewhere again.

alias-new-title = Add Alias
alias-add = Add Alias
field-alias = Alias
field-alias-hint = The part before the “@”. A user and an alias cannot have the same name.
field-targets = Targets
field-targets-hint = One address on each line, here or elsewhere.
alias-update = Update Alias
alias-remove = Remove Alias
alias-remove-title = Remove Alias
alias-remove-question = Remove { $address }?
alias-remove-warning = Mail for it no longer reaches its targets. Other aliases that lead to it no longer do. The address rests for 30 days before it can be used again.

resting-title = Resting addresses
resting-text = Addresses that were removed a short while ago. Nobody can have them until the date shown, so that nobody receives mail meant for somebody else.
resting-empty-title = No address rests
resting-empty-text = An address that is removed rests here for 30 days.
column-rests-until = Rests until
resting-release = Release

done-alias-added = The alias is added.
done-alias-removed = The alias is removed. Its address rests for 30 days.
done-address-released = The address can be used again.
