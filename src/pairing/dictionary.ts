// What is known of all implementations: their texts, their answers, and the legal input that they refuse.
import { errorCodeName } from "../http2/error-code.ts";
import type { FrameKind } from "../http2/frame.ts";
import type { NoFrame } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";
import { faultOf, fits } from "./fault.ts";
import type { Reaction } from "./reaction.ts";
import { apache } from "./software/apache.ts";
import { envoy } from "./software/envoy.ts";
import { goNetHttp } from "./software/go-net-http.ts";
import { grpcCore } from "./software/grpc-core.ts";
import { grpcGo } from "./software/grpc-go.ts";
import { h2o } from "./software/h2o.ts";
import { jetty } from "./software/jetty.ts";
import { kestrel } from "./software/kestrel.ts";
import { grpcJava, netty } from "./software/netty.ts";
import { curl, nghttp2 } from "./software/nghttp2.ts";
import { nginx } from "./software/nginx.ts";
import { grpcJs, node } from "./software/node.ts";
import { pythonHyper } from "./software/python-hyper.ts";
import { rustH2, tonic, volo } from "./software/rust-h2.ts";
import { tomcat } from "./software/tomcat.ts";
import type { DebugText, Refusal, Software } from "./software.ts";

/** The most used first. */
export const dictionary: readonly Software[] = [
  ...[grpcGo, goNetHttp, grpcCore, netty, grpcJava, rustH2, tonic, volo, nghttp2, curl, node, grpcJs],
  ...[nginx, h2o, jetty, tomcat, kestrel, pythonHyper, envoy, apache],
];

/** The answer of one implementation, in words. */
export interface KnownAnswer {
  readonly software: string;
  readonly answer: string;
}

/** How known servers answer a break of this rule; empty where nothing is known. */
export function knownAnswers(rule: string): KnownAnswer[] {
  const fault = faultOf(rule);
  if (fault === undefined) return [];
  return dictionary.flatMap(({ name, answersOf, answers }) => {
    const answer = answers?.[fault];
    return answer === undefined ? [] : [{ software: answersOf ?? name, answer: inWords(answer) }];
  });
}

export interface KnownText {
  readonly software: Software;
  readonly text: DebugText;
}

/** Whose the debug data of a GOAWAY can be; several where implementations write the same. */
export function textsLike(debug: string): readonly KnownText[] {
  if (debug !== asked.debug) {
    const texts = dictionary.flatMap((software) =>
      (software.texts ?? []).filter(({ text }) => text.test(debug)).map((text) => ({ software, text })),
    );
    asked = { debug, texts };
  }
  return asked.texts;
}

// Several ask for the same, one after the other.
let asked: { readonly debug: string; readonly texts: readonly KnownText[] } = { debug: "", texts: [] };

export const isAbout = ({ text }: KnownText, rule: string): boolean => text.rules.some((pattern) => fits(pattern, rule));

/** The stream that a text quotes, as grpc-go, Netty and others do. */
export function quotedStream(debug: string): number | undefined {
  const match = /\b(?:illegal stream id:|stream(?: id)?)[ :=]+(\d+)/i.exec(debug);
  return match === null ? undefined : Number(match[1]);
}

/** Of the frame that a text quotes, as grpc-go does: its length, and whether it ended its stream. */
export function quotedHead(debug: string): { readonly length: number; readonly endStream: boolean } | undefined {
  const match = /\[FrameHeader [A-Z_]+(?: flags=([A-Z_|]+))?(?: stream=\d+)? len=(\d+)\]/.exec(debug);
  return match === null
    ? undefined
    : { length: Number(match[2]), endStream: match[1]?.split("|").includes("END_STREAM") === true };
}

/** The kind of frame that a text says was wrong: `data` of `DATA: stream in idle`. */
export function quotedKind(debug: string): FrameKind | undefined {
  const name = KIND.exec(debug)?.[1];
  // The pattern has no other names.
  return name === undefined ? undefined : (name.toLowerCase().replaceAll("_", "-") as FrameKind);
}

/** Whether this implementation is known to answer a break of this rule so. */
export function isAnswerOf(software: Software, from: Side, rule: string, reaction: Reaction): boolean {
  const fault = faultOf(rule);
  if (fault === undefined) return false;
  for (let one: Software | undefined = software; one !== undefined; one = one.basis) {
    const known = [one.answers?.[fault], one.earlier?.[fault]].filter((text) => text !== undefined);
    if (known.length > 0) return (from === "server" || one.alike === true) && known.some((text) => reads(text, reaction));
  }
  return false;
}

/** Legal input that one of these refuses in this way, and that may be among the frames. */
export function refusalsLike(suggested: readonly Software[], reaction: Reaction, before: readonly Sent[]): string[] {
  const lines = new Set(suggested.flatMap(lineageOf));
  return [...lines].flatMap(({ name, refuses = [] }) =>
    refuses.filter((refusal) => isRefusal(refusal, reaction, before)).map(({ input }) => `${name} refuses ${input}`),
  );
}

/** Which of these refuses in this way what the rule notes, though it is legal. */
export function refuserOf(suggested: readonly Software[], rule: string, reaction: Reaction): Software | undefined {
  return suggested.find((software) =>
    lineageOf(software).some(({ refuses = [] }) => refuses.some((one) => one.rule === rule && reads(one.answer, reaction))),
  );
}

interface Sent {
  readonly kind: FrameKind | NoFrame;
  readonly from: Side;
}

const isRefusal = ({ answer, after, from }: Refusal, reaction: Reaction, before: readonly Sent[]): boolean =>
  reads(answer, reaction) && before.some((frame) => frame.kind === after && (from ?? frame.from) === frame.from);

/** An implementation and what it is built on. */
export function lineageOf(software: Software): readonly Software[] {
  let lineage = LINEAGES.get(software);
  if (lineage === undefined) {
    lineage = software.basis === undefined ? [software] : [software, ...lineageOf(software.basis)];
    LINEAGES.set(software, lineage);
  }
  return lineage;
}

const LINEAGES = new Map<Software, readonly Software[]>();

// Does the table's text hold this answer?
function reads(text: string, reaction: Reaction): boolean {
  for (const [, frame, code, status, close, grpc] of text.matchAll(ANSWER)) {
    if (close !== undefined && (reaction.kind === "fin" || reaction.kind === "rst")) return true;
    if (frame !== undefined && reaction.kind === (frame === "G" ? "goaway" : "rst-stream")) {
      if (CODES[code!] === errorCodeName(reaction.errorCode)) return true;
    }
    if (status !== undefined && reaction.kind === "status") {
      if (status === "4xx" ? reaction.status < 500 : Number(status) === reaction.status) return true;
    }
    if (grpc !== undefined && reaction.kind === "grpc-status" && Number(grpc) === reaction.status) return true;
  }
  return false;
}

const inWords = (answer: string): string =>
  answer
    .replace(/\b(G|R) ([A-Z]\w*)/g, (_, frame, error) => `${frame === "G" ? "GOAWAY" : "RST_STREAM"} ${CODES[error] ?? error}`)
    .replace(/\bH (\d\w+)/g, "status $1")
    .replace(/\bX\b/g, "closes")
    .replace(/\bign\b/g, "ignores it")
    .replace(/\bok\b/g, "accepts it");

const CODES: Readonly<Record<string, string>> = {
  NO: "NO_ERROR",
  PE: "PROTOCOL_ERROR",
  IE: "INTERNAL_ERROR",
  FCE: "FLOW_CONTROL_ERROR",
  SC: "STREAM_CLOSED",
  FSE: "FRAME_SIZE_ERROR",
  RS: "REFUSED_STREAM",
  CE: "COMPRESSION_ERROR",
  EYC: "ENHANCE_YOUR_CALM",
};

// Not where it says what it waited for.
const KIND =
  /(?<!expected |non-)\b(DATA|HEADERS|PRIORITY|RST_STREAM|SETTINGS|PUSH_PROMISE|PING|GOAWAY|WINDOW_UPDATE|CONTINUATION|PRIORITY_UPDATE)(?::| frame\b| to\b| with delta\b)/;

const ANSWER = /\b(?:(G|R) (NO|PE|IE|FCE|SC|FSE|RS|CE|EYC)\b|H (\d\w\w)|(X)\b|grpc-status (\d+))/g;
