// A page holds services and a caller; neither opens a transaction for it.
use bailiwick_app::Core;
use bailiwick_base::authz::Caller;

async fn page(core: Core, caller: Caller) {
    core.write(&caller).await.unwrap();
    caller.load();
}

fn main() {}
