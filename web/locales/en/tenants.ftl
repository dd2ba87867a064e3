# Staff’s pages about tenants.

tenants-title = Tenants
tenants-text = The customers of e-mail hosting. Each is administered by its main Admin.
tenants-add = Add tenant
tenants-search = Name, domain or login
tenants-empty-title = No tenants yet
tenants-empty-text = Add the first customer and invite its main Admin.

tenant-new-title = Add tenant
tenant-create = Add tenant
tenant-main-admin = Main Admin
tenant-admin-hint = What the main Admin signs in with.
tenant-invite-hint = The invitation goes here. The main Admin chooses a password; you never know it.
tenant-usage = Usage
tenant-edit = Name and limits
tenant-update = Update tenant
tenant-suspended-text = This tenant is suspended: nobody of it can sign in. Its mail is still received.
tenant-suspend-title = Suspend
tenant-suspend-text = Everybody of this tenant is signed out within seconds, on the web and in mail programs. Mail is still received.
tenant-suspend-reason-hint = Stands in the tenant’s history.
tenant-suspend = Suspend tenant
tenant-resume-title = Resume
tenant-resume-text = Ends the suspension: everybody can sign in again.
tenant-resume = Resume tenant

field-tenant-name = Name of the customer
field-max-users = Users
field-max-users-of = Users: { $kind }
field-max-users-withdrawn = Withdrawn: can be kept or lowered.
field-max-storage = Storage
field-max-domains = Domains

done-tenant-created = The tenant is added and its main Admin invited.
done-tenant-suspended = The tenant is suspended. Open sessions are being ended.
done-tenant-resumed = The tenant can sign in again.

tenant-tabs = Pages of this tenant
tenant-tab-overview = Overview
tenant-main-admin-open = Show this login

admins-title = Admins
admins-search = Name or e-mail address
admins-kind = Kind
admins-kind-main = Main Admin
admins-kind-sub = Sub-Admin
admins-kind-api = Sub-Admin for the API
admins-invited = Invited
admins-last-sign-in = Last sign-in
admins-never = Never
admins-login = Login
admins-purpose = What the program is for
admins-invitation = Invitation
admins-invitation-text = The main Admin has not chosen a password yet. A new invitation makes the older one useless.
admins-invite = Send the invitation again
admins-recovery = Recovery
admins-recovery-text = A link to choose a new password goes to the e-mail address above. The present password stays until it is used.
admins-recover = Send a recovery link
admins-email = E-mail address
admins-email-text = Invitations and recovery links go to this address, so whoever reads it can become this Admin. Make sure that the request comes from the customer. Both addresses are told.
admins-email-change = Change the address
admins-unlimited = Unlimited
admins-unlimited-title = Unlimited creation
admins-unlimited-off-text = This program may add users within what the tenant has bought. Lift the limit of users if its own billing counts what it creates.
admins-unlimited-on-text = This program adds users beyond what the tenant has bought; the limits of storage and domains hold. Everybody else of the tenant is still bound by it.
admins-unlimited-reason-hint = Stands in the tenant’s history.
admins-lift = Lift the limits
admins-bind = Bind it by the limits again

hosted-search = Search by name
hosted-pending = Waiting for its proof
hosted-aliases = Aliases
hosted-none-title = No domains yet
hosted-none-text = The tenant’s Admins add them in the Admin Panel.

done-admin-link-sent = A link is on its way to the main Admin.
done-admin-address-changed = The address is changed. Both addresses are told.
done-admin-unlimited = The limit of users is lifted for this program.
done-admin-bound = The program is bound by the limits again.

mail-admin-address-subject = The e-mail address of { $name } was changed
mail-admin-address-text = Your provider has changed the e-mail address for the recovery of { $name } on { $host }.
mail-admin-address-old = This address gets no invitations and recovery links of it any more. If you did not ask for this, tell your provider at once.
mail-admin-address-new = Invitations and recovery links of it come to this address from now on. If you know nothing of it, tell your provider.
