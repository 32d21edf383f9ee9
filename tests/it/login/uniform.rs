//! Known, unknown, disabled and pending user ids get the same answers at every page that takes one: status, headers,
//! cookies and body. (How long they take is measured by `tests/bench/uniform.rs`.)

use harness::{Idp, MemberSeed, Page, on_both};

/// One of each kind that must not be told apart.
const IDS: [&str; 5] = ["UN-mail", "UN-app", "UN-disabled", "UN-pending", "UN-nobody"];

async fn seeded(idp: &Idp) {
    let portal = idp.portal().await;
    idp.member(MemberSeed::new(IDS[0])).await.signs_in(&idp.browser(), &portal).await;
    idp.member(MemberSeed::new(IDS[1])).await.wanting_an_app().signs_in(&idp.browser(), &portal).await;
    idp.member(MemberSeed::new(IDS[2])).await.signs_in(&idp.browser(), &portal).await;
    idp.disables(IDS[2]).await;
    idp.member(MemberSeed::new(IDS[3]).with_mail_on_file()).await;
}

/// Takes each id to the same page and compares every answer on the way.
async fn compare(what: &str, walk: impl AsyncFn(&str) -> Vec<Page>) {
    let mut answers = Vec::new();
    for id in IDS {
        let pages = walk(id).await;
        answers.push(pages.iter().map(|page| page.without_chance(id)).collect::<Vec<_>>());
    }
    for (answer, id) in answers.iter().zip(IDS) {
        assert_eq!(answer, &answers[0], "{what}: {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_takes_a_user_id_answers_alike() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        seeded(&idp).await;

        compare("a wrong password, until the lock-out", async |id| {
            let browser = idp.browser();
            let mut pages = Vec::new();
            for _ in 0..11 {
                let page = browser.get("/login").await;
                pages.push(page.fill("username", id).fill("password", "wrong").submit("login-submit").await);
            }
            pages
        })
        .await;

        for (path, button) in [("/login/forgotten", "forgotten-submit"), ("/login/unlock", "unlock-submit")] {
            compare(path, async |id| {
                let page = idp.browser().get(path).await;
                let fields = [page.fields(button), vec![("username".into(), id.into())]].concat();
                let fields: Vec<_> =
                    fields.into_iter().filter(|(name, value)| name != "username" || value == id).collect();
                let moved = page.browser().post_once(path, &fields).await;
                let waiting = page.browser().follow(moved.clone()).await;
                let again = waiting.submit("mail-resend").await;
                let wrong = waiting.fill("mail-code", "000000").submit("mail-code-submit").await;
                let status = page.browser().get(&waiting.attribute_of("mail-waiting", "data-poll").unwrap()).await;
                let later = waiting.reload().await;
                vec![moved, waiting, again, wrong, status, later]
            })
            .await;
        }
    })
    .await;
}
