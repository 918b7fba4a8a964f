// Whether a run in shares comes to what a run over all comes to. Connections are judged alone, but for what one shows that another is read by,
// and for bounds over all of them. Where either could have made a difference, that is found here, and the shares are worth nothing.
import { ANY } from "../hearsay.ts";
import type { Limits } from "../limits.ts";
import { Usage } from "../usage.ts";
import type { Knowledge } from "./part.ts";

/** What all shares know and held, so far. */
export class Conflicts {
  readonly #limits: Limits;
  readonly #shares: { usage: Knowledge["usage"] | undefined; readonly heard: Steps; readonly missed: Steps }[];

  constructor(shares: number, limits: Limits) {
    this.#limits = limits;
    this.#shares = Array.from({ length: shares }, () => ({ usage: undefined, heard: new Map(), missed: new Map() }));
  }

  /** @param share From 0. @returns What stands against the shares, in words; undefined: nothing so far. */
  add(share: number, { usage, heard, missed }: Knowledge): string | undefined {
    const own = this.#shares[share]!;
    own.usage = usage;
    for (const [name, step] of heard) own.heard.set(name, step);
    for (const [name, step] of missed) own.missed.set(name, step);
    return this.#beyond() ?? (heard.length + missed.length === 0 ? undefined : this.#unheard(share));
  }

  // Each at its peak at the same time: so much was never held.
  #beyond(): string | undefined {
    const all = new Usage();
    for (const { usage } of this.#shares) if (usage !== undefined) all.add(usage);
    const name = all.beyond(this.#limits);
    return name === undefined ? undefined : `all shares together could reach the bound for ${BOUNDS[name]} (--max-memory)`;
  }

  #unheard(share: number): string | undefined {
    const own = this.#shares[share]!;
    for (const [index, other] of this.#shares.entries()) {
      if (index === share) continue;
      const name = lacking(own.missed, other.heard) ?? lacking(other.missed, own.heard);
      if (name !== undefined) return `a connection of one share is read by what one of another share shows: ${thingOf(name)}`;
    }
    return undefined;
  }
}

type Steps = Map<string, number>;

/** What was heard before it was asked for in vain. */
function lacking(missed: Steps, heard: Steps): string | undefined {
  if (heard.size === 0 || missed.size === 0) return undefined;
  const [few, many] = missed.size < heard.size ? [missed, heard] : [heard, missed];
  if (few.has(ANY) || many.has(ANY)) return ANY;
  for (const name of few.keys()) {
    const asked = missed.get(name);
    const known = heard.get(name);
    if (asked !== undefined && known !== undefined && known < asked) return name;
  }
  return undefined;
}

const BOUNDS: Readonly<Record<string, string>> = {
  undecided: "octets of which nothing shows what they are",
  frames: "octets of unfinished frames",
  streams: "open streams",
  closedStreams: "closed streams that are remembered",
  messages: "octets of unfinished messages",
  parked: "TLS records that wait for keys",
  trials: "trials of TLS keys",
};

const thingOf = (name: string): string =>
  name.startsWith("schema")
    ? "a schema that a server reports by reflection (--proto gives it to all)"
    : name.startsWith("session")
      ? "a session of TLS 1.2 (a key log with its secrets gives them to all)"
      : "which end is the server";
