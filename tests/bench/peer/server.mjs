// npm's oidc-provider, set up to do what the product does in the workloads: node server.mjs PORT
//
// Its store is a Map, which is more than its own default (the last 1,000 rows) and less than a database. Whoever comes is
// signed in at once: the workloads measure the protocol, not its pages.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://localhost:${port}`;
const rows = new Map();
const grants = new Map();

class Store {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) {
    rows.set(this.key(id), payload);
    if (payload.uid) rows.set(`uid:${payload.uid}`, payload);
    if (payload.grantId) {
      if (!grants.has(payload.grantId)) grants.set(payload.grantId, []);
      grants.get(payload.grantId).push(this.key(id));
    }
  }
  async find(id) { return rows.get(this.key(id)); }
  async findByUid(uid) { return rows.get(`uid:${uid}`); }
  async findByUserCode() { return undefined; }
  async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { rows.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) rows.delete(key);
    grants.delete(grantId);
  }
}

const jwk = (kind, options, more) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), use: 'sig', kid: randomUUID(), ...more });
const keys = [jwk('ec', { namedCurve: 'P-256' }, { alg: 'ES256' }), jwk('rsa', { modulusLength: 2048 }, { alg: 'RS256' })];

const client = (client_id, algorithm) => ({
  client_id,
  client_secret: 'a-secret-of-the-benchmark-that-is-long-enough',
  redirect_uris: ['https://portal.example/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  id_token_signed_response_alg: algorithm,
});

const resourceServer = (algorithm) => ({ scope: 'openid', accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } }, accessTokenTTL: 600 });

const provider = new Provider(issuer, {
  adapter: Store,
  jwks: { keys },
  clients: [client('es', 'ES256'), client('rs', 'RS256')],
  cookies: { keys: ['a key of the benchmark'] },
  claims: { openid: ['sub'], profile: ['name'] },
  scopes: ['openid', 'offline_access', 'profile'],
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, name: '田中 花子' }) }),
  issueRefreshToken: async (_, of, code) => of.grantTypeAllowed('refresh_token') && (code.scopes.has('offline_access')),
  rotateRefreshToken: true,
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
    grant.addOIDCScope('openid offline_access profile');
    grant.addResourceScope('https://api.example/es', 'openid offline_access profile');
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => resourceServer(resource.endsWith('/rs') ? 'RS256' : 'ES256'),
      useGrantedResource: async () => true,
    },
  },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Session: 43200, RefreshToken: 86400, Grant: 86400, Interaction: 600, IdToken: 600, ClientCredentials: 600 },
});

provider.use(async (ctx, next) => {
  const uid = ctx.path.match(/^\/interaction\/(.+)$/)?.[1];
  if (!uid) return next();
  const { session } = await provider.interactionDetails(ctx.req, ctx.res);
  const result = { login: { accountId: session?.accountId ?? `member-${uid}` }, consent: {} };
  const location = await provider.interactionResult(ctx.req, ctx.res, result);
  ctx.redirect(location);
});

provider.listen(port, '127.0.0.1');
