//! Writes every page in every state and both languages as static files, to be looked at and checked:
//! `cargo run --example gallery -- DIR`. The files lie beside their assets, so a browser opens them without a server.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use askama::Template;
use idp_server::view::account::{Home, LanguageChoice};
use idp_server::view::application::Application;
use idp_server::view::assets;
use idp_server::view::chrome::{Chrome, FieldError, LanguageLink, Notice, Progress, RealmLook, Upcoming};
use idp_server::view::colour::Colour;
use idp_server::view::consent::Consent;
use idp_server::view::device::{Device, Stage};
use idp_server::view::enrol::{EnrolMail, EnrolTotp, MailCodePurpose, Ticked};
use idp_server::view::error::{ErrorPage, WayBack};
use idp_server::view::error_text;
use idp_server::view::locale::{Language, Words};
use idp_server::view::login::{Locked, Login, LoginMailCode, LoginTotp, SignInPurpose};
use idp_server::view::logout::{AfterSignOut, Logout, SignedOut};
use idp_server::view::mail::{MailContent, Sender};
use idp_server::view::mail_verify::{AfterVerify, MailVerify, VerifyState};
use idp_server::view::onboarding::{
    AddressOnFile, AfterOnboarding, BirthDate, Complete, Composition, Mail, MailSent, Method, MethodRow, NewPassword,
    Terms, TermsReason,
};
use idp_server::view::terms;

/// A key as an authenticator app gets it; it opens nothing.
const SAMPLE_KEY: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        return Err("say where: cargo run --example gallery -- DIR".into());
    };

    write_assets(&folder)?;
    for language in Language::ALL {
        let gallery = Gallery { folder: folder.join(language.tag()), language };
        fs::create_dir_all(&gallery.folder)?;
        gallery.sign_in()?;
        gallery.first_steps()?;
        gallery.mail_steps()?;
        gallery.last_steps()?;
        gallery.enrolment()?;
        gallery.signing_out()?;
        gallery.device()?;

        gallery.errors()?;
        gallery.mails()?;
    }
    Ok(())
}

fn write_assets(folder: &Path) -> Result<(), Box<dyn Error>> {
    let beside = folder.join("assets");
    fs::create_dir_all(&beside)?;
    for asset in assets::all() {
        fs::write(folder.join(asset.path.trim_start_matches('/')), &asset.bytes)?;
    }
    fs::write(beside.join("realm.css"), sample_colour().stylesheet())?;
    let uri = format!("otpauth://totp/Sample:12345678?secret={SAMPLE_KEY}&issuer=Sample");
    let picture = qrcode::QrCode::new(uri)?.render::<qrcode::render::svg::Color<'_>>().min_dimensions(264, 264).build();
    fs::write(folder.join("qr.svg"), picture)?;
    Ok(())
}

fn sample_colour() -> Colour {
    Colour::parse("#00664f").unwrap_or_default()
}

/// The pages of one language.
struct Gallery {
    folder: PathBuf,
    language: Language,
}

impl Gallery {
    /// One of two texts, by the language.
    fn say(&self, japanese: &str, english: &str) -> String {
        match self.language {
            Language::Ja => japanese.to_owned(),
            Language::En => english.to_owned(),
        }
    }

    fn chrome(&self) -> Chrome {
        let realm = RealmLook {
            name: self.say("みほん健康保険組合", "Mihon Health Insurance Society"),
            logo_url: None,
            primary_colour: sample_colour(),
            help_line: Some("03-1234-5678".to_owned()),
            help_hours: Some(self.say("平日 9:00～17:00（年末年始を除く）", "Monday to Friday, 9:00 to 17:00")),
        };
        let other = match self.language {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        };

        let mut chrome = Chrome::new(Words::new(self.language), realm, "csrf-token".to_owned());
        chrome.interaction = Some("int_sample".to_owned());
        chrome.language_links = vec![LanguageLink { language: other, url: format!("../{}/index.html", other.tag()) }];
        chrome
    }

    fn step(&self, step: u32, next: Upcoming) -> Chrome {
        Chrome {
            progress: Some(Progress { step, of: 7, next: Some(next) }),
            time_limit_minutes: Some(30),
            ..self.chrome()
        }
    }

    fn wrong(&self, chrome: Chrome, errors: Vec<FieldError>) -> Chrome {
        Chrome { errors, ..chrome }
    }

    fn page(&self, name: &str, page: &impl Template) -> Result<(), Box<dyn Error>> {
        let html = page.render()?.replace("\"/assets/", "\"../assets/").replace("realm.css?c=00664f", "realm.css");
        fs::write(self.folder.join(format!("{name}.html")), html)?;
        Ok(())
    }

    fn sign_in(&self) -> Result<(), Box<dyn Error>> {
        let application = Some(Application::named(self.say("みほん健保ポータル", "the Mihon portal")));
        let username = String::new();
        let purpose = SignInPurpose::SignIn;
        self.page(
            "login",
            &Login { chrome: self.chrome(), application: application.clone(), username, purpose, passkey_url: None },
        )?;
        let chrome = self.wrong(self.chrome(), vec![FieldError::of("password", "wrong_credentials")]);
        self.page(
            "login-wrong",
            &Login { chrome, application: None, username: "12345678".to_owned(), purpose, passkey_url: None },
        )?;
        let empty = vec![FieldError::of("username", "user_id_missing"), FieldError::of("password", "password_missing")];
        let chrome = self.wrong(self.chrome(), empty);
        self.page("login-empty", &Login { chrome, application, username: String::new(), purpose, passkey_url: None })?;

        let device_name = Some(self.say("花子のスマートフォン", "Hanako’s phone"));
        let other_method_url = Some("#".to_owned());
        self.page(
            "login-totp",
            &LoginTotp { chrome: self.chrome(), device_name, other_method_url: None, remember_days: None },
        )?;
        let chrome = self.wrong(self.chrome(), vec![FieldError::of("totp-code", "code_replayed")]);
        let page = LoginTotp {
            chrome,
            device_name: None,
            other_method_url: other_method_url.clone(),
            remember_days: Some(30),
        };
        self.page("login-totp-wrong", &page)?;

        let chrome = Chrome { notice: Some(Notice::SentAgain), ..self.chrome() };
        let (code_minutes, resend_wait_seconds) = (10, 60);
        let address = "h*****o@example.jp".to_owned();
        let page =
            LoginMailCode { chrome, address, code_minutes, resend_wait_seconds, other_method_url, remember_days: None };
        self.page("login-mail-code", &page)?;

        let until = "14:35".to_owned();
        self.page("locked", &Locked { chrome: self.chrome(), until, minutes: 12, retry_url: "#".to_owned() })
    }

    fn first_steps(&self) -> Result<(), Box<dyn Error>> {
        let chrome = self.step(1, Upcoming::Terms);
        self.page("birth-date", &BirthDate { chrome, typed: String::new(), read_as: None, remaining: None })?;
        let wrong = vec![FieldError::of("birth-date", "birth_date_wrong").with("remaining", 2)];
        let chrome = self.wrong(self.step(1, Upcoming::Terms), wrong);
        let read_as = Some(self.say("昭和55年（1980年）1月2日", "2 January 1980"));
        let typed = self.say("昭和55年1月2日", "S55.1.2");
        self.page("birth-date-wrong", &BirthDate { chrome, typed, read_as, remaining: Some(2) })?;

        for (name, reason) in [
            ("terms", TermsReason::First),
            ("terms-changed", TermsReason::Changed),
            ("terms-declined", TermsReason::Declined),
        ] {
            let page = Terms {
                chrome: self.step(2, Upcoming::Mail),
                title: self.say("みほん健保ポータル 利用規約", "Terms of use of the Mihon portal"),
                blocks: terms::parse(&self.sample_terms()),
                version: "3".to_owned(),
                in_force_since: Some(self.say("2026年4月1日", "1 April 2026")),
                reason,
            };
            self.page(name, &page)?;
        }
        Ok(())
    }

    fn sample_terms(&self) -> String {
        let japanese = "第1条（目的）\nこの規約は、みほん健康保険組合（以下「組合」といいます。）が提供する加入者向けサービスの利用について定めます。\n\n\
            第2条（ユーザIDとパスワード）\nユーザIDとパスワードは、ご本人だけがお使いください。\n・ほかの人に教えないでください。\n・\
            ほかの人に知られたおそれがあるときは、すぐに組合へご連絡ください。\n\n\
            第3条（個人情報）\n組合は、個人情報の保護に関する法律にしたがい、個人情報を大切に取り扱います。\n\n第4条（規約の変更）\n\
            規約を変更するときは、次のログインのときにお知らせし、あらためて同意をお願いします。";
        let english = "# Article 1 (Purpose)\nThese terms say how members of the Mihon Health Insurance Society use its \
            online services.\n\n# Article 2 (User ID and password)\nYour user ID and password are for you alone.\n- Do \
            not tell them to anyone.\n- If you think that someone knows them, contact the society at once.\n\n\
            # Article 3 (Personal data)\nThe society handles personal data with care and as the law asks.\n\n\
            # Article 4 (Changes)\nIf these terms change, we tell you at your next sign-in and ask you again.";
        self.say(japanese, english)
    }

    fn mail_steps(&self) -> Result<(), Box<dyn Error>> {
        let address = "hanako.yamada@example.jp".to_owned();
        for (name, on_file) in [
            ("mail", AddressOnFile::Known),
            ("mail-unknown", AddressOnFile::Unknown),
            ("mail-fixed", AddressOnFile::Fixed),
        ] {
            let address = if on_file == AddressOnFile::Unknown { String::new() } else { address.clone() };
            self.page(name, &Mail { chrome: self.step(3, Upcoming::Method), address, on_file })?;
        }
        let wrong = vec![FieldError::of("mail", "mail_address_no_at")];
        let chrome = self.wrong(self.step(3, Upcoming::Method), wrong);
        self.page("mail-wrong", &Mail { chrome, address: "hanako".to_owned(), on_file: AddressOnFile::Unknown })?;

        let waiting = |chrome: Chrome, resend_wait_seconds: u32| MailSent {
            chrome,
            address: address.clone(),
            link_hours: 24,
            code_minutes: 10,
            resend_wait_seconds,
            refresh_url: "#".to_owned(),
            status_url: "status".to_owned(),
            on_file: AddressOnFile::Known,
        };
        self.page("mail-sent", &waiting(self.step(4, Upcoming::Method), 60))?;
        let chrome = Chrome { notice: Some(Notice::NotYetVerified), ..self.step(4, Upcoming::Method) };
        self.page("mail-sent-refreshed", &waiting(chrome, 0))?;
        let chrome = self.wrong(self.step(4, Upcoming::Method), vec![FieldError::of("mail-code", "code_wrong")]);
        self.page("mail-sent-wrong", &waiting(chrome, 0))?;

        let here = AfterVerify::Here { url: "#".to_owned() };
        let ask = VerifyState::Ask { address: address.clone(), token: "sample".to_owned() };
        for (name, state) in [
            ("verify", ask),
            ("verify-done", VerifyState::Done { then: AfterVerify::OtherBrowser }),
            ("verify-done-here", VerifyState::Done { then: here }),
            ("verify-expired", VerifyState::Expired),
            ("verify-not-me", VerifyState::NotMe),
        ] {
            self.page(name, &MailVerify { chrome: self.chrome(), state })?;
        }
        Ok(())
    }

    fn last_steps(&self) -> Result<(), Box<dyn Error>> {
        let rows = ["passkey", "totp", "mail"].map(|id| MethodRow { id, recommended: id == "passkey" }).to_vec();
        let chrome = Chrome { notice: Some(Notice::MailVerified), ..self.step(5, Upcoming::Password) };
        self.page("method-three", &Method { chrome, rows, chosen: None })?;
        let rows = ["totp", "mail"].map(|id| MethodRow { id, recommended: id == "totp" }).to_vec();
        let page =
            Method { chrome: self.step(5, Upcoming::Password), rows: rows.clone(), chosen: Some("mail".to_owned()) };
        self.page("method", &page)?;
        let rows = rows.into_iter().map(|row| MethodRow { recommended: false, ..row }).collect();
        let chrome = self.wrong(self.step(5, Upcoming::Password), vec![FieldError::of("method", "method_missing")]);
        self.page("method-wrong", &Method { chrome, rows, chosen: None })?;

        let username = "12345678".to_owned();
        let chrome = self.step(6, Upcoming::Complete);
        let page = NewPassword { chrome, username: username.clone(), minimum: 15, composition: Composition::Free };
        self.page("password", &page)?;
        let wrong = vec![
            FieldError::of("new-password", "password_too_short").with("minimum", 12),
            FieldError::of("new-password", "password_birth_date"),
            FieldError::of("new-password-confirm", "password_confirmation_differs"),
        ];
        let chrome = self.wrong(self.step(6, Upcoming::Complete), wrong);
        let page = NewPassword { chrome, username, minimum: 12, composition: Composition::ThreeOfFour };
        self.page("password-wrong", &page)?;

        for (name, next, method) in [
            ("complete", AfterOnboarding::SignOut, Some("totp")),
            ("complete-continue", AfterOnboarding::Continue, Some("mail")),
            ("complete-plain", AfterOnboarding::Continue, None),
        ] {
            let chrome = Chrome { progress: Some(Progress { step: 7, of: 7, next: None }), ..self.chrome() };
            self.page(name, &Complete { chrome, next, method })?;
        }
        Ok(())
    }

    fn enrolment(&self) -> Result<(), Box<dyn Error>> {
        let set_up = |chrome: Chrome, sign_out_others: Ticked| EnrolTotp {
            chrome,
            qr_url: "../qr.svg".to_owned(),
            qr_download_url: "../qr.svg".to_owned(),
            key: SAMPLE_KEY.to_owned(),
            otpauth_uri: format!("otpauth://totp/Sample:12345678?secret={SAMPLE_KEY}&issuer=Sample"),
            account: self.say("みほん健康保険組合 (12345678)", "Mihon Health Insurance Society (12345678)"),
            device_name: self.say("iPhone の認証アプリ", "Authenticator on iPhone"),
            sign_out_others,
        };
        self.page("enrol-totp", &set_up(self.chrome(), Ticked::No))?;
        let chrome = self.wrong(self.chrome(), vec![FieldError::of("totp-code", "code_wrong")]);
        self.page("enrol-totp-wrong", &set_up(chrome, Ticked::Yes))?;

        for (name, purpose) in [("enrol-mail", MailCodePurpose::Enrol), ("enrol-proof", MailCodePurpose::Proof)] {
            let page = EnrolMail {
                chrome: self.chrome(),
                address: "hanako.yamada@example.jp".to_owned(),
                code_minutes: 10,
                resend_wait_seconds: 0,
                purpose,
            };
            self.page(name, &page)?;
        }
        Ok(())
    }

    fn device(&self) -> Result<(), Box<dyn Error>> {
        let client_name = self.say("みほんテレビ", "Mihon TV");
        let code = "BCDF-GHJK".to_owned();
        for (name, stage) in [
            ("device-sign-in", Stage::SignIn { sign_in_url: "#".to_owned() }),
            ("device", Stage::Code { typed: String::new() }),
            (
                "device-confirm",
                Stage::Confirm { code, client_name: client_name.clone(), scopes: vec!["openid", "email"] },
            ),
            ("device-allowed", Stage::Allowed { client_name }),
            ("device-denied", Stage::Denied),
        ] {
            self.page(name, &Device { chrome: self.chrome(), stage })?;
        }
        Ok(())
    }

    fn signing_out(&self) -> Result<(), Box<dyn Error>> {
        let client_name = self.say("みほん健保ポータル", "the Mihon portal");
        let application = Application {
            policy_uri: Some("https://mihon.example/privacy".to_owned()),
            tos_uri: Some("https://mihon.example/terms".to_owned()),
            ..Application::named(client_name.clone())
        };
        let wanted = vec!["consent-scope-profile", "consent-scope-email", "consent-scope-offline_access"];
        let known = vec!["consent-scope-openid"];
        self.page("consent", &Consent { chrome: self.chrome(), application, wanted, known })?;
        self.page("logout", &Logout { chrome: self.chrome(), client_name: Some(client_name.clone()) })?;
        let url = "#".to_owned();
        for (name, then) in [
            ("signed-out", AfterSignOut::Nothing),
            ("signed-out-return", AfterSignOut::Return { client_name, url: url.clone() }),
            ("signed-out-set-up", AfterSignOut::SetUpMethod { sign_in_url: url.clone(), method: "totp" }),
        ] {
            self.page(name, &SignedOut { chrome: self.chrome(), then })?;
        }

        let methods = vec!["totp", "mail"];
        let username = "12345678".to_owned();
        let name = Some(self.say("健保 花子", "Kenpo Hanako"));
        let mail = Some("h*****o@example.jp".to_owned());
        let languages = Language::ALL.map(|language| LanguageChoice::of(language, self.language)).to_vec();
        self.page("account", &Home { chrome: self.chrome(), username, name, mail, methods, languages })
    }

    fn errors(&self) -> Result<(), Box<dyn Error>> {
        for code in error_text::CODES {
            let page = ErrorPage {
                chrome: self.chrome(),
                code: code.to_owned(),
                values: vec![("minimum", "15".to_owned())],
                way_back: (code != "invalid_redirect_uri").then(|| WayBack::SignIn { url: "#".to_owned() }),
                reference: (code == "fault").then(|| "7QK4-M2XA".to_owned()),
            };
            self.page(&format!("error-{code}"), &page)?;
        }
        Ok(())
    }

    fn mails(&self) -> Result<(), Box<dyn Error>> {
        let sender = Sender {
            society: self.say("みほん健康保険組合", "Mihon Health Insurance Society"),
            help_line: Some("03-1234-5678".to_owned()),
            help_hours: Some(self.say("平日 9:00～17:00", "Monday to Friday, 9:00 to 17:00")),
            colour: sample_colour(),
        };
        let at = self.say("2026年11月23日 14:35", "23 November 2026, 14:35");
        let code = "123456".to_owned();
        let link = "https://sample.id.example/mail/verify?t=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".to_owned();
        let contents = [
            ("verify", MailContent::VerifyAddress { link, link_hours: 24, code: code.clone(), code_minutes: 10 }),
            ("sign-in", MailContent::SignInCode { code: code.clone(), code_minutes: 10 }),
            ("enrol", MailContent::EnrolmentCode { code, code_minutes: 10 }),
            ("password-changed", MailContent::PasswordChanged { at: at.clone() }),
            (
                "address-changed",
                MailContent::AddressChanged { at: at.clone(), new_address: "h****@example.jp".to_owned() },
            ),
            ("method-added", MailContent::MethodAdded { at: at.clone(), method: "totp" }),
            ("method-removed", MailContent::MethodRemoved { at: at.clone(), method: "mail" }),
            ("locked", MailContent::Locked { until: at }),
        ];
        for (name, content) in contents {
            let mail = content.write(&Words::new(self.language), &sender)?;
            fs::write(self.folder.join(format!("mail-message-{name}.html")), &mail.html)?;
            fs::write(
                self.folder.join(format!("mail-message-{name}.txt")),
                format!("{}\n\n{}", mail.subject, mail.text),
            )?;
        }
        Ok(())
    }
}
