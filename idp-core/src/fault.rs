//! A fault is something broken. A refusal (wrong code, expired, replayed) is an expected answer and never comes here.

/// Something broken: the transaction is rolled back and the edge answers 503 (`Busy`, `Unavailable`) or 500.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database refused or could not be reached; nothing was changed.
    #[error("database: {0}")]
    Unavailable(String),
    /// A queue is full (hashing, writing): the caller tries again shortly.
    #[error("busy: {0}")]
    Busy(&'static str),
    /// What is stored or configured contradicts itself.
    #[error("broken: {0}")]
    Broken(String),
}

impl Fault {
    /// For a stored value that cannot be read back.
    pub fn unreadable(what: &str) -> Self {
        Self::Broken(format!("the stored {what} cannot be read"))
    }

    /// Whether trying again shortly may help (503 with `Retry-After`).
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Busy(_) => true,
            Self::Broken(_) => false,
        }
    }
}
