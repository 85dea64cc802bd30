import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import ts from 'typescript';
import * as client from '../../../gateway/web/client/lightstick.js';
import { joinedRoom } from './support.mjs';

const types = fileURLToPath(new URL('../../../gateway/web/client/lightstick.d.ts', import.meta.url));
const use = fileURLToPath(new URL('types.ts', import.meta.url));
const text = ts.sys.readFile(types);
const source = ts.createSourceFile(types, text, ts.ScriptTarget.Latest, true);

/** Names of the members that a class of the type file has. */
function typed(name) {
  const found = source.statements.find((each) => ts.isClassDeclaration(each) && each.name?.text === name);
  return new Set(found.members.filter((each) => each.name).map((each) => each.name.text));
}

/** Names of what a class itself offers to its users. */
function offered(prototype) {
  return new Set(Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor'));
}

/** Of these the host of a room is the client: they are marked `@internal` in room.js. */
const inner = ['resumePoint', 'joined', 'refused', 'disconnected', 'hidden', 'stopped', 'identityChanged', 'pushed'];

test('a program that uses everything is checked, with its mistakes found', async () => {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const args = [tsc, '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom', use];
  const { stdout, failed } = await new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout) => resolve({ stdout, failed: error !== null }));
  });
  assert.ok(!failed, stdout);
});

test('the types name what the classes have, and nothing else', async () => {
  const { room, client: one } = await joinedRoom();
  const events = ['on', 'once'];
  assert.deepEqual([...typed('Lightstick')].sort(), [...offered(Object.getPrototypeOf(one)), ...events].sort());
  const own = [...offered(Object.getPrototypeOf(room))].filter((name) => !inner.includes(name));
  assert.deepEqual([...typed('Room')].sort(), [...own, 'name', ...events].sort());
});

test('the types name what the module exports', () => {
  const exported = source.statements
    .filter((each) => ts.isClassDeclaration(each) || ts.isVariableStatement(each))
    .flatMap((each) => (ts.isClassDeclaration(each) ? [each.name.text] : each.declarationList.declarations.map((d) => d.name.text)));
  assert.deepEqual(exported.filter((name) => name !== 'Room').sort(), Object.keys(client).sort());
  for (const [word, code] of Object.entries(client.codes)) assert.match(text, new RegExp(`  ${word}: ${code};`));
});
