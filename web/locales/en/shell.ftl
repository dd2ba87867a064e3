# The frame around every page, and words that stand in many places.

product-name = Bailiwick

portal-staff = Staff
portal-admin = Admin Panel
portal-mail = User Panel

shell-skip = Skip to content
shell-menu = Menu
shell-navigation = Main menu
shell-usage = Usage
shell-account = Your account
shell-theme = Theme
shell-light = Light
shell-dark = Dark
shell-auto = Auto
shell-network-error = The server could not be reached. Try again in a moment.

menu-home = Home
menu-tenants = Tenants
menu-users = Users
menu-domains = Domains
menu-aliases = Aliases
menu-mail-program = Mail program
menu-password = Password
menu-sign-out = Sign out
menu-demo = Demonstration
menu-outside-mail = Outside mail

meter-users = Users
meter-storage = Storage
meter-domains = Domains

error-page-home = Go to the start page
error-page-sign-in = Sign in with another login
error-page-number = Request { $request }

notice-dismiss = Dismiss

crumbs-label = You are here
list-search = Search
list-nothing-found-title = Nothing found
list-nothing-found-text = Nothing fits what you are looking for. Try fewer letters, or take a filter away.
pager-label = Pages
pager-shown = { $n ->
    [0] None shown
    [one] 1 shown
   *[other] { $n } shown
}
pager-previous = Previous
pager-next = Next
button-cancel = Cancel
unit-gb = GB

column-name = Name
column-status = Status
column-created = Created
status-active = Active
status-suspended = Suspended
status-disabled = Disabled

field-username = Username
field-password = Password
field-full-name = Full name
field-email-address = E-mail address
field-reason = Reason

done-saved = Saved.
