//! `idp-admin` as an operator meets it: what it prints, and how it ends.

mod audit;
mod backup;
mod desk;
mod help;
mod import;
mod installation;
mod journey;
mod letter;
mod member;
mod realm;
mod registry;
