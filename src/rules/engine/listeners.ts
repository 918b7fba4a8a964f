// Which rules are called for what: worked out once, so that an ordinary frame asks a list that is mostly empty.

import { u16 } from "../../bytes.ts";
import type { Call } from "../../grpc/call.ts";
import type { GrpcMessage } from "../../grpc/message-decoder.ts";
import { type Frame, FrameType, kindOf } from "../../http2/frame.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import type { EndReason } from "../../tcp/byte-stream.ts";
import { BlockListeners } from "../block-listeners.ts";
import type { BlockCondition, Rule, SettingsCondition, Size } from "../rule.ts";
import type { States } from "./context.ts";
import type { Slot } from "./slot.ts";

/** The active rules by what they listen to, each list in the order in which rules are called. */
export class Listeners {
  /** By observation. */
  readonly observed: readonly (readonly Slot[] | undefined)[];
  readonly status: BlockListeners<Slot>;
  readonly upgrade: readonly Slot[];
  readonly tls: readonly Slot[];
  readonly tick: readonly Slot[];
  readonly tcpWindow: readonly Slot[];
  readonly #blocks: readonly OfBlocks[];
  readonly #largeList: number;
  readonly #manyFields: number;
  readonly #longMessage: number;
  readonly #frames: readonly OfFrames[];
  readonly #messageStart: OfMessages;
  readonly #message: OfMessages;
  readonly #finish: Record<Side, ByBits>;
  readonly #reset: ByBits;
  readonly #callEnd: ByBits;
  readonly #streamEnd: ByBits;
  readonly #close: readonly Slot[];
  readonly #stop: readonly Slot[];
  readonly #connectionEnd: ByBits;
  readonly #note: ByBits;

  constructor(slots: readonly Slot[]) {
    const having = (event: keyof Rule): Slot[] => slots.filter(({ rule }) => rule[event] !== undefined);
    const observed: Slot[][] = [];
    const block: [Slot, BlockCondition | readonly BlockCondition[]][] = [];
    for (const slot of having("judge")) {
      const { when } = slot.rule;
      if (when === undefined) continue;
      if ("observed" in when) (observed[when.observed] ??= []).push(slot);
      else block.push([slot, when]);
    }
    this.observed = observed;
    const fields = having("fields");
    this.#blocks = [false, true].flatMap((large) =>
      [false, true].map((overTls): OfBlocks => {
        const wants = ({ rule }: Slot): boolean => (large || rule.above === undefined) && (overTls || rule.overTls !== true);
        return { judge: new BlockListeners(block.filter(([slot]) => wants(slot))), fields: fields.filter(wants) };
      }),
    );
    const least = (of: keyof Size): number => Math.min(...slots.map(({ above }) => above?.[of] ?? Infinity));
    this.#largeList = least("list");
    this.#manyFields = least("fields");
    this.#longMessage = least("message");
    this.status = new BlockListeners(
      having("status").map((slot) => {
        const { when } = slot.rule;
        return [slot, when !== undefined && "observed" in when ? undefined : when];
      }),
    );
    this.upgrade = having("upgrade");
    this.tls = having("tls");
    this.tick = having("tick");
    this.#reset = new ByBits(having("reset"), isOfCall);
    this.#callEnd = new ByBits(having("callEnd"), isOfCall);
    this.#streamEnd = new ByBits(
      having("streamEnd"),
      ({ ended, endedAlways, endedWithState }, bits) => endedAlways || endedWithState || (ended & bits) !== 0,
    );
    this.tcpWindow = having("tcpWindow");
    this.#close = having("end");
    this.#stop = this.#close.filter(({ rule }) => rule.onClose !== true);
    this.#connectionEnd = new ByBits(having("connectionEnd"), isOfConnection);
    this.#note = new ByBits(having("note"), isOfConnection);
    const framed = having("frame");
    this.#frames = [false, true].map((overTls) => ofFrames(framed.filter(({ rule }) => overTls || rule.overTls !== true)));
    this.#messageStart = ofMessages(having("messageStart"));
    this.#message = ofMessages(having("message"));
    this.#finish = byOddities(having("finish"));
  }

  /** @param wholeBlock It is a whole field block in one packet without any observation. */
  frame(frame: Frame, wholeBlock: boolean, connection: Connection): readonly Slot[] {
    const { type, from } = frame;
    const frames = this.#frames[connection.tls === undefined ? 0 : 1]!;
    if (type === FrameType.settings && frame.whole) return of(frames.settings.of(settingsBits(frame, connection)), from);
    return of((wholeBlock ? frames.wholeBlock : frames.all)[type < TYPES ? type : UNKNOWN]!, from);
  }

  /** For a field block that took effect. */
  blocks({ decoded, from }: FieldBlock, connection: Connection): OfBlocks {
    let at = connection.tls === undefined ? 0 : 1;
    if (decoded !== undefined) {
      const { listSize, count } = decoded;
      const { settings } = from === "client" ? connection.server : connection.client;
      if (
        listSize > this.#largeList ||
        count > this.#manyFields ||
        listSize > (settings.inForce(Setting.maxHeaderListSize) ?? Infinity)
      )
        at += 2;
    }
    return this.#blocks[at]!;
  }

  // Of calls: of those that went as they should fewer rules hear.

  messageStart(message: GrpcMessage, { oddities }: Call): readonly Slot[] {
    return this.#ofMessage(this.#messageStart, message).of(oddities);
  }

  message(message: GrpcMessage, { oddities }: Call): readonly Slot[] {
    return this.#ofMessage(this.#message, message).of(oddities);
  }

  #ofMessage(listeners: OfMessages, { from, flag, length }: GrpcMessage): ByBits {
    const all = flag !== 0 ? listeners.flagged : length > this.#longMessage ? listeners.long : listeners.plain;
    return from === "client" ? all.client : all.server;
  }

  finish(from: Side, { oddities }: Call): readonly Slot[] {
    return (from === "client" ? this.#finish.client : this.#finish.server).of(oddities);
  }

  reset({ oddities }: Call): readonly Slot[] {
    return this.#reset.of(oddities);
  }

  callEnd({ oddities }: Call): readonly Slot[] {
    return this.#callEnd.of(oddities);
  }

  /** Which of them are to be called is for `wantsEnd` to say. */
  streamEnd({ bits }: Stream): readonly Slot[] {
    return this.#streamEnd.of(bits);
  }

  end(how: EndReason): readonly Slot[] {
    return how === "fin" || how === "rst" ? this.#close : this.#stop;
  }

  /** Which of them are to be called is for `wantsConnectionEnd` to say. @param bits `ConnectionBit` */
  connectionEnd(bits: number): readonly Slot[] {
    return this.#connectionEnd.of(bits);
  }

  /** The same for rules that compare connections. */
  note(bits: number): readonly Slot[] {
    return this.#note.of(bits);
  }
}

/** Whether a rule hears of the end of a connection with these `ConnectionBit` bits. */
export function wantsConnectionEnd(slot: Slot, bits: number, judged: States): boolean {
  return !slot.closesWithState || (slot.connections & bits) !== 0 || slot.context.keeps(judged);
}

/** Rules by the bits of what they are called for; few sets of bits are ever met. */
class ByBits {
  readonly #slots: readonly Slot[];
  readonly #wants: (slot: Slot, bits: number) => boolean;
  readonly #known = new Map<number, readonly Slot[]>();
  // What was asked last: mostly the same.
  #bits = 0;
  #last: readonly Slot[];

  constructor(slots: readonly Slot[], wants: (slot: Slot, bits: number) => boolean) {
    this.#slots = slots;
    this.#wants = wants;
    this.#last = this.#find(0);
  }

  of(bits: number): readonly Slot[] {
    if (bits !== this.#bits) {
      this.#last = this.#find(bits);
      this.#bits = bits;
    }
    return this.#last;
  }

  #find(bits: number): readonly Slot[] {
    let slots = this.#known.get(bits);
    if (slots === undefined) {
      slots = this.#slots.filter((slot) => this.#wants(slot, bits));
      this.#known.set(bits, slots);
    }
    return slots;
  }
}

/** Whether a rule hears of the end of a stream. */
export function wantsEnd(slot: Slot, stream: Stream, judged: States): boolean {
  return slot.endedAlways || (slot.ended & stream.bits) !== 0 || (slot.endedWithState && slot.context.keeps(judged));
}

/** Who hears of frames: by type, and of SETTINGS by what they are. */
interface OfFrames {
  readonly all: readonly BySide[];
  readonly wholeBlock: readonly BySide[];
  readonly settings: BySettings;
}

function ofFrames(slots: readonly Slot[]): OfFrames {
  const all = Array.from({ length: TYPES }, (_, type) => slots.filter(({ rule }) => rule.kinds?.includes(kindOf(type)) ?? true));
  return {
    all: all.map(bySide),
    wholeBlock: all.map((some) => bySide(some.filter(({ rule }) => rule.inParts !== true))),
    settings: new BySettings(all[FrameType.settings]!),
  };
}

/** Rules by the SETTINGS that they are called for; few sets of bits are ever met. */
class BySettings {
  readonly #slots: readonly Slot[];
  readonly #known = new Map<number, BySide>();

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
  }

  of(bits: number): BySide {
    let slots = this.#known.get(bits);
    if (slots === undefined) {
      slots = bySide(
        this.#slots.filter(({ rule }) => rule.settings === undefined || listOf(rule.settings).some((one) => meets(one, bits))),
      );
      this.#known.set(bits, slots);
    }
    return slots;
  }
}

// By the number of the setting those that are known.
function settingsBits(frame: Frame, connection: Connection): number {
  if (frame.ack) return ACK;
  const { bytes, end } = frame;
  let bits = connection.endpoint(frame.from).settings.frames > 0 ? LATER : 0;
  for (let at = frame.start; at + SETTING <= end; at += SETTING) {
    const id = u16(bytes, at);
    if (id <= Setting.noRfc7540Priorities) bits |= 1 << id;
  }
  return bits;
}

function meets({ ack, ids, later }: SettingsCondition, bits: number): boolean {
  if (ack !== ((bits & ACK) !== 0) || (later === true && (bits & LATER) === 0)) return false;
  return ids?.some((id) => (bits & (1 << id)) !== 0) ?? true;
}

const listOf = (conditions: NonNullable<Rule["settings"]>): readonly SettingsCondition[] =>
  Array.isArray(conditions) ? conditions : [conditions as SettingsCondition];

/** Who hears of a field block, by its bits and in any case. */
export interface OfBlocks {
  readonly judge: BlockListeners<Slot>;
  readonly fields: readonly Slot[];
}

interface OfMessages {
  readonly plain: Record<Side, ByBits>;
  readonly long: Record<Side, ByBits>;
  readonly flagged: Record<Side, ByBits>;
}

function ofMessages(slots: readonly Slot[]): OfMessages {
  const unflagged = slots.filter(({ rule }) => rule.flagged !== true);
  return {
    plain: byOddities(unflagged.filter(({ rule }) => rule.above === undefined)),
    long: byOddities(unflagged),
    flagged: byOddities(slots),
  };
}

function byOddities(slots: readonly Slot[]): Record<Side, ByBits> {
  const { client, server } = bySide(slots);
  return { client: new ByBits(client, isOfCall), server: new ByBits(server, isOfCall) };
}

interface BySide {
  readonly client: readonly Slot[];
  readonly server: readonly Slot[];
}

const bySide = (slots: readonly Slot[]): BySide => ({
  client: slots.filter(({ rule }) => rule.from !== "server"),
  server: slots.filter(({ rule }) => rule.from !== "client"),
});

const isOfConnection = ({ rule, connections, closesWithState }: Slot, bits: number): boolean =>
  rule.connections === undefined || closesWithState || (connections & bits) !== 0;

const isOfCall = ({ rule }: Slot, oddities: number): boolean => rule.calls === undefined || (rule.calls & oddities) !== 0;

const of = (slots: BySide, from: Side): readonly Slot[] => (from === "client" ? slots.client : slots.server);

// Above the bits of settings.
const ACK = 1 << 16;
const LATER = 1 << 17;
// Octets of an entry (RFC 9113 6.5.1).
const SETTING = 6;

// Types with their own list, and one that stands for all that are not known (kindOf).
const TYPES = 17;
const UNKNOWN = 11;
