// A till that asks for members who are elsewhere and is told when they have answered (CIBA, mode ping): node ping.mjs
//
// The plan: {"issuer": "…", "client_id": "…", "client_secret": "…"}
import { createHash, timingSafeEqual } from 'node:crypto';
import * as oidc from 'openid-client';
import { listen, say } from './application.mjs';

const GRANT = 'urn:openid:params:grant-type:ciba';
/** The token that we expect of a notification, by the request that it tells of. */
const waiting = new Map();

const { plan } = await listen(answer);
const config = await oidc.discovery(new URL(plan.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret), {
  execute: [oidc.allowInsecureRequests],
});
say('ready');

/** Asks for a member, with a token of our own by which we know the answer. */
async function asks(login_hint) {
  const client_notification_token = oidc.randomState();
  const begun = await oidc.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint, client_notification_token });
  waiting.set(begun.auth_req_id, client_notification_token);
  return begun;
}

/** Answers a notification (CIBA Core §10.2), and fetches the tokens of the request it tells of, once. */
function notified(authorization, body) {
  const auth_req_id = requestOf(body);
  const expected = waiting.get(auth_req_id);
  if (!expected || !isSame(authorization, `Bearer ${expected}`)) return { status: 401 };
  waiting.delete(auth_req_id);
  fetchTokens(auth_req_id).then(say, (error) => say({ error: error.error ?? String(error) }));
  return { status: 204 };
}

async function fetchTokens(auth_req_id) {
  const tokens = await oidc.genericGrantRequest(config, GRANT, { auth_req_id });
  return { claims: tokens.claims() };
}

/** The request that a notification tells of; none where it is no notification. */
function requestOf(body) {
  try {
    return JSON.parse(body)?.auth_req_id;
  } catch {
    return undefined;
  }
}

/** Takes the same time whatever differs. */
function isSame(sent, expected) {
  const [one, other] = [sent ?? '', expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one, other);
}

async function answer(request, url, body) {
  if (url.pathname === '/ask') return { status: 200, document: await asks(body) };
  return notified(request.headers.authorization, body);
}
