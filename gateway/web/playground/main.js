import { byId, h } from '../app/dom.js';
import { kept } from '../app/kept.js';
import { enterAsGuest, waysIn } from '../app/login.js';
import { encodings } from '../client/encodings.js';
import { allReady, bytesOfHex, ready, tokenMark, written } from './frames.js';
import { closeSentence, FrameList } from './list.js';
import { Record } from './record.js';

const whyNot = {
  guests_forbidden: 'This node lets no guests in: paste a token, or log in on the chat’s page.',
  guests_too_many: 'Too many guests from this address just now. Try again in a moment.',
  name_bad: 'A name has 1 to 128 bytes without “/”.',
};

const record = new Record();
const list = new FrameList(record);
let socket;
let encoding = encodings.json;
let lastId = 0;

function start() {
  const select = byId('ready');
  let index = 0;
  for (const [label, group] of Object.entries(ready)) {
    select.append(h('optgroup', { label }, ...group.map(({ name }) => h('option', { value: index++ }, name))));
  }
  select.value = String(allReady().findIndex(({ name }) => name === 'join'));
  select.addEventListener('change', writeReady);
  byId('room').addEventListener('input', writeReady);
  writeReady();
  byId('guest-form').addEventListener('submit', (event) => handle(event, getGuest));
  byId('connect-form').addEventListener('submit', (event) => handle(event, connect));
  byId('send-form').addEventListener('submit', (event) => handle(event, send));
  byId('disconnect').addEventListener('click', () => socket?.close(1000, 'by hand'));
  byId('page-token').addEventListener('click', () => {
    byId('token').value = kept.get('token') ?? '';
    byId('connect-error').textContent = byId('token').value === '' ? 'Nobody is logged in on the chat’s page of this browser.' : '';
  });
  byId('frame').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('send-form').requestSubmit();
  });
  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    byId('frame').focus();
  });
  waysIn().then(({ guests }) => (byId('guest-form').hidden = !guests));
}

function handle(event, act) {
  event.preventDefault();
  act();
}

function writeReady() {
  const each = allReady()[Number(byId('ready').value)];
  const { kind, text } = written(each, byId('room').value);
  byId('frame').value = text;
  byId('kind').value = kind;
  byId('frame-hint').textContent = [each.hint, 'Ctrl+Enter sends.'].filter(Boolean).join(' ');
  byId('send-error').textContent = '';
}

async function getGuest() {
  const problem = byId('connect-error');
  problem.textContent = '';
  try {
    byId('token').value = (await enterAsGuest(byId('guest-name').value)).token;
    byId('connect').focus();
  } catch ({ key }) {
    problem.textContent = whyNot[key] ?? 'The node cannot be reached.';
  }
}

function connect() {
  const logIn = byId('log-in').checked;
  byId('connect-error').textContent = logIn && byId('token').value === '' ? 'A token is needed to log in: get a guest’s, paste one, or take the chat’s.' : '';
  if (socket !== undefined || byId('connect-error').textContent !== '') return;
  encoding = encodings[byId('encoding').value];
  const address = new URL('v1/ws', document.baseURI);
  address.protocol = address.protocol.replace('http', 'ws');
  record.connectionBegan();
  lastId = 0;
  socket = new WebSocket(address, encoding.protocol);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => {
    list.added(record.note('opened', `Connected to ${address.href}, ${encoding.protocol}.`));
    showState('live', 'Connected');
    if (logIn) sendFrame({ op: 'auth', token: byId('token').value, device: 'playground' });
  });
  socket.addEventListener('message', ({ data }) => list.added(record.message('in', typeof data === 'string' ? data : new Uint8Array(data))));
  socket.addEventListener('close', closed);
  byId('close-note').hidden = true;
  showState('connecting', 'Connecting…');
}

function closed(event) {
  socket = undefined;
  const sentence = closeSentence(event);
  list.added(record.note('closed', sentence, event.code));
  byId('close-note').textContent = sentence;
  byId('close-note').classList.toggle('bad', event.code !== 1000);
  byId('close-note').hidden = false;
  showState('closed', 'Not connected');
}

function showState(state, text) {
  byId('status').dataset.state = state;
  byId('status-text').textContent = text;
  byId('connect').disabled = state !== 'closed';
  byId('encoding').disabled = state !== 'closed';
  byId('disconnect').disabled = state === 'closed';
  byId('send').disabled = state !== 'live';
}

function send() {
  const problem = byId('send-error');
  problem.textContent = '';
  if (socket?.readyState !== WebSocket.OPEN) {
    problem.textContent = 'Connect first.';
    return;
  }
  const text = byId('frame').value;
  try {
    if (byId('kind').value === 'text') sendBytes(text);
    else if (byId('kind').value === 'hex') sendBytes(bytesOfHex(text));
    else sendFrame(JSON.parse(text));
  } catch ({ message }) {
    problem.textContent = `Not sent: ${message}. Choose “a text message, as it stands” to send it all the same.`;
  }
}

/** A frame without an id gets the next one. */
function sendFrame(frame) {
  const isFrame = frame !== null && typeof frame === 'object' && !Array.isArray(frame);
  if (!isFrame) return sendBytes(encoding.write(frame));
  const { op, id = ++lastId, ...fields } = frame;
  if (Number.isSafeInteger(id) && id > lastId) lastId = id;
  if (fields.token === tokenMark) fields.token = byId('token').value;
  return sendBytes(encoding.write({ op, id, ...fields }));
}

function sendBytes(data) {
  socket.send(data);
  list.added(record.message('out', data));
}

start();
