# Signing in as an Admin of a tenant: the pages on both sides, and the bar that stands over everything meanwhile.

acting-title = Sign in as an Admin
acting-text = You see and do what this Admin can see and do, for { $minutes } minutes at most. Everything you do is recorded with your name and the reason. The tenant reads the reason in its history, and “Your provider” instead of your name.
acting-login = Admin
acting-tenant = Tenant
acting-main-admin = main Admin
acting-sub-admin = Sub-Admin
acting-login-label = { $name } ({ $full }, { $kind })
acting-reason-hint = For example the number of the request you are working on. The tenant reads it in its history.
acting-replaces-own = If you are signed in to the Admin Panel in this browser already, that sign-in is replaced here.
acting-begin = Sign in as this Admin
acting-nobody-title = There is nobody to sign in as
acting-nobody-text = No Admin of this tenant can sign in at the moment: each is invited, disabled, or for the API only.
acting-back = Back to the tenant

acting-enter-title = Go on to the Admin Panel
acting-enter-text = You are about to act as somebody else.
acting-enter-name = { $name } ({ $full })
acting-enter = Go on
acting-over-title = This way in is closed
acting-over-text = It is good once and for half a minute. Go back and sign in as the Admin again.
acting-over-back = Back to the staff pages

acting-banner = { $real } (you), acting as { $name }
acting-banner-of = { $real } (you), acting as { $name } of { $tenant }
acting-banner-reason = Reason: { $reason }
acting-banner-left = { $n ->
    [one] one minute left
   *[other] { $n } minutes left
}
acting-leave = Leave

done-acting-left = You have left the Admin Panel and are yourself again.
