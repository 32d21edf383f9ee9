// A portal that shows what a service keeps, and lets its member sign in better where that service asks for it: node step-up.mjs
//
// The plan: {"issuer": "…", "client_id": "…", "client_secret": "…", "records": the address, "resource": whose it is}
import * as oidc from 'openid-client';
import { Members, listen, say } from './application.mjs';

const { address, plan } = await listen(answer);
const config = await oidc.discovery(new URL(plan.issuer), plan.client_id, undefined, oidc.ClientSecretBasic(plan.client_secret), {
  execute: [oidc.allowInsecureRequests],
});
const members = new Members(config, `${address}/cb`, { scope: 'openid', resource: plan.resource });
say('ready');

/** The records, or what a new request has to ask for before they are shown (RFC 9470 §4). */
async function records(accessToken) {
  try {
    const served = await oidc.fetchProtectedResource(config, accessToken, new URL(plan.records), 'GET');
    return { shown: await served.json() };
  } catch (refused) {
    if (!(refused instanceof oidc.WWWAuthenticateChallengeError)) throw refused;
    const challenged = refused.cause.map((challenge) => challenge.parameters);
    const stepUp = challenged.find(({ error }) => error === 'insufficient_user_authentication');
    if (!stepUp) throw refused;
    const { acr_values, max_age } = stepUp;
    return { wanted: { ...(acr_values && { acr_values }), ...(max_age && { max_age }) } };
  }
}

async function answer(request, url) {
  if (url.pathname === '/cb') return members.takes(request, url, '/records');
  const session = members.of(request);
  if (!session?.tokens) return members.sends(request);

  const { shown, wanted } = await records(session.tokens.access_token);
  if (shown) {
    session.asked = {};
    return { status: 200, document: shown };
  }
  // Who was asked for it a moment ago has nothing better: to ask again would go on for ever.
  const isAskedInVain = Object.keys(session.asked).length > 0;
  session.asked = {};
  return isAskedInVain ? { status: 403, document: { wanted } } : members.sends(request, wanted);
}
