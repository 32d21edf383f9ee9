//! The place of a page in the journey, and what follows it.

/// The place in the journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step on this page, from 1.
    pub step: u32,
    /// How many there are.
    pub of: u32,
    /// What follows this page.
    pub next: Option<Upcoming>,
}

/// What follows a page of the journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upcoming {
    /// The date of birth is asked.
    BirthDate,
    /// The terms of use are shown.
    Terms,
    /// The mail address is confirmed.
    Mail,
    /// A method of signing in is chosen.
    Method,
    /// A password is chosen.
    Password,
    /// The chosen method is set up.
    Enrol,
    /// The first login is complete.
    Complete,
    /// The member goes on to the application.
    Application,
}

impl Progress {
    /// The bar: one entry per step, saying how far it is.
    pub fn bar(&self) -> Vec<&'static str> {
        (1..=self.of)
            .map(|step| match step.cmp(&self.step) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "ahead",
            })
            .collect()
    }
}

impl Upcoming {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::BirthDate,
        Self::Terms,
        Self::Mail,
        Self::Method,
        Self::Password,
        Self::Enrol,
        Self::Complete,
        Self::Application,
    ];

    /// The key of its text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::BirthDate => "next-birth-date",
            Self::Terms => "next-terms",
            Self::Mail => "next-mail",
            Self::Method => "next-method",
            Self::Password => "next-password",
            Self::Enrol => "next-enrol",
            Self::Complete => "next-complete",
            Self::Application => "next-application",
        }
    }
}
