// A native application on oauth4webapi whose tokens are bound to a key of its own: node native.mjs < plan.json
//
// The plan: {"demo": "…/demo.json", "client_id": "…", "user_id": "…"}
// It prints what the library accepted, step by step. Whatever it refuses ends this with exit code 1.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import { Browser, signIn } from './browser.mjs';

const CALLBACK = 'http://127.0.0.1:52741/cb';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const demo = JSON.parse(readFileSync(plan.demo, 'utf8'));
const member = demo.members.find((known) => known.user_id === plan.user_id);
const [issuer, client, none] = [new URL(demo.issuer), { client_id: plan.client_id }, oauth.None()];
const open = { [oauth.allowInsecureRequests]: true };

const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...open });
const server = await oauth.processDiscoveryResponse(issuer, discovered);
const key = await oauth.generateKeyPair('ES256');
const bound = { DPoP: oauth.DPoP(client, key), ...open };

const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
const asked = new URLSearchParams({
  response_type: 'code', client_id: plan.client_id, redirect_uri: CALLBACK, scope: 'openid email offline_access', state, nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
});

/** Sends a request, and once more where the server wants its own nonce in the proof (RFC 9449 §8). */
async function proved(request, read) {
  try {
    return await read(await request());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return read(await request());
  }
}

const { request_uri } = await proved(
  () => oauth.pushedAuthorizationRequest(server, client, none, asked, bound),
  (response) => oauth.processPushedAuthorizationResponse(server, client, response),
);
const start = new URL(server.authorization_endpoint);
start.search = new URLSearchParams({ client_id: plan.client_id, request_uri });
const back = await signIn(new Browser(issuer.origin), start, member, demo.mailbox);
const answer = oauth.validateAuthResponse(server, client, back, state);

const tokens = await proved(
  () => oauth.authorizationCodeGrantRequest(server, client, none, answer, CALLBACK, verifier, bound),
  (response) => oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true }),
);
const { sub } = oauth.getValidatedIdTokenClaims(tokens);
const userinfo = (token) => proved(
  () => oauth.userInfoRequest(server, client, token, bound),
  (response) => oauth.processUserInfoResponse(server, client, sub, response),
);
const first = await userinfo(tokens.access_token);

const renewed = await proved(
  () => oauth.refreshTokenGrantRequest(server, client, none, tokens.refresh_token, bound),
  (response) => oauth.processRefreshTokenResponse(server, client, response),
);
const second = await userinfo(renewed.access_token);

// Without its key, a token opens nothing.
const bare = await fetch(server.userinfo_endpoint, { headers: { authorization: `Bearer ${renewed.access_token}` } });
const other = { DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')), ...open };
const stolen = await oauth.refreshTokenGrantRequest(server, client, none, renewed.refresh_token, other)
  .then((response) => oauth.processRefreshTokenResponse(server, client, response))
  .then(() => 'accepted', (error) => (oauth.isDPoPNonceError(error) ? 'a nonce is asked for' : error.error));

await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, renewed.refresh_token, open));
const revoked = await proved(
  () => oauth.refreshTokenGrantRequest(server, client, none, renewed.refresh_token, bound),
  (response) => oauth.processRefreshTokenResponse(server, client, response),
).then(() => 'accepted', (error) => error.error);

process.stdout.write(`${JSON.stringify({
  token_type: tokens.token_type, renewed_type: renewed.token_type,
  same_member: first.sub === sub && second.sub === sub, email: second.email,
  without_proof: bare.status, with_another_key: stolen, after_revocation: revoked,
})}\n`);
