// A model server with a journal, whose connections break at any moment, whose answers and pushes get
// lost with them. Whatever happens, every client ends with the journal, each of its messages once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeClient, message, offs, range, session, settle } from './support.mjs';

const rounds = 60;

/** A small seeded generator (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

class ModelRoom {
  journal = [];
  answers = new Map();
  sockets = new Set();

  publish({ cid, text }, user) {
    const key = `${user} ${cid}`;
    if (!this.answers.has(key)) {
      const entry = message(this.journal.length + 1, { user, text });
      this.journal.push(entry);
      this.answers.set(key, { off: entry.off, ts: entry.ts, durable: 'committed' });
      for (const socket of this.sockets) socket.serve({ op: 'msgs', room: 'aurora', msgs: [entry] });
    }
    return this.answers.get(key);
  }

  join({ hist, off } = {}) {
    const recovered = hist === 'h9';
    const rest = this.journal.slice(recovered ? off : -5);
    const msgs = recovered ? rest.slice(0, 5) : rest;
    return { room: 'aurora', hist: 'h9', off: this.journal.length, recovered, more: msgs.length < rest.length || (!recovered && this.journal.length > 5), msgs, state: {}, read: 0 };
  }

  history({ after, before, limit }) {
    const all = this.journal.filter((entry) => (after === undefined ? entry.off < before : entry.off > after));
    const size = Math.min(limit, 7);
    return { room: 'aurora', msgs: after === undefined ? all.slice(-size) : all.slice(0, size), more: all.length > size };
  }

  handle(socket, frame, user) {
    const ok = (value) => socket.serve({ id: frame.id, ok: value });
    if (frame.op === 'auth') {
      const rooms = frame.resume.map((point) => this.join(point));
      if (rooms.length > 0) this.sockets.add(socket);
      ok(session({ user, rooms }));
    } else if (frame.op === 'join') {
      this.sockets.add(socket);
      ok(this.join(frame.since));
    } else if (frame.op === 'pub') ok(this.publish(frame, user));
    else if (frame.op === 'history') ok(this.history(frame));
    else if (frame.op === 'ping') ok({ ts: 1 });
  }
}

/** Carries frames of one client to the model a little later, and breaks when it likes. */
function wire(made, model, user, random) {
  return () => {
    const socket = made.socket();
    if (!socket || socket.wired) return;
    socket.wired = true;
    const serve = socket.serve.bind(socket);
    socket.serve = (frame) => socket.readyState === 1 && made.env.setTimeout(() => socket.readyState === 1 && serve(frame), 20);
    socket.onClientClose = () => model.sockets.delete(socket);
    socket.onSend = (frame) => {
      made.env.setTimeout(() => socket.readyState === 1 && model.handle(socket, frame, user), 20);
    };
    socket.breakNow = () => {
      model.sockets.delete(socket);
      if (socket.readyState === 1) socket.drop(random() < 0.5 ? 1006 : 4101);
    };
    socket.greet();
  };
}

async function run(seed) {
  const random = generator(seed);
  const model = new ModelRoom();
  const fans = range(1, 3).map((index) => {
    const made = makeClient({ random });
    const room = made.client.room('aurora');
    const heard = [];
    room.on('message', ({ off }) => heard.push(off));
    made.client.connect();
    return { made, room, heard, entries: [], connect: wire(made, model, `fan${index}`, random) };
  });
  const step = async (calm) => {
    for (const fan of fans) {
      fan.connect();
      if (!calm && random() < 0.5) fan.entries.push(fan.room.publish(`fan says ${random()}`));
      if (!calm && random() < 0.25) fan.made.socket().breakNow?.();
      await fan.made.env.advance(calm ? 1_000 : Math.floor(random() * 120));
      await settle();
    }
  };
  for (let count = 0; count < rounds; count += 1) await step(false);
  for (let count = 0; count < 60; count += 1) await step(true);

  const everything = range(1, model.journal.length);
  const texts = model.journal.map(({ text }) => text).sort();
  assert.deepEqual(texts, fans.flatMap(({ entries }) => entries.map(({ text }) => text)).sort());
  for (const { room, heard, entries } of fans) {
    const first = offs(room)[0] ?? 1;
    assert.deepEqual(offs(room), everything.slice(first - 1));
    assert.deepEqual(heard, everything.slice((heard[0] ?? 1) - 1));
    assert.deepEqual(room.outgoing, []);
    assert.ok(entries.every(({ state }) => state === 'confirmed'));
    const own = entries.map(({ off }) => off);
    assert.deepEqual(own, [...own].sort((a, b) => a - b), 'a fan keeps the order of writing');
  }
}

const only = process.env.CHAOS_SEED;
const seeds = only === undefined ? range(1, 40) : [Number(only)];

test('any breaks at any moment: nothing lost, nothing doubled, order kept', async () => {
  for (const seed of seeds) {
    try {
      await run(seed);
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}\nreplay: CHAOS_SEED=${seed} node --test tests/browser/client/chaos.test.mjs`;
      throw error;
    }
  }
});
