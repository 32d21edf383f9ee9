//! The first login, from the letter to the portal.

mod birth_date;
mod journey;
mod letter;
mod mail;
mod pattern;
mod property;
mod re_enrol;
mod resume;
mod tabs;
mod terms;
