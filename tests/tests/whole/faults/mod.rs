//! Programs that die, disks that fill, and programs that have to do without another.

mod crowds;
mod disk;
mod invariants;
mod kills;
mod many_at_once;
mod migrations;
mod numbers;
mod secrets;
mod without_database;
mod without_mail_servers;
mod without_serve;
