//! `idp-admin audit`: every way of tampering is found, and what is exported can be proved anywhere

use idp_core::audit::Head;
use sqlx::{Connection, PgConnection, Row, SqliteConnection};

use super::desk::{Database, Desk, desks_with_realm};

/// Somebody who can write the database.
struct Tamperer<'a>(&'a Desk);

impl Tamperer<'_> {
    async fn runs(&self, statements: &str) {
        self.0.executes(statements).await;
    }

    /// Numbers and texts of the realm's events.
    async fn events(&self) -> Vec<(i64, String)> {
        let sql =
            "SELECT sequence, event FROM audit_events WHERE realm_id IN (SELECT id FROM realms) ORDER BY sequence";
        match self.0.database {
            Database::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.0.url()).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Database::Postgres => {
                let mut connection = PgConnection::connect(&self.0.url()).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        }
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self.0.database {
            Database::Sqlite => format!("X'{hex}'"),
            Database::Postgres => format!("'\\x{hex}'::bytea"),
        }
    }

    async fn keeps_a_copy(&self) {
        self.runs(
            "CREATE TABLE copy_events AS SELECT * FROM audit_events; CREATE TABLE copy_heads AS SELECT * FROM audit_heads;",
        )
        .await;
    }

    async fn puts_the_copy_back(&self) {
        self.runs(
            "DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM copy_events; DELETE FROM audit_heads; \
             INSERT INTO audit_heads SELECT * FROM copy_heads; DELETE FROM audit_bases;",
        )
        .await;
    }

    /// Makes the first events a year older, hashes and all.
    async fn ages(&self, through: i64) {
        let mut head = Head::start();
        let mut statements = String::new();
        for (sequence, event) in self.events().await {
            let mut event = event;
            if sequence <= through {
                let at = serde_json::from_str::<serde_json::Value>(&event).unwrap()["at"].as_i64().unwrap();
                let older = at - 31_536_000_000;
                event = event.replace(&at.to_string(), &older.to_string());
                statements
                    .push_str(&format!("UPDATE audit_events SET at = {older} WHERE {OURS} AND sequence = {sequence};"));
            }
            head = head.after(&event);
            let (text, hash) = (event.replace('\'', "''"), self.bytes(&head.hash));
            statements.push_str(&format!(
                "UPDATE audit_events SET event = '{text}', hash = {hash} WHERE {OURS} AND sequence = {sequence};"
            ));
        }
        let hash = self.bytes(&head.hash);
        statements.push_str(&format!("UPDATE audit_heads SET hash = {hash} WHERE {OURS};"));
        self.runs(&statements).await;
    }

    /// Changes an event and computes every hash after it anew, as somebody who read our source would.
    async fn forges(&self, at: i64) {
        let mut head = Head::start();
        let mut statements = String::new();
        for (sequence, event) in self.events().await {
            let event = if sequence == at { event.replace("ops", "eve") } else { event };
            head = head.after(&event);
            let text = event.replace('\'', "''");
            let hash = self.bytes(&head.hash);
            statements.push_str(&format!(
                "UPDATE audit_events SET event = '{text}', hash = {hash} WHERE {OURS} AND sequence = {sequence};"
            ));
        }
        let hash = self.bytes(&head.hash);
        statements.push_str(&format!("UPDATE audit_heads SET hash = {hash} WHERE {OURS};"));
        self.runs(&statements).await;
    }
}

/// The realm's rows.
const OURS: &str = "realm_id IN (SELECT id FROM realms)";

#[tokio::test]
async fn each_way_of_tampering_is_found_and_the_first_bad_event_named() {
    for desk in desks_with_realm().await {
        for user_id in ["a1", "a2", "a3", "a4"] {
            desk.run(&format!("member create {user_id}")).succeeds();
        }
        let tamperer = Tamperer(&desk);
        tamperer.keeps_a_copy().await;
        let last = tamperer.events().await.last().unwrap().0;
        let columns = "(realm_id, sequence, at, kind, member_id, event, hash)";
        let copied = |to: i64| {
            format!(
                "INSERT INTO audit_events {columns} SELECT realm_id, {to}, at, kind, member_id, event, hash FROM audit_events \
                 WHERE {OURS} AND sequence = 3;"
            )
        };
        let ways = [
            (
                format!("UPDATE audit_events SET event = replace(event, 'ops', 'eve') WHERE {OURS} AND sequence = 3;"),
                "mgc: event 3 was changed. The log was altered.\n".to_owned(),
            ),
            (
                format!("UPDATE audit_events SET kind = 'member_viewed' WHERE {OURS} AND sequence = 4;"),
                "mgc: event 4 was changed. The log was altered.\n".to_owned(),
            ),
            (
                format!("UPDATE audit_events SET at = at + 1 WHERE {OURS} AND sequence = 4;"),
                "mgc: event 4 was changed. The log was altered.\n".to_owned(),
            ),
            (
                format!("DELETE FROM audit_events WHERE {OURS} AND sequence = 3;"),
                "mgc: event 3 is missing; 4 stands in its place. The log was altered.\n".to_owned(),
            ),
            (
                format!("DELETE FROM audit_events WHERE {OURS} AND sequence = 1;"),
                "mgc: event 1 is missing; 2 stands in its place. The log was altered.\n".to_owned(),
            ),
            (
                format!(
                    "UPDATE audit_events SET sequence = 900 WHERE {OURS} AND sequence = 3; UPDATE audit_events SET sequence \
                     = 3 WHERE {OURS} AND sequence = 4; UPDATE audit_events SET sequence = 4 WHERE {OURS} AND sequence = 900;"
                ),
                "mgc: event 3 was changed. The log was altered.\n".to_owned(),
            ),
            (
                format!(
                    "UPDATE audit_events SET sequence = sequence + 1000 WHERE {OURS} AND sequence >= 4; UPDATE audit_events \
                     SET sequence = sequence - 999 WHERE {OURS} AND sequence >= 1000; {} UPDATE audit_heads SET sequence = \
                     sequence + 1 WHERE {OURS};",
                    copied(4)
                ),
                "mgc: event 4 was changed. The log was altered.\n".to_owned(),
            ),
            (
                copied(last + 1),
                format!("mgc: event {} stands behind the recorded end. It was added to the log.\n", last + 1),
            ),
            (
                format!("DELETE FROM audit_events WHERE {OURS} AND sequence = {last};"),
                format!("mgc: the log ends at event {} instead of {last}. Its tail was cut.\n", last - 1),
            ),
            (
                format!("DELETE FROM audit_events WHERE {OURS};"),
                format!("mgc: the log ends at event 0 instead of {last}. Its tail was cut.\n"),
            ),
            (
                format!(
                    "INSERT INTO audit_bases SELECT realm_id, sequence, hash, at FROM audit_events WHERE {OURS} AND sequence \
                     = 2; DELETE FROM audit_events WHERE {OURS} AND sequence <= 2;"
                ),
                "mgc: the events up to 2 are missing, and no event says that they were removed. The log was altered.\n"
                    .to_owned(),
            ),
        ];
        for (way, finding) in ways {
            tamperer.runs(&way).await;
            assert_eq!(desk.run("audit verify").fails(), finding, "{way}");
            let chains = desk.json("audit verify");
            assert_eq!((&chains[0]["good"], &chains[1]["good"]), (&true.into(), &false.into()), "{way}");
            tamperer.puts_the_copy_back().await;
            desk.run("audit verify").succeeds();
        }
    }
}

#[tokio::test]
async fn a_checkpoint_kept_elsewhere_finds_a_log_that_was_written_anew() {
    for desk in desks_with_realm().await {
        for user_id in ["a1", "a2", "a3"] {
            desk.run(&format!("member create {user_id}")).succeeds();
        }
        let made = desk.run("audit checkpoint --output safe.json");
        assert_eq!(made.code, 0, "{}", made.stderr);
        assert_eq!(desk.run("audit checkpoint --output safe.json").code, 1);
        let key = desk.json("audit checkpoint")[0]["key"].as_str().unwrap().to_owned();
        assert!(made.stderr.contains(&key));
        desk.run("member create a4").succeeds();
        desk.run(&format!("audit verify --checkpoint safe.json --key {key}")).succeeds();
        for other in ["other", "-other", "--other"] {
            let told = desk.run(&format!("audit verify --checkpoint safe.json --key {other}")).fails();
            assert!(told.contains("with another key"), "{other}: {told}");
        }
        desk.has_file("forged.json", desk.reads("safe.json").replace("\"mgc\"", "\"cgm\""));
        assert!(desk.run("audit verify --checkpoint forged.json").fails().contains("signature of a checkpoint"));
        assert!(desk.run("audit verify --checkpoint key").fails().contains("is no file of checkpoints"));
        assert!(desk.run("audit verify --checkpoint nowhere").fails().contains("cannot be read"));

        let tamperer = Tamperer(&desk);
        tamperer.keeps_a_copy().await;
        tamperer.forges(2).await;
        desk.run("audit verify").succeeds();
        let found = desk.run("audit verify --checkpoint safe.json").fails();
        assert!(found.contains("is not the one a checkpoint was signed for"), "{found}");
        tamperer.puts_the_copy_back().await;
        let cut = format!(
            "DELETE FROM audit_events WHERE {OURS} AND sequence > 2; UPDATE audit_heads SET sequence = 2, hash = (SELECT hash \
             FROM audit_events e WHERE e.realm_id = audit_heads.realm_id AND e.sequence = 2) WHERE {OURS};"
        );
        tamperer.runs(&cut).await;
        desk.run("audit verify").succeeds();
        assert!(desk.run("audit verify --checkpoint safe.json").fails().contains("Its tail was cut"));
    }
}

#[tokio::test]
async fn an_exported_log_is_proved_without_configuration_database_or_secret() {
    for desk in desks_with_realm().await {
        for user_id in ["a1", "a2", "a3"] {
            desk.run(&format!("member create {user_id}")).succeeds();
        }
        desk.run("audit checkpoint --output safe.json");
        assert_eq!(desk.run("audit export --output log.jsonl").code, 0);
        assert_eq!(desk.run("audit export --output log.jsonl").code, 1);
        let elsewhere = "--config nowhere.toml audit verify-file";
        desk.run(&format!("{elsewhere} log.jsonl --checkpoint safe.json")).succeeds();
        let told = desk.run(&format!("{elsewhere} log.jsonl --checkpoint safe.json --key -other")).fails();
        assert!(told.contains("with another key"), "{told}");
        let lines = desk.reads("log.jsonl");
        let lines: Vec<&str> = lines.lines().collect();
        let altered = |name: &str, lines: Vec<String>| {
            desk.has_file(name, lines.join("\n") + "\n");
            desk.run(&format!("{elsewhere} {name}")).fails()
        };
        let owned = || -> Vec<String> { lines.iter().map(|line| (*line).to_owned()).collect() };
        let (mut changed, mut gap, mut swapped, mut cut, mut added) = (owned(), owned(), owned(), owned(), owned());
        changed[2] = changed[2].replace("ops", "eve");
        gap.remove(3);
        swapped.swap(2, 3);
        cut.truncate(4);
        added.push(lines[2].to_owned());
        assert!(altered("changed", changed).contains("event 2 was changed"));
        assert!(altered("gap", gap).contains("event 3 is missing"));
        assert!(altered("swapped", swapped).contains("event 2 is missing"));
        assert!(altered("cut", cut).contains("Its tail was cut"));
        assert!(altered("added", added).contains("was added to the log"));
        assert!(altered("garbled", vec!["{}".to_owned()]).contains("Line 1 is none of an exported audit log."));
        let renamed: Vec<String> = owned().iter().map(|line| line.replace("\"mgc\"", "\"other\"")).collect();
        desk.has_file("renamed", renamed.join("\n") + "\n");
        let told = desk.run(&format!("{elsewhere} renamed --checkpoint safe.json")).fails();
        assert!(told.contains("No checkpoint is about “other”"), "{told}");
        let streamed = desk.run("audit export --after 2").succeeds();
        assert!(streamed.starts_with(&format!("{}\n", lines[3])), "{streamed}");
    }
}

#[tokio::test]
async fn old_events_go_and_the_chain_stays_provable() {
    for desk in desks_with_realm().await {
        for user_id in ["a1", "a2", "a3"] {
            desk.run(&format!("member create {user_id}")).succeeds();
        }
        assert_eq!(desk.run("audit trim --keep-days 30 --yes").succeeds(), "No event is that old.\n");
        assert_eq!(desk.run("audit trim --keep-days 29").code, 64);
        // Time cannot be turned back from outside, so the chain is made one of last year by its own rule.
        let tamperer = Tamperer(&desk);
        tamperer.ages(4).await;
        desk.run("audit verify").succeeds();
        let told = desk.run("audit trim --keep-days 30").fails();
        assert!(told.contains("Nothing was removed"), "{told}");
        assert_eq!(desk.json("audit trim --keep-days 30 --yes")["removed"], 4);
        desk.run("audit verify").succeeds();
        desk.run("audit checkpoint --output later.json");
        desk.run("member create a4").succeeds();
        desk.run("audit verify --checkpoint later.json").succeeds();
        desk.run("audit export --output rest.jsonl");
        desk.run("audit verify-file rest.jsonl").succeeds();
        assert!(desk.json("audit list --kind member_created")[0]["sequence"].as_i64().unwrap() > 4);
    }
}

#[tokio::test]
async fn one_command_tells_whose_data_was_seen_when_and_by_whom() {
    for desk in desks_with_realm().await {
        desk.run("member create a1").succeeds();
        desk.run_as("sato", "member show a1", &[]).succeeds();
        let id = desk.json("member show a1")["id"].as_str().unwrap().to_owned();
        desk.run("member delete a1 --yes").succeeds();
        let events = desk.json(&format!("audit list --member {id}"));
        let told: Vec<(&str, &str)> = events
            .as_array()
            .unwrap()
            .iter()
            .map(|event| (event["kind"].as_str().unwrap(), event["actor"]["name"].as_str().unwrap()))
            .collect();
        let expected = [
            ("member_created", "ops"),
            ("member_viewed", "sato"),
            ("member_viewed", "ops"),
            ("sessions_ended", "ops"),
            ("member_deleted", "ops"),
        ];
        assert_eq!(told, expected);
        assert_eq!(desk.json("audit list --by sato").as_array().unwrap().len(), 1);
        assert_eq!(desk.json("audit list --kind audit_read").as_array().unwrap().len(), 2);
        for (wrong, said) in
            [("--kind signin", "there is no such kind"), ("--since today", "write a day like 2026-11-26")]
        {
            let answer = desk.run(&format!("audit list {wrong}"));
            assert!(answer.code == 64 && answer.stderr.contains(said), "{}", answer.stderr);
        }
    }
}
