// A relying party on openid-client that asks for one member in every way: node authorization.mjs < plan.json
//
// The plan is {"make": "key"}, answered with a key pair: {"private": JWK, "public": {"keys": [JWK]}}; or
//   {"demo": "…/demo.json", "client_id": "…", "client_secret": "…", "private": JWK, "user_id": "…"}
// answered with what the library accepted, way by way. Whatever it refuses ends this with exit code 1.
import { readFileSync } from 'node:fs';
import * as oidc from 'openid-client';
import { attribute, Browser, signIn } from './browser.mjs';

const CALLBACK = 'http://127.0.0.1:52741/cb';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

const plan = JSON.parse(readFileSync(0, 'utf8'));
const answer = plan.make === 'key' ? await keyPair() : await everyWay();
process.stdout.write(`${JSON.stringify(answer)}\n`);

async function keyPair() {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const named = { kid: 'a', use: 'sig', alg: 'ES256' };
  return { private: await crypto.subtle.exportKey('jwk', pair.privateKey), public: { keys: [{ kty, crv, x, y, ...named }] } };
}

async function everyWay() {
  const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
  const member = demo.members.find((known) => known.user_id === plan.user_id);
  const key = { key: await crypto.subtle.importKey('jwk', plan.private, ALGORITHM, false, ['sign']), kid: 'a' };
  const browser = new Browser(new URL(demo.issuer).origin);
  const discover = (...execute) => oidc.discovery(
    new URL(demo.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret),
    { execute: [oidc.allowInsecureRequests, ...execute] },
  );
  const [plain, signed] = [await discover(), await discover(oidc.useJwtResponseMode)];

  /** Asks, lets the member sign in where a page is shown, and redeems what comes back; `read` turns it into a callback. */
  const ask = async (config, build, extra = {}, read = (page) => page, options = {}) => {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const parameters = {
      redirect_uri: CALLBACK, scope: 'openid email', state, nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
    };
    const callback = read(await build(config, parameters));
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    return oidc.authorizationCodeGrant(config, callback, checks, {}, options);
  };
  const open = async (url) => (await browser.open(url)).elsewhere;

  const first = await ask(plain, (config, asked) => signIn(browser, oidc.buildAuthorizationUrl(config, asked), member, demo.mailbox));
  const pushed = await ask(plain, async (config, asked) => open(await oidc.buildAuthorizationUrlWithPAR(config, asked)));
  const object = await ask(plain, async (config, asked) => open(await oidc.buildAuthorizationUrlWithJAR(config, asked, key)));
  const jarm = await ask(signed, (config, asked) => open(oidc.buildAuthorizationUrl(config, asked)));
  const both = await ask(signed, async (config, asked) => {
    const url = await oidc.buildAuthorizationUrlWithJAR(config, { ...asked, response_mode: 'query.jwt' }, key);
    return open(await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams));
  });
  const posted = await ask(
    plain, (config, asked) => browser.open(oidc.buildAuthorizationUrl(config, asked)), { response_mode: 'form_post' }, formOf,
  );
  const fragment = await ask(
    plain, (config, asked) => open(oidc.buildAuthorizationUrl(config, asked)), { response_mode: 'fragment' },
    (url) => new URL(url.href.replace('#', '?')),
  );
  const bound = { DPoP: oidc.getDPoPHandle(plain, await oidc.randomDPoPKeyPair('ES256')) };
  const proved = await ask(
    plain, async (config, asked) => open(await oidc.buildAuthorizationUrlWithPAR(config, asked, bound)),
    { scope: 'openid email offline_access' }, undefined, bound,
  );
  const ways = { pushed, object, jarm, both, posted, fragment, proved };
  const { sub } = first.claims();
  const seen = Object.entries(ways).map(([way, tokens]) => [way, tokens.claims().sub === sub ? 'same member' : tokens.claims()]);
  return { ...Object.fromEntries(seen), bound: await boundTokens(plain, proved, bound) };
}

/** What tokens that are bound to a key come to: with proofs of it, renewed so, and with none. */
async function boundTokens(config, tokens, bound) {
  const { sub } = tokens.claims();
  const userinfo = (token, options) => oidc.fetchUserInfo(config, token, sub, options).then(() => 'told', (error) => error.status);
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token, {}, bound);
  return {
    types: [tokens.token_type, renewed.token_type],
    with_proof: [await userinfo(tokens.access_token, bound), await userinfo(renewed.access_token, bound)],
    without: [await userinfo(tokens.access_token, {}), await userinfo(renewed.access_token, {})],
  };
}

/** The request that the page of `form_post` makes the browser send. */
function formOf(page) {
  const form = page.text.split('<form')[1].split('</form>')[0];
  const body = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) body.append(attribute(tag, 'name'), attribute(tag, 'value'));
  return new Request(attribute(form, 'action'), { method: 'POST', body });
}
