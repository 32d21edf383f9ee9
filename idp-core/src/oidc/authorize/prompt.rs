//! `prompt` (OpenID Connect Core §3.1.2.1): known values; `none` stands alone.

use super::{Asked, AuthorizationRequest, Prompt, Rejection};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let params = asked.params;
    let values = params.find("prompt").unwrap_or_default();
    for value in values.split(' ').filter(|value| !value.is_empty()) {
        let prompt = Prompt::from_name(value).ok_or(Rejection::invalid("the prompt has an unknown value"))?;
        request.prompt.insert(prompt);
    }
    if request.prompts(Prompt::None) && request.prompt.len() > 1 {
        return Err(Rejection::invalid("prompt none cannot be combined with other values"));
    }
    Ok(())
}
