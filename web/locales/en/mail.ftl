# One-line answers of the mail servers. ASCII only: they go out over SMTP and IMAP.

smtp-wrong = Authentication failed
smtp-closed = Signing in is closed for this mailbox, ask your administrator
smtp-password-change-due = Choose your own password in the User Panel first
smtp-wait = Too many wrong tries, wait { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}
smtp-null-sender = A message from a mailbox needs a sender
smtp-mailbox-full = The mailbox is full and cannot take this message now
