// A service that shows records to whoever signed in strongly and a moment ago: node records.mjs
//
// The plan: {"issuer": "…", "audience": "…", "acr": the weakest class that is enough, "max_age": in seconds}
import * as jose from 'jose';
import { listen, say } from './application.mjs';

/** From the weakest to the strongest. */
const CLASSES = ['aal1', 'aal2', 'phr'];

const { plan } = await listen(answer);
const keys = jose.createRemoteJWKSet(new URL('/jwks', plan.issuer));
say('ready');

/** What the access token says, or the challenge that says what is wrong with it (RFC 6750 §3, RFC 9470 §3). */
async function judged(authorization) {
  const token = authorization?.match(/^Bearer ([^ ]+)$/i)?.[1];
  if (!token) return { challenge: 'Bearer' };
  const claims = await verified(token);
  if (!claims) return { challenge: 'Bearer error="invalid_token"' };

  const isStrong = CLASSES.indexOf(claims.acr) >= CLASSES.indexOf(plan.acr);
  const isRecent = Date.now() / 1000 - claims.auth_time <= plan.max_age;
  if (isStrong && isRecent) return { claims };
  const wanted = `acr_values="${plan.acr}", max_age="${plan.max_age}"`;
  const why = 'records need a strong sign-in of the last minutes';
  return { challenge: `Bearer error="insufficient_user_authentication", error_description="${why}", ${wanted}` };
}

/** The claims of an access token that is meant for us (RFC 9068 §4); one that is bound to a key is no bearer token. */
async function verified(token) {
  try {
    const { payload } = await jose.jwtVerify(token, keys, {
      issuer: plan.issuer, audience: plan.audience, typ: 'at+jwt', algorithms: ['ES256'],
      requiredClaims: ['sub', 'exp', 'acr', 'auth_time'],
    });
    return payload.cnf ? undefined : payload;
  } catch (error) {
    if (error instanceof jose.errors.JOSEError) return undefined;
    throw error;
  }
}

async function answer(request) {
  const { claims, challenge } = await judged(request.headers.authorization);
  if (challenge) return { status: 401, headers: { 'www-authenticate': challenge } };
  return { status: 200, document: { sub: claims.sub, acr: claims.acr } };
}
