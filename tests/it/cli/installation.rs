//! `idp-admin migrate`, `audit`, and what every command does alike

use insta::{allow_duplicates, assert_snapshot};

use super::desk::desks;

#[tokio::test]
async fn the_schema_is_brought_up_to_date_once() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        assert_eq!(desk.run("member list").code, 1);
        let done = desk.run("migrate up").succeeds();
        let steps: Vec<&str> = done.trim().strip_prefix("The database is up to date: ").unwrap().split(", ").collect();
        assert_eq!(steps[0], "m20261123_000001_foundation");
        assert!(steps.is_sorted(), "{steps:?}");
        assert_snapshot!(desk.run("migrate up").succeeds(), @"The database is up to date already.");
        let status = desk.run("migrate status").succeeds();
        let shown: Vec<Vec<&str>> = status.lines().map(|line| line.split_whitespace().collect()).collect();
        let expected = steps.iter().map(|step| vec![*step, "applied"]);
        assert_eq!(shown, std::iter::once(vec!["STEP", "STATE"]).chain(expected).collect::<Vec<_>>());
    } }
}

#[tokio::test]
async fn a_schema_that_is_ahead_is_worked_with() {
    for desk in desks().await {
        desk.run("migrate up").succeeds();
        let ahead = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000999_later', 0)";
        desk.executes(ahead).await;
        let status = desk.json("migrate status");
        assert_eq!(status["pending"].as_array().map(Vec::len), Some(0), "{status}");
        desk.run("migrate up").succeeds();
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
    }
}

#[tokio::test]
async fn several_migrations_at_once_end_well() {
    for desk in desks().await {
        let all_end_well = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| desk.run("migrate up").code)).collect();
            runs.into_iter().all(|run| run.join().unwrap() == 0)
        });
        assert!(all_end_well);
    }
}

#[tokio::test]
async fn wrong_usage_and_a_missing_configuration_are_told_apart() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        assert_eq!(desk.run("members").code, 64);
        assert_eq!(desk.run("").code, 64);
        assert_eq!(desk.run("--help").code, 0);
        assert_snapshot!(desk.run("--config nowhere.toml realm list").fails(), @"There is no configuration at nowhere.toml. Name it with --config FILE or SEKISHO_CONFIG.");
        desk.has_file("broken.toml", "[database]\nurl = \"mysql://x\"\n[secrets]\ninstallation_key_file = \"key\"\n");
        assert_eq!(desk.run("--config broken.toml realm list").code, 1);
    } }
}

#[tokio::test]
async fn keys_of_a_document_stand_in_the_order_of_the_alphabet() {
    for desk in desks().await {
        desk.run("migrate up").succeeds();
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
        desk.run("member create a1").succeeds();
        let document = desk.run("--json member show a1").succeeds();
        let keys: Vec<&str> = document
            .lines()
            .filter_map(|line| line.strip_prefix("  \"")?.split_once("\": "))
            .map(|(key, _)| key)
            .collect();
        assert!(keys.len() > 20 && keys.is_sorted(), "{keys:?}");
    }
}

#[tokio::test]
async fn completions_and_manual_pages_need_no_installation() {
    for desk in desks().await {
        for shell in ["bash", "zsh", "fish"] {
            let script = desk.run(&format!("--config nowhere.toml completions {shell}")).succeeds();
            assert!(script.contains("remove-method"), "{shell}");
        }
        assert_eq!(desk.run("completions csh").code, 64);
        std::fs::create_dir(desk.path("man")).unwrap();
        assert_eq!(desk.run("--config nowhere.toml man man").code, 0);
        let page = desk.reads("man/idp-admin-member-find.1");
        assert!(page.starts_with(".ie") || page.contains(".TH"), "{page}");
        assert!(desk.run("man nowhere").fails().contains("is no folder"));
    }
}

#[tokio::test]
async fn every_verb_explains_itself_with_an_example_or_takes_no_words() {
    let desks = desks().await;
    let desk = &desks[0];
    std::fs::create_dir(desk.path("man")).unwrap();
    assert_eq!(desk.run("man man").code, 0);
    for page in std::fs::read_dir(desk.path("man")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let words: Vec<&str> = name.trim_end_matches(".1").split('-').collect();
        if words.contains(&"help") || words.len() < 4 {
            continue;
        }
        // A verb of two words (remove-method) is one word of the command line.
        let verb = format!("{} {}", words[2], words[3..].join("-"));
        let help = desk.run(&format!("{verb} --help"));
        assert_eq!(help.code, 0, "{verb}");
        assert!(!help.stdout.contains('\u{1b}'), "{verb} is coloured although nobody looks");
        let takes_words = help.stdout.contains("Arguments:");
        assert!(!takes_words || help.stdout.contains("Example"), "{verb} has no example:\n{}", help.stdout);
    }
}
