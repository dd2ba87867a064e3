//! The whole, from outside: the real program with the real Postfix and Dovecot, an outside world, and mail programs.

mod addresses;
mod closing;
mod faults;
mod forwarding;
mod invitations;
mod limits;
mod pop3;
mod quota;
mod receiving;
mod sending;
