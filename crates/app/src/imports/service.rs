//! What people do with imports.

use std::collections::BTreeMap;

use bailiwick_base::authz::{Actor, Caller, Detail, Events, Permission};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{ApiKeyId, ImportId, LoginId, TenantId, limits};
use bailiwick_base::{Code, Error};

use super::actions::{CancelImport, RemoveImport, StartImport, UploadImport};
use super::file::{FileReader, FileRow};
use super::import::{Import, ImportRow, State};
use super::kept_error::KeptError;
use super::kind::Kind;
use super::row::{address_of, password_place};
use super::store::{self, RowToKeep};
use crate::aliases::AddAlias;
use crate::core::service;
use crate::domains;
use crate::mailboxes::{self, AddMailbox};

service! {
    /// Files of users and aliases, each seen by whoever sent it.
    Imports
}

/// What passwords in files are sealed for.
pub(super) const SEALED_FOR: &str = "import password";

/// The longest name of a file that is kept, in characters.
const FILE_NAME: usize = 100;

/// Where a file comes from, piece by piece.
pub(crate) trait Source: Send {
    /// The next piece; none after the last.
    fn piece(&mut self) -> impl Future<Output = Result<Option<bytes::Bytes>, Error>> + Send;
}

/// A key sees the files that were sent with it, and no others of its login: they may tell of more than it carries.
fn brought_by(actor: &Actor, import: &Import) -> Result<(), Error> {
    match actor.key() {
        Some((key, _)) if import.key_id != Some(key) => Err(Code::NoSuchThing.into()),
        _ => Ok(()),
    }
}

/// Stops what is being carried out in the name of a login, or through one of its keys: whoever sent the file may not have
/// been its holder.
pub(crate) async fn interrupt(tx: &mut WriteTx, login: LoginId, key: Option<ApiKeyId>) -> Result<(), Error> {
    let why = KeptError::of(&Error::new(Code::ImportInterrupted));
    store::interrupt(tx, login, key, &why).await
}

impl Imports {
    /// Reads a file and keeps its rows to be checked. A file that is refused leaves nothing behind.
    pub(crate) async fn upload(
        &self,
        caller: &Caller,
        kind: Kind,
        file_name: &str,
        source: &mut impl Source,
    ) -> Result<ImportId, Error> {
        let id = self.begin(caller, kind, file_name).await?;
        let caller = &caller.going_on();
        let read = self.read(caller, id, kind, source).await;
        if let Err(error) = read {
            let (mut tx, importer) = self.importer(caller).await?;
            store::discard(&mut tx, &importer, id).await?;
            tx.commit(Events::none("a file of an import was refused")).await?;
            return Err(error);
        }
        Ok(id)
    }

    async fn begin(&self, caller: &Caller, kind: Kind, file_name: &str) -> Result<ImportId, Error> {
        let (mut tx, importer) = self.importer(caller).await?;
        let now = tx.now();
        tx.actor().must_hold(kind.needs(), now)?;
        let tenant: TenantId = importer.tenant_id.ok_or(Code::NotPermitted)?;
        if store::open(&mut tx, tenant).await? >= limits::IMPORTS_OPEN {
            return Err(Error::new(Code::TooManyImports).with("max", limits::IMPORTS_OPEN));
        }
        let name: String =
            file_name.chars().filter(|character| !character.is_control()).take(FILE_NAME).collect();
        let id = store::insert(&mut tx, &importer, tenant, kind, name.trim()).await?;
        tx.commit(Events::none("the file of an import arrives")).await?;
        Ok(id)
    }

    async fn importer(
        &self,
        caller: &Caller,
    ) -> Result<(WriteTx, bailiwick_base::authz::Authorized<UploadImport>), Error> {
        let mut tx = self.core.write(caller).await?;
        let login = tx.actor().login().ok_or(Code::NotPermitted)?;
        let importer = tx.authorize::<UploadImport>(login).await?;
        Ok((tx, importer))
    }

    async fn read(
        &self,
        caller: &Caller,
        id: ImportId,
        kind: Kind,
        source: &mut impl Source,
    ) -> Result<(), Error> {
        let mut reader = FileReader::new(kind);
        let mut rows = Vec::new();
        let most = usize::try_from(limits::IMPORT_BATCH).unwrap_or(usize::MAX);
        while let Some(piece) = source.piece().await? {
            reader.read(&piece, &mut rows)?;
            if rows.len() >= most {
                self.keep(caller, id, kind, std::mem::take(&mut rows)).await?;
            }
        }
        reader.finish(&mut rows)?;
        self.keep(caller, id, kind, rows).await?;
        let (mut tx, importer) = self.importer(caller).await?;
        store::end_of_file(&mut tx, &importer, id).await?;
        let import = store::find(&mut tx, id).await?;
        let detail = Detail::none().set("kind", kind.key()).set("rows", import.tally.read);
        tx.commit(importer.event_about(&import, detail)).await
    }

    async fn keep(&self, caller: &Caller, id: ImportId, kind: Kind, rows: Vec<FileRow>) -> Result<(), Error> {
        let most = usize::try_from(limits::IMPORT_BATCH).unwrap_or(usize::MAX);
        let mut rows: Vec<RowToKeep> = rows.into_iter().map(|row| self.to_keep(kind, row)).collect();
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(most));
            let (mut tx, importer) = self.importer(caller).await?;
            store::insert_rows(&mut tx, &importer, id, rows).await?;
            tx.commit(Events::none("rows of a file that arrives")).await?;
            rows = rest;
        }
        Ok(())
    }

    /// A password is sealed before it lies anywhere (K33).
    fn to_keep(&self, kind: Kind, row: FileRow) -> RowToKeep {
        let ground = self.core.ground();
        let number = row.number;
        match row.cells {
            Ok(mut cells) => {
                let password = password_place(kind).map(|place| std::mem::take(&mut cells[place]));
                let sealed = password
                    .filter(|password| !password.is_empty())
                    .map(|password| ground.keys.seal(SEALED_FOR, password.as_bytes(), &ground.random));
                let (address, domain) = address_of(&cells);
                let cells = serde_json::to_string(&cells).unwrap_or_default();
                RowToKeep { number, domain, address, cells, sealed, error: None }
            }
            Err(error) => RowToKeep {
                number,
                domain: String::new(),
                address: String::new(),
                cells: "[]".to_owned(),
                sealed: None,
                error: Some(KeptError::of(&error)),
            },
        }
    }

    /// A page of one's own imports, the newest first.
    pub async fn page(
        &self,
        caller: &Caller,
        kind: Option<Kind>,
        request: &PageRequest,
    ) -> Result<Page<Import>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let key = tx.actor().key().map(|(key, _)| key);
        store::page(&mut tx, &visible, (kind, key), request).await
    }

    /// One import.
    pub async fn get(&self, caller: &Caller, id: ImportId) -> Result<Import, Error> {
        let mut tx = self.core.read(caller).await?;
        let import = tx.find(id).await?;
        brought_by(tx.actor(), &import)?;
        Ok(import)
    }

    /// A page of its rows, in the order of the file.
    pub async fn rows(
        &self,
        caller: &Caller,
        id: ImportId,
        only_errors: bool,
        request: &PageRequest,
    ) -> Result<Page<ImportRow>, Error> {
        let mut tx = self.core.read(caller).await?;
        let import: Import = tx.find(id).await?;
        brought_by(tx.actor(), &import)?;
        store::rows(&mut tx, &import, only_errors, request).await
    }

    /// Is all bought that the whole import needs? Counts it, and takes that back: an answer of this moment, which each
    /// of its transactions asks again.
    pub async fn fits(&self, caller: &Caller, id: ImportId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let import = store::find(&mut tx, id).await?;
        brought_by(tx.actor(), &import)?;
        if import.kind != Kind::Users || import.tally.good == 0 || import.tally.done + import.tally.failed > 0
        {
            return Ok(());
        }
        let now = tx.now();
        tx.actor().must_hold(Permission::MailboxAdd, now)?;
        mailboxes::count_many(&mut tx, import.tenant_id, &import.wanted, import.storage.as_bytes())
            .await
            .map(drop)
    }

    /// Begins to do what the file says, or goes on with it. Its sender must be permitted over every domain in it; a
    /// row that is not permitted when its turn comes stops the import.
    pub async fn start(&self, caller: &Caller, id: ImportId) -> Result<(), Error> {
        self.fits(caller, id).await?;
        let mut tx = self.core.write(caller).await?;
        let import = tx.authorize::<StartImport>(id).await?;
        brought_by(tx.actor(), &import)?;
        if !import.state.may_start() {
            return Err(Code::ImportNotReady.into());
        }
        if store::any_unread(&mut tx, id).await? {
            store::start(&mut tx, &import, State::Checking).await?;
            let detail = Detail::none().changed("state", &import.state, &State::Checking);
            return tx.commit(import.event(detail)).await;
        }
        if import.left() == 0 {
            return Err(Code::ImportNothingToDo.into());
        }
        let names = store::domains(&mut tx, &import).await?;
        may_add_to_all(&mut tx, import.tenant_id, import.kind, &names).await?;
        if import.tally.invitations > 0 {
            let since = tx.now().before(limits::IMPORTED_INVITATIONS_WINDOW);
            let sent = store::invitations_since(&mut tx, &import, since).await?;
            if sent + import.tally.invitations > limits::IMPORTED_INVITATIONS {
                return Err(Error::new(Code::TooManyInvitations)
                    .with("max", limits::IMPORTED_INVITATIONS)
                    .with("left", (limits::IMPORTED_INVITATIONS - sent).max(0)));
            }
        }
        store::start(&mut tx, &import, State::Running).await?;
        let detail = Detail::none()
            .changed("state", &import.state, &State::Running)
            .set("kind", import.kind.key())
            .set("rows", import.left());
        tx.commit(import.event(detail)).await
    }

    /// Stops an import. What is done stays done, and it can be started again.
    pub async fn cancel(&self, caller: &Caller, id: ImportId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let import = tx.authorize::<CancelImport>(id).await?;
        brought_by(tx.actor(), &import)?;
        if !import.state.may_cancel() {
            return Err(Code::ImportNotReady.into());
        }
        store::stop(&mut tx, &import, State::Cancelled).await?;
        let detail =
            Detail::none().changed("state", &import.state, &State::Cancelled).set("done", import.tally.done);
        tx.commit(import.event(detail)).await
    }

    /// Forgets an import and what is left of its file; nothing that it did is taken back.
    pub async fn remove(&self, caller: &Caller, id: ImportId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let import = tx.authorize::<RemoveImport>(id).await?;
        brought_by(tx.actor(), &import)?;
        if import.state.is_at_work() {
            return Err(Code::ImportNotReady.into());
        }
        store::remove(&mut tx, &import).await?;
        tx.commit(import.event(Detail::none().was("kind", import.kind.key()))).await
    }
}

/// All or nothing: every domain is the tenant's, and the actor may add to it.
async fn may_add_to_all(
    tx: &mut WriteTx,
    tenant: TenantId,
    kind: Kind,
    names: &[bailiwick_base::words::DomainName],
) -> Result<(), Error> {
    let wanted: Vec<_> = names.iter().collect();
    let found: BTreeMap<_, _> = domains::ids_of(tx, tenant, &wanted).await?.into_iter().collect();
    for name in names {
        let id = *found.get(name).ok_or(Code::NoSuchThing)?;
        match kind {
            Kind::Users => tx.authorize::<AddMailbox>(id).await.map(drop)?,
            Kind::Aliases => tx.authorize::<AddAlias>(id).await.map(drop)?,
        }
    }
    Ok(())
}
