//! `bailiwick export`: users or aliases as a file of the form in which they are imported.

use bailiwick_app::aliases::Aliases;
use bailiwick_app::imports::Kind;
use bailiwick_app::mailboxes::{ListFilter, Mailboxes};
use bailiwick_app::spreadsheet;
use bailiwick_base::db::PageRequest;

use super::{domain, print};
use crate::cli;
use crate::failure::Outcome;
use crate::installation::{Installation, operator};

/// Rows read at once.
const ROWS: i64 = 200;

pub(super) async fn run(open: &Installation, asked: cli::Export) -> Outcome {
    let domain = domain::proven(open, asked.domain.as_ref()).await?;
    let (mailboxes, aliases) = (Mailboxes::new(open.core.clone()), Aliases::new(open.core.clone()));
    let kind = asked.what.kind();
    let names = kind.names().into_iter().map(str::to_owned).collect();
    print::text(&spreadsheet::lines(&[names]))?;
    let mut next = Some(PageRequest::default());
    while let Some(mut request) = next {
        request.rows = Some(ROWS);
        let (lines, following) = match kind {
            Kind::Users => {
                let filter = ListFilter { domain, ..ListFilter::default() };
                mailboxes.lines(&operator(), &filter, &request).await?
            }
            Kind::Aliases => aliases.lines(&operator(), "", domain, &request).await?,
        };
        print::text(&spreadsheet::lines(&lines))?;
        next = following;
    }
    Ok(())
}
