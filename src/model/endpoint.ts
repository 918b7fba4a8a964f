import type { HpackDecoder, HpackEngine } from "../hpack/engine.ts";
import type { Foreign } from "../http2/opening.ts";
import type { Limits } from "../limits.ts";
import { type Origin, origin, type Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { FlowWindow, unusedWindow, type WindowView } from "./flow-window.ts";
import type { OpenBlock } from "./open-block.ts";
import { AnnouncedSettings } from "./settings.ts";
import type { TableLimit } from "./table-limit.ts";
import type { TableSolver } from "./table-solver.ts";

/** One side of a connection: what it sent so far, and what that shows of what it knew. */
export class Endpoint {
  readonly side: Side;
  /** Its first octets were captured. */
  started = false;
  /** Segments of it were captured. */
  seen = false;
  /** Octets of it that are missing, so far. */
  lostOctets = 0;
  /** Those of them that may say more than what DATA holds: frames, or what is in others. */
  hiddenOctets = 0;
  /** So many in one place that what opens a stream may be among them. */
  blocksHidden = false;
  /** Whole frames may be among them. */
  framesHidden = false;
  /** So they may, and no frame came since. */
  behindHidden = false;
  /** Where in its direction frames go on behind what may hold whole ones; 0: nowhere so far. */
  hiddenUpTo = 0;
  /** Frame borders are lost, or were found by looks: frames since then are likely, not certain. */
  resynced = false;
  /** How often that was: what a stream sent before and after cannot be put together. */
  borderLosses = 0;
  /** An HPACK or CONTINUATION error ended what can be known of its field blocks. */
  hpackFault = false;
  readonly settings = new AnnouncedSettings();
  /** Of the first octet of the client's preface, where it was captured; -1 else. */
  prefaceTime = -1;
  frames = 0;
  /** Some frame since its start, or since borders were lost. */
  firstFrameSeen = false;
  /** Frames and field blocks of it with observations: what the other side may have taken for a fault. */
  faults = 0;
  /** The highest stream id it opened or reserved. */
  highestOpened = 0;
  /** Streams up to this id that it opened may have been forgotten. */
  forgotten = 0;
  /** What the other side's HEADER_TABLE_SIZE asks of this side's encoder. */
  tableLimit: TableLimit | undefined = undefined;
  /** What shows of entries that its table had before the last loss. */
  tableSolver: TableSolver | undefined = undefined;
  /** Some of its fields could not be read. */
  fieldsLost = false;
  /** Octets of the other direction that it is known to have processed, not just received (docs/judging.md). */
  processed = 0;
  /** When it showed that. */
  processedTime = 0;
  /** The horizon of its latest frame. */
  horizon = -1;
  #pings: Ping[] | undefined = undefined;
  /** Some of its PINGs are not among them, though nobody answered them. */
  pingsForgotten = false;
  /** The shortest time in which it acknowledged a SETTINGS or PING, nanoseconds; Infinity: not so far. */
  answerTime = Infinity;
  /** DATA and HEADERS it sent. */
  contentFrames = 0;
  goaways: readonly Goaway[] = NO_GOAWAYS;
  /** It closed, or its direction ended. */
  end: { readonly how: EndReason; readonly at: Origin; readonly inFrame: boolean } | undefined = undefined;
  foreign: { readonly what: Foreign; readonly text: string; readonly at: Origin } | undefined = undefined;
  /** Streams it opened that it may still count as active (RFC 9113 5.1.2); pruned as it learns of their end. */
  active: number[] = NOBODY;
  /** So many that it is time to prune. */
  activePruneAt = 1024;
  /** How many stream ends the connection had seen when all of them were certainly active; -1: some may have ended since. */
  activeSettled = -1;
  /** The field block that its next CONTINUATION goes on with. */
  openBlock: OpenBlock | undefined = undefined;
  dataFrames = 0;
  /** Of its last DATA on a stream that is known, or -1. */
  lastDataTime = -1;
  readonly lastAt: Origin = origin();

  readonly #engine: HpackEngine;
  readonly #limits: Limits;
  #hpack: HpackDecoder | undefined = undefined;
  #window: FlowWindow | undefined = undefined;
  #refused: Set<number> | undefined = undefined;
  #selfDependent: Set<number> | undefined = undefined;

  constructor(side: Side, engine: HpackEngine, limits: Limits) {
    this.side = side;
    this.#engine = engine;
    this.#limits = limits;
  }

  /** Decodes this side's field blocks. Made when first asked for: most connections of a large capture never send any. */
  get hpack(): HpackDecoder {
    return (this.#hpack ??= this.#engine(this.#limits));
  }

  /** Limits the DATA this side sends. */
  get window(): WindowView {
    return this.#window ?? unusedWindow;
  }

  /** The same, to be used: made now, if it was not. */
  ownWindow(): FlowWindow {
    return (this.#window ??= new FlowWindow());
  }

  /** PINGs of this side without an ACK so far, oldest first. */
  get pings(): readonly Ping[] {
    return this.#pings ?? NO_PINGS;
  }

  /** The highest stream of the other side that its latest GOAWAY keeps. */
  get lastKept(): number {
    return this.goaways.at(-1)?.lastStreamId ?? Infinity;
  }

  /** It sent a PING: one more waits for its ACK. */
  addPing(ping: Ping): void {
    const pings = (this.#pings ??= []);
    pings.push(ping);
    if (pings.length <= PINGS) return;
    pings.shift();
    this.pingsForgotten = true;
  }

  /** One of its PINGs was answered. */
  removePing(index: number): void {
    this.#pings?.splice(index, 1);
  }

  /** It sent HEADERS or a promise on this id that the model ignored: an RST_STREAM of the other side on it answers them. */
  hasRefused(streamId: number): boolean {
    return this.#refused?.has(streamId) === true;
  }

  /** See `hasRefused`. */
  refuse(streamId: number): void {
    remember((this.#refused ??= new Set()), streamId);
  }

  /** A PRIORITY frame of it made this stream depend on itself. */
  hasSelfDependent(streamId: number): boolean {
    return this.#selfDependent?.has(streamId) === true;
  }

  /** See `hasSelfDependent`. */
  dependOnSelf(streamId: number): void {
    remember((this.#selfDependent ??= new Set()), streamId);
  }

  /** It opened a stream. */
  activate(streamId: number): void {
    // An array grown by `push` has room for many: most connections have one stream at a time.
    if (this.active.length === 0) this.active = [streamId];
    else this.active.push(streamId);
  }

  /** Frames go on at this offset of its direction, behind what may hold whole ones. */
  hideUpTo(offset: number): void {
    this.behindHidden = false;
    this.hiddenUpTo = offset;
  }

  /** Every frame from the first one on was captured so far, but for what DATA holds. */
  get whole(): boolean {
    return this.started && this.hiddenOctets === 0 && !this.resynced;
  }

  /** Each stream that this side opened was captured so far. */
  get opensKnown(): boolean {
    return this.opensLikely && !this.resynced;
  }

  /** The same, if frame borders are where they seem to be: for what this side sends itself, of which nothing is proven while they are not. */
  get opensLikely(): boolean {
    return this.started && !this.blocksHidden;
  }

  /** The same of what `sender` sends: its own streams are judged by its own frames. */
  opensKnownFor(sender: Endpoint): boolean {
    return sender === this ? this.opensLikely : this.opensKnown;
  }

  /** From where the capture begins, nothing is missing so far. */
  get unbroken(): boolean {
    return this.lostOctets === 0 && !this.resynced;
  }
}

// Sets that only grow are kept small: the newest ids matter.
function remember(ids: Set<number>, id: number): void {
  ids.add(id);
  if (ids.size <= REMEMBERED) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    break;
  }
}

const REMEMBERED = 1000;
// Without an acknowledgment, that are remembered.
const PINGS = 256;

// Most have none: they share these, which nobody adds to.
const NOBODY: number[] = [];
const NO_PINGS: readonly Ping[] = [];
const NO_GOAWAYS: readonly Goaway[] = [];

export interface Ping {
  readonly payload: string;
  readonly endOffset: number;
  readonly time: number;
}

export interface Goaway {
  readonly errorCode: number;
  /** The beginning of its debug data, one character per octet. */
  readonly debug: string;
  readonly lastStreamId: number;
  readonly endOffset: number;
  /** Octets of the other direction that had arrived when it was sent. */
  readonly acked: number;
  readonly time: number;
  /** Where its last octet was captured. */
  readonly file: number;
  readonly packet: number;
}

/** It gives up, instead of going away in order. */
export const isError = ({ errorCode }: Pick<Goaway, "errorCode">): boolean => errorCode !== 0;
