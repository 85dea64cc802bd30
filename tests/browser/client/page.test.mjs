// The parts of the page that need no browser: its texts, and what a room's list is made of.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hueOf, initial, isName } from '../../../gateway/web/app/format.js';
import en from '../../../gateway/web/app/i18n/en.js';
import es from '../../../gateway/web/app/i18n/es.js';
import ja from '../../../gateway/web/app/i18n/ja.js';
import ko from '../../../gateway/web/app/i18n/ko.js';
import { layout } from '../../../gateway/web/app/layout.js';
import { choices } from '../../../gateway/web/app/menu.js';

const web = fileURLToPath(new URL('../../../gateway/web', import.meta.url));
const dayMs = 86_400_000;
const forms = (text) => (typeof text === 'string' ? { other: text } : text);
const gaps = (text) => [...new Set(text.match(/\{\w+\}/g))].sort().join();

for (const [code, texts] of Object.entries({ es, ja, ko })) {
  test(`${code} has every text, with the same gaps to fill in`, () => {
    assert.deepEqual(Object.keys(texts), Object.keys(en));
    for (const [key, text] of Object.entries(texts)) {
      assert.equal(typeof text, typeof en[key], key);
      for (const form of Object.values(forms(text))) {
        assert.notEqual(form, '', key);
        assert.equal(gaps(form), gaps(forms(en[key]).other), key);
      }
    }
  });
}

for (const [code, texts] of Object.entries({ en, es, ja, ko })) {
  test(`${code} has every plural form that the language needs`, () => {
    const needed = new Intl.PluralRules(code).resolvedOptions().pluralCategories.slice().sort();
    for (const [key, text] of Object.entries(texts)) {
      if (typeof text === 'object') assert.deepEqual(Object.keys(text).sort(), needed, key);
    }
  });
}

test('every text that the page asks for exists, and none is there for nothing', async () => {
  const files = (await readdir(path.join(web, 'app'))).filter((name) => name.endsWith('.js')).map((name) => path.join('app', name));
  const sources = await Promise.all([...files, 'index.html'].map((name) => readFile(path.join(web, name), 'utf8')));
  const all = sources.join('\n');
  const asked = [...all.matchAll(/(?:\bt\('|data-t(?:-label|-hint)?=")(\w+)['"]/g)].map((match) => match[1]);
  for (const key of asked) assert.ok(key in en, key);
  const built = /^(why|role|menu|done)_/;
  for (const key of Object.keys(en)) {
    assert.ok(built.test(key) || new RegExp(`['"]${key}['"]`).test(all), `${key} is never asked for`);
  }
});

test('no markup is ever made from text', async () => {
  const folders = ['app', 'client', 'playground'];
  for (const folder of folders) {
    for (const name of await readdir(path.join(web, folder))) {
      if (!name.endsWith('.js')) continue;
      const source = await readFile(path.join(web, folder, name), 'utf8');
      assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function/, name);
    }
  }
  for (const name of ['index.html', 'playground.html']) {
    const page = await readFile(path.join(web, name), 'utf8');
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/, name);
  }
});

const said = (off, user, ts) => ({ off, user, ts, name: user, text: `text ${off}` });
const view = { self: 'me', dayOf: (ts) => Math.floor(ts / dayMs), live: true };
const room = (fields) => ({ messages: [], outgoing: [], moreBefore: false, following: true, ...fields });
const kinds = (items) => items.map(({ kind }) => kind);
const spots = (items) => items.filter(({ message }) => message).map(({ own, first, last }) => `${own ? 'o' : ''}${first ? 'f' : ''}${last ? 'l' : ''}`);

test('an empty room says so', () => {
  const [only] = layout(room(), view);
  assert.equal(only.kind, 'start');
  assert.equal(only.nothing, true);
});

test('what one person says in one breath is one group', () => {
  const messages = [said(1, 'a', 0), said(2, 'a', 1_000), said(3, 'me', 2_000), said(4, 'a', 3_000), said(5, 'a', 3_000 + 6 * 60_000)];
  assert.deepEqual(spots(layout(room({ messages }), view)), ['f', 'l', 'ofl', 'fl', 'fl']);
});

test('days are parted, and a group ends with its day', () => {
  const messages = [said(1, 'a', dayMs - 1_000), said(2, 'a', dayMs + 1_000)];
  const items = layout(room({ messages }), view);
  assert.deepEqual(kinds(items), ['start', 'day', 'message', 'day', 'message']);
  assert.deepEqual(spots(items), ['fl', 'fl']);
});

test('the line of new messages stands before the first of them, once', () => {
  const messages = [said(1, 'a', 0), said(2, 'a', 1), said(4, 'a', 2), said(5, 'a', 3)];
  assert.deepEqual(kinds(layout(room({ messages }), { ...view, newFrom: 3 })), ['start', 'day', 'message', 'message', 'new', 'message', 'message']);
  assert.ok(!kinds(layout(room({ messages }), { ...view, newFrom: 9 })).includes('new'));
});

test('ours on their way stand at the end, but not while reading back', () => {
  const entry = { cid: 'c-1', state: 'pending', text: 'hi', at: 10 };
  const fields = { messages: [said(1, 'a', 0)], outgoing: [entry], moreBefore: true };
  assert.deepEqual(kinds(layout(room(fields), view)), ['older', 'day', 'message', 'outgoing']);
  assert.deepEqual(kinds(layout(room({ ...fields, following: false }), view)), ['older', 'day', 'message']);
});

test('an item is drawn anew exactly when it looks different', () => {
  const entry = { cid: 'c-1', state: 'pending', text: 'hi', at: 10 };
  const marks = (fields) => layout(room(fields), view).map(({ mark }) => mark);
  const before = marks({ messages: [said(1, 'a', 0)], outgoing: [entry] });
  assert.deepEqual(marks({ messages: [said(1, 'a', 0)], outgoing: [entry] }), before);
  assert.notDeepEqual(marks({ messages: [said(1, 'a', 0)], outgoing: [{ ...entry, state: 'failed', reason: 'muted' }] }), before);
  assert.notDeepEqual(marks({ messages: [{ off: 1, gone: true }], outgoing: [entry] }), before);
});

test('names are 1 to 128 bytes without control characters and slash', () => {
  for (const good of ['a', 'Mina ✨', '가'.repeat(42), 'x'.repeat(128)]) assert.ok(isName(good), good);
  for (const bad of ['', 'a/b', 'a\nb', '\u007f', '가'.repeat(43), 'x'.repeat(129)]) assert.ok(!isName(bad), bad);
});

test('everyone has a first letter and one of eight colours', () => {
  assert.deepEqual(['mina', '준호', '👩‍🎤 star', ''].map(initial), ['M', '준', '👩‍🎤', '?']);
  const hues = Array.from({ length: 200 }, (_, index) => hueOf(`g-${index}`));
  assert.deepEqual([...new Set(hues)].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test('moderators may do to a message what the server lets them do', () => {
  const said = { off: 1, user: 'mina', role: 'fan' };
  assert.deepEqual(choices(said, undefined), []);
  assert.deepEqual(choices(said, { user: 'jun', role: 'fan' }), []);
  assert.deepEqual(choices(said, { user: 'jun', role: 'artist' }), []);
  assert.deepEqual(choices(said, { user: 'jun', role: 'moderator' }), ['delete', 'mute', 'ban']);
  assert.deepEqual(choices({ ...said, gone: true }, { user: 'jun', role: 'moderator' }), []);
  assert.deepEqual(choices(said, { user: 'mina', role: 'moderator' }), ['delete']);
  assert.deepEqual(choices({ ...said, role: 'moderator' }, { user: 'jun', role: 'moderator' }), ['delete']);
  assert.deepEqual(choices({ ...said, role: 'moderator' }, { user: 'jun', role: 'admin' }), ['delete', 'mute', 'ban']);
});
