//! Keys to the API, made for whoever is signed in.

use bailiwick_base::authz::{Caller, Permission, PermissionSet, Realm};
use bailiwick_base::words::Token;

use super::{Browser, PASSWORD, Program, TestApp};
use crate::api_keys::{ApiKeys, KeyTerms};
use crate::settings::Portal;
use crate::sub_admins::{AllowedNetworks, Reach};

impl TestApp {
    /// A program with a new key of whoever is signed in at the Admin Panel or the portal of staff. It carries all that a
    /// key of theirs can, from the tests' network.
    pub async fn key(&self, holder: &Browser, name: &str) -> Program {
        let keys = ApiKeys::new(self.core().clone());
        let caller = caller(holder);
        let most = keys.choices(&caller, None).await.expect("what it can carry").permissions;
        self.key_with(holder, name, most).await
    }

    /// Could a key of theirs carry this?
    pub async fn can_carry(&self, holder: &Browser, permission: Permission) -> bool {
        let keys = ApiKeys::new(self.core().clone());
        let choices = keys.choices(&caller(holder), None).await.expect("what it can carry");
        choices.permissions.contains(permission)
    }

    /// The same with these permissions only.
    pub async fn key_with(&self, holder: &Browser, name: &str, permissions: PermissionSet) -> Program {
        let terms = KeyTerms {
            name: name.parse().expect("a name"),
            permissions,
            reach: Reach::parse("no", &[], "").expect("everywhere"),
            networks: AllowedNetworks::parse("192.0.2.0/24", "listed").expect("a network"),
            until: None,
        };
        let keys = ApiKeys::new(self.core().clone());
        let own_password = PASSWORD.parse().expect("short enough");
        let made = keys.make(&caller(holder), None, &terms, &own_password).await.expect("a key");
        self.program(format!("Bearer {}", made.secret))
    }
}

/// Who is signed in there.
fn caller(holder: &Browser) -> Caller {
    let cookies = holder.cookies();
    let session = [(Portal::Admin, Realm::Admin), (Portal::Staff, Realm::Staff)]
        .into_iter()
        .find_map(|(portal, realm)| Some((cookies.get(portal.cookie())?, realm)));
    let (token, realm) = session.expect("somebody is signed in");
    let token: Token = token.parse().expect("a token");
    Caller::session(token.hash(), realm, "192.0.2.1".parse().expect("an address"))
}
