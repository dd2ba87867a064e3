# Staff’s pages about tenants.

tenants-title = Tenants
tenants-text = The customers of e-mail hosting. Each is administered by its main Admin.
tenants-add = Add tenant
tenants-search = Search by name
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
field-max-storage = Storage
field-max-domains = Domains

done-tenant-created = The tenant is added and its main Admin invited.
done-tenant-suspended = The tenant is suspended. Open sessions are being ended.
done-tenant-resumed = The tenant can sign in again.
