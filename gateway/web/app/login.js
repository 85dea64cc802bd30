/** Coming in failed; `key` names the text that tells why. */
export class LoginFailed extends Error {
  constructor(key, retryMs) {
    super(key);
    this.key = key;
    this.retryMs = retryMs;
  }
}

/**
 * Asks the node for a guest's token.
 * @param {string} name
 * @returns {Promise<{token: string, user: string}>} rejects with {@link LoginFailed}
 */
export async function enterAsGuest(name) {
  let response;
  try {
    response = await fetch('v1/guest', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new LoginFailed('unreachable');
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok && typeof body.token === 'string') return { token: body.token, user: String(body.user) };
  if (response.status === 403) throw new LoginFailed('guests_forbidden');
  if (response.status === 429) throw new LoginFailed('guests_too_many', body.error?.retry_ms);
  throw new LoginFailed(response.status === 400 ? 'name_bad' : 'unreachable');
}

/**
 * Which ways in there are.
 * @returns {Promise<{guests: boolean, provider?: {issuer: string, client_id: string, scope: string}}>} guests only, when
 *   the node does not say
 */
export async function waysIn() {
  try {
    const response = await fetch('v1/login', { signal: AbortSignal.timeout(10_000) });
    const body = response.ok ? await response.json() : {};
    return { guests: body.guests !== false, provider: body.provider };
  } catch {
    return { guests: true };
  }
}

/**
 * The rooms that are open, largest first.
 * @param {string} token
 * @returns {Promise<{room: string, members: number}[]>} empty when the node does not say
 */
export async function openRooms(token) {
  try {
    const response = await fetch('v1/rooms', {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body = response.ok ? await response.json() : {};
    return (body.rooms ?? []).filter(({ room }) => typeof room === 'string');
  } catch {
    return [];
  }
}
