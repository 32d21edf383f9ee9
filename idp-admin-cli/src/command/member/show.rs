//! `member show`: the desk view

use std::str::FromStr;

use idp_core::admin::desk::{Desk, Look, MailRecord, MethodRecord, SessionRecord, Whereabouts, Who, look};
use idp_core::clock::Timestamp;
use serde_json::{Value, json};

use super::view;
use crate::command::letter::letter_document;
use crate::context::{Context, TypedUserId, word};
use crate::output::{Failure, fields, shown};
use crate::words;

#[derive(Debug, clap::Args)]
#[command(after_help = "Each look is an event of the audit log.\n\nExamples:\n  idp-admin member show 12-3456\n  \
                        idp-admin member show mem_0193a0c0000070008000000000000001")]
pub(crate) struct Arguments {
    /// The user id, or the id inside the installation (mem_…)
    #[arg(value_name = "USER_ID")]
    who: TypedWho,
}

#[derive(Debug, Clone)]
struct TypedWho {
    who: Who,
    typed: String,
}

impl FromStr for TypedWho {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let who = match text.parse() {
            Ok(id) => Who::Id(id),
            Err(_) => Who::UserId(TypedUserId::from_str(text)?.normal()),
        };
        Ok(Self { who, typed: text.to_owned() })
    }
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let TypedWho { who, typed } = arguments.who;
    let desk = match here.store.write(&here.scope, move |ctx| Box::pin(async move { look(ctx, &who).await })).await? {
        Look::Seen(desk) => *desk,
        Look::Deleted { at } => {
            return Err(Failure::refused(format!("The member was deleted at {}.", at.for_people())));
        }
        Look::NoSuchMember => {
            return Err(Failure::refused(format!(
                "There is no member “{typed}”. See who is there: idp-admin member find {}",
                word(&typed)
            )));
        }
    };
    let now = here.store.ambient().clock.now();
    let document = document(&desk, now);
    context.output.answer(&document, || fields(&rows(&desk, &document)))
}

fn document(desk: &Desk, now: Timestamp) -> Value {
    let member = &desk.record.member;
    let letters = desk.record.letters.iter().map(|letter| letter_document(letter, member.user_id.as_str(), now));
    let mut document = view::document(member);
    let added = json!({
        "password_set_at": desk.record.password_set_at.map(Timestamp::rfc3339),
        "new_password_required_at": member.new_password_required_at.map(Timestamp::rfc3339),
        "terms_accepted": desk.record.terms_accepted,
        "letters": letters.collect::<Vec<_>>(),
        "journey": journey(desk),
        "last_seen": desk.last_seen.as_ref().map(|seen| json!({
            "kind": seen.kind,
            "at": seen.at.rfc3339(),
            "error": seen.error,
            "text": seen.error.and_then(words::error),
        })),
        "lock": { "failures": desk.lock.failures, "until": desk.lock.until.map(Timestamp::rfc3339) },
        "methods": desk.methods.iter().map(method).collect::<Vec<_>>(),
        "mails": desk.mails.iter().map(mail).collect::<Vec<_>>(),
        "sessions": desk.sessions.iter().map(session).collect::<Vec<_>>(),
    });
    if let (Some(document), Value::Object(added)) = (document.as_object_mut(), added) {
        document.extend(added);
    }
    document
}

fn journey(desk: &Desk) -> Value {
    match &desk.whereabouts {
        Whereabouts::Sitting { at, seen_at, client } => {
            json!({ "where": "sitting", "at": at, "seen_at": seen_at.rfc3339(), "client": client })
        }
        Whereabouts::Owes { step } => json!({ "where": "owes", "step": step }),
        Whereabouts::Done => json!({ "where": "done" }),
    }
}

fn method(record: &MethodRecord) -> Value {
    json!({
        "method": record.method,
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at.rfc3339(),
        "last_used_at": record.last_used_at.map(Timestamp::rfc3339),
        "is_stopped": record.is_stopped,
        "held_until": record.held_until.map(Timestamp::rfc3339),
    })
}

fn mail(record: &MailRecord) -> Value {
    json!({
        "id": record.id,
        "kind": record.kind,
        "state": record.state,
        "attempts": record.attempts,
        "created_at": record.created_at.rfc3339(),
        "settled_at": record.settled_at.map(Timestamp::rfc3339),
        "answer": record.answer,
    })
}

fn session(record: &SessionRecord) -> Value {
    json!({
        "id": record.id,
        "created_at": record.created_at.rfc3339(),
        "seen_at": record.seen_at.rfc3339(),
        "expires_at": record.expires_at.rfc3339(),
        "user_agent": record.user_agent,
    })
}

fn rows(desk: &Desk, document: &Value) -> Vec<(String, String)> {
    let mut rows = view::rows(document);
    let mut add = |name: &str, text: String| rows.push((name.to_owned(), text));
    add(
        "journey",
        match &desk.whereabouts {
            Whereabouts::Sitting { at, seen_at, client } => {
                let client = client.as_ref().map(|name| format!(", for {name}")).unwrap_or_default();
                format!("at {at} since {}{client}", seen_at.for_people())
            }
            Whereabouts::Owes { step } => format!("owes {step} at the next sign-in"),
            Whereabouts::Done => "done".to_owned(),
        },
    );
    if let Some(seen) = &desk.last_seen {
        let said = seen.error.and_then(words::error).map(|text| format!(": {text}")).unwrap_or_default();
        add("last seen", format!("{} {}{said}", seen.at.for_people(), seen.kind.name()));
    }
    match (desk.lock.until, desk.lock.failures) {
        (Some(until), _) => add("locked until", until.for_people()),
        (None, 0) => {}
        (None, failures) => add("wrong passwords", failures.to_string()),
    }
    for record in &desk.methods {
        let used =
            record.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", at.for_people()));
        let held = record.held_until.map(|until| format!(", rests until {}", until.for_people())).unwrap_or_default();
        let held = if record.is_stopped { ", stopped: it has to be set up anew".to_owned() } else { held };
        let name = record.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        add(
            "method",
            format!("{}{name}, set up {}, {used}{held}", record.method.name(), record.created_at.for_people()),
        );
    }
    for record in &desk.mails {
        let answer = record.answer.as_ref().map(|answer| format!(": {answer}")).unwrap_or_default();
        add("mail", format!("{} {} {}{answer}", record.created_at.for_people(), record.kind, record.state));
    }
    for record in &desk.sessions {
        let agent = record.user_agent.clone().unwrap_or_default();
        add(
            "session",
            format!("since {}, seen {} {agent}", record.created_at.for_people(), record.seen_at.for_people()),
        );
    }
    for letter in document.get("letters").and_then(Value::as_array).into_iter().flatten() {
        let text = |name| shown(letter.get(name));
        add("letter", format!("{}, issued {}, good until {}", text("state"), text("issued_at"), text("expires_at")));
    }
    rows
}
