//! `idp-admin member find|require|remove-method|rename|delete`, `session`, `mail`: the operator with a caller on the line

use insta::{allow_duplicates, assert_snapshot};

use super::desk::desks_with_realm;

#[tokio::test]
async fn a_member_is_found_by_whatever_they_say() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create 12-3456 --family 健保 --given 太郎 --family-kana ケンポ --given-kana タロウ --mail Taro@mail.example --symbol 21 --number 345").succeeds();
        desk.run("member create 12-3457 --family 健保 --given 花子 --symbol 21 --number 345").succeeds();
        desk.run("member create 99 --family 100% --given _").succeeds();
        let found = |text: &str| -> Vec<String> {
            let members = desk.json(&format!("member find {text}"));
            members.as_array().unwrap().iter().map(|member| member["user_id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(found("１２ー３４５６"), ["12-3456"]);
        assert_eq!(found("12-"), ["12-3456", "12-3457"]);
        assert_eq!(found("健保太郎"), ["12-3456"]);
        assert_eq!(found("けんぽ"), ["12-3456"]);
        assert_eq!(found("ｹﾝﾎﾟ"), ["12-3456"]);
        assert_eq!(found("TARO@mail.example"), ["12-3456"]);
        assert_eq!(found("21-345"), ["12-3456", "12-3457"]);
        assert_eq!(found("0%"), ["99"]);
        assert!(found("%").len() == 1 && found("nobody").is_empty());
        let id = desk.json("member show 12-3456")["id"].as_str().unwrap().to_owned();
        assert_eq!(found(&id), ["12-3456"]);
        assert_eq!(desk.json(&format!("member show {id}"))["user_id"], "12-3456");
        let page = desk.run("member find 12- --limit 1");
        assert_eq!((page.code, page.stderr.as_str()), (0, "There may be more: --after 12-3456\n"));
        assert_eq!(desk.json("member find 12- --limit 1 --after 12-3456")[0]["user_id"], "12-3457");
        assert_snapshot!(desk.run("member find 12-").succeeds(), @r"
        USER ID  NAME       KANA           SYMBOL-NUMBER  MAIL               STATE
        12-3456  健保 太郎  ケンポ タロウ  21-345         Taro@mail.example  active
        12-3457  健保 花子                 21-345                            active
        ");
        assert_snapshot!(desk.run("member find nobody").succeeds(), @"Nobody is found.");
    } }
}

#[tokio::test]
async fn whoever_reads_is_told_the_time_of_clocks_in_japan_and_machines_that_of_utc() {
    let is_an_instant = |word: &str| word.len() >= 20 && word.ends_with('Z') && word.contains('T');
    for desk in desks_with_realm().await {
        desk.run("member create a1 --family 健保").succeeds();
        desk.run("letter issue --all --csv letters.csv").succeeds();
        desk.run("client create --name App --client-id app --redirect-uri https://a.example/cb").succeeds();
        let shown = ["member show a1", "letter batches", "letter status a1", "audit list", "key list", "realm terms"];
        for shown in shown.into_iter().chain(["client list", "session list a1"]) {
            let text = desk.run(shown).succeeds();
            assert!(!text.split_whitespace().any(is_an_instant), "{shown}: {text}");
        }
        let text = desk.run("member show a1").succeeds();
        let letter = desk.json("member show a1")["letters"][0].clone();
        for at in ["issued_at", "expires_at"] {
            let utc: jiff::Timestamp = letter[at].as_str().unwrap().parse().unwrap();
            let japan = utc.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).strftime("%Y-%m-%d %H:%M");
            assert!(text.contains(&japan.to_string()), "{at}: {text}");
        }
    }
}

#[tokio::test]
async fn remedies_say_what_they_did_and_what_was_so_already() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1 --family 健保").succeeds();
        assert_snapshot!(desk.run("member require password a1").succeeds(), @"A new password is asked for at the next sign-in.");
        assert_snapshot!(desk.run("member require password a1").succeeds(), @"The member owes that already.");
        assert_snapshot!(desk.run("member require terms a1").succeeds(), @"The member owes that already.");
        assert_snapshot!(desk.run("member require method a1").succeeds(), @"The member owes that already.");
        assert_snapshot!(desk.run("member remove-method a1 totp").succeeds(), @"The member has not set that up.");
        assert_snapshot!(desk.run("mail resend a1").fails(), @"No page of the member waits for a mail. Where they are: idp-admin member show a1");
        assert_eq!(desk.json("member require password a1")["changed"], false);
        for words in ["member require password", "member require terms", "member require method", "mail resend"] {
            assert_snapshot!(desk.run(&format!("{words} b")).fails(), @"There is no member “b”. See who is there: idp-admin member list");
        }
        assert_eq!(desk.run("member require nothing a1").code, 64);
        assert_eq!(desk.run("member remove-method a1 fax").code, 64);
    } }
}

#[tokio::test]
async fn a_member_is_renamed_and_deleted_for_good() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1 --family 健保").succeeds();
        desk.run("member create a2").succeeds();
        desk.run("letter issue a1").succeeds();
        assert_snapshot!(desk.run("member rename a1 Ａ２").fails(), @"There is a member “Ａ２” already. Choose another user id.");
        assert_snapshot!(desk.run("member rename b c").fails(), @"There is no member “b”. See who is there: idp-admin member list");
        assert_snapshot!(desk.run("member rename a1 c3").succeeds(), @"The member is now c3. A letter that was not used yet is void: it prints the earlier user id.");
        let shown = desk.json("member show c3");
        assert_eq!(shown["letters"][0]["state"], "void");
        let (id, sub) = (shown["id"].as_str().unwrap(), &shown["sub"]);

        assert!(desk.run("member delete c3").fails().starts_with("Nothing was deleted."));
        let deleted = desk.json("member delete c3 --yes");
        assert_eq!((&deleted["sub"], &deleted["changed"]), (sub, &true.into()));
        assert_eq!(desk.run("member show c3").code, 1);
        assert!(desk.run(&format!("member show {id}")).fails().starts_with("The member was deleted at "));
        assert_eq!(desk.run("member delete c3 --yes").code, 1);
        desk.run("member create c3").succeeds();
        let heir = desk.json("member show c3");
        assert!(heir["sub"] != *sub && heir["letters"].as_array().unwrap().is_empty());
        assert!(desk.json("audit verify").as_array().unwrap().iter().all(|chain| chain["good"] == true));
    } }
}
