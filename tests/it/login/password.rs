//! User id and password: guess limits, the lock-out, and answers that tell nothing.

use harness::{Idp, Member, MemberSeed, Page, on_both};
use idp_core::clock::minutes;

/// A member past the first login, and a browser that nobody knows.
async fn settled(idp: &Idp, user_id: &str) -> Member {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    member
}

async fn guesses(member: &Member, mut page: Page, times: usize) -> Page {
    for time in 0..times {
        page = member.types_password(&page, &format!("wrong guess {time}")).await;
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_passwords_rest_the_account_and_the_page_says_until_when() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = settled(&idp, "L-1001").await;
        let browser = idp.browser();

        let page = guesses(&member, browser.get("/login").await, 9).await;
        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("wrong_credentials")));
        let page = guesses(&member, page, 1).await;
        assert_eq!((page.name().as_str(), page.error_code().as_deref()), ("error", Some("locked")));
        let until = (idp.now() + minutes(1)).time_for_people();
        assert!(page.body.contains(&until), "{until} stands nowhere on the page");
        let right = member.answers(&idp.browser().get("/login").await).await;
        assert_eq!(right.error_code().as_deref(), Some("locked"), "the right password during the rest");
        idp.restart().await;
        let right = member.answers(&idp.browser().get("/login").await).await;
        assert_eq!(right.error_code().as_deref(), Some("locked"), "after a restart");

        idp.advance(minutes(1));
        let page = member.answers(&idp.browser().get("/login").await).await;
        assert_eq!((page.path(), page.error_code()), ("/login/mail-code", None), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_a_user_id_share_one_count() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        settled(&idp, "L-1002").await;
        let mut page = idp.browser().get("/login").await;

        for spelling in ["L-1002", "l-1002", "Ｌ－１００２", " L-1002 ", "l－1002"].into_iter().cycle().take(10)
        {
            page = page.fill("username", spelling).fill("password", "wrong").submit("login-submit").await;
        }

        assert_eq!(page.error_code().as_deref(), Some("locked"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_gets_in_while_strangers_guess() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-1003")).await, idp.portal().await);
        let known = idp.browser();
        member.signs_in(&known, &portal).await;

        let page = guesses(&member, idp.browser().get("/login").await, 10).await;
        assert_eq!(page.error_code().as_deref(), Some("locked"));

        let page = known.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        assert_eq!(page.path(), "/login");
        let page = member.walks(page).await;
        assert!(!page.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_gives_the_guesses_back() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = settled(&idp, "L-1004").await;

        for _ in 0..3 {
            let browser = idp.browser();
            let page = guesses(&member, browser.get("/login").await, 9).await;
            let page = member.answers(&page).await;
            assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_unknown_disabled_and_pending_ids_get_the_same_answer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        settled(&idp, "L-1005").await;
        idp.member(MemberSeed::new("L-1006")).await;
        idp.member(MemberSeed::new("L-1007")).await;
        idp.disables("L-1007").await;

        for times in [1, 10, 11] {
            let mut answers = Vec::new();
            for id in ["L-1005", "L-1006", "L-1007", "L-1008"] {
                // A browser of its own for every id: cookies are compared, too.
                let mut page = idp.browser().get("/login").await;
                for _ in 0..times {
                    let login = page.reload().await;
                    page = login.fill("username", id).fill("password", "wrong").submit("login-submit").await;
                }
                answers.push(stripped(&page, id));
                idp.advance(minutes(0));
            }
            let first = &answers[0];
            assert!(answers.iter().all(|answer| answer == first), "{times}: {answers:#?}");
            idp.advance(minutes(120));
        }
    })
    .await;
}

/// Status, headers and body without what differs by chance: ids, tokens, the id that was typed.
fn stripped(page: &Page, typed: &str) -> (u16, Vec<String>, String) {
    let mut body = page.body.replace(typed, "<typed>");
    for (_, value) in page.hidden().iter().filter(|(_, value)| value.len() > 16) {
        body = body.replace(value.as_str(), "<token>");
    }
    if let Some((_, id)) = page.url.query_pairs().find(|(name, _)| name == "interaction") {
        body = body.replace(id.as_ref(), "<token>");
    }
    let mut lines: Vec<&str> = body.lines().filter(|line| !line.contains("interaction=")).collect();
    lines.dedup();
    let varying = ["date", "content-length", "x-request-id", "set-cookie"];
    let headers = page.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let mut headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.extend(page.headers.keys().filter(|name| *name == "set-cookie").map(|name| name.to_string()));
    headers.sort();
    (page.status, headers, lines.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_member_is_out_at_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("L-1009")).await, idp.portal().await);
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        idp.disables("L-1009").await;

        let silent = browser.get(&portal.asks_with(&[("prompt", "none")]).url).await;
        assert_eq!(silent.arrived().get("error"), "login_required");
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        let page = member.answers(&browser.get(&portal.asks().url).await).await;
        assert_eq!(page.error_code().as_deref(), Some("wrong_credentials"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_an_operator_wants_replaced_is_replaced_before_the_portal_is_reached() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (mut member, portal) = (idp.member(MemberSeed::new("L-1010")).await, idp.portal().await);
        member.signs_in(&idp.browser(), &portal).await;
        idp.requires_new_password_of("L-1010").await;

        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/onboarding/password").await;
        let same = member.answers(&page).await;
        member.password = "asagao-to-himawari-no-hanataba".into();
        let page = if same.path() == "/onboarding/password" { member.answers(&same).await } else { same };

        assert!(!member.walks(page).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_passwords_are_refused_in_words_and_set_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1011")).await;
        let mut page = member.walks_to(idp.browser().get("/login").await, "/onboarding/password").await;

        let long = "あ".repeat(400);
        let weak = ["", "short", "L-1011L-1011L-1011", "passwordpassword", "aaaaaaaaaaaaaaaaaaaa", &long];
        for password in weak.into_iter().chain([member.initial_password().as_str()]) {
            let form = page.fill("new-password", password).fill("new-password-confirm", password);
            page = form.submit("password-submit").await;
            let code = page.error_code().unwrap_or_else(|| panic!("{password}: {}", page.summary()));
            assert!(code.starts_with("password_"), "{password}: {code}");
        }
        let form = page.fill("new-password", &member.password).fill("new-password-confirm", "not the same at all");
        let page = form.submit("password-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("password_confirmation_differs"));

        assert!(idp.record_of("L-1011").await.password_set_at.is_none());
    })
    .await;
}
