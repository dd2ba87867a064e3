// A transaction that reads has no way to change anything.
use bailiwick_base::db::{ReadTx, sql};

async fn change(mut tx: ReadTx) {
    tx.run(sql("UPDATE tenants SET name = 'x'")).await.unwrap();
}

fn main() {}
