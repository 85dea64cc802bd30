import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './until.mjs';

const startMs = 20_000;

/** The real binary on a data folder of its own, started, killed and started again on one port. */
export class Node {
  #binary;
  #folder;
  #secret = randomBytes(24).toString('hex');
  #child;
  #port = 0;
  #adminPort;
  #log = '';
  #options;

  /** @param {string[]} [options] further words of its command line */
  constructor(binary, options = []) {
    this.#binary = binary;
    this.#options = options;
  }

  get binary() {
    return this.#binary;
  }

  /** Where the page is, once started. */
  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What the node has written, the last of it. */
  get log() {
    return this.#log;
  }

  /** Starts it and waits until it serves; the first start takes a free port, the others the same. */
  async start() {
    this.#folder ??= await this.#makeFolder();
    const args = ['node', '--data', path.join(this.#folder, 'data')];
    args.push('--listen', `127.0.0.1:${this.#port}`, '--admin-listen', '127.0.0.1:0');
    args.push('--auth-secret-file', path.join(this.#folder, 'secret'), ...(this.#options.includes('--guests=false') ? [] : ['--guests']), ...this.#options);
    const child = spawn(this.#binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let output = '';
    let failed;
    child.stdout.on('data', (data) => {
      output = (output + data).slice(-10_000);
      this.#note(data);
    });
    child.stderr.on('data', (data) => this.#note(data));
    child.on('error', (error) => (failed = error));
    child.on('exit', (code, signal) => (failed ??= new Error(`the node ended with ${signal ?? code}`)));
    const ready = await until('the node is ready', () => failed ?? /^ready http:\/\/[^:]+:(\d+)\nadmin http:\/\/[^:]+:(\d+)/m.exec(output), {
      deadlineMs: startMs,
      seen: () => this.#log.slice(-1_000),
    });
    if (ready instanceof Error) throw new Error(`${ready.message}\n${this.#log.slice(-2_000)}`);
    this.#port = Number(ready[1]);
    this.#adminPort = Number(ready[2]);
  }

  /** How it ended, when it did; undefined while it runs. */
  get ended() {
    return this.#child.exitCode ?? this.#child.signalCode ?? undefined;
  }

  /** SIGKILL: no chance to save anything. */
  kill() {
    return this.#end('SIGKILL');
  }

  /** SIGTERM: it drains first. */
  stop() {
    return this.#end('SIGTERM');
  }

  /** Freezes it, as a machine that hangs. */
  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  /** Ends it and removes its folder. */
  async remove() {
    if (this.#child && this.ended === undefined) await this.kill();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Kills it at once, for the way out of a program that is being ended. */
  killNow() {
    this.#child?.kill('SIGKILL');
  }

  /** A token for anyone, signed with the node's secret. */
  token({ user, name, role = 'fan', rooms, ...more }) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: user, name, roles: [role], rooms, exp: Math.floor(Date.now() / 1_000) + 3_600, ...more };
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createHmac('sha256', this.#secret).update(text).digest('base64url')}`;
  }

  /** Takes back all tokens that a user has now. */
  async revoke(user) {
    const token = this.token({ user: 'operator', role: 'admin', ...this.#expected() });
    const answer = await fetch(`http://127.0.0.1:${this.#adminPort}/v1/admin/revoke`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({ user }),
    });
    if (!answer.ok) throw new Error(`revoke: ${answer.status} ${await answer.text()}`);
  }

  /** What the node was told to ask of every token. */
  #expected() {
    const after = (flag) => this.#options[this.#options.indexOf(flag) + 1];
    const has = (flag) => this.#options.includes(flag);
    return {
      aud: has('--auth-audience') ? after('--auth-audience') : undefined,
      iss: has('--auth-issuer') ? after('--auth-issuer') : undefined,
    };
  }

  async #makeFolder() {
    const folder = await mkdtemp(path.join(tmpdir(), 'lightstick-browser-'));
    await mkdir(path.join(folder, 'data'));
    await writeFile(path.join(folder, 'secret'), `${this.#secret}\n`, { mode: 0o600 });
    return folder;
  }

  async #end(signal) {
    const child = this.#child;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (this.ended !== undefined) return;
    child.kill(signal);
    await ended;
  }

  #note(data) {
    this.#log = (this.#log + data).slice(-20_000);
  }
}
