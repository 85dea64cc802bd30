#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from './lib/browser.mjs';
import { Node } from './lib/node.mjs';
import { Stage } from './lib/stage.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const pictures = path.join(process.env.LIGHTSTICK_WORK ?? path.join(here, 'artifacts'), 'pictures');
const testMs = 90_000;
const totalMs = 540_000;

const help = `Tests of the fan's page: a real node, headless Chromium, people who talk.

  node tests/browser/run.mjs [--only WORD] [--list] [--help]

  --only WORD   only tests whose name contains WORD
  --list        names the tests and ends
Environment:
  LIGHTSTICK_BINARY    the node (default build/release/lightstick)
  LIGHTSTICK_CHROMIUM  the browser (default /usr/bin/chromium)
  LIGHTSTICK_WORK      where pictures of failures go (default tests/browser/artifacts)
Before the first time: npm ci --prefix tests/browser
Takes two to three minutes, at most ${totalMs / 60_000} minutes.
Ends with “N passed, N failed” and 0 only when all passed.`;

const suites = ['talk', 'crash', 'break', 'history', 'sending', 'looks', 'keyboard', 'rooms', 'login', 'moderation', 'playground'];

async function main(argv) {
  if (argv.includes('--help')) return void console.log(help);
  const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] ?? '' : '';
  const modules = await Promise.all(suites.map((name) => import(`./suite/${name}.mjs`)));
  const tests = modules.flatMap(({ tests: own }) => own).filter(({ name }) => name.includes(only));
  if (argv.includes('--list')) return tests.forEach(({ name }) => console.log(name));
  if (tests.length === 0) throw new Error(`no test is called “${only}”`);

  const binary = path.resolve(here, '../..', process.env.LIGHTSTICK_BINARY ?? 'build/release/lightstick');
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: build it, or set LIGHTSTICK_BINARY`);
  await rm(pictures, { recursive: true, force: true });
  const node = new Node(binary);
  let browser;
  const giveUp = (why) => {
    console.log(why);
    node.killNow();
    browser?.close().catch(() => {});
    setTimeout(() => process.exit(1), 2_000);
  };
  const alarm = setTimeout(() => giveUp(`FAILED: not done after ${totalMs / 1_000} s`), totalMs);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => giveUp(`FAILED: ended by ${signal}`));

  let passed = 0;
  try {
    await node.start();
    browser = await launchBrowser();
    for (const test of tests) passed += await runOne(test, node, browser);
  } finally {
    clearTimeout(alarm);
    await browser?.close();
    await node.remove();
  }
  const failed = tests.length - passed;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** @returns {Promise<0|1>} 1 when it passed */
async function runOne(test, node, browser) {
  const stage = new Stage(node, browser);
  const startedAt = Date.now();
  let timer;
  try {
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${testMs / 1_000} s`)), testMs);
    });
    await Promise.race([test.run(stage), late]);
    if (node.ended !== undefined) throw new Error(`the node ended by itself with ${node.ended}`);
    const problems = stage.problems();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    console.log(`ok      ${test.name} (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
    return 1;
  } catch (error) {
    console.log(`FAILED  ${test.name}\n${indent(error.stack ?? String(error))}`);
    for (const file of await stage.pictures(pictures, test.name)) console.log(`        picture: ${file}`);
    const log = node.log.trim().split('\n').slice(-8).join('\n');
    if (log !== '') console.log(indent(`the node's last words:\n${log}`));
    if (node.ended !== undefined) console.log(`        the node ended with ${node.ended}`);
    return 0;
  } finally {
    clearTimeout(timer);
    await stage.clear();
    if (node.ended !== undefined) await node.start();
  }
}

function indent(text) {
  return text.replace(/^/gm, '        ');
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
