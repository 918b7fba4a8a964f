// What programs and their logs say when a call fails, and what of the wire each saying stands for: read from source or recorded.
// A reading narrows the search; what a capture shows decides.
import { errorCodeName } from "../http2/error-code.ts";
import { dictionary, textsLike } from "./dictionary.ts";
import { h2Reasons } from "./h2-reasons.ts";
import { fromHex } from "./hex-text.ts";
import { jdkReasons } from "./jdk-reasons.ts";
import type { Reaction } from "./reaction.ts";
import { anyEnd } from "./sayings/saying.ts";
import { sayings } from "./sayings.ts";
import type { Tells } from "./software.ts";
import { withoutFrames } from "./stack-frames.ts";

/** One thing that a text may stand for. What is absent is not said. */
export interface Reading {
  /** Whose words they are; absent: anybody's. */
  readonly software?: string;
  readonly says: string;
  readonly kinds?: readonly Reaction["kind"][];
  /** Error codes, by name. */
  readonly codes?: readonly string[];
  readonly stream?: number;
  /** Rules that it names, `family/*` for all of a family. */
  readonly rules?: readonly string[];
  /** What the other side wrote into its GOAWAY, or a status message. */
  readonly quoted?: string;
  /** `grpc-status`. */
  readonly status?: number;
  /** HTTP statuses that say the same. */
  readonly http?: readonly number[];
}

/** What a pasted text may stand for, the most telling first; empty: nothing is known of it. */
export function readSymptom(pasted: string): Reading[] {
  const text = withoutFrames(pasted.slice(0, OCTETS));
  const stream = streamIn(text);
  const common = stream === undefined ? {} : { stream };
  const readings: Reading[] = [];
  for (const fragment of fragmentsOf(text)) {
    const known = textsLike(fragment);
    for (const { software, text } of known) {
      const { says, rules } = text;
      if (readings.some((reading) => reading.says === says)) continue;
      // What several programs write is no sign of one.
      const isShared = known.some((other) => other.software !== software && other.text.says === says);
      readings.push({ ...(isShared ? {} : { software: software.name }), says, rules, quoted: fragment, ...common });
    }
  }
  for (const { software, text: pattern, says, kinds, codes, rules, status, http } of sayings) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const { code, text: quoted } = match.groups ?? {};
    const named = code === undefined ? codes : [codeName(code)];
    readings.push({
      ...(software === undefined ? {} : { software }),
      says,
      ...(kinds === undefined ? {} : { kinds }),
      ...(named === undefined ? {} : { codes: named }),
      ...(rules === undefined ? {} : { rules }),
      ...(quoted === undefined || quoted === "" ? {} : { quoted: fromHex(quoted) }),
      ...(status === undefined ? {} : { status }),
      ...(http === undefined ? {} : { http }),
      ...common,
    });
  }
  for (const { name, lines = [] } of dictionary) {
    for (const { has, text: pattern, says, rules, tells } of lines) {
      const match = text.includes(has) ? pattern.exec(text) : null;
      if (match === null || readings.some((reading) => reading.software === name)) continue;
      const { code } = match.groups ?? {};
      readings.push({
        ...{ software: name, says: says ?? LINES[tells] },
        ...(tells === "close" ? { kinds: ["goaway", "fin", "rst"] } : tells === "fault" ? {} : { kinds: anyEnd }),
        ...(code === undefined ? {} : { codes: [codeName(code)] }),
        ...(rules !== undefined ? { rules } : tells === "fault" ? { rules: ANY_FAULT } : {}),
        ...common,
      });
    }
  }
  const named = new Set(readings.flatMap((reading) => reading.codes ?? []));
  const codes = [...new Set([...text.matchAll(CODE)].map(([, name]) => name!))];
  if (codes.length > 0 && !readings.some((reading) => reading.codes !== undefined))
    readings.push({ says: `it names the error code ${codes.join(", ")}`, kinds: ["goaway", "rst-stream"], codes, ...common });
  // A code that it names holds for all that it may mean.
  const all = named.size > 0 ? [...named] : codes;
  return all.length === 0 ? readings : readings.map((reading) => (isOfCode(reading) ? ofCodes(reading, all) : reading));
}

// What carries a code.
const ofCodes = (reading: Reading, codes: readonly string[]): Reading => ({
  ...reading,
  codes,
  kinds: (reading.kinds ?? []).filter((kind) => kind === "goaway" || kind === "rst-stream"),
});

const isOfCode = ({ codes, kinds = [] }: Reading): boolean =>
  codes === undefined && (kinds.includes("goaway") || kinds.includes("rst-stream"));

/** The whole, what stands in quotes, and what follows a colon: where a log line holds the text of a GOAWAY. */
function fragmentsOf(text: string): string[] {
  const fragments = [text.trim()];
  for (const [, quoted] of text.matchAll(/["']((?:[^"'\\]|\\.)+)["']/g)) fragments.push(quoted!.trim());
  for (const match of text.matchAll(/[:=] +/g)) fragments.push(text.slice(match.index + match[0].length).trim());
  return [...new Set(fragments.filter((fragment) => fragment.length > 0).slice(0, FRAGMENTS))];
}

const streamIn = (text: string): number | undefined => {
  const match = /\bstream(?:[ _]?id)?(?: ID)?[\s:=(]+(?:(?:HTTP2)?StreamId\()?(\d{1,10})\b/i.exec(text);
  return match === null ? undefined : Number(match[1]);
};

/** `PROTOCOL_ERROR` of `1`, `NGHTTP2_PROTOCOL_ERROR`, `ProtocolError` and what Rust h2 and the JDK call it. */
function codeName(text: string): string {
  if (/^(?:\d+|0x[0-9a-f]+)$/.test(text)) return errorCodeName(Number(text));
  if (/^[a-z0-9_]+$/.test(text)) return text.toUpperCase();
  const described = Math.max(h2Reasons.indexOf(text), jdkReasons.indexOf(text));
  return described < 0 ? text.replace(/^NGHTTP2_/, "") : errorCodeName(described);
}

const LINES: Readonly<Record<Tells, string>> = {
  fault: "it calls what the other side sent a fault",
  sent: "it found a fault, and ended the stream or the connection",
  received: "the other side ended the stream or the connection with an error",
  close: "the connection ended",
  symptom: "a call failed of it",
};

// Where a program does not say what is wrong.
const ANY_FAULT: readonly string[] = [
  ...["preface/*", "frame/*", "continuation/*", "settings/*", "ping/*", "goaway/*", "hpack/*", "stream-id/*", "stream/*"],
  ...["flow/*", "headers/*", "push/*", "priority/*", "priority-update/*", "health/receiver-overreaction"],
];

const CODE =
  /\b(?:NGHTTP2_)?(PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|CONNECT_ERROR|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)\b/g;

// Of what is pasted; pieces of it that are looked up.
const OCTETS = 8192;
const FRAGMENTS = 64;
