//! `key list`

use idp_core::admin::key::list;
use idp_core::clock::Timestamp;
use idp_core::key::Key;

use crate::context::Context;
use crate::output::Failure;

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    let here = context.realm().await?;
    let keys = here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await?;

    let term = here.scope.realm.settings.key_rotation();
    let documents: Vec<_> = keys.iter().map(|key| super::document(key, term)).collect();
    let rows = |key: &Key| {
        vec![
            key.kid.clone(),
            key.algorithm.name().to_owned(),
            key.state.name().to_owned(),
            key.created_at.for_people(),
            key.changed_at.for_people(),
            key.moves_on_at(term).map_or_else(|| "by hand".to_owned(), Timestamp::for_people),
        ]
    };
    context.output.answer(&documents, || {
        if keys.is_empty() {
            return "There are no keys yet.".to_owned();
        }
        crate::output::table(&["kid", "algorithm", "state", "made", "state since", "moves on"], keys.iter().map(rows))
    })
}
