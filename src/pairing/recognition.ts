// In: frames and field blocks. Out: which software each end of a connection is, with the evidence, where that is certain: by what goes
// hop by hop, or by two signs of different kinds that agree. A product name alone may have been passed on by a proxy.
import { u32 } from "../bytes.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Name } from "../fields/name.ts";
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import { type Frame, FrameType } from "../http2/frame.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { Side } from "../place.ts";
import { dictionary, lineageOf, textsLike } from "./dictionary.ts";
import type { OpeningSettings } from "./opening.ts";
import type { SoftwareSign } from "./reaction.ts";
import type { Software } from "./software.ts";

/** What one side of a connection is, by what it showed. */
export interface Recognised {
  /** Where that is certain. */
  readonly software: Software | undefined;
  /** What it is likely to be: good enough to weigh an answer. */
  readonly supposed: Software | undefined;
  /** What it can be by any sign, weak ones too. */
  readonly suggested: readonly Software[];
  /** The signs of what it is, or of what it may be. */
  readonly evidence: readonly SoftwareSign[];
}

export const unrecognised: Recognised = { software: undefined, supposed: undefined, suggested: [], evidence: [] };

interface Sign extends SoftwareSign {
  readonly of: Software;
  readonly proof: boolean;
}

/** What one side of a connection shows of its software. */
export class Recognition {
  readonly #side: Side;
  /** Undefined: it did not begin with SETTINGS, or its beginning was not captured. */
  readonly #settings: OpeningSettings | undefined;
  /** Of those SETTINGS. */
  readonly #packet: number;
  /** Of the WINDOW_UPDATE after them; 0: there was none; -1: it may follow. */
  #increment: number;
  #blocks = 0;
  #marks: Marks | undefined = undefined;

  /** @param settings What it began with.
   *  @param packet Of those SETTINGS. */
  constructor(side: Side, settings: OpeningSettings | undefined, packet: number) {
    this.#side = side;
    this.#settings = settings;
    this.#packet = packet;
    this.#increment = settings === undefined ? 0 : -1;
  }

  /** Something beside its beginning hints at what it is. */
  get hasSigns(): boolean {
    return this.#marks !== undefined && this.#marks.signs.length > 0;
  }

  /** Its next frames still tell how it begins. */
  get begins(): boolean {
    return this.#increment < 0;
  }

  /** A frame after its SETTINGS, while it begins. */
  beginning(frame: Frame): void {
    if (frame.type === FrameType.windowUpdate && frame.streamId === 0 && frame.whole) {
      this.#increment = frame.increment;
    } else if (frame.type === FrameType.headers) {
      // What it grants later is not how it began.
      this.#increment = 0;
    }
  }

  ping(frame: Frame): void {
    if (frame.ack || !frame.whole || (this.#marks !== undefined && this.#marks.signs.length >= SIGNS)) return;
    const { bytes, start, last } = frame;
    const high = u32(bytes, start);
    const low = u32(bytes, start + 4);
    for (const known of PINGS) {
      if (known.high !== high || known.low !== low) continue;
      const { payload, says, weak } = known.sign;
      this.#add(known.software, "ping", payload, says, last.packet, weak !== true);
    }
  }

  /** @param debug Of a GOAWAY, one character per octet. */
  goaway(debug: string, { errorCode, lastStreamId, last: { packet } }: Frame): void {
    if (errorCode !== ErrorCode.noError && lastStreamId === HIGHEST) {
      for (const one of dictionary) {
        if (one.stopsAtOnce === true) this.#add(one, "goaway", errorCodeName(errorCode), STOPS, packet, false);
      }
    }
    const texts = textsLike(debug);
    const [known] = texts;
    // What several write is nobody's mark.
    if (known === undefined || texts.some(({ software }) => software !== known.software)) return;
    this.#add(known.software, "goaway", debug, known.text.says, packet, true);
  }

  fields(block: FieldBlock): void {
    if (this.#blocks >= BLOCKS) return;
    const { decoded, last, role } = block;
    if (decoded === undefined || (role !== "request" && role !== "response")) return;
    this.#blocks++;
    const isClient = this.#side === "client";
    if (isPassedOn(decoded)) this.#marked.proxied = true;
    if (isClient) this.#names(decoded, last.packet);
    const text = decoded.slots[isClient ? Name.userAgent : Name.server]?.value;
    if (text === undefined || text === this.#marks?.product) return;
    const marks = this.#marked;
    if (marks.product !== undefined) {
      marks.proxied = true;
      return;
    }
    marks.product = text;
    const sign = isClient ? "user-agent" : "server";
    for (const one of dictionary) {
      if (one.product?.test(text) === true) this.#add(one, sign, text, `the field ${sign} names it`, last.packet, false);
    }
  }

  /** What all that came to. */
  judge(): Recognised {
    const opening = this.#settings?.softwareWith(Math.max(this.#increment, 0)) ?? unrecognised.suggested;
    const marks = this.#marks;
    // How it began is a hint: nothing is certain by that alone.
    if (marks === undefined || marks.signs.length === 0)
      return opening.length === 0 ? unrecognised : { ...unrecognised, suggested: opening };
    const { proxied } = marks;
    const signs = [...marks.signs, ...this.#openingSigns(opening)];
    const software = softwareBy(signs, proxied);
    const evidence = evidenceOf(signs, software);
    if (software !== undefined) return { software, supposed: software, suggested: [software], evidence };
    const suggested = [...new Set(signs.filter(({ hopByHop }) => hopByHop || !proxied).map(({ of }) => of))];
    const named = proxied ? [] : signs.filter(({ hopByHop }) => !hopByHop);
    // Where its ways to begin are known, it began otherwise.
    const supposed = named.length === 1 && named[0]!.of.openings === undefined ? named[0]!.of : undefined;
    return { software, supposed, suggested, evidence };
  }

  #openingSigns(opening: readonly Software[]): Sign[] {
    if (opening.length === 0) return [];
    const { text } = this.#settings!;
    const increment = this.#increment;
    const says = increment > 0 ? `it begins with these SETTINGS and WINDOW_UPDATE +${increment}` : "it begins so";
    return opening.map((of) => this.#sign(of, "settings", text, says, this.#packet, false, true));
  }

  get #marked(): Marks {
    return (this.#marks ??= new Marks());
  }

  #names({ fields, count }: DecodedBlock, packet: number): void {
    for (const { of, names } of FIELDS) {
      const found = names.every((name) => fields.some((field, i) => i < count && field.name.text === name));
      if (found) this.#add(of, "fields", names.join(" "), "it adds these fields to every request", packet, false);
    }
  }

  #add(of: Software, sign: SoftwareSign["sign"], text: string, says: string, packet: number, proof: boolean): void {
    const { signs } = this.#marked;
    if (signs.length >= SIGNS || signs.some((known) => known.of === of && known.sign === sign && known.text === text)) return;
    signs.push(this.#sign(of, sign, text, says, packet, proof, sign === "ping" || sign === "goaway"));
  }

  #sign(
    of: Software,
    sign: SoftwareSign["sign"],
    text: string,
    says: string,
    packet: number,
    proof: boolean,
    hopByHop: boolean,
  ): Sign {
    return { side: this.#side, software: of.name, sign, text, says, hopByHop, packet, of, proof };
  }
}

/** What a side showed beside its beginning. */
class Marks {
  readonly signs: Sign[] = [];
  product: string | undefined = undefined;
  /** Fields that only a proxy adds, or different products on one connection. */
  proxied = false;
}

/** What is built on something shows its signs too: the most special one that something names is it. */
function softwareBy(signs: readonly Sign[], proxied: boolean): Software | undefined {
  let best: Software | undefined;
  for (const { of } of signs) {
    const own = signs.filter((sign) => sign.of === of);
    const lineage = lineageOf(of);
    const supports = signs.filter((sign) => sign.of === of || (sign.sign !== "settings" && lineage.includes(sign.of)));
    const named = own.some(({ sign, proof }) => sign !== "settings" || proof);
    const kinds = new Set(supports.filter(({ hopByHop }) => hopByHop || !proxied).map(({ sign }) => sign));
    const certain = own.some(({ proof }) => proof) || (named && kinds.size >= 2);
    if (!certain) continue;
    if (best === undefined || lineage.includes(best)) best = of;
    else if (!lineageOf(best).includes(of)) return undefined;
  }
  return best;
}

function evidenceOf(signs: readonly Sign[], software: Software | undefined): SoftwareSign[] {
  const lineage = software === undefined ? undefined : lineageOf(software);
  return signs
    .filter(({ of, sign }) => lineage?.includes(of) ?? sign !== "settings")
    .map(({ of: _, proof: __, ...sign }) => sign);
}

// RFC 9110 7.6.3, RFC 7239, and what proxies add by custom.
function isPassedOn(decoded: DecodedBlock): boolean {
  for (let i = 0; i < decoded.count; i++) {
    const { id, text } = decoded.fields[i]!.name;
    if (id !== Name.other) continue;
    if (text === "via" || text === "forwarded" || text.startsWith("x-forwarded-") || text.startsWith("x-envoy-")) return true;
  }
  return false;
}

const PINGS = dictionary.flatMap((software) =>
  (software.pings ?? []).map((sign) => ({
    ...{ software, sign },
    high: Number.parseInt(sign.payload.slice(0, 8), 16),
    low: Number.parseInt(sign.payload.slice(8), 16),
  })),
);

const FIELDS = dictionary.flatMap((of) => (of.fields === undefined ? [] : [{ of, names: of.fields }]));

const STOPS = "it stops at once with the last stream id 2147483647";
const HIGHEST = 0x7fffffff;
const SIGNS = 16;
// Field blocks that are looked into.
const BLOCKS = 64;
