//! `realm show`

use idp_core::admin::realm::setting::flat;

use crate::context::Context;
use crate::output::{Failure, fields};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) async fn run(context: &Context, _: Arguments) -> Result<(), Failure> {
    let here = context.realm().await?;
    let realm = &here.scope.realm;

    context.output.answer(&super::document(realm), || {
        let mut rows = vec![
            ("name".to_owned(), realm.name.clone()),
            ("id".to_owned(), realm.id.to_string()),
            ("origin".to_owned(), realm.origin.as_str().to_owned()),
        ];
        rows.extend(flat(&realm.settings));
        fields(&rows)
    })
}
