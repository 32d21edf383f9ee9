// A counter on openid-client that asks for a member of the demo who is elsewhere: node ciba.mjs < plan.json
//
// The plan: {"demo": "…/demo.json", "client_id": "…", "client_secret": "…", "user_id": "…", "key": a private JWK or null}
// With a key the requests are signed. It prints one JSON document: what the library accepted after a yes, and what it reports
// after a no.
import { readFileSync } from 'node:fs';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { Browser, signIn } from './browser.mjs';

const REQUESTS = '/account/requests';
const plan = JSON.parse(readFileSync(0, 'utf8'));
const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
const member = demo.members.find((known) => known.user_id === plan.user_id);

const config = await oidc.discovery(new URL(demo.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret), {
  execute: [oidc.allowInsecureRequests],
});

/** The same parameters in a request object, where the client has a key (CIBA Core §7.1.1). */
async function sent(parameters) {
  if (!plan.key) return parameters;
  const jwt = new jose.SignJWT(parameters).setProtectedHeader({ alg: plan.key.alg, kid: plan.key.kid });
  const request = jwt.setIssuer(plan.client_id).setAudience(demo.issuer).setIssuedAt().setNotBefore('0s').setExpirationTime('5m');
  return { request: await request.setJti(crypto.randomUUID()).sign(await jose.importJWK(plan.key)) };
}

/** Opens the page that the mail leads to, and presses a button of the newest request. */
async function answers(browser, verdict) {
  const page = await signIn(browser, new URL(REQUESTS, demo.issuer), member, demo.mailbox, REQUESTS);
  const [button] = page.text.match(new RegExp(`request-${verdict}-cib_[0-9a-f]+`));
  await browser.press(page, button);
  return page.text;
}

const browser = new Browser(new URL(demo.issuer).origin);
const begun = await oidc.initiateBackchannelAuthentication(config, await sent({
  scope: 'openid email', login_hint: plan.user_id, binding_message: '7-42',
}));
const page = await answers(browser, 'allow');
const tokens = await oidc.pollBackchannelAuthenticationGrant(config, begun);
const claims = tokens.claims();
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);

const second = await oidc.initiateBackchannelAuthentication(config, await sent({ scope: 'openid', login_hint: plan.user_id }));
await answers(browser, 'deny');
const denied = await oidc.pollBackchannelAuthenticationGrant(config, second).then(() => 'accepted', (error) => error.error);

process.stdout.write(`${JSON.stringify({
  expires_in: begun.expires_in,
  message_is_shown: page.includes('7-42'),
  claims: Object.keys(claims).sort(),
  email: userinfo.email,
  denied,
})}\n`);
