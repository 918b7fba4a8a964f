// Which rules are called for what: worked out once, so that an ordinary frame asks a list that is mostly empty.
import { kindOf } from "../../http2/frame.ts";
import type { Side } from "../../place.ts";
import { BlockListeners } from "../block-listeners.ts";
import type { BlockCondition, Rule } from "../rule.ts";
import type { Slot } from "./slot.ts";

/** The active rules by what they listen to, each list in the order in which rules are called. */
export class Listeners {
  /** By observation. */
  readonly observed: readonly (readonly Slot[] | undefined)[];
  readonly block: BlockListeners<Slot>;
  readonly status: BlockListeners<Slot>;
  readonly upgrade: readonly Slot[];
  readonly tls: readonly Slot[];
  readonly tick: readonly Slot[];
  readonly fields: readonly Slot[];
  readonly reset: readonly Slot[];
  readonly callEnd: readonly Slot[];
  readonly streamEnd: readonly Slot[];
  readonly tcpWindow: readonly Slot[];
  readonly end: readonly Slot[];
  readonly connectionEnd: readonly Slot[];
  readonly #frame: readonly BySide[];
  readonly #wholeBlock: readonly BySide[];
  readonly #messageStart: BySide;
  readonly #flaggedMessageStart: BySide;
  readonly #message: BySide;
  readonly #flaggedMessage: BySide;
  readonly #finish: BySide;

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
    this.block = new BlockListeners(block);
    this.status = new BlockListeners(
      having("status").map((slot) => {
        const { when } = slot.rule;
        return [slot, when !== undefined && "observed" in when ? undefined : when];
      }),
    );
    this.upgrade = having("upgrade");
    this.tls = having("tls");
    this.tick = having("tick");
    this.fields = having("fields");
    this.reset = having("reset");
    this.callEnd = having("callEnd");
    this.streamEnd = having("streamEnd");
    this.tcpWindow = having("tcpWindow");
    this.end = having("end");
    this.connectionEnd = having("connectionEnd");
    const framed = Array.from({ length: TYPES }, (_, type) =>
      having("frame").filter(({ rule }) => rule.kinds?.includes(kindOf(type)) ?? true),
    );
    this.#frame = framed.map(bySide);
    this.#wholeBlock = framed.map((all) => bySide(all.filter(({ rule }) => rule.inParts !== true)));
    this.#messageStart = bySide(having("messageStart").filter(({ rule }) => rule.flagged !== true));
    this.#flaggedMessageStart = bySide(having("messageStart"));
    this.#message = bySide(having("message").filter(({ rule }) => rule.flagged !== true));
    this.#flaggedMessage = bySide(having("message"));
    this.#finish = bySide(having("finish"));
  }

  /** @param type The frame's. @param wholeBlock It is a whole field block in one packet without any observation. */
  frame(type: number, from: Side, wholeBlock: boolean): readonly Slot[] {
    return of((wholeBlock ? this.#wholeBlock : this.#frame)[type < TYPES ? type : UNKNOWN]!, from);
  }

  /** @param flag The message's Compressed-Flag. */
  messageStart(from: Side, flag: number): readonly Slot[] {
    return of(flag === 0 ? this.#messageStart : this.#flaggedMessageStart, from);
  }

  message(from: Side, flag: number): readonly Slot[] {
    return of(flag === 0 ? this.#message : this.#flaggedMessage, from);
  }

  finish(from: Side): readonly Slot[] {
    return of(this.#finish, from);
  }
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

// Types with a list of their own, and one that stands for all that are not known (kindOf).
const TYPES = 17;
const UNKNOWN = 11;
