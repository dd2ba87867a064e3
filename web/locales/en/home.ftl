# The first pages of the Admin Panel and of staff.

home-title = Home
home-admin-text = What needs a look, and what was done lately.
home-staff-text = Your customers, and what was done lately.
home-tenants-active = Active tenants
home-tenants-suspended = Suspended tenants
home-domain-waiting = { $name } is waiting for its proof
home-domain-waiting-text = Publish the TXT record that proves the domain is yours. If it is not found by { $until } ({ $zone }), the domain is removed again.
home-domain-open = Show the record
home-users-nearly-used = { $used } of { $licensed } users are in use
home-users-nearly-used-of = { $used } of { $licensed } users of the type { $kind } are in use
home-users-nearly-used-text = { $left ->
    [0] No more users can be added.
    [one] One more user can be added.
   *[other] { $left } more users can be added.
}
home-storage-nearly-used = { $used } of { $bought } storage are assigned
home-storage-nearly-used-text = { $left } are left to assign.
home-nearly-full = { $users ->
    [one] One user has used more than 90 % of the quota
   *[other] { $users } users have used more than 90 % of their quota
}
home-nearly-full-text = Mail to a full mailbox is refused. Give these users more storage, or ask them to delete mail.
home-nearly-full-open = Show them
home-buy-more = Buy more
home-quiet = Nothing needs a look
home-quiet-text = The menu leads to what you can see and do here.
home-checkpoints-overdue = No checkpoint of the Account History since { $at }
home-checkpoints-none = No checkpoint of the Account History was kept yet
home-checkpoints-overdue-text = Entries are sealed, but where the chains end is not kept elsewhere. The server’s log says why; check the directory and the command in the configuration.
