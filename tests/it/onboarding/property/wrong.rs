//! Answers that are wrong on purpose, to whatever page is shown.

use harness::Page;

use super::World;

impl World {
    pub(super) async fn posts_wrong(&mut self, b: usize, m: usize) -> Page {
        let page = self.page(b).clone();
        let mut form = page.hidden();
        let wrong = [
            ("username", self.members[1 - m].user_id.as_str()),
            ("password", "wrong"),
            ("birth-date", "1999-09-09"),
            ("mail-code", "000001"),
            ("totp-code", "000001"),
            ("method", "nonsense"),
            ("new-password", "x"),
            ("new-password-confirm", "y"),
            ("mail", "no address"),
            ("terms-version", "0"),
        ];
        form.retain(|(name, _)| !wrong.iter().any(|(filled, _)| filled == name));
        form.extend(wrong.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self.browsers[b].post(page.url.as_str(), &form).await
    }
}
