// In: frames and field blocks. Out: which software each end of a connection is, with the evidence, where that is certain: by what goes
// hop by hop, or by two signs of different kinds that agree. A product name alone may have been passed on by a proxy (rules.md,
// Appendix B).
import { u32 } from "../bytes.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Name } from "../fields/name.ts";
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { type SettingEntry, settingsOf } from "../model/settings.ts";
import type { Side } from "../place.ts";
import { dictionary, lineOf, textsLike } from "./dictionary.ts";
import type { SoftwareSign } from "./reaction.ts";
import type { Opening, Software } from "./software.ts";

interface Sign extends SoftwareSign {
  readonly of: Software;
  readonly proof: boolean;
}

/** What one side of a connection shows of its software. */
export class Recognition {
  readonly #side: Side;
  readonly #signs: Sign[] = [];
  #opening: { readonly settings: readonly SettingEntry[]; increment: number; readonly packet: number } | undefined;
  #opened = false;
  #frames = 0;
  #products = 0;
  #product: string | undefined;
  /** Fields that only a proxy adds, or different products on one connection. */
  #proxied = false;

  constructor(side: Side) {
    this.#side = side;
  }

  /** @param whole The side's first octets were captured. */
  frame(frame: Frame, whole: boolean): void {
    const first = this.#frames++ === 0;
    switch (frame.kind) {
      case "settings":
        if (first && whole && frame.whole && !frame.ack)
          this.#opening = { settings: settingsOf(frame), increment: 0, packet: frame.last.packet };
        break;
      case "window-update":
        if (frame.streamId === 0 && !this.#opened && this.#opening !== undefined && frame.whole) {
          this.#opening.increment = frame.increment;
          this.#opened = true;
        }
        break;
      case "headers":
        // What it grants later is not how it began.
        this.#opened = true;
        break;
      case "ping":
        if (!frame.ack && frame.whole && this.#signs.length < SIGNS) this.#ping(frame);
        break;
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

  fields({ decoded, last, role }: FieldBlock): void {
    if (decoded === undefined || this.#products >= PRODUCTS) return;
    if (role !== "request" && role !== "response") return;
    this.#products++;
    if (isPassedOn(decoded)) this.#proxied = true;
    if (this.#side === "client") this.#names(decoded, last.packet);
    const sign = this.#side === "client" ? "user-agent" : "server";
    const text = decoded.slots[this.#side === "client" ? Name.userAgent : Name.server]?.value;
    if (text === undefined || text === this.#product) return;
    if (this.#product !== undefined) {
      this.#proxied = true;
      return;
    }
    this.#product = text;
    for (const one of dictionary) {
      if (one.product?.test(text) === true) this.#add(one, sign, text, `the field ${sign} names it`, last.packet, false);
    }
  }

  /** What it is, where that is certain. */
  get software(): Software | undefined {
    return this.#judge().software;
  }

  /** What it is likely to be: good enough to weigh an answer. */
  get supposed(): Software | undefined {
    const { software, signs } = this.#judge();
    if (software !== undefined || this.#proxied) return software;
    const named = signs.filter(({ hopByHop }) => !hopByHop);
    // Where its ways to begin are known, it began otherwise.
    return named.length === 1 && named[0]!.of.openings === undefined ? named[0]!.of : undefined;
  }

  /** What it can be by any sign, weak ones too. */
  get suggested(): Software[] {
    const { software, signs } = this.#judge();
    if (software !== undefined) return [software];
    return [...new Set(signs.filter(({ hopByHop }) => hopByHop || !this.#proxied).map(({ of }) => of))];
  }

  /** The signs of what it is, or of what it may be. */
  get evidence(): SoftwareSign[] {
    const { software, signs } = this.#judge();
    const line = software === undefined ? undefined : lineOf(software);
    return signs.filter(({ of, sign }) => line?.includes(of) ?? sign !== "settings").map(({ of: _, proof: __, ...sign }) => sign);
  }

  #judge(): { software: Software | undefined; signs: readonly Sign[] } {
    const opening = this.#opening;
    const signs = [...this.#signs];
    if (opening !== undefined) {
      const text = opening.settings.map(([id, value]) => `${id}=${value}`).join(" ");
      for (const one of dictionary) {
        const known = lineOf(one).find(({ openings }) => openings !== undefined)?.openings ?? [];
        if (!known.some((one) => this.#begins(one, opening))) continue;
        const says =
          opening.increment > 0 ? `it begins with these SETTINGS and WINDOW_UPDATE +${opening.increment}` : "it begins so";
        signs.push(this.#sign(one, "settings", text, says, opening.packet, false, true));
      }
    }
    // What is built on something shows its signs too: the most special one that something names is it.
    let best: Software | undefined;
    for (const { of } of signs) {
      const own = signs.filter((sign) => sign.of === of);
      const line = lineOf(of);
      const supports = signs.filter((sign) => sign.of === of || (sign.sign !== "settings" && line.includes(sign.of)));
      const named = own.some(({ sign, proof }) => sign !== "settings" || proof);
      const kinds = new Set(supports.filter(({ hopByHop }) => hopByHop || !this.#proxied).map(({ sign }) => sign));
      const certain = own.some(({ proof }) => proof) || (named && kinds.size >= 2);
      if (!certain) continue;
      if (best === undefined || line.includes(best)) best = of;
      else if (!lineOf(best).includes(of)) return { software: undefined, signs };
    }
    return { software: best, signs };
  }

  #begins({ from, settings, increment }: Opening, opening: { settings: readonly SettingEntry[]; increment: number }): boolean {
    return (
      from === this.#side &&
      settings.length === opening.settings.length &&
      (increment === undefined || increment === opening.increment || opening.increment === 0) &&
      settings.every(([id, value], i) => {
        const [sentId, sent] = opening.settings[i]!;
        return id === sentId && (value === undefined || value === sent);
      })
    );
  }

  #names({ fields, count }: DecodedBlock, packet: number): void {
    for (const { of, names } of FIELDS) {
      const found = names.every((name) => fields.some((field, i) => i < count && field.name.text === name));
      if (found) this.#add(of, "fields", names.join(" "), "it adds these fields to every request", packet, false);
    }
  }

  #ping(frame: Frame): void {
    const { bytes, start, last } = frame;
    const high = u32(bytes, start);
    const low = u32(bytes, start + 4);
    for (const known of PINGS) {
      if (known.high !== high || known.low !== low) continue;
      const { payload, says, weak } = known.sign;
      this.#add(known.software, "ping", payload, says, last.packet, weak !== true);
    }
  }

  #add(of: Software, sign: SoftwareSign["sign"], text: string, says: string, packet: number, proof: boolean): void {
    if (this.#signs.length >= SIGNS || this.#signs.some((known) => known.of === of && known.sign === sign && known.text === text))
      return;
    this.#signs.push(this.#sign(of, sign, text, says, packet, proof, sign === "ping" || sign === "goaway"));
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

// RFC 9110 7.6.3, RFC 7239, and what proxies add by custom.
function isPassedOn(decoded: DecodedBlock): boolean {
  for (let i = 0; i < decoded.count; i++) {
    const { text } = decoded.fields[i]!.name;
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
const PRODUCTS = 64;
