# Importing users and aliases from files, and exporting them.

imports-title = Imports
imports-text = Files of users and aliases that you have sent. Each is checked first; nothing is changed before you start it.
imports-empty-title = No imports yet
imports-empty-text = Send a file with users or aliases to add many at once.
import-users-title = Import users
import-aliases-title = Import aliases
import-text = The file is checked first. You see what would be added and what is wrong, and then decide whether to start.
import-file = File
import-file-hint = A CSV file in UTF-8, separated by commas or semicolons, up to 20 MB and 100,000 rows.
import-check = Check file
import-template = Download template
import-columns = Columns
import-columns-text = The first row of the file names the columns, in any order. Columns that are not required may be left out.
import-column-required = (required)
import-column-address = The whole address, on one of your verified domains.
import-column-name = The user’s name.
import-column-quota = Storage in GB, for example 5 or 0.5.
import-column-type = The type of user, as you bought it. Empty: the first with a licence left.
import-column-recovery = An address elsewhere. Without a password, the invitation to choose one goes there.
import-column-password = A first password. Empty: the user is invited at the recovery address, and nobody else ever knows the password.
import-column-one-time = yes (also if empty): the user must change the password at the first sign-in. no: it stays.
import-column-status = active (also if empty) or disabled.
import-column-targets = Where mail goes: one or more addresses, separated by blanks.
import-kind = Kind
import-about = About this import
import-rows = Rows
import-row = Row
import-cells = Content
import-error = Error
import-good = Good
import-wrong = With errors
import-done = Done
import-failed = Refused
import-so-far = { $done } of { $total }
import-state-reading = Being sent
import-state-checking = Being checked
import-state-checked = Waits for you
import-state-running = Under way
import-state-paused = Stopped
import-state-cancelled = Cancelled
import-state-done = Finished
import-row-read = Not checked
import-row-good = Good
import-row-wrong = Error
import-row-done = Done
import-row-failed = Refused
import-checked-title = The file is checked
import-checked-text = { $good ->
        [one] One row can be imported.
       *[other] { $good } rows can be imported.
    }
import-wrong-text = { $n ->
        [one] One row has an error and is left out.
       *[other] { $n } rows have errors and are left out.
    }
import-invitations-text = { $n ->
        [one] One user gets an invitation by e-mail.
       *[other] { $n } users get an invitation by e-mail.
    }
import-nothing-good = No row can be imported
import-nothing-good-text = Correct the rows below and send the file again.
import-start = { $n ->
        [one] Import one row
       *[other] Import { $n } rows
    }
import-go-on = Go on
import-cancel = Cancel import
import-reload = Show how far it is
import-paused = The import has stopped
import-paused-text = What is done stays. When the reason is gone, go on: no row is imported twice. After two days without being continued the rest is forgotten.
import-cancelled-text = { $done ->
        [one] One row was imported before, and stays. You can go on: no row is imported twice.
       *[other] { $done } rows were imported before, and stay. You can go on: no row is imported twice.
    }
import-done-title = The import is finished
import-done-text = { $done } imported, { $failed } refused when their turn came.
import-to-list = Show the list
import-all-rows = All rows
import-only-errors = Only errors
import-errors-file = Errors as CSV
import-no-rows = No rows
done-import-removed = The import was removed. What it had added stays.

users-import = Import
users-export = Export CSV
aliases-import = Import
aliases-export = Export CSV

chosen-all = Choose all users on this page
chosen-one = Choose { $address }
chosen-count = chosen
chosen-disable = Disable
chosen-enable = Enable
chosen-quota = Set quota
chosen-type = Change type
chosen-remove = Remove
chosen-title = { $n ->
        [one] Change one user
       *[other] Change { $n } users
    }
chosen-text = All of them are changed, or none.
chosen-and-more = and { $n } more
chosen-disable-text = None of them can sign in any more; open sessions end within seconds. Mail is still received.
chosen-enable-text = All of them can sign in again with their present passwords.
chosen-remove-final = { $n ->
        [one] One user is removed for good
       *[other] { $n } users are removed for good
    }
chosen-remove-text = All their e-mails, settings and memberships are erased at once and for good. Nobody can bring them back. The addresses rest for 30 days.
chosen-remove-prompt = Type { $n } to confirm
chosen-remove-submit = Remove for good
chosen-quota-each = Quota of each
done-users-disabled = The users were disabled.
done-users-enabled = The users were enabled.
done-users-removed = The users were removed. Their mail is being erased.
done-users-changed = The users were changed.
