/** Client of a Lightstick node. What each member does stands at its implementation, beside this file. */

/** A source of events; a listener that throws keeps nobody from going on. */
export interface Events<Map> {
  /** Listens until the returned function is called. */
  on<Name extends keyof Map>(event: Name, listener: (value: Map[Name]) => void): () => void;
  /** Resolves with the next one. */
  once<Name extends keyof Map>(event: Name): Promise<Map[Name]>;
}

export type ConnectionState = 'idle' | 'connecting' | 'authenticating' | 'live' | 'waiting' | 'closed';

export interface StateChange {
  state: ConnectionState;
  /** Close or error code that led here. */
  code?: number;
  reason?: string;
  /** With `waiting`: milliseconds to the next attempt. */
  retryInMs?: number;
}

/** Why a token is asked for. */
export interface TokenWanted {
  /** The last token was refused as expired. */
  expired: boolean;
  /** The current token still works and is to be renewed. */
  refresh: boolean;
}

export interface Session {
  user: string;
  name?: string;
  role?: string;
  session: string;
  /** The user's own rooms, with read cursors. */
  mine?: { room: string; read: number }[];
  /** Seconds until the token ends. */
  expires_in_s?: number;
}

/** What is needed of a WebSocket class: the host's own, or that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols: string[]) => object;

export interface Options {
  /** `ws://` or `wss://` address that ends in `/v1/ws`. */
  url: string;
  /** Called for every connection and when the token is to be renewed. A rejection is tried again later, unless the error has a true `permanent`. */
  token: (why: TokenWanted) => string | Promise<string>;
  /** Id of this device; kept in localStorage when not given. */
  device?: string;
  /** Needed where the host has none (Node before 22). */
  WebSocket?: WebSocketClass;
  /** Of frames; `json` when not given. */
  encoding?: 'json' | 'msgpack';
  limits?: { rooms?: number; messages?: number; pending?: number; members?: number };
  backoff?: { baseMs?: number; maxMs?: number };
  env?: Environment;
  random?: () => number;
}

/** Clock and page, for tests and other hosts. */
export interface Environment {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  visible(): boolean;
  onWake(callback: () => void): void;
  onHide(callback: () => void): void;
}

export interface ClientEvents {
  state: StateChange;
  session: Session;
  room: Room;
}

export class Lightstick implements Events<ClientEvents> {
  constructor(options: Options);
  get state(): StateChange;
  get session(): Session | undefined;
  get rooms(): Room[];
  /** Bytes of UTF-8 that a message may have. */
  get textBytesMax(): number;
  connect(): void;
  close(): void;
  /** Enters a room, now or as soon as the connection is live. */
  room(name: string): Room;
  on<Name extends keyof ClientEvents>(event: Name, listener: (value: ClientEvents[Name]) => void): () => void;
  once<Name extends keyof ClientEvents>(event: Name): Promise<ClientEvents[Name]>;
}

export interface Message {
  /** Offset in the room, dense from 1; with a fraction when nobody but us sees the message. */
  off: number;
  /** Milliseconds since 1970. */
  ts?: number;
  user?: string;
  name?: string;
  role?: string;
  text?: string;
  reply_to?: number;
  data?: Record<string, unknown>;
  /** Media time. */
  vt?: number;
  /** Withdrawn: only `off` is left. */
  gone?: boolean;
}

/** What was withdrawn: the message at `tomb.off`, or all that `tomb.user` had said before `off`. */
export interface Tomb {
  off: number;
  ts?: number;
  tomb: { off?: number; user?: string };
}

export type Act = 'delete' | 'mute' | 'unmute' | 'ban' | 'unban' | 'shadow' | 'unshadow' | 'filter' | 'slow' | 'members_only' | 'pin' | 'unpin';

/** What an act takes; see docs/protocol.md, mod. */
export interface ActFields {
  off?: number;
  user?: string;
  for_ms?: number;
  interval_ms?: number;
  on?: boolean;
  devices?: boolean;
  add?: string[];
  remove?: string[];
  links?: boolean;
  repeats_ms?: number;
  why?: string;
}

export interface PublishOptions {
  replyTo?: number;
  /** What JSON can hold, at most 1 KiB; as it is at the time of the call. */
  data?: Record<string, unknown>;
  vt?: number;
}

/** A message of ours on its way. */
export interface Publish {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  readonly options: PublishOptions;
  readonly state: 'pending' | 'confirmed' | 'failed';
  readonly reason: string | undefined;
  readonly off: number | undefined;
  readonly ts: number | undefined;
  readonly at: number;
  /** Resolves when it is `confirmed` or `failed`; never rejects. */
  readonly settled: Promise<Publish>;
}

export interface Member {
  user: string;
  name: string;
  role: string;
}

/** Who cheered most; see docs/protocol.md, board. */
export interface Board {
  of: 'day' | 'all';
  since?: number;
  top: { user: string; name: string; n: number; err?: number }[];
  unseen?: number;
  watch_ms?: number;
}

export type RoomStatus = 'joining' | 'joined' | 'refused' | 'left';

export interface RoomEvents {
  /** Each message that came to the end of the room, once and in order. */
  message: Message;
  tomb: Tomb;
  change: undefined;
  publish: Publish;
  resume: { recovered: boolean; from: number; head: number };
  members: undefined;
}

export class Room implements Events<RoomEvents> {
  private constructor();
  readonly name: string;
  get status(): RoomStatus;
  get error(): Refused | undefined;
  get messages(): readonly Message[];
  /** Ours that are not in `messages` yet. */
  get outgoing(): readonly Publish[];
  get state(): { occupancy?: number; capacity?: number; slow_ms?: number; members_only?: boolean; pins?: number[]; reactions?: Record<string, number> };
  get head(): number;
  get read(): number;
  get unread(): number;
  get moreBefore(): boolean;
  get following(): boolean;
  get members(): Member[];
  get membersPartial(): boolean;
  publish(text: string, options?: PublishOptions): Publish;
  retry(entry: Publish): void;
  discard(entry: Publish): void;
  loadOlder(limit?: number): Promise<number>;
  loadNewer(limit?: number): Promise<number>;
  hold(reading: boolean): void;
  toNewest(): Promise<unknown>;
  markRead(off: number): void;
  watchMembers(): void;
  presence(query?: { mode?: 'count' | 'page'; limit?: number; after?: string }): Promise<{
    count: number;
    members?: Member[];
    next?: string;
  }>;
  react(kind?: string, n?: number): Promise<'counted' | 'refused' | 'unknown'>;
  board(query?: { of?: 'day' | 'all'; top?: number; watch?: boolean }): Promise<Board>;
  typing(): Promise<{ shown: boolean }>;
  moderate(act: Act, fields?: ActFields): Promise<{ room: string; off?: number }>;
  rejoin(): void;
  leave(): void;
  on<Name extends keyof RoomEvents>(event: Name, listener: (value: RoomEvents[Name]) => void): () => void;
  once<Name extends keyof RoomEvents>(event: Name): Promise<RoomEvents[Name]>;
}

export const codes: Readonly<{
  internal: 100;
  unauthenticated: 101;
  room_not_found: 102;
  forbidden: 103;
  bad_request: 107;
  token_expired: 109;
  rate_limited: 111;
  room_full: 113;
  muted: 120;
  slow_mode: 121;
  filtered: 122;
  overloaded: 130;
  unavailable: 131;
}>;

/** The server refused a request: the outcome is known. */
export class Refused extends Error {
  constructor(err: { code?: number; msg?: string; retry_ms?: number; seq?: number });
  code: number;
  reason: string;
  retryMs: number | undefined;
  seq: number | undefined;
  get retryable(): boolean;
}

/** No answer came: the outcome of the request is unknown. */
export class Unanswered extends Error {
  constructor(reason: Unanswered['reason']);
  reason: 'timeout' | 'disconnected' | 'queue_full' | 'not_live';
}
