import { Lightstick } from '../client/lightstick.js';
import { byId, h, oncePerFrame } from './dom.js';
import { badge, isName } from './format.js';
import { chooseLanguage, language, languages, onLanguage, startLanguage, t } from './i18n.js';
import { kept } from './kept.js';
import { LoginFailed, enterAsGuest, openRooms, waysIn } from './login.js';
import { personLight } from './messages.js';
import { RoomPane } from './pane.js';
import { Provider } from './provider.js';
import { RoomList } from './rooms.js';
import { StatusSign } from './status.js';
import { Welcome } from './welcome.js';

// The list is drawn row by row, so this is also the most that the page renders of a room.
const messagesHeld = 500;
const roomsEveryMs = 15_000;

let client;
let roomsTimer;

const welcome = new Welcome({ entered: enter });
const status = new StatusSign({ tryNow: () => client?.connect() });
const roomList = new RoomList({ open: (name) => goTo(name, true) });
const pane = new RoomPane({ client: () => client, leave: () => goTo(''), escape: () => escape() });
const drawRooms = oncePerFrame(() => {
  if (!client) return;
  roomList.draw(client.rooms, pane.room);
  drawTitle();
});

start();

function start() {
  const choice = byId('language');
  for (const [code, name] of Object.entries(languages)) choice.append(h('option', { value: code, lang: code }, name));
  startLanguage();
  choice.value = language();
  choice.addEventListener('change', () => chooseLanguage(choice.value));
  onLanguage(() => {
    welcome.translate();
    status.draw();
    drawRooms();
    pane.redraw({ texts: true });
  });
  byId('sign-out').addEventListener('click', () => signOut());
  byId('back').addEventListener('click', () => goTo(''));
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    skip();
  });
  window.addEventListener('hashchange', () => route());
  document.addEventListener('visibilitychange', () => refreshRooms());
  if (Provider.isReturn()) comeBack();
  else if (kept.get('token')) connect();
  else showWelcome();
}

/** From the provider: with a token, or with the reason why not. */
async function comeBack() {
  try {
    const { provider } = await waysIn();
    if (!provider) throw new LoginFailed('login_failed');
    enter({ ...(await new Provider(provider).finish()), by: 'provider' });
  } catch (error) {
    // A link that somebody made up does not end a visit.
    if (kept.get('token')) connect();
    else showWelcome(error.key ?? 'login_failed');
  }
}

function showWelcome(problem) {
  document.body.dataset.view = 'welcome';
  status.show({ state: 'idle' });
  welcome.show(kept.get('name') ?? '', problem);
  offerWaysIn();
}

async function offerWaysIn() {
  const { guests, provider } = await waysIn();
  welcome.offer({ guests, provider: provider && new Provider(provider) });
  if (document.body.dataset.view === 'welcome' && document.activeElement === document.body) welcome.focus();
}

function enter({ name, token, user, by = 'guest' }) {
  kept.set('name', name);
  kept.set('by', by);
  kept.set('token', token);
  kept.set('user', user);
  connect();
}

function connect() {
  const address = new URL('v1/ws', document.baseURI);
  address.protocol = address.protocol.replace('http', 'ws');
  client = new Lightstick({ url: address.href, token: fetchToken, limits: { messages: messagesHeld } });
  client.on('state', (change) => stateChanged(change));
  client.on('session', (session) => sessionStarted(session));
  client.on('room', (room) => {
    room.on('change', drawRooms);
    drawRooms();
  });
  document.body.dataset.view = 'rooms';
  drawMe();
  route();
  client.connect();
  refreshRooms();
}

/** A guest's pass that ran out is replaced by a new one under the same name. Others have to log in again. */
async function fetchToken({ expired }) {
  if (expired && kept.get('by') === 'provider') throw Object.assign(new LoginFailed('signed_out'), { permanent: true });
  if (expired) {
    try {
      const { token, user } = await enterAsGuest(kept.get('name') ?? '');
      kept.set('token', token);
      kept.set('user', user);
    } catch (error) {
      throw Object.assign(error, { permanent: error.key === 'guests_forbidden' });
    }
  }
  return kept.get('token');
}

function stateChanged(change) {
  status.show(change);
  pane.redraw();
  if (change.state === 'live') refreshRooms();
  if (change.state === 'closed' && change.code === 4003) signOut('banned');
  else if (change.state === 'closed' && change.code === 4001) signOut('signed_out');
}

function sessionStarted(session) {
  drawMe();
  for (const { room } of session.mine ?? []) if (isName(room)) enterRoom(room);
  pane.redraw();
}

function signOut(problem) {
  kept.set('token', undefined);
  const former = client;
  client = undefined;
  former?.close();
  clearTimeout(roomsTimer);
  pane.forget();
  showWelcome(problem);
}

/** @returns {import('../client/room.js').Room|undefined} undefined when there are too many */
function enterRoom(name) {
  try {
    return client.room(name);
  } catch {
    return undefined;
  }
}

/** The open room is part of the address, so that it can be linked to and the back button works. */
function goTo(name, moveFocus = false) {
  const hash = name === '' ? '#/' : `#/${encodeURIComponent(name)}`;
  if (location.hash !== hash) history.pushState(null, '', hash);
  route(moveFocus);
}

function route(moveFocus = false) {
  if (!client) return;
  const name = nameInAddress();
  const room = name === undefined ? undefined : enterRoom(name);
  if (name !== undefined && !room) roomList.tell(t('rooms_full'));
  pane.show(room);
  document.body.dataset.view = room ? 'room' : 'rooms';
  drawRooms();
  if (room && moveFocus) pane.composer.focus();
}

function nameInAddress() {
  try {
    const name = decodeURIComponent(location.hash.replace(/^#\/?/, ''));
    return isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** From the field: on a phone back to the rooms, else to the list beside it. */
function escape() {
  if (byId('back').offsetParent !== null) goTo('');
  roomList.focus();
}

function skip() {
  if (document.body.dataset.view === 'room') pane.composer.focus();
  else if (document.body.dataset.view === 'welcome') welcome.focus();
  else roomList.focus();
}

async function refreshRooms() {
  clearTimeout(roomsTimer);
  if (!client || document.visibilityState === 'hidden') return;
  const asked = client;
  const rooms = await openRooms(kept.get('token'));
  if (client !== asked) return;
  if (rooms.length > 0) roomList.setOpened(rooms);
  drawRooms();
  clearTimeout(roomsTimer);
  roomsTimer = setTimeout(refreshRooms, roomsEveryMs);
}

function drawMe() {
  const name = client.session?.name ?? kept.get('name') ?? '';
  byId('me').replaceChildren(personLight(client.session?.user ?? kept.get('user') ?? '', name), h('bdi', {}, name));
}

function drawTitle() {
  const unread = client.rooms.reduce((sum, room) => sum + room.unread, 0);
  const where = pane.room ? `${pane.room.name} · Lightstick` : 'Lightstick';
  document.title = unread > 0 ? `(${badge(unread)}) ${where}` : where;
}
