//! `idp-admin` as an operator meets it: what it prints, and how it ends.

mod audit;
mod backup;
mod conformance;
mod desk;
mod doctor;
mod help;
mod import;
mod import_monthly;
mod installation;
mod journey;
mod letter;
mod letter_interop;
mod logouts;
mod member;
mod moving;
mod realm;
mod realm_file;
mod recycled;
mod registry;
mod rewrap;
