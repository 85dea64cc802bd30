const sameBreathMs = 5 * 60_000;

/**
 * What a room's list shows, from top to bottom: a pure function of the room, so that it can be
 * tested without a page.
 *
 * @param {object} room
 * @param {readonly object[]} room.messages
 * @param {readonly object[]} room.outgoing
 * @param {boolean} room.moreBefore
 * @param {boolean} room.following
 * @param {object} view
 * @param {string} view.self own user
 * @param {number} [view.newFrom] first offset below the line of new messages
 * @param {boolean} [view.loading] older messages are on their way
 * @param {boolean} [view.live] connected
 * @param {(ts: number) => number} view.dayOf
 * @returns {{key: string, kind: string, mark: string}[]} `mark` changes when the item must be drawn anew
 */
export function layout({ messages, outgoing, moreBefore, following }, { self, newFrom, loading, live, dayOf }) {
  const items = [];
  if (moreBefore) items.push({ key: 'older', kind: 'older', loading: Boolean(loading), mark: String(Boolean(loading)) });
  else items.push({ key: 'start', kind: 'start', nothing: messages.length + outgoing.length === 0, mark: String(messages.length > 0) });

  let day;
  let before;
  let divided = newFrom === undefined;
  const add = (item, user, ts) => {
    const today = ts === undefined ? day : dayOf(ts);
    if (today !== day) {
      day = today;
      items.push({ key: `day ${day}`, kind: 'day', day, mark: '' });
      before = undefined;
    }
    if (!divided && item.message?.off >= newFrom) {
      divided = true;
      items.push({ key: 'new', kind: 'new', mark: '' });
      before = undefined;
    }
    item.own = user === self;
    item.first = !(before && before.user === user && ts - before.ts < sameBreathMs);
    item.last = true;
    if (before && !item.first) before.item.last = false;
    before = { user, ts, item };
    items.push(item);
  };

  for (const message of messages) {
    add({ key: `m ${message.off}`, kind: 'message', message }, message.user, message.ts ?? before?.ts);
  }
  // Ours that are on their way belong at the end of the room, which is not in sight while reading back.
  for (const entry of following ? outgoing : []) {
    add({ key: entry.cid, kind: 'outgoing', entry, live: Boolean(live) }, self, entry.ts ?? entry.at);
  }
  for (const item of items) item.mark ||= markOf(item);
  return items;
}

function markOf({ kind, own, first, last, message, entry, live }) {
  const place = `${own ? 'o' : ''}${first ? 'f' : ''}${last ? 'l' : ''}`;
  if (kind === 'message') return `${place}${message.gone ? 'g' : ''}`;
  if (kind === 'outgoing') return `${place} ${entry.state} ${entry.reason ?? ''} ${live ? 'live' : ''}`;
  return '-';
}
