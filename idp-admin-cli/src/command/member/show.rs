//! `member show`

use idp_core::admin::member::{Record, show};
use idp_core::clock::Timestamp;
use serde_json::json;

use super::view;
use crate::command::letter::letter_document;
use crate::context::{Context, TypedUserId};
use crate::output::{Failure, fields};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The user id
    user_id: TypedUserId,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let user_id = arguments.user_id.normal();
    let record = here.store.read(&here.scope, move |ctx| Box::pin(async move { show(ctx, &user_id).await })).await?;
    let Some(Record { member, password_set_at, terms_accepted, letters }) = record else {
        return Err(arguments.user_id.unknown());
    };

    let now = here.store.ambient().clock.now();
    let letters: Vec<_> = letters.iter().map(|letter| letter_document(letter, member.user_id.as_str(), now)).collect();
    let mut document = view::document(&member);
    if let Some(document) = document.as_object_mut() {
        document.insert("password_set_at".to_owned(), json!(password_set_at.map(Timestamp::rfc3339)));
        document.insert("terms_accepted".to_owned(), json!(terms_accepted));
        document.insert("letters".to_owned(), json!(letters));
    }
    context.output.answer(&document, || {
        let mut rows = view::rows(&document);
        for letter in &letters {
            let text = |name| letter.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            rows.push(("letter".to_owned(), format!("{}, issued {}", text("state"), text("issued_at"))));
        }
        fields(&rows)
    })
}
