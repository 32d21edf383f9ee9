//! `/enrol/totp`: an authenticator app becomes the method. The QR code is there as SVG to scan and as PNG to save.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use idp_core::enrol::app::{self, Answer, Setup};
use idp_core::interaction::SignOutOthers;
use idp_core::interaction::decide::Next;
use idp_core::onboarding::table::Step;
use qrcode::QrCode;

use crate::caller::{Caller, text};
use crate::device;
use crate::error::Failure;
use crate::extract::PageForm;
use crate::view::enrol::{EnrolTotp, Ticked};
use crate::{go, paths, qr};

/// Shows the set-up.
pub async fn show(caller: Caller) -> Result<Response, Failure> {
    page(&caller, None, &app::Form::default()).await
}

/// Takes the code.
pub async fn submit(caller: Caller, form: PageForm) -> Result<Response, Failure> {
    let caller = caller.with(&form);
    let ticked = !form.fields.text("sign-out-others").is_empty();
    let typed = app::Form {
        code: text(&form.fields, "totp-code"),
        device_name: text(&form.fields, "device-name"),
        sign_out_others: if ticked { SignOutOthers::Wanted } else { SignOutOthers::Keep },
    };
    let (place, posted) = (caller.place.clone(), typed.clone());
    let answer = go::through(&caller, Answer::Enrolled, move |ctx| {
        Box::pin(async move { app::answer(ctx, &place, &posted).await })
    });
    let answer = match answer.await? {
        Ok(answer) => answer,
        Err(onward) => return Ok(onward),
    };
    let code = match answer {
        Answer::Enrolled | Answer::Elsewhere => return go::on(&caller).await,
        Answer::Unreadable if typed.code.trim().is_empty() => "one_time_code_missing",
        Answer::Unreadable => "one_time_code_not_digits",
        Answer::Wrong => "code_wrong",
        Answer::Expired => "enrol_expired",
    };
    page(&caller, Some(code), &typed).await
}

/// The QR code as SVG.
pub async fn qr_svg(caller: Caller) -> Result<Response, Failure> {
    let Some(code) = code_of(&caller, look(&caller).await?) else { return Ok(caller.error("not_found", None)) };
    Ok(qr::svg(&code))
}

/// The QR code as PNG, to save: some browser extensions read it from a file.
pub async fn qr_png(caller: Caller) -> Result<Response, Failure> {
    let Some(code) = code_of(&caller, look(&caller).await?) else { return Ok(caller.error("not_found", None)) };
    let Some(image) = qr::png(&code) else { return Ok(caller.error("fault", None)) };
    let headers =
        [(header::CONTENT_TYPE, "image/png"), (header::CONTENT_DISPOSITION, "attachment; filename=\"sekisho-qr.png\"")];
    Ok((headers, image).into_response())
}

async fn look(caller: &Caller) -> Result<Option<Setup>, Failure> {
    let place = caller.place.clone();
    caller.read(move |ctx| Box::pin(async move { app::look(ctx, &place).await })).await
}

fn code_of(caller: &Caller, setup: Option<Setup>) -> Option<QrCode> {
    let setup = setup?;
    let uri = setup.secret.otpauth_uri(&caller.society(), &setup.account)?;
    qr::code_of(&uri)
}

async fn page(caller: &Caller, error: Option<&str>, typed: &app::Form) -> Result<Response, Failure> {
    let sitting = match caller.owed(Next::Step(Step::EnrolApp)).await? {
        Err(elsewhere) => return Ok(elsewhere),
        Ok(sitting) => sitting,
    };
    let place = caller.place.clone();
    let setup = caller.write(move |ctx| Box::pin(async move { app::open(ctx, &place).await })).await?;
    let Some(setup) = setup else { return go::on(caller).await };
    let interaction = Some(sitting.interaction.id);
    let uri = setup.secret.otpauth_uri(&caller.society(), &setup.account);
    let proposed = device::name_of(caller.visit.source().user_agent.as_deref(), caller.visit.language());
    Ok(caller.page(&EnrolTotp {
        chrome: caller.chrome_with(&sitting, Some("totp-code"), error),
        qr_url: go::within(paths::ENROL_TOTP_QR_SVG, interaction),
        qr_download_url: go::within(paths::ENROL_TOTP_QR_PNG, interaction),
        key: setup.secret.grouped_key().replace(" ", ""),
        otpauth_uri: uri.map(|uri| uri.to_string()).unwrap_or_default(),
        account: format!("{} ({})", caller.society(), setup.account),
        device_name: if typed.device_name.is_empty() { proposed } else { typed.device_name.clone() },
        sign_out_others: match typed.sign_out_others {
            SignOutOthers::Wanted => Ticked::Yes,
            SignOutOthers::Keep => Ticked::No,
        },
    }))
}
