//! A method that a member has set up, as a card of their account page; and the rule that the last way in stays.

use crate::clock::Timestamp;
use crate::credential::Method;
use crate::id::CredentialId;

/// Longest name of a device, in characters.
pub const NAME_CHARACTERS: usize = 60;

/// One method of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its credential.
    pub id: CredentialId,
    /// What kind it is.
    pub method: Method,
    /// What the member calls it; `None` for kinds of which there is one.
    pub name: Option<String>,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Whether it still lets its member in.
    pub condition: Condition,
}

/// Whether a method still lets its member in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It does.
    Working,
    /// It was guessed at too often and has to be set up anew.
    Stopped,
}

/// Whether a card can be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removable<'c> {
    /// Another way in is left.
    Yes(&'c Card),
    /// It is the last way in.
    LastWay,
    /// There is no such card.
    Unknown,
}

/// Whether the card with this id can be removed: only while another one lets the member in.
pub fn removable(cards: &[Card], id: CredentialId) -> Removable<'_> {
    let Some(card) = cards.iter().find(|card| card.id == id) else { return Removable::Unknown };
    let another = cards.iter().any(|other| other.id != id && other.condition == Condition::Working);
    if another { Removable::Yes(card) } else { Removable::LastWay }
}

/// Whether one more of this method can be set up beside the cards there are.
pub fn is_addable(method: Method, cards: &[Card]) -> bool {
    match method {
        Method::Passkey | Method::App => true,
        Method::Mail => !cards.iter().any(|card| card.method == Method::Mail),
    }
}

/// A name as a member typed it: without controls, not empty, not too long.
pub fn name(typed: &str) -> Option<String> {
    let name: String = typed.trim().chars().filter(|letter| !letter.is_control()).collect();
    (!name.is_empty() && name.chars().count() <= NAME_CHARACTERS).then_some(name)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn cards(kinds: &[(Method, Condition)]) -> Vec<Card> {
        let card = |(number, (method, condition)): (usize, &(Method, Condition))| Card {
            id: CredentialId::from_uuid(Uuid::from_u128(number as u128)),
            method: *method,
            name: None,
            created_at: Timestamp::from_millis(0),
            last_used_at: None,
            condition: *condition,
        };
        kinds.iter().enumerate().map(card).collect()
    }

    /// Every account of up to four methods, and every order of removing them.
    #[test]
    fn no_sequence_removes_the_last_way_in() {
        let kinds: Vec<_> = Method::ALL
            .into_iter()
            .flat_map(|method| [(method, Condition::Working), (method, Condition::Stopped)])
            .collect();
        let mut accounts = vec![Vec::new()];
        for _ in 0..4 {
            let longer: Vec<_> = accounts
                .iter()
                .flat_map(|account: &Vec<_>| kinds.iter().map(|kind| [account.as_slice(), &[*kind]].concat()))
                .collect();
            for account in &longer {
                walk(&cards(account));
            }
            accounts = longer;
        }
    }

    fn walk(cards: &[Card]) {
        let works = |cards: &[Card]| cards.iter().any(|card| card.condition == Condition::Working);
        for card in cards {
            if let Removable::Yes(removed) = removable(cards, card.id) {
                assert_eq!(removed, card);
                let left: Vec<Card> = cards.iter().filter(|other| other.id != card.id).cloned().collect();
                assert!(works(&left), "{cards:?} without {card:?}");
                walk(&left);
            }
        }
        if works(cards) && cards.len() == 1 {
            assert_eq!(removable(cards, cards[0].id), Removable::LastWay);
        }
    }

    #[test]
    fn a_name_is_what_can_be_read() {
        assert_eq!(name("  わたしの電話 \n"), Some("わたしの電話".into()));
        assert_eq!(name(" \u{7} "), None);
        assert_eq!(name(&"a".repeat(61)), None);
    }
}
