//! The member's own pages: what they show, what they change, and what they ask before.

mod entry;
mod history;
mod mail;
mod methods;
pub(crate) mod new_phone;
mod password;
mod property;
mod recovery_codes;
mod remember;
mod requests;
mod sessions;

use std::time::Duration;

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal};

/// A member who is signed in in a browser, with mailed codes.
async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Portal, Browser) {
    let (member, portal, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await, idp.browser());
    member.signs_in(&browser, &portal).await;
    (member, portal, browser)
}

/// The same with an app, at the start of a later time step.
async fn signed_in_with_an_app(idp: &Idp, user_id: &str) -> (Member, Portal, Browser) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let (portal, browser) = (idp.portal().await, idp.browser());
    member.signs_in(&browser, &portal).await;
    idp.advance(Duration::from_secs(60));
    (member, portal, browser)
}

/// The id of the only element whose id begins like this.
fn id_of(page: &Page, start: &str) -> String {
    let ids = ids_of(page, start);
    assert_eq!(ids.len(), 1, "{start}: {ids:?} on {}", page.summary());
    ids[0].clone()
}

/// The ids of the elements whose id begins like this, in order.
fn ids_of(page: &Page, start: &str) -> Vec<String> {
    let opening = format!("id=\"{start}");
    let rest = page.body.split(&opening).skip(1);
    rest.map(|rest| format!("{start}{}", rest.split('"').next().unwrap())).collect()
}
