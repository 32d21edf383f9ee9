//! Operation: the built programs as processes, as operators and relying parties meet them.

mod certificates;
mod deploy;
pub(crate) mod interop;
mod kill;
mod metrics;
mod migrate;
mod nodes;
mod postgresql;
mod process;
mod refuse;
mod stop;
mod upgrade;
