#!/usr/bin/env node
// Makes a realm for the OpenID Foundation's conformance suite, and the suite's configuration of each plan.
//
//   node setup.mjs ORIGIN SUITE MTLS FOLDER
//
//   ORIGIN   where the realm will be: https://op.example.jp
//   SUITE    what the suite calls itself in this test, with the alias: https://www.certification.openid.net/test/a/sekisho
//   MTLS     the listener that asks for certificates: https://op.example.jp:8443
//   FOLDER   where to write; keys and secrets among it
//
// idp-admin (in PATH, with its sekisho.toml) does the work, openssl makes the certificates. docs/conformance.md says the rest.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [origin, suite, mtls, folder] = process.argv.slice(2);
if (!folder) {
  console.error('node setup.mjs ORIGIN SUITE MTLS FOLDER');
  process.exit(64);
}
const USER_ID = 'conformance';
const [callback, alias] = [`${suite}/callback`, suite.split('/').at(-1)];
const RESPONSE_TYPES = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];
const discoveryUrl = `${origin}/.well-known/openid-configuration`;

mkdirSync(folder, { recursive: true, mode: 0o700 });
const at = (name) => join(folder, name);
const admin = (...words) => run('idp-admin', '--realm', 'conformance', ...words);

/** Runs a program and answers what it printed; where it fails, what it said ends this. */
function run(program, ...words) {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    console.error(`${program} ${words.join(' ')}: ${error.stderr || error.message}`);
    process.exit(1);
  }
}

/** Writes a file that only its owner reads. */
function write(name, content) {
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  writeFileSync(at(name), text, { mode: 0o600 });
  return at(name);
}

run('idp-admin', 'realm', 'create', 'conformance', '--origin', origin);
admin('realm', 'set', 'display_name.ja=適合性試験', 'registration=open', 'registration_pkce=optional',
  `response_types=${RESPONSE_TYPES.join(',')}`, 'remember_browser_days=90', 'session_idle_minutes=1440', 'session_absolute_minutes=1440');
admin('realm', 'terms', '--ja', write('terms.ja.txt', '第一条　これは試験です。\n'));

/** A member who has everything behind him: the password works, an app is set up, mail and birth date are proved. */
function member() {
  const [password, salt, secret] = [randomBytes(12).toString('base64url'), randomBytes(16), randomBytes(20)];
  const hash = pbkdf2Sync(password, salt, 210_000, 64, 'sha512');
  admin('member', 'move-in', write('member.jsonl', `${JSON.stringify({
    format: 'sekisho-member/1', user_id: USER_ID, language: 'en',
    family_name: '適合', given_name: '花子', family_kana: 'テキゴウ', given_kana: 'ハナコ',
    birth_date: '1980-01-01', birth_date_confirmed_at: '2026-01-01T00:00:00Z',
    postal_code: '100-0001', address: ['東京都千代田区千代田1-1'],
    mail: 'hanako@conformance.example', mail_verified_at: '2026-01-01T00:00:00Z', chosen_method: 'totp',
    password: { hash: `$pbkdf2-sha512$i=210000$${salt.toString('base64')}$${hash.toString('base64')}` },
    apps: [{ name: 'oathtool', secret_hex: secret.toString('hex') }],
  })}\n`));
  return { password, code: `oathtool --totp ${secret.toString('hex')}` };
}

/** A client's key for PS256, and its certificate by the authority in ca.pem. */
function keys(name) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const set = (key) => ({ keys: [{ ...key.export({ format: 'jwk' }), kid: name, use: 'sig', alg: 'PS256' }] });
  run('openssl', 'req', '-newkey', 'rsa:2048', '-noenc', '-batch', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`));
  run('openssl', 'x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-days', '365', '-out', at(`${name}.pem`));
  const certificate = { cert: readFileSync(at(`${name}.pem`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') };
  return { subject: `dn:CN=${name}`, file: write(`${name}.jwks`, set(publicKey)), jwks: set(privateKey), certificate };
}

/** Registers a client and answers what the suite needs to be it. */
function client(clientId, metadata, ...words) {
  const file = write('metadata.json', metadata);
  const made = JSON.parse(admin('--json', 'client', 'create', '--client-id', clientId, '--name', clientId, '--metadata', file, ...words));
  return { client_id: made.client_id, ...(made.client_secret && { client_secret: made.client_secret }) };
}

const openid = (name, method) => client(`oidc-${name}`, {
  response_types: RESPONSE_TYPES,
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
  backchannel_logout_uri: `${suite}/backchannel_logout`, backchannel_logout_session_required: true,
  frontchannel_logout_uri: `${suite}/frontchannel_logout`, frontchannel_logout_session_required: true,
}, '--profile', 'legacy', '--auth-method', method, '--redirect-uri', callback, '--post-logout-redirect-uri', `${suite}/post_logout_redirect`);

// Somebody else's applications, so that there is a page with a button for “no”.
const byCode = ['--profile', 'fapi2', '--third-party', '--redirect-uri', callback, '--redirect-uri', `${callback}?dummy1=lorem&dummy2=ipsum`];
const byKey = (key) => ['--auth-method', 'private_key_jwt', '--jwks', key.file];
const byCertificate = (key) => ['--auth-method', 'tls_client_auth', '--tls-subject', key.subject, '--jwks', key.file];
const elsewhere = (mode) => ['--certificate-bound', '--ciba', mode === 'poll' ? 'poll' : `ping:${suite}/ciba-notification-endpoint`];
const BOUND = { dpop_bound_access_tokens: false, tls_client_certificate_bound_access_tokens: true };
const SIGNED = { backchannel_authentication_request_signing_alg: 'PS256', id_token_signed_response_alg: 'PS256' };

/** What the suite is told about a plan with two clients. */
function plan(name, pair, of) {
  const [one, two] = pair.map((key, index) => ({ ...of(key, index === 0 ? 'client' : 'client2'), jwks: key.jwks }));
  const asks = name.startsWith('ciba') ? { hint_type: 'login_hint', hint_value: USER_ID, acr_value: 'aal1' } : {};
  const resource = name === 'fapi2' || name === 'signing' ? origin : mtls;
  write(`${name}.json`, {
    alias, description: `Sekisho ${name}`, server: { discoveryUrl },
    client: { ...one, scope: 'openid offline_access', ...asks }, client2: { ...two, scope: 'openid offline_access', ...asks },
    mtls: pair[0].certificate, mtls2: pair[1].certificate, resource: { resourceUrl: `${resource}/userinfo` },
  });
}

run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-batch', '-days', '365', '-subj', '/CN=conformance', '-keyout', at('ca.key'), '-out', at('ca.pem'));
const pair = [keys('client'), keys('client2')];
const server = { discoveryUrl, login_hint: USER_ID, acr_values: 'aal2 aal1' };
write('oidc.json', {
  alias, description: 'Sekisho', server, client: openid('client', 'client_secret_basic'), client2: openid('client2', 'client_secret_basic'),
  client_secret_post: openid('client-secret-post', 'client_secret_post'),
});
write('dynamic.json', { alias, description: 'Sekisho', server, client: { client_name: 'suite' }, client2: { client_name: 'suite 2' } });
plan('fapi2', pair, (key, name) => client(`fapi2-${name}`, {}, ...byCode, ...byKey(key)));
plan('fapi2-mtls', pair, (key, name) => client(`fapi2-mtls-${name}`, BOUND, ...byCode, ...byCertificate(key)));
plan('signing', pair, (key, name) => client(`signing-${name}`, { require_signed_request_object: true }, ...byCode, ...byKey(key)));
for (const mode of ['poll', 'ping']) {
  plan(`ciba-${mode}`, pair, (key, name) =>
    client(`ciba-${mode}-${name}`, { ...SIGNED, token_endpoint_auth_signing_alg: 'PS256' }, ...elsewhere(mode), ...byKey(key)));
  plan(`ciba-${mode}-mtls`, pair, (key, name) => client(`ciba-${mode}-mtls-${name}`, SIGNED, ...elsewhere(mode), ...byCertificate(key)));
}

console.log(JSON.stringify({ user_id: USER_ID, ...member(), client_authorities: at('ca.pem') }, null, 2));
