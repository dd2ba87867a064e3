//! `bailiwick setup`: the database, the key, and the link for the first staff login.

use bailiwick_app::sign_in::Signing;

use super::print::Answer;
use super::shape::Shape;
use crate::config::Config;
use crate::failure::Outcome;
use crate::installation::{Installation, operator};

pub(super) async fn run(config: &Config, answer: Answer) -> Outcome {
    let open = Installation::prepare(config).await?;
    let link = Signing::new(open.core.clone()).set_up_link(&operator()).await;
    open.close().await;
    let link = link?;
    answer.done(
        &format!(
            "Open this link within an hour to create the first staff login. It works once.\n\n  {link}\n\n\
             Whoever has it becomes the owner of this installation. Run `bailiwick setup` again for another."
        ),
        &Shape::default().with("link", link.as_str()),
    )
}
