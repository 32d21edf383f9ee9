// A portal that hears of sign-outs (OpenID Connect Back-Channel Logout 1.0): node sign-out.mjs
//
// The plan: {"issuer": "…", "client_id": "…", "client_secret": "…"}
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { Members, listen, say } from './application.mjs';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** What jose says when the provider's keys cannot be had. */
const OUT_OF_REACH = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT'];
/** When each token that was heard is over, by its `jti`. */
const heard = new Map();

const { address, plan } = await listen(answer);
const config = await oidc.discovery(new URL(plan.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret), {
  execute: [oidc.allowInsecureRequests],
});
const members = new Members(config, `${address}/cb`, { scope: 'openid' });
const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
say('ready');

/** The claims of a logout token that counts (Back-Channel Logout §2.6). */
async function believed(token) {
  const { payload } = await jose.jwtVerify(token, keys, {
    issuer: plan.issuer, audience: plan.client_id, typ: 'logout+jwt', algorithms: ['ES256'],
    requiredClaims: ['iat', 'exp', 'jti'], maxTokenAge: '2 minutes', clockTolerance: '30 seconds',
  });
  const isSignOut = Object.hasOwn(payload.events ?? {}, EVENT) && typeof payload.events[EVENT] === 'object';
  const names = [payload.sid, payload.sub].filter((name) => name !== undefined);
  const isNamed = names.length > 0 && names.every((name) => typeof name === 'string');
  if (!isSignOut || !isNamed || 'nonce' in payload) throw new jose.errors.JWTInvalid('it is no logout token');
  return payload;
}

/** Ends the session that began with `sid`; all of the member where none is named. */
function end({ sid, sub, jti, exp }) {
  for (const [id, { claims }] of members.sessions) {
    const isMeant = (sid === undefined || claims?.sid === sid) && (sub === undefined || claims?.sub === sub);
    if (isMeant) members.sessions.delete(id);
  }
  for (const [known, until] of heard) if (until + 60 < Date.now() / 1000) heard.delete(known);
  heard.set(jti, exp);
}

/** Answers what is posted to `backchannel_logout_uri` (§2.8). What is not the token's fault is 503: we are told again. */
async function hears(body) {
  const headers = { 'cache-control': 'no-store' };
  try {
    const claims = await believed(new URLSearchParams(body).get('logout_token') ?? '');
    // We are told again where our answer was lost. A session that began since then is not ended by it.
    if (!heard.has(claims.jti)) end(claims);
    return { status: 200, headers };
  } catch (error) {
    const isBad = error instanceof jose.errors.JOSEError && !OUT_OF_REACH.includes(error.code);
    return { status: isBad ? 400 : 503, headers, document: { error: 'invalid_request', error_description: error.message } };
  }
}

async function answer(request, url, body) {
  if (url.pathname === '/cb') return members.takes(request, url, '/');
  if (url.pathname === '/sign-in') return members.sends(request);
  if (url.pathname === '/bye') {
    const answered = await hears(body);
    say({ heard: answered.status, why: answered.document?.error_description });
    return answered;
  }
  const { claims } = members.of(request) ?? {};
  return claims ? { status: 200, document: { sid: claims.sid } } : { status: 401 };
}
