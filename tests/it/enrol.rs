//! `/enrol/…`: setting a method up.

mod passkey;
