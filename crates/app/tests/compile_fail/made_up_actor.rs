// Only opening a transaction makes an actor.
use bailiwick_base::authz::Actor;

fn make_up() -> Actor {
    Actor { name: "root".into() }
}

fn main() {}
