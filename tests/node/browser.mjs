// A member's browser, and a member of the demo who answers its pages: shared by the relying parties of this folder.
import { createHmac } from 'node:crypto';

const NEW_PASSWORD = 'tsukiyo-ni-hashiru-densha-7';
const MOST_PAGES = 40;

/** A browser as far as plain forms need one: it keeps cookies, follows redirects and fills forms by their ids. */
export class Browser {
  #cookies = new Map();
  #own;
  walked = [];

  constructor(origin) {
    this.#own = origin;
  }

  /** Follows redirects until a page of the provider, or until an address that belongs to somebody else. */
  async open(address, form) {
    let url = new URL(address);
    for (let hops = 0; hops < 12; hops += 1) {
      if (url.origin !== this.#own) return { elsewhere: url };
      const headers = { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'accept-language': 'en' };
      const request = { headers, redirect: 'manual' };
      if (form) Object.assign(request, { method: 'POST', body: form, headers: { ...headers, origin: this.#own } });
      const response = await fetch(url, request);
      this.#keep(response.headers.getSetCookie());
      const text = await response.text();
      const isAnswer = response.status === 303 || (response.status === 200 && url.pathname === '/device');
      if (form && !isAnswer) throw new Error(`POST ${url.pathname} answered ${response.status}: ${complaint(text)}`);
      if (response.status === 303 || response.status === 302) {
        url = new URL(response.headers.get('location'), url);
        form = undefined;
        continue;
      }
      if (response.status !== 200) throw new Error(`GET ${url.pathname} answered ${response.status}: ${complaint(text)}`);
      this.walked.push(url.pathname);
      return { url, text };
    }
    throw new Error(`too many redirects, the last to ${url.pathname}`);
  }

  /** Presses the button `submit` of `page`, with `fields` typed in. */
  async press(page, submit, fields = {}) {
    const form = page.text.split('<form').slice(1).map((text) => text.split('</form>')[0]).find((text) => text.includes(`id="${submit}"`));
    if (!form) throw new Error(`${page.url.pathname} has no ${submit}: ${complaint(page.text)}`);
    const body = new URLSearchParams();
    for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) body.append(attribute(tag, 'name'), attribute(tag, 'value') ?? '');
    for (const [name, value] of Object.entries(fields)) {
      if (!form.includes(`name="${name}"`)) throw new Error(`the form of ${submit} has no field ${name}`);
      body.append(name, value);
    }
    const [button] = form.match(new RegExp(`<button[^>]*id="${submit}"[^>]*>`));
    if (attribute(button, 'name')) body.append(attribute(button, 'name'), attribute(button, 'value') ?? '');
    const next = await this.open(page.url, body);
    if (next.text?.includes('id="error-summary"')) throw new Error(`${submit} was refused: ${complaint(next.text)}`);
    return next;
  }

  #keep(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const isGone = attributes.some((part) => part.toLowerCase() === 'max-age=0') || value === '';
      if (isGone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  .replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
export const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`));
  return found ? plain(found[1]) : undefined;
};
const complaint = (text) => text.match(/id="error-code">([^<]*)/)?.[1] ?? text.match(/data-page="([^"]*)"/)?.[1] ?? text.slice(0, 200);

/** RFC 6238 with a key in base32, as an authenticator app computes it. */
function appCode(key) {
  const bits = [...key.replace(/\s/g, '')].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** The code in the newest mail to the member that was not read before; asks until the mail has arrived. */
async function mailedCode(mailbox, member, read) {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    const messages = await (await fetch(`${mailbox}/api/messages`)).json();
    for (const message of messages.reverse()) {
      const code = message.text.match(/^\D*(\d{6})\D*$/m)?.[1];
      if (message.to.includes(member.mail) && code && !read.has(message.id)) {
        read.add(message.id);
        return code;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail for ${member.mail}`);
}

/** Answers every page that is asked until the provider sends the browser back to the relying party, or to its own page `arrives`. */
export async function signIn(browser, start, member, mailbox, arrives) {
  let page = await browser.open(start);
  let password = member.password ?? member.initial_password;
  const read = new Set();
  const answers = {
    '/login': () => browser.press(page, 'login-submit', { username: member.user_id, password }),
    '/login/totp': () => browser.press(page, 'totp-submit', { 'totp-code': appCode(member.totp_key) }),
    '/login/mail-code': async () => browser.press(page, 'mail-code-submit', { 'mail-code': await mailedCode(mailbox, member, read) }),
    '/onboarding/birth-date': () => browser.press(page, 'birth-date-submit', { 'birth-date': member.birth_date }),
    '/onboarding/terms': () => browser.press(page, 'terms-accept'),
    '/onboarding/mail': () => browser.press(page, 'mail-submit', { mail: member.mail }),
    '/onboarding/mail-sent': async () => browser.press(page, 'mail-code-submit', { 'mail-code': await mailedCode(mailbox, member, read) }),
    '/onboarding/method': () => browser.press(page, 'method-submit', { method: 'mail' }),
    '/onboarding/password': () => {
      password = NEW_PASSWORD;
      return browser.press(page, 'password-submit', { 'new-password': password, 'new-password-confirm': password });
    },
    '/onboarding/complete': () => browser.press(page, page.text.includes('id="sign-out"') ? 'sign-out' : 'continue'),
    '/signed-out': () => browser.open(new URL(attribute(page.text.match(/<a[^>]*id="sign-in-again"[^>]*>/)[0], 'href'), page.url)),
    '/enrol/mail': async () => browser.press(page, 'mail-code-submit', { 'mail-code': await mailedCode(mailbox, member, read) }),
  };
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (page.elsewhere) return page.elsewhere;
    if (page.url.pathname === arrives) return page;
    const answer = answers[page.url.pathname];
    if (!answer) throw new Error(`nobody knows what to do at ${page.url.pathname}: ${complaint(page.text)}`);
    page = await answer();
  }
  throw new Error(`the sign-in does not end: ${browser.walked.join(' ')}`);
}
