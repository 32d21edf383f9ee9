//! `idp-admin member`, without the import

use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::desks_with_realm;

#[tokio::test]
async fn a_member_is_created_found_in_any_spelling_and_switched_off_and_on() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let created = desk.run(
            "member create 12-3456 --family 健保 --given 太郎 --birth-date 昭和55年1月1日 --mail da.me..@docomo.ne.jp",
        );
        assert_snapshot!(created.succeeds(), @r"
        Member 12-3456 is there.
        Next: idp-admin letter issue 12-3456
        ");
        assert_json_snapshot!(desk.json("member show １２ー３４５６"), {
            ".id" => "[id]", ".sub" => "[sub]", ".created_at" => "[time]", ".updated_at" => "[time]",
        }, @r#"
        {
          "address": null,
          "birth_date": "1980-01-01",
          "branch": null,
          "chosen_method": null,
          "created_at": "[time]",
          "family_kana": null,
          "family_name": "健保",
          "given_kana": null,
          "given_name": "太郎",
          "id": "[id]",
          "journey": {
            "step": "birth_date",
            "where": "owes"
          },
          "language": null,
          "last_seen": null,
          "left_at": null,
          "letters": [],
          "lock": {
            "failures": 0,
            "until": null
          },
          "mail": "da.me..@docomo.ne.jp",
          "mail_verified_at": null,
          "mails": [],
          "methods": [],
          "new_password_required_at": null,
          "number": null,
          "password_set_at": null,
          "postal_code": null,
          "sessions": [],
          "state": "active",
          "sub": "[sub]",
          "symbol": null,
          "terms_accepted": 0,
          "updated_at": "[time]",
          "user_id": "12-3456"
        }
        "#);
        assert_snapshot!(desk.run("member disable 12-3456").succeeds(), @"Switched off. Their sessions have ended.");
        assert_snapshot!(desk.run("member disable 12-3456").succeeds(), @"The member is switched off already.");
        assert_snapshot!(desk.run("member list").succeeds(), @r"
        USER ID  NAME       BIRTH DATE  MAIL                  STATE     METHOD
        12-3456  健保 太郎  1980-01-01  da.me..@docomo.ne.jp  disabled
        ");
        assert_snapshot!(desk.run("member enable 12-3456").succeeds(), @"Switched on.");
        assert_snapshot!(desk.run("member unlock 12-3456").succeeds(), @"There is nothing to unlock: no wrong passwords are counted.");
        let kinds: Vec<String> = desk
            .json("audit list --member 12-3456")
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            kinds,
            ["member_created", "member_viewed", "sessions_ended", "member_disabled", "member_enabled"]
        );
    } }
}

#[tokio::test]
async fn what_is_wrong_about_a_member_is_said() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1").succeeds();
        let refused = |words| desk.run(words).fails();
        assert_snapshot!(refused("member create Ａ１"), @"There is a member “Ａ１” already. See: idp-admin member show Ａ１");
        assert_snapshot!(refused("member create b --birth-date 55.1.1"), @"The year of birth needs four digits or an era.");
        assert_snapshot!(refused("member create b --mail nobody"), @"The mail address has no @.");
        assert_snapshot!(refused("member create b --language fr"), @"The language must be ja or en.");
        assert_snapshot!(refused("member show b"), @"There is no member “b”. See who is there: idp-admin member find b");
        assert_snapshot!(refused("member disable b"), @"There is no member “b”. See who is there: idp-admin member list");
        assert_snapshot!(refused("audit list --member b"), @"There is no member “b”. See who is there: idp-admin member list");
        assert_eq!(desk.run_with("member create", &[" "]).code, 64);
    } }
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    for desk in desks_with_realm().await {
        for user_id in ["c", "a", "b"] {
            desk.run(&format!("member create {user_id}")).succeeds();
        }
        let first = desk.run("member list --limit 2");
        assert_eq!((first.code, first.stderr.as_str()), (0, "There may be more: --after b\n"));
        assert_eq!(desk.json("member list --limit 2 --after b")[0]["user_id"], "c");
        // Whoever comes or goes meanwhile moves nobody else from one page to another.
        desk.run("member create aa").succeeds();
        desk.run("member delete b --yes").succeeds();
        let hint = desk.run_with("member create", &["x 1"]).succeeds();
        assert!(hint.ends_with("letter issue 'x 1'\n"), "{hint}");
        desk.run_with("member delete --yes", &["x 1"]).succeeds();
        let rest = desk.json("member list --limit 2 --after b");
        assert_eq!((&rest[0]["user_id"], rest.as_array().map(Vec::len)), (&"c".into(), Some(1)));
        assert_eq!(desk.run("member list --limit 0").code, 64);
    }
}
