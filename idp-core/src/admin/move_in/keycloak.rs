//! A realm export of Keycloak (`kc.sh export`, one file or several): its clients, users, credentials and required
//! actions, read into what they are here.
//!
//! | there | here |
//! |---|---|
//! | `username` | user id |
//! | `id` of a user | `sub`, kept |
//! | password credential: `argon2`, `pbkdf2`, `pbkdf2-sha256`, `pbkdf2-sha512` | password hash, replaced at the first sign-in |
//! | `otp` credential: TOTP, SHA-1, six digits, 30 seconds, 20 bytes | authenticator app |
//! | `webauthn`, `webauthn-passwordless` credential made for this realm's domain | passkey |
//! | `UPDATE_PASSWORD`, `CONFIGURE_TOTP` | a new password, an app is owed |
//! | `emailVerified` | the address is proved |
//! | attributes `locale`, `birthdate`, `symbol`, `number`, `branch`, `family_kana`, `given_kana` | the same |
//! | a client with the authorization code flow | client, its secret kept |

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Arrival, Destination, LeftBehind};
use crate::admin::realm::file::ClientEntry;

mod clients;
mod passkeys;
mod users;

/// Whatever an export holds.
pub struct Export {
    destination: Destination,
    hosts: passkeys::Hosts,
    /// Members to be.
    pub members: Vec<Arrival>,
    /// Clients to be, with their secrets.
    pub clients: Vec<(ClientEntry, Option<String>)>,
    /// What cannot come along.
    pub behind: Vec<LeftBehind>,
}

/// Parts of a realm that have no counterpart here, and what is said of them.
const NO_COUNTERPART: [(&str, &str); 6] = [
    ("/roles/realm", "realm roles: a portal keeps its own"),
    ("/groups", "groups: a portal keeps its own"),
    ("/identityProviders", "identity providers: members sign in here"),
    ("/clientScopes", "client scopes: the standard scopes are there, others are not"),
    ("/components/org.keycloak.storage.UserStorageProvider", "user federation: its users are not in the export"),
    ("/organizations", "organizations"),
];

impl Export {
    /// Nothing as yet. `pages` is the host of Keycloak's pages, for which its passkeys were made unless a policy says
    /// otherwise.
    pub fn into(destination: Destination, pages: Option<String>) -> Self {
        let hosts = passkeys::Hosts::of_pages(pages);
        Self { destination, hosts, members: Vec::new(), clients: Vec::new(), behind: Vec::new() }
    }

    /// Reads one file of an export into what was read of others. The file of the realm itself comes first.
    ///
    /// # Errors
    /// A sentence where it is no export at all.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        let root: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        let (users, clients) = (root.get("users"), root.get("clients"));
        if users.is_none() && clients.is_none() {
            return Err("there are neither users nor clients in it: is it a realm export of Keycloak?".to_owned());
        }
        for (pointer, what) in NO_COUNTERPART {
            let count = root.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
            if count > 0 {
                self.behind.push(LeftBehind::new("realm", format!("{what} ({count})")));
            }
        }
        self.hosts.learn(&root);
        let mut unread = BTreeSet::new();
        for user in users.and_then(Value::as_array).into_iter().flatten() {
            let whence = (&self.hosts, &self.destination);
            if let Some(arrival) = users::arrival(user, whence, &mut unread, &mut self.behind) {
                self.members.push(arrival);
            }
        }
        if !unread.is_empty() {
            let names = unread.into_iter().collect::<Vec<_>>().join(", ");
            self.behind.push(LeftBehind::new("realm", format!("user attributes that have no place here: {names}")));
        }
        for client in clients.and_then(Value::as_array).into_iter().flatten() {
            self.clients.extend(clients::entry(client, &mut self.behind));
        }
        Ok(())
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

fn texts<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
