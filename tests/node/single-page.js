// A single-page application on oidc-client-ts. Its address may ask for a scope, `?scope=…`, which it keeps.
const show = (id, text) => { document.getElementById(id).textContent = text; };
const asked = new URLSearchParams(location.search).get('scope');
if (asked) localStorage.setItem('scope', asked);
const scope = localStorage.getItem('scope');

async function start() {
  const { issuer, client_id } = await (await fetch('/settings.json')).json();
  const here = `${location.origin}/cb`;
  const manager = new oidc.UserManager({
    authority: issuer, client_id, redirect_uri: here, silent_redirect_uri: here, post_logout_redirect_uri: here,
    scope, loadUserInfo: true, automaticSilentRenew: false, silentRequestTimeoutInSeconds: 20,
  });
  if (location.pathname === '/cb' && window !== window.parent) return manager.signinSilentCallback();
  if (location.pathname === '/cb') {
    const ended = new URLSearchParams(location.search);
    if (ended.has('code') || ended.has('error')) await manager.signinCallback();
    else await manager.signoutCallback();
    history.replaceState(null, '', '/');
  }

  let renewals = 0;
  const tell = (user) => {
    show('sub', user?.profile.sub ?? '');
    show('email', user?.profile.email ?? '');
    show('token', user?.access_token ?? '');
  };
  document.getElementById('sign-in').onclick = () => manager.signinRedirect();
  document.getElementById('sign-out').onclick = () => manager.signoutRedirect();
  document.getElementById('renew').onclick = async () => {
    const held = (await manager.getUser())?.refresh_token;
    show('renewed-by', held ? 'a refresh token' : 'a frame');
    tell(await manager.signinSilent());
    show('renewals', String(renewals += 1));
  };
  const user = await manager.getUser();
  tell(user);
  document.body.dataset.page = user ? 'spa-member' : 'spa-guest';
}

window.onunhandledrejection = (event) => show('error', String(event.reason));
start().catch((error) => show('error', String(error)));
