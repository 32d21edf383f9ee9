// Prints the figures of docs/performance.md, measured here and now on the release build: tests/bench/figures
//
// It builds the release programs if they are missing, and leaves nothing behind. It measures, and judges nothing: the exit
// code says only whether it could measure.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MEMBERS = 100_000;
const STARTS = 9;
const REQUESTS = 500;

const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(top, 'target');
const [server, admin] = ['idp-server', 'idp-admin'].map((name) => join(target, 'release', name));
const folder = mkdtempSync(join(tmpdir(), 'sekisho-figures-'));
const config = join(folder, 'sekisho.toml');
const rows = [];

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const figure = (what, measured, limit, unit) => rows.push([what, `${measured} ${unit}`, `${limit} ${unit}`]);
const run = (...words) => execFileSync(admin, ['--config', config, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });

function build() {
  if (existsSync(server) && existsSync(admin)) return;
  console.error('building the release programs …');
  const selection = ['-p', 'idp-server', '-p', 'idp-admin-cli'];
  execFileSync('cargo', ['build', '--release', '--locked', ...selection], { cwd: top, stdio: 'inherit' });
}

/** All that is in the container, unpacked: where `cargo build --profile dist` has been. */
function measureContainer() {
  const programs = join(target, 'dist');
  if (!existsSync(join(programs, 'idp-admin'))) return;
  const size = execFileSync(join(top, 'deploy/container/root'), [programs, join(folder, 'container')]);
  rmSync(join(folder, 'container'), { recursive: true });
  figure('container, unpacked', (Number(size) / 1e6).toFixed(1), 60, 'MB');
}

function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

function install(port) {
  writeFileSync(join(folder, 'installation.key'), randomBytes(32).toString('base64'), { mode: 0o400 });
  writeFileSync(config, `[database]
url = "sqlite://sekisho.db"
[secrets]
installation_key_file = "installation.key"
[http]
listen = "127.0.0.1:${port}"
[log]
level = "warn"
`);
  run('migrate', 'up');
  run('realm', 'create', 'bench', '--origin', `http://localhost:${port}`);
}

/** One row a member: id, name, household, birth date and address, as the societies' lists have them. */
function importMembers() {
  const lines = ['user_id,name,symbol,number,birth_date,mail'];
  for (let i = 0; i < MEMBERS; i += 1) {
    const two = (number) => String(number).padStart(2, '0');
    const born = `${1940 + (i % 70)}-${two(1 + (i % 12))}-${two(1 + (i % 28))}`;
    lines.push(`BN${String(i).padStart(7, '0')},田中 花子,${1000 + (i % 900)},${i},${born},member${i}@example.jp`);
  }
  const list = join(folder, 'members.csv');
  writeFileSync(list, `${lines.join('\n')}\n`);
  const started = performance.now();
  run('member', 'import', '--letters', join(folder, 'letters.csv'), list);
  figure(`import of ${MEMBERS} members with letters, SQLite`, ((performance.now() - started) / 1000).toFixed(1), 60, 's');
}

/** Answers status, body and the bytes that came over the wire, headers included. */
function get(port, path, agent) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: agent ?? false, headers: { host: `localhost:${port}`, 'accept-encoding': 'gzip' } };
    const request = http.get(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks), bytes: request.socket.bytesRead, headers: response.headers }));
    });
    request.on('error', reject);
  });
}

async function start(port) {
  const started = performance.now();
  const running = spawn(server, ['serve', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (running.exitCode !== null) throw new Error('idp-server serve ended');
    const ready = await get(port, '/readyz').catch(() => undefined);
    if (ready?.status === 200) return { running, took: performance.now() - started };
    await pass(1);
  }
}

const stop = (running) => new Promise((resolve) => {
  running.on('exit', resolve);
  running.kill('SIGTERM');
});

async function measureStarts(port) {
  const took = [];
  for (let i = 0; i < STARTS; i += 1) {
    const started = await start(port);
    took.push(started.took);
    await stop(started.running);
  }
  figure('start to ready, existing database', median(took).toFixed(0), 300, 'ms');
}

async function measureIdle(pid) {
  await pass(5000);
  const kib = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  figure('resident memory, idle', (kib / 1024).toFixed(1), 40, 'MiB');
}

async function measurePage(port) {
  const first = await get(port, '/login');
  const { gunzipSync } = await import('node:zlib');
  const html = (first.headers['content-encoding'] === 'gzip' ? gunzipSync(first.body) : first.body).toString();
  let bytes = first.bytes;
  const assets = new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((found) => found[1]));
  for (const asset of assets) bytes += (await get(port, asset)).bytes;

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const took = [];
  for (let i = 0; i < REQUESTS; i += 1) {
    const started = performance.now();
    const { status } = await get(port, '/login', agent);
    if (status !== 200) throw new Error(`/login answered ${status}`);
    took.push(performance.now() - started);
  }
  agent.destroy();
  figure('sign-in page, request to answer over loopback (median)', median(took).toFixed(2), 5, 'ms');
  figure(`sign-in page with its ${assets.size} assets over the wire, headers included`, (bytes / 1024).toFixed(1), 60, 'KiB');
}

try {
  build();
  figure('release binary idp-server', (statSync(server).size / 2 ** 20).toFixed(1), 40, 'MiB');
  measureContainer();
  const port = await freePort();
  install(port);
  importMembers();
  await measureStarts(port);
  const { running } = await start(port);
  try {
    await measureIdle(running.pid);
    await measurePage(port);
  } finally {
    await stop(running);
  }

  console.log(`${cpus().length} × ${cpus()[0].model.trim()}\n`);
  console.log('| figure | measured | limit |\n|---|---|---|');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
