//! The hash chain: what an entry's digest covers, and how a link follows from the one before.
//!
//! One chain for each tenant and one for the installation. The digest covers everything of the event but its
//! detail, and of that the hash of salt and detail: so a detail may be erased by law, and the chain still verifies.

use ring::digest::{Context, SHA256, digest};

/// A SHA-256 value.
pub(super) type Hash = [u8; 32];

/// What stands before the first entry of every chain.
pub(super) const GENESIS: Hash = [0; 32];

/// Names the encoding, so that a digest can never be taken for one of another kind.
const ENCODING: &[u8] = b"bailiwick audit event 1";
/// That of an event whose actor was somebody else at the keyboard: two more fields.
const ENCODING_ACTING: &[u8] = b"bailiwick audit event 2";

/// What of an event its digest covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) at: i64,
    pub(super) tenant_id: Option<i64>,
    pub(super) domain_id: Option<i64>,
    pub(super) actor_login_id: Option<i64>,
    pub(super) actor_kind: String,
    pub(super) real_login_id: Option<i64>,
    pub(super) real_kind: Option<String>,
    pub(super) action: String,
    pub(super) object_kind: String,
    pub(super) object_id: String,
    pub(super) detail_hash: Vec<u8>,
}

impl Entry {
    /// The chain it belongs to: its tenant's, or the installation's (0).
    pub(super) fn chain(&self) -> i64 {
        self.tenant_id.unwrap_or(0)
    }

    /// SHA-256 over its fields, each with its length in front (eight bytes, big-endian); a number is eight bytes,
    /// big-endian; a field without a value has the length 2^64 − 1.
    pub(super) fn digest(&self) -> Hash {
        let mut context = Context::new(&SHA256);
        let number = |value: Option<i64>| value.map(i64::to_be_bytes);
        let numbers = [
            number(Some(self.id)),
            number(Some(self.at)),
            number(self.tenant_id),
            number(self.domain_id),
            number(self.actor_login_id),
        ];
        let acting = self.real_login_id.is_some() || self.real_kind.is_some();
        field(&mut context, Some(if acting { ENCODING_ACTING } else { ENCODING }));
        for value in &numbers {
            field(&mut context, value.as_ref().map(<[u8; 8]>::as_slice));
        }
        for text in [&self.actor_kind, &self.action, &self.object_kind, &self.object_id] {
            field(&mut context, Some(text.as_bytes()));
        }
        field(&mut context, Some(&self.detail_hash));
        if acting {
            field(&mut context, number(self.real_login_id).as_ref().map(<[u8; 8]>::as_slice));
            field(&mut context, self.real_kind.as_deref().map(str::as_bytes));
        }
        to_hash(context.finish().as_ref())
    }
}

fn field(context: &mut Context, value: Option<&[u8]>) {
    let length = value.map_or(u64::MAX, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX - 1));
    context.update(&length.to_be_bytes());
    context.update(value.unwrap_or_default());
}

/// The hash that seals an entry after the one before it.
pub(super) fn link(previous: &Hash, entry: &Hash) -> Hash {
    to_hash(digest(&SHA256, &[&previous[..], &entry[..]].concat()).as_ref())
}

/// The hash by which an event names its detail.
pub(super) fn hash_of_detail(salt: &[u8], detail: &str) -> Hash {
    to_hash(digest(&SHA256, &[salt, detail.as_bytes()].concat()).as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(bytes);
    hash
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::audit) fn entry() -> Entry {
        Entry {
            id: 1,
            at: 2,
            tenant_id: Some(3),
            domain_id: None,
            actor_login_id: Some(4),
            actor_kind: "admin".into(),
            real_login_id: None,
            real_kind: None,
            action: "alias.create".into(),
            object_kind: "alias".into(),
            object_id: "als_1".into(),
            detail_hash: vec![7; 32],
        }
    }

    #[test]
    fn a_digest_depends_on_every_field() {
        let edits: [fn(&mut Entry); 10] = [
            |entry| entry.id = 9,
            |entry| entry.at = 9,
            |entry| entry.tenant_id = None,
            |entry| entry.domain_id = Some(0),
            |entry| entry.actor_login_id = None,
            |entry| entry.actor_kind.push('x'),
            |entry| entry.action.push('x'),
            |entry| entry.object_kind.push('x'),
            |entry| entry.object_id.push('x'),
            |entry| entry.detail_hash[31] ^= 1,
        ];
        let mut digests = vec![entry().digest()];
        for edit in edits {
            let mut other = entry();
            edit(&mut other);
            digests.push(other.digest());
        }
        let all = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), all);
    }

    #[test]
    fn letters_cannot_move_from_one_field_to_the_next() {
        let moved = Entry { actor_kind: "adminalias".into(), action: ".create".into(), ..entry() };
        assert_ne!(moved.digest(), entry().digest());
        let moved = Entry { tenant_id: None, domain_id: Some(3), ..entry() };
        assert_ne!(moved.digest(), entry().digest());
    }

    #[test]
    fn the_encoding_stays_as_it_is() {
        let hex = data_encoding::HEXLOWER.encode(&link(&GENESIS, &entry().digest()));
        assert_eq!(hex, "933d494d6eb76c05f7c614e0835c3c2c3681f4ddc540bbc096f79429da708729");
    }
}
