//! The JSON API, from outside: as it describes itself, and as the manual shows it.

mod described;
mod manual;
mod world;
