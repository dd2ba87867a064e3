//! The words of the product as types: parsed once at the edge, trusted afterwards (rule K8).

mod address;
mod clock;
mod day;
mod domain_name;
mod ids;
pub mod limits;
mod network;
mod password;
mod secret;
mod storage;
mod text;

pub use address::{EmailAddress, LocalPart, LocalPartError};
pub use clock::{Clock, Random, TimeZoneName, Timestamp};
pub use day::{Day, NotADay};
pub use domain_name::{DomainName, DomainNameError};
pub use ids::{
    AddressId, AliasId, ApiKeyId, AuditEventId, DomainId, GrantId, IdError, ImpersonationId, ImportId,
    Installation, JobId, LoginId, MailboxId, MailboxTypeId, SessionId, TaskId, TenantId,
};
pub use network::{ClientAddress, Network, NetworkRange, NotANetworkRange};
pub use password::{HashMemory, Password, PasswordError, PasswordHash, Verdict};
pub use secret::{Keyring, Token, TokenHash};
pub use storage::Storage;
pub use text::{Line, LineError};
