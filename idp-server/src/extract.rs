//! What handlers take from a request, read leniently: nothing that a browser sends becomes a 500.

pub mod cookies;
pub mod fields;
pub mod form;
pub mod source;
pub mod visit;

pub use fields::Fields;
pub use form::{PageForm, ProtocolForm, Query};
pub use visit::Visit;
