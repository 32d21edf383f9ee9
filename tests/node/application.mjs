// What the programs of this folder that listen have in common: a server on loopback, and members who sign in by openid-client.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import * as oidc from 'openid-client';

/** Tells the test something. */
export const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

export const redirect = (location, headers = {}) => ({ status: 303, headers: { location, ...headers } });

/**
 * Listens at a port of its own and says where; what the test answers is the plan. `answer` is given a request, its address
 * and its body, and gives status, headers and a document.
 */
export async function listen(answer) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const failed = (error) => ({ status: 500, document: { error: String(error) } });
    const { status, headers, document } = await answer(request, new URL(request.url, address), body).catch(failed);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(document === undefined ? undefined : JSON.stringify(document));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  say({ address });
  const [line] = await once(createInterface({ input: process.stdin }), 'line');
  return { address, plan: JSON.parse(line) };
}

/** The members who are signed in here, by the cookie of their browser. */
export class Members {
  sessions = new Map();
  #config;
  #callback;
  #usual;

  /** `usual` is what every request asks for. */
  constructor(config, callback, usual) {
    this.#config = config;
    this.#callback = callback;
    this.#usual = usual;
  }

  /** The session of this browser, where it has one. */
  of(request) {
    return this.sessions.get(cookieOf(request));
  }

  /** Sends the browser to the provider with these parameters beside the usual ones. */
  async sends(request, extra = {}) {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(this.#config, {
      redirect_uri: this.#callback, ...this.#usual, ...extra, state, nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    if (extra.max_age) checks.maxAge = Number(extra.max_age);
    return this.#keep(request, { ...this.of(request), pending: { checks, extra } }, url.href);
  }

  /** Takes the browser back from the provider and leads it to `next`, with a new cookie: the old one may be known to others. */
  async takes(request, url, next) {
    const { pending } = this.of(request) ?? {};
    if (!pending) return { status: 400, document: { error: 'nobody was sent from here' } };
    const tokens = await oidc.authorizationCodeGrant(this.#config, url, pending.checks);
    return this.#keep(request, { tokens, claims: tokens.claims(), asked: pending.extra }, next);
  }

  #keep(request, session, location) {
    const id = oidc.randomState();
    this.sessions.delete(cookieOf(request));
    this.sessions.set(id, session);
    return redirect(location, { 'set-cookie': `session=${id}; HttpOnly; SameSite=Lax; Path=/` });
  }
}

const cookieOf = (request) => request.headers.cookie?.match(/(?:^|; )session=([^;]+)/)?.[1];
