// No audit event, no commit.
use bailiwick_base::db::WriteTx;

async fn quietly(tx: WriteTx) {
    tx.commit().await.unwrap();
}

fn main() {}
