# The User Panel: how to set up a mail program.

panel-title = Set up a mail program
panel-text = Read and write your mail in the program you like. It needs your address, your password and the servers below.
panel-space-title = Your mailbox
panel-nearly-full = Your mailbox is nearly full
panel-nearly-full-text = When it is full, mail to you is refused. Delete mail you no longer need, also in the folder Trash, or ask your administrator for more.
panel-sign-in-title = How you sign in
panel-user-name = Username
panel-password = Password
panel-password-text = The password of this mailbox, the same as here.
panel-copy = Copy
panel-copied = Copied
panel-servers-title = Servers
panel-servers-text = Every connection is encrypted. The username is always your whole address.
panel-column-use = For
panel-column-server = Server
panel-column-port = Port
panel-column-security = Security
panel-use-imap = Receiving (IMAP)
panel-use-pop3 = Receiving, downloads only (POP3)
panel-use-smtp = Sending (SMTP)
panel-use-starttls = Sending, alternative (SMTP)
panel-security-tls = SSL/TLS
panel-security-starttls = STARTTLS
panel-port-text = Two ways of sending lead to the same server. If your program cannot use the first, choose port { $port } with STARTTLS.

panel-step-incoming = As incoming server enter { $host }, type IMAP, port { $port }, security SSL/TLS.
panel-step-outgoing = As outgoing server enter { $host }, port { $port }, security SSL/TLS, with sign-in (the same username and password).
panel-step-user = As username enter your whole address, { $address }, and as password the password of this mailbox.

panel-phone-title = Phone (Android, iPhone)
panel-phone-1 = Open the settings of the phone, then Mail or E-mail, and choose Add account. On Android you can also do this in the mail app itself.
panel-phone-2 = Choose Other or IMAP, not one of the well-known providers, and enter your name, your address and your password.
panel-phone-3 = Save. Your folders appear after a moment.

panel-thunderbird-title = Thunderbird
panel-thunderbird-1 = Open the menu, choose New account, then E-mail.
panel-thunderbird-2 = Enter your name, your address and your password, and choose Configure manually.
panel-thunderbird-3 = Choose Re-test, then Done.

panel-apple-title = Apple Mail
panel-apple-1 = In the Mail menu choose Add account, then Other Mail account.
panel-apple-2 = Enter your name, your address and your password. If Mail does not find the servers by itself, it asks for them.
panel-apple-3 = Choose Sign in, then Done.

panel-outlook-title = Outlook
panel-outlook-1 = In the File menu choose Add account and enter your address.
panel-outlook-2 = Choose Let me set up my account manually, then IMAP.
panel-outlook-3 = Choose Next, then Done.

panel-no-servers-title = There are no mail servers yet
panel-no-servers-text = This installation runs without mail servers, so there is nothing to set up. Ask your administrator.
