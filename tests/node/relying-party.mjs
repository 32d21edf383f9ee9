// A relying party on openid-client that signs a member of the demo in and out: node relying-party.mjs < plan.json
//
// The plan: {"demo": "…/demo.json", "client_id": "…", "client_secret": "…" or null,
//            "auth": "client_secret_basic" | "client_secret_post" | "none", "user_id": "…"}
// It prints one JSON document: what the library accepted, and the pages that were walked. Whatever the library refuses, and
// every page that answers with an error, ends it with exit code 1.
import { readFileSync } from 'node:fs';
import * as oidc from 'openid-client';
import { Browser, signIn } from './browser.mjs';

const CALLBACK = 'http://127.0.0.1:52741/cb';

/** Signs out at the provider, pressing the button where it asks first, and answers where the browser ends. */
async function signOut(browser, address) {
  let page = await browser.open(address);
  if (page.url?.pathname === '/logout') page = await browser.press(page, 'logout-confirm');
  return page.elsewhere ?? page.url;
}

const plan = JSON.parse(readFileSync(0, 'utf8'));
const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
const member = demo.members.find((known) => known.user_id === plan.user_id);
const methods = { client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost, none: oidc.None };

const config = await oidc.discovery(new URL(demo.issuer), plan.client_id, plan.client_secret ?? undefined, methods[plan.auth](plan.client_secret), {
  execute: [oidc.allowInsecureRequests],
});
const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
const request = {
  redirect_uri: CALLBACK, scope: 'openid profile email', state, nonce,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
};

const browser = new Browser(new URL(demo.issuer).origin);
const callback = await signIn(browser, oidc.buildAuthorizationUrl(config, request), member, demo.mailbox);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
const claims = tokens.claims();
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
const walked = [...browser.walked];

// Whoever is signed in is not asked again.
const silent = { ...request, prompt: 'none' };
const again = await browser.open(oidc.buildAuthorizationUrl(config, silent));
const silentTokens = await oidc.authorizationCodeGrant(config, again.elsewhere, checks);

// A code works once: the library reports what the token endpoint says.
const replay = await oidc.authorizationCodeGrant(config, again.elsewhere, checks).then(() => 'accepted', (error) => error.error);

const afterSignOut = await signOut(browser, oidc.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token, post_logout_redirect_uri: CALLBACK, state: 'bye',
}));
const asked = await browser.open(oidc.buildAuthorizationUrl(config, silent));

process.stdout.write(`${JSON.stringify({
  issuer_is_named: callback.searchParams.get('iss') === demo.issuer,
  claims: Object.keys(claims).sort(),
  amr: claims.amr,
  same_subject: userinfo.sub === claims.sub && silentTokens.claims().sub === claims.sub,
  email: userinfo.email,
  walked,
  replayed_code: replay,
  after_sign_out: afterSignOut.href,
  signed_in_after: asked.elsewhere?.searchParams.get('error') ?? 'still',
})}\n`);
