//! How many mails a member gets about requests of applications: counted by member, whichever asks.

use harness::{Idp, on_both};
use idp_core::clock::minutes;

use super::{answers, asking, asks, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn however_many_clients_ask_a_member_gets_ten_mails_and_then_fewer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let mut clients = Vec::new();
        for name in ["a", "b", "c", "d"] {
            clients.push(asking(&idp, name, |_| {}).await);
        }
        let (member, browser) = signed_in(&idp, "B-13").await;
        let mails = || idp.mailbox().count_saying(&member.mail, "/account/requests");
        // By either hint: they name one member.
        for (number, client) in clients[..3].iter().enumerate() {
            let hint = if number % 2 == 0 { "B-13" } else { member.mail.as_str() };
            for _ in 0..4 {
                let begun = asks(client, &[("login_hint", hint)]).await;
                assert_eq!(begun.status, 200, "a client is told nothing of it: {}", begun.json);
            }
        }
        for _ in 0..10 {
            idp.mailbox().mail_to(&member.mail, "確認の依頼").await;
        }
        assert!(browser.get("/account").await.has("requests-waiting"));

        // After a minute there are mails again, and none of those held back.
        idp.advance(minutes(1));
        assert_eq!(asks(&clients[3], &[("login_hint", "B-13")]).await.status, 200);
        let until = (idp.now() + minutes(10)).time_for_people();
        let next = idp.mailbox().mail_to(&member.mail, "確認の依頼").await;
        assert!(next.text.contains(&until), "{}", next.text);
        assert_eq!(mails(), 11);

        // A yes ends the count.
        answers(&browser, "allow").await;
        for client in &clients[1..] {
            assert_eq!(asks(client, &[("login_hint", "B-13")]).await.status, 200);
            idp.mailbox().mail_to(&member.mail, "確認の依頼").await;
        }
        assert_eq!(mails(), 14);
    })
    .await;
}
