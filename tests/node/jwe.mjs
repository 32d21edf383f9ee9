// JWE by npm's jose, the judge of our own: node jwe.mjs < plan.json
//
// {"keys": ["ECDH-ES", …]}                       → [{"alg", "public", "private"}, …]
// {"open": [{"alg", "token", "private"}, …]}     → [{"header", "plain"}, …]
// {"seal": [{"alg", "enc", "public", "plain"}]}  → ["token", …]
import { readFileSync } from 'node:fs';
import * as jose from 'jose';

const plan = JSON.parse(readFileSync(0, 'utf8'));

const keys = async (alg) => {
  const pair = await jose.generateKeyPair(alg, { extractable: true });
  return { alg, public: await jose.exportJWK(pair.publicKey), private: await jose.exportJWK(pair.privateKey) };
};
const open = async ({ alg, token, private: jwk }) => {
  const { plaintext, protectedHeader } = await jose.compactDecrypt(token, await jose.importJWK(jwk, alg));
  return { header: protectedHeader, plain: new TextDecoder().decode(plaintext) };
};
const seal = async ({ alg, enc, public: jwk, plain }) => new jose.CompactEncrypt(new TextEncoder().encode(plain))
  .setProtectedHeader({ alg, enc, cty: 'JWT' })
  .encrypt(await jose.importJWK(jwk, alg));

const [[verb, list]] = Object.entries(plan);
const answers = await Promise.all(list.map({ keys, open, seal }[verb]));
process.stdout.write(`${JSON.stringify(answers)}\n`);
