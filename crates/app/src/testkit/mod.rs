//! The application as tests see it: the real router over a real database of each engine, people as values, and
//! an outside world that is faked only where it begins (clock, randomness, name servers).

mod app;
mod browser;
mod engines;
mod key;
mod program;
mod sub_admin;

pub use app::{Admin, PASSWORD, TestApp, User, path_of};
pub use browser::{Browser, Seen};
pub use engines::on_each_engine;
pub use program::{Program, Spoken};
pub use sub_admin::NewSubAdmin;
