// In: the events of a log. Out: the connections that they are of: by the names that the log gives them, else by where one begins.
import type { Side } from "../place.ts";
import type { FrameEvent, LogEvent, NameEvent, TextEvent } from "./event.ts";
import type { LogFormat } from "./format.ts";
import type { Log } from "./reader.ts";

/** What a log says about one connection. */
export class Conversation {
  /** Index of the log in the run. */
  readonly log: number;
  /** As the log names it; undefined: it does not. */
  readonly key: string | undefined;
  /** Of the frames; undefined where there are none. */
  format: LogFormat | undefined;
  /** Which end wrote the log. */
  side: Side | undefined;
  /** Lines that are there show the side, or the user names it. */
  isSideProven = false;
  readonly frames: FrameEvent[] = [];
  readonly texts: TextEvent[] = [];
  /** What its requests ask for. */
  readonly names: NameEvent[] = [];
  readonly addresses = new Set<string>();
  /** It begins with what a connection begins with. */
  started = false;
  /** Another connection may have been open: lines of it may be among these. */
  mixed = false;
  /** A GOAWAY or an end was reported. */
  ended = false;
  /** In which direction SETTINGS were reported that are no acknowledgment. */
  readonly settings = { sent: false, received: false };

  constructor(log: number, key: string | undefined, side: Side | undefined) {
    this.log = log;
    this.key = key;
    this.side = side;
  }

  /** The log shows that it is one: it has frames, or a name. */
  get isNamed(): boolean {
    return this.frames.length > 0 || this.key !== undefined || this.addresses.size > 0;
  }

  /** By a name that no other connection of the log has. */
  get isKeyed(): boolean {
    return this.key !== undefined && this.key !== "" && this.format?.reusesNames !== true;
  }

  /** Of its first line. */
  get line(): number {
    return Math.min(this.frames[0]?.place.line ?? Infinity, this.texts[0]?.place.line ?? Infinity);
  }
}

/** In the order of their first lines.
 *  @param isAlone No capture shows which lines are about one connection. */
export function conversationsOf({ events, side }: Log, log: number, isAlone = false): Conversation[] {
  const all: Conversation[] = [];
  const keyed = new Map<string, Conversation>();
  /** Of formats that name no connection: the one that began last. */
  const unkeyed = new Map<string, Conversation>();
  let latest: Conversation | undefined;
  /** Texts that name no connection. */
  const loose: TextEvent[] = [];
  /** What the last of them began. */
  let told: Conversation | undefined;

  const begin = (key: string | undefined): Conversation => {
    const conversation = new Conversation(log, key, side);
    all.push(conversation);
    return conversation;
  };

  for (const event of events) {
    if (event.kind === "text") text(event);
    else frameOrMark(event);
  }
  for (const event of loose) place(event);
  all.sort((a, b) => a.line - b.line);
  const named = withTexts(all.filter(({ frames, texts }) => frames.length + texts.length > 0));
  for (const conversation of named) {
    const { frames } = conversation;
    conversation.side ??= sideByFields(frames);
    conversation.isSideProven = conversation.side !== undefined;
    conversation.side ??= sideByOrder(frames);
  }
  return named;

  function frameOrMark(event: Exclude<LogEvent, TextEvent>): void {
    const { format, connection: key } = event;
    const open = key === undefined ? unkeyed : keyed;
    const name = key ?? format.name;
    let conversation = open.get(name);
    if (conversation === undefined || begins(event, conversation)) {
      const next = begin(key);
      next.mixed = key === undefined && conversation !== undefined && (conversation.mixed || !conversation.ended);
      next.started = event.kind === "start" || isSettings(event);
      conversation = next;
      open.set(name, conversation);
    }
    if (key === undefined) latest = conversation;
    take(conversation, event);
    if (event.kind === "end") conversation.ended = true;
    if (event.kind === "name") conversation.names.push(event);
    if (event.kind !== "frame") return;
    conversation.format = format;
    conversation.frames.push(event);
    if (isSettings(event)) conversation.settings[event.frame.by] = true;
    if (event.frame.kind === "goaway") conversation.ended = true;
  }

  function text(event: TextEvent): void {
    const { connection: key, addresses, tells } = event;
    let conversation: Conversation | undefined;
    if (key !== undefined) {
      conversation = keyed.get(key);
      // An address in memory is used again.
      const again = tells === "close" && conversation?.texts.some(({ name }) => name === event.name);
      if (conversation === undefined || again === true) {
        conversation = begin(key);
        keyed.set(key, conversation);
      }
    } else if (addresses.length === 0 && latest !== undefined) conversation = latest;
    if (conversation === undefined) {
      loose.push(event);
      return;
    }
    take(conversation, event);
    conversation.texts.push(event);
    if (tells === "close" || tells === "symptom") conversation.ended = true;
  }

  // Of a log with one connection it is about that; of one with several about the one that the line stands by, or has the address of.
  function place(event: TextEvent): void {
    const { addresses, place: at } = event;
    const named = all.filter(({ frames, key }) => frames.length > 0 || key !== undefined);
    const fit = named.filter((one) => event.side === undefined || one.side === undefined || one.side === event.side);
    const known = fit.filter((one) => addresses.some((address) => one.addresses.has(address)));
    const only = known.length === 1 ? known[0] : fit.length === 1 && named.length === 1 ? fit[0] : undefined;
    let conversation = only ?? (known.length === 0 ? nearest(fit, at.line) : undefined);
    if (isAlone && conversation === undefined && told !== undefined && tellsAgain(event, told)) conversation = told;
    conversation ??= begin(undefined);
    take(conversation, event);
    conversation.texts.push(event);
    conversation.texts.sort((a, b) => a.place.line - b.place.line);
    told = conversation.frames.length > 0 || conversation.key !== undefined ? undefined : conversation;
  }
}

// A program reports one event in several lines, each in other words: the error, what caused it, what came of it. The same words again are
// of another event.
function tellsAgain(event: TextEvent, { side, texts, addresses }: Conversation): boolean {
  const isOther = addresses.size > 0 && event.addresses.length > 0 && !event.addresses.some((end) => addresses.has(end));
  if (isOther) return false;
  const last = texts.at(-1);
  // More are no one event, and each is compared with all.
  if (last === undefined || texts.length >= AGAIN || event.place.line - last.place.line > CLOSE) return false;
  if (side !== undefined && event.side !== undefined && side !== event.side) return false;
  if (texts.some(({ text }) => skeleton(text) === skeleton(event.text))) return false;
  if (event.time === undefined || last.time === undefined || event.time.base !== last.time.base) return true;
  return Math.abs(event.time.seconds - last.time.seconds) <= AT_ONCE;
}

const skeleton = (text: string): string => text.replace(/\d+/g, "0");

// The one that the log reported last before the line.
function nearest(all: readonly Conversation[], line: number): Conversation | undefined {
  let best: Conversation | undefined;
  let last = line - CLOSE - 1;
  for (const one of all) {
    const own = Math.max(...linesOf(one).filter((other) => other <= line));
    if (own <= last) continue;
    last = own;
    best = one;
  }
  return best;
}

const linesOf = ({ frames, texts }: Conversation): number[] => [
  ...frames.slice(-ENDS).map(({ place }) => place.line),
  ...texts.slice(-ENDS).map(({ place }) => place.line),
];

// A program may name a connection in two ways. A text that quotes the GOAWAY of frames close by is about the same.
function withTexts(all: readonly Conversation[]): Conversation[] {
  const quoted = new Map<string, { readonly line: number; readonly conversation: Conversation }[]>();
  for (const conversation of all) {
    for (const { frame, place } of conversation.frames) {
      const mark = markOf(frame);
      if (mark === undefined) continue;
      const key = `${mark} ${Math.floor(place.line / CLOSE)}`;
      const sent = quoted.get(key);
      if (sent === undefined) quoted.set(key, [{ line: place.line, conversation }]);
      else sent.push({ line: place.line, conversation });
    }
  }
  const claimed = new Set<Conversation>();
  return all.filter((one) => {
    if (one.frames.length > 0 || one.key === undefined) return true;
    const like = new Set(one.texts.flatMap((text) => sentNear(text)).filter((other) => !claimed.has(other)));
    if (like.size !== 1) return true;
    const [same] = [...like] as [Conversation];
    claimed.add(same);
    same.texts.push(...one.texts);
    for (const address of one.addresses) same.addresses.add(address);
    same.side ??= one.side;
    return false;
  });

  function sentNear({ tells, errorCode, reason, place }: TextEvent): Conversation[] {
    const mark = tells === "received" && reason === undefined ? errorCode : reason;
    if (mark === undefined) return [];
    const part = Math.floor(place.line / CLOSE);
    return [part - 1, part, part + 1]
      .flatMap((near) => quoted.get(`${mark} ${near}`) ?? [])
      .filter(({ line }) => Math.abs(line - place.line) <= CLOSE)
      .map(({ conversation }) => conversation);
  }
}

// What a text of a GOAWAY says of it: debug data that was sent, the code of one that was received.
function markOf({ kind, by, debug = "", errorCode }: FrameEvent["frame"]): string | number | undefined {
  if (kind !== "goaway") return undefined;
  if (by === "sent") return debug === "" ? undefined : debug;
  return errorCode === 0 ? undefined : errorCode;
}

function take(conversation: Conversation, { addresses, side }: LogEvent): void {
  conversation.side ??= side;
  if (conversation.addresses.size < ADDRESSES) for (const address of addresses) conversation.addresses.add(address);
}

const isSettings = (event: LogEvent): boolean =>
  event.kind === "frame" && event.frame.kind === "settings" && ((event.frame.flags ?? 0) & 1) === 0;

// RFC 9113 3.4: each side begins with SETTINGS. Of a program's own later ones h2lint knows none; servers of gRPC send more of them
// as they measure the bandwidth.
function begins(event: LogEvent, { frames, settings, ended }: Conversation): boolean {
  if (event.kind === "start") return frames.length > 0;
  if (event.kind !== "frame" || !isSettings(event) || !settings[event.frame.by]) return false;
  return event.frame.by === "sent" || ended || !settings.sent;
}

// Fields show who sends requests, and who responses.
function sideByFields(frames: readonly FrameEvent[]): Side | undefined {
  for (const { frame } of frames) {
    if (frame.kind !== "headers") continue;
    for (const [name] of frame.fields ?? []) {
      if (name === ":status") return frame.by === "sent" ? "server" : "client";
      if (name === ":method" || name === ":path") return frame.by === "sent" ? "client" : "server";
    }
  }
  return undefined;
}

// RFC 9113 5.1.1: the client opens odd streams. A guess: the line of the request may be missing.
function sideByOrder(frames: readonly FrameEvent[]): Side | undefined {
  if (frames[0]?.frame.kind !== "settings") return undefined;
  const first = frames.find(({ frame }) => frame.kind === "headers" && (frame.streamId & 1) === 1)?.frame;
  // Of a server's answer on a stream whose beginning is not there nothing follows.
  return first === undefined ? undefined : first.by === "sent" ? "client" : "server";
}

// Lines of a connection that a text is looked for beside.
const ENDS = 64;
const ADDRESSES = 16;
// Lines between two that tell of the same, and seconds.
const CLOSE = 8;
const AT_ONCE = 1;
// Lines in which a program reports one event.
const AGAIN = 8;
