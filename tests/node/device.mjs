// A television on openid-client that a member of the demo lets in: node device.mjs < plan.json
//
// The plan: {"demo": "…/demo.json", "client_id": "…", "user_id": "…"}
// It prints one JSON document: what the library accepted after a yes, and what it reports after a no.
import { readFileSync } from 'node:fs';
import * as oidc from 'openid-client';
import { Browser, signIn } from './browser.mjs';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
const member = demo.members.find((known) => known.user_id === plan.user_id);

const config = await oidc.discovery(new URL(demo.issuer), plan.client_id, undefined, oidc.None(), {
  execute: [oidc.allowInsecureRequests],
});
const browser = new Browser(new URL(demo.issuer).origin);
await signIn(browser, new URL('/account', demo.issuer), member, demo.mailbox, '/account');

/** Opens the link that the television shows, and presses one of the two buttons. */
async function answers(begun, verdict) {
  const page = await browser.open(begun.verification_uri_complete);
  const confirm = await browser.press(page, 'user-code-submit', { 'user-code': begun.user_code });
  await browser.press(confirm, `device-${verdict}`);
  return confirm.text;
}

const begun = await oidc.initiateDeviceAuthorization(config, { scope: 'openid email offline_access' });
const page = await answers(begun, 'allow');
const tokens = await oidc.pollDeviceAuthorizationGrant(config, begun);
const { sub } = tokens.claims();
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub);
const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);

const second = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
await answers(second, 'deny');
const denied = await oidc.pollDeviceAuthorizationGrant(config, second).then(() => 'accepted', (error) => error.error);

process.stdout.write(`${JSON.stringify({
  client_is_named: page.includes('Television'), same_member: renewed.claims().sub === sub && userinfo.sub === sub,
  email: userinfo.email, denied,
})}\n`);
