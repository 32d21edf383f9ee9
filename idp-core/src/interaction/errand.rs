//! What a member who came by themselves is about to do: an account page to see, or something to change.

use serde::{Deserialize, Serialize};

use crate::credential::Method;
use crate::oidc::acr::Acr;

/// A page of the member's own. Core knows no addresses: the server maps each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountPage {
    /// Where everything else is found.
    Overview,
    /// The ways to sign in.
    Methods,
    /// Where the member is signed in.
    Sessions,
    /// The password.
    Password,
    /// The mail address.
    Mail,
    /// The applications.
    Applications,
    /// What happened.
    History,
    /// How to sign in, to be printed.
    Print,
    /// Recovery codes made anew.
    RecoveryCodes,
    /// A new phone that is let in.
    NewPhone,
    /// What applications ask for from elsewhere.
    Requests,
}

impl AccountPage {
    /// Every page.
    pub const ALL: [Self; 11] = [
        Self::Overview,
        Self::Methods,
        Self::Sessions,
        Self::Password,
        Self::Mail,
        Self::Applications,
        Self::History,
        Self::Print,
        Self::RecoveryCodes,
        Self::NewPhone,
        Self::Requests,
    ];
}

/// Why the interaction began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Errand {
    /// To see a page; any session will do.
    See {
        /// Which.
        page: AccountPage,
    },
    /// To change something on a page: the strongest proof must be fresh.
    Change {
        /// Which.
        page: AccountPage,
    },
    /// To let a new phone in: like setting a method up, but not here.
    LetIn,
    /// To allow what an application asks for from elsewhere: the session may have to be raised.
    Allow {
        /// The classes that the application wishes for, most wanted first.
        wished: [Option<Acr>; Acr::ALL.len()],
        /// The least that it accepts.
        least: Acr,
    },
    /// To let a device in: the session may have to be raised. It leads back to the device's own page.
    AllowDevice {
        /// The least class that the application accepts.
        least: Acr,
    },
    /// To set one more method up.
    Add {
        /// Which.
        method: Method,
    },
}

impl Errand {
    /// To change something on a page.
    pub const fn to_change(page: AccountPage) -> Self {
        match page {
            AccountPage::NewPhone => Self::LetIn,
            AccountPage::Overview
            | AccountPage::Methods
            | AccountPage::Sessions
            | AccountPage::Password
            | AccountPage::Mail
            | AccountPage::Applications
            | AccountPage::History
            | AccountPage::Print
            | AccountPage::RecoveryCodes
            | AccountPage::Requests => Self::Change { page },
        }
    }

    /// The account page to which it leads in the end, where it leads to one.
    pub const fn page(self) -> Option<AccountPage> {
        match self {
            Self::See { page } | Self::Change { page } => Some(page),
            Self::LetIn => Some(AccountPage::NewPhone),
            Self::Allow { .. } => Some(AccountPage::Requests),
            Self::AllowDevice { .. } => None,
            Self::Add { .. } => Some(AccountPage::Methods),
        }
    }

    /// Whether the strongest proof must be fresh.
    pub const fn freshness(self) -> Freshness {
        match self {
            Self::See { .. } | Self::Allow { .. } | Self::AllowDevice { .. } => Freshness::Any,
            Self::Change { .. } | Self::LetIn | Self::Add { .. } => Freshness::Needed,
        }
    }
}

/// Whether a proof from earlier in the session is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It is.
    Any,
    /// It is not.
    Needed,
}
