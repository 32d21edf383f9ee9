//! Operation: the built programs as processes, as operators and relying parties meet them.

pub(crate) mod interop;
mod kill;
mod migrate;
mod process;
mod refuse;
mod stop;
