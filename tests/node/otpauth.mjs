// otpauth:// addresses as apps read them: node otpauth.mjs < plan.json
//
// {"uri", "at"} → {"otpauth": …, "otplib": …, "splitting": …}, each {"issuer", "account", "secret", …}; the first with
// the code that it shows at that second.
import { readFileSync } from 'node:fs';
import { parse } from '@otplib/uri';
import * as OTPAuth from 'otpauth';

const { uri, at } = JSON.parse(readFileSync(0, 'utf8'));

const parted = (label) => {
  const [issuer, ...account] = label.split(':');
  return { issuer, account: account.join(':') };
};

const byOtpauth = () => {
  const read = OTPAuth.URI.parse(uri);
  const { issuer, label: account, algorithm, digits, period } = read;
  return { issuer, account, secret: read.secret.base32, algorithm, digits, period, code: read.generate({ timestamp: at * 1000 }) };
};

const byOtplib = () => {
  const { type, label, params } = parse(uri);
  return { type, ...parted(label), named: params.issuer, secret: params.secret, others: Object.keys(params).length - 2 };
};

// As simple readers do, extensions of browsers among them: they split at the signs, and decode the parts.
const bySplitting = () => {
  const [label, query] = uri.slice('otpauth://totp/'.length).split('?');
  const values = Object.fromEntries(query.split('&').map((part) => part.split('=').map(decodeURIComponent)));
  return { ...parted(decodeURIComponent(label)), named: values.issuer, secret: values.secret };
};

process.stdout.write(`${JSON.stringify({ otpauth: byOtpauth(), otplib: byOtplib(), splitting: bySplitting() })}\n`);
