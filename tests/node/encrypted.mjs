// A relying party on openid-client to which everything comes encrypted: node encrypted.mjs < plan.json
//
// The plan: {"demo": "…/demo.json", "client_id": "…", "client_secret": "…", "user_id": "…",
//            "signing": a private JWK, "opening": a private JWK}
// It prints, way by way, what the library opened; whatever it refuses ends this with exit code 1. Request objects are
// encrypted by jose to the key of the provider.
import { readFileSync } from 'node:fs';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { Browser, signIn } from './browser.mjs';

const CALLBACK = 'http://127.0.0.1:52741/cb';
const P256 = { namedCurve: 'P-256' };

const plan = JSON.parse(readFileSync(0, 'utf8'));
const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
const member = demo.members.find((known) => known.user_id === plan.user_id);
const opening = await crypto.subtle.importKey('jwk', plan.opening, { name: 'ECDH', ...P256 }, false, ['deriveBits', 'deriveKey']);
const signing = await crypto.subtle.importKey('jwk', plan.signing, { name: 'ECDSA', ...P256 }, false, ['sign']);
const browser = new Browser(new URL(demo.issuer).origin);

async function discover(...execute) {
  const config = await oidc.discovery(
    new URL(demo.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret),
    { execute: [oidc.allowInsecureRequests, ...execute] },
  );
  oidc.enableDecryptingResponses(config, ['A256GCM'], { key: opening, alg: 'ECDH-ES', kid: plan.opening.kid });
  return config;
}

/** Asks, redeems, and answers the claims with what came encrypted. */
async function ask(config, build) {
  const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
  const callback = await build({
    redirect_uri: CALLBACK, scope: 'openid email', state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
  const opened = oidc.getDecryptedResponses(tokens);
  return {
    tokens, sub: tokens.claims().sub,
    id_token: Boolean(opened?.id_token?.token_endpoint), response: Boolean(opened?.authorization_response),
  };
}

/** The signed request object of `url`, encrypted to the provider's key of this kind. */
async function sealed(config, url, kty, alg) {
  const { keys } = await (await fetch(config.serverMetadata().jwks_uri)).json();
  const jwk = keys.find((key) => key.use === 'enc' && key.kty === kty);
  const seal = new jose.CompactEncrypt(new TextEncoder().encode(url.searchParams.get('request')));
  seal.setProtectedHeader({ alg, enc: 'A256GCM', cty: 'oauth-authz-req+jwt', kid: jwk.kid });
  url.searchParams.set('request', await seal.encrypt(await jose.importJWK(jwk, alg)));
  return url;
}

const [plain, jarm] = [await discover(), await discover(oidc.useJwtResponseMode)];
const first = await ask(plain, (asked) => signIn(browser, oidc.buildAuthorizationUrl(plain, asked), member, demo.mailbox));
const userinfo = await oidc.fetchUserInfo(plain, first.tokens.access_token, first.sub);
const told = await ask(jarm, async (asked) => (await browser.open(oidc.buildAuthorizationUrl(jarm, asked))).elsewhere);
const objects = {};
for (const [kty, alg] of [['RSA', 'RSA-OAEP-256'], ['EC', 'ECDH-ES']]) {
  const { sub } = await ask(plain, async (asked) => {
    const url = await oidc.buildAuthorizationUrlWithJAR(plain, asked, { key: signing, kid: plan.signing.kid });
    return (await browser.open(await sealed(plain, url, kty, alg))).elsewhere;
  });
  objects[alg] = sub === first.sub;
}

process.stdout.write(`${JSON.stringify({
  id_token: first.id_token, response: told.response, same_member: told.sub === first.sub,
  userinfo: Boolean(oidc.getDecryptedResponses(userinfo)), email: userinfo.email, objects,
})}\n`);
