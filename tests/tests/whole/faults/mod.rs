//! Programs that die, and programs that have to do without another.

mod kills;
mod without_mail_servers;
mod without_serve;
