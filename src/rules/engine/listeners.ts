// Which rules are called for what: worked out once, so that an ordinary frame asks a list that is mostly empty.
import type { Call } from "../../grpc/call.ts";
import type { GrpcMessage } from "../../grpc/message-decoder.ts";
import { kindOf } from "../../http2/frame.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import type { EndReason } from "../../tcp/byte-stream.ts";
import { BlockListeners } from "../block-listeners.ts";
import type { BlockCondition, Rule, Size } from "../rule.ts";
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
  readonly #frame: readonly BySide[];
  readonly #wholeBlock: readonly BySide[];
  readonly #messageStart: OfMessages;
  readonly #message: OfMessages;
  readonly #finish: Record<Side, ByOddity>;
  readonly #reset: ByOddity;
  readonly #callEnd: ByOddity;
  readonly #streamEnd: readonly Slot[];
  readonly #ordinaryStreamEnd: readonly Slot[];
  readonly #close: readonly Slot[];
  readonly #stop: readonly Slot[];
  readonly #connectionEnd: ByConnection;
  readonly #note: ByConnection;

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
    this.#reset = new ByOddity(having("reset"));
    this.#callEnd = new ByOddity(having("callEnd"));
    this.#streamEnd = having("streamEnd");
    this.#ordinaryStreamEnd = this.#streamEnd.filter(
      ({ rule }) => rule.ended?.streams === undefined || rule.ended.withState === true,
    );
    this.tcpWindow = having("tcpWindow");
    this.#close = having("end");
    this.#stop = this.#close.filter(({ rule }) => rule.onClose !== true);
    this.#connectionEnd = new ByConnection(having("connectionEnd"));
    this.#note = new ByConnection(having("note"));
    const framed = Array.from({ length: TYPES }, (_, type) =>
      having("frame").filter(({ rule }) => rule.kinds?.includes(kindOf(type)) ?? true),
    );
    this.#frame = framed.map(bySide);
    this.#wholeBlock = framed.map((all) => bySide(all.filter(({ rule }) => rule.inParts !== true)));
    this.#messageStart = ofMessages(having("messageStart"));
    this.#message = ofMessages(having("message"));
    this.#finish = byOddity(having("finish"));
  }

  /** @param type The frame's. @param wholeBlock It is a whole field block in one packet without any observation. */
  frame(type: number, from: Side, wholeBlock: boolean): readonly Slot[] {
    return of((wholeBlock ? this.#wholeBlock : this.#frame)[type < TYPES ? type : UNKNOWN]!, from);
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

  #ofMessage(listeners: OfMessages, { from, flag, length }: GrpcMessage): ByOddity {
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
    return bits === 0 ? this.#ordinaryStreamEnd : this.#streamEnd;
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

/** Rules by the bits of connections that they are called for; few sets of them are ever met. */
class ByConnection {
  readonly #slots: readonly Slot[];
  readonly #known = new Map<number, readonly Slot[]>();

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
  }

  of(bits: number): readonly Slot[] {
    let slots = this.#known.get(bits);
    if (slots === undefined) {
      slots = this.#slots.filter(
        ({ rule, connections, closesWithState }) =>
          rule.connections === undefined || closesWithState || (connections & bits) !== 0,
      );
      this.#known.set(bits, slots);
    }
    return slots;
  }
}

/** Whether a rule hears of the end of a stream. */
export function wantsEnd(slot: Slot, stream: Stream, judged: States): boolean {
  const { ended } = slot.rule;
  if (ended === undefined) return true;
  return ((ended.streams ?? 0) & stream.bits) !== 0 || (ended.withState === true && slot.context.keeps(judged));
}

/** Rules by the oddities of calls that they are called for; few sets of them are ever met. */
class ByOddity {
  readonly #slots: readonly Slot[];
  readonly #ordinary: readonly Slot[];
  readonly #known = new Map<number, readonly Slot[]>();

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
    this.#ordinary = slots.filter(({ rule }) => rule.calls === undefined);
  }

  of(oddities: number): readonly Slot[] {
    if (oddities === 0) return this.#ordinary;
    let slots = this.#known.get(oddities);
    if (slots === undefined) {
      slots = this.#slots.filter(({ rule }) => rule.calls === undefined || (rule.calls & oddities) !== 0);
      this.#known.set(oddities, slots);
    }
    return slots;
  }
}

/** Who hears of a field block, by its bits and in any case. */
export interface OfBlocks {
  readonly judge: BlockListeners<Slot>;
  readonly fields: readonly Slot[];
}

interface OfMessages {
  readonly plain: Record<Side, ByOddity>;
  readonly long: Record<Side, ByOddity>;
  readonly flagged: Record<Side, ByOddity>;
}

function ofMessages(slots: readonly Slot[]): OfMessages {
  const unflagged = slots.filter(({ rule }) => rule.flagged !== true);
  return {
    plain: byOddity(unflagged.filter(({ rule }) => rule.above === undefined)),
    long: byOddity(unflagged),
    flagged: byOddity(slots),
  };
}

function byOddity(slots: readonly Slot[]): Record<Side, ByOddity> {
  const { client, server } = bySide(slots);
  return { client: new ByOddity(client), server: new ByOddity(server) };
}

interface BySide {
  readonly client: readonly Slot[];
  readonly server: readonly Slot[];
}

const bySide = (slots: readonly Slot[]): BySide => ({
  client: slots.filter(({ rule }) => rule.from !== "server"),
  server: slots.filter(({ rule }) => rule.from !== "client"),
});

const of = (slots: BySide, from: Side): readonly Slot[] => (from === "client" ? slots.client : slots.server);

// Types with their own list, and one that stands for all that are not known (kindOf).
const TYPES = 17;
const UNKNOWN = 11;
