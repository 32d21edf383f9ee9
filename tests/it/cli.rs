//! `idp-admin` as an operator meets it: what it prints, and how it ends.

mod desk;
mod import;
mod import_monthly;
mod installation;
mod letter;
mod member;
mod realm;
mod realm_file;
mod registry;
