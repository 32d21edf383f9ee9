// A portal on Express with express-openid-connect: node express.mjs
//
// The environment tells its issuer, its client, its key and its own address.
import express from 'express';
import oidc from 'express-openid-connect';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_KEY, ADDRESS, PORT } = process.env;
const app = express();

app.use(oidc.auth({
  issuerBaseURL: ISSUER, clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, clientAuthMethod: 'client_secret_basic',
  baseURL: ADDRESS, secret: SESSION_KEY, authRequired: false, idpLogout: true, enableTelemetry: false,
  authorizationParams: { response_type: 'code', scope: 'openid profile email' }, routes: { postLogoutRedirect: '/' },
}));

app.get('/', (request, response) => {
  if (!request.oidc.isAuthenticated()) return response.status(401).json({ sub: null });
  response.json({ sub: request.oidc.user.sub });
});

app.get('/account', oidc.requiresAuth(), async (request, response) => {
  const { sub } = request.oidc.user;
  const { email } = await request.oidc.fetchUserInfo();
  response.json({ sub, email });
});

app.listen(PORT, '127.0.0.1');
