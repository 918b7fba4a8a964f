// Calls of captures whose beginning was cut away, with the names that logs give them.
import type { LogSource } from "../../src/analyze-options.ts";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import type { Field } from "../../src/fields/field.ts";
import { PathNamer } from "../../src/grpc/naming/path-namer.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { errorCodeName } from "../../src/http2/error-code.ts";
import { openPathLogs } from "../../src/log-joiner.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { NamedCalls } from "../../src/report/named-calls.ts";
import { bordersOf } from "../labelled.ts";
import { captureOf } from "./linting.ts";

/** A call, and the address of its client. */
export interface SeenCall extends ExchangeObject {
  readonly client: string;
}

/** @param logs Without any only what the capture shows is known. */
export async function callsIn(bytes: Uint8Array, logs: readonly LogSource[] = []): Promise<SeenCall[]> {
  const captures = new CapturePipeline([captureOf(bytes)], {});
  await captures.open();
  const schemas = new Schemas();
  const namer = new PathNamer(schemas, captures.limits);
  const paths = logs.length === 0 ? undefined : await openPathLogs({ logs }, captures);
  const readLogs = paths === undefined ? undefined : () => void (namer.logged = paths.paths);
  const calls: ExchangeObject[] = [];
  const named = new NamedCalls(namer, captures.limits, (exchange) => calls.push(exchange), readLogs);
  const chooser = { connection: () => true, exchange: () => true };
  const lister = new ExchangeLister(() => captures.clock, chooser, captures.limits, named.exchange);
  const clients = new Map<number, string>();
  const ends = { connectionEnd: (one: Connection) => void clients.set(one.id, one.address("client")) };
  const listeners = [namer, ...(paths?.listeners ?? []), ends];
  for await (const _ of captures.run({ schemas, calls: [lister], listeners, exchanges: lister }));
  named.end();
  return calls.map((call) => ({ ...call, client: clients.get(call.connection)! }));
}

/** What became of calls of a capture without its beginning. */
export interface Named {
  /** The path was read. */
  exact: number;
  /** A log names it. */
  right: number;
  wrong: number;
  /** The right one is among several. */
  listed: number;
  /** ... or nothing says it, or other evidence than a log. */
  unknown: number;
}

/** The calls of a capture without its first packets, against those of the whole. */
export async function named(whole: Uint8Array, packets: number, logs: readonly LogSource[]): Promise<Named> {
  const truth = new Map((await callsIn(whole)).map(({ client, stream, path }) => [`${client} ${stream}`, path]));
  const counts: Named = { exact: 0, right: 0, wrong: 0, listed: 0, unknown: 0 };
  for (const { client, stream, path, pathInferred, pathCandidates } of await callsIn(without(whole, packets), logs)) {
    const real = truth.get(`${client} ${stream}`);
    if (path !== undefined) counts.exact++;
    else if (pathInferred !== undefined && isByLog(pathInferred.because))
      counts[pathInferred.path === real ? "right" : "wrong"]++;
    else if (real !== undefined && pathCandidates?.includes(real) === true) counts.listed++;
    else counts.unknown++;
  }
  return counts;
}

export const isByLog = (because: string): boolean => /:\d+ names it$/.test(because);

/** A pcap without its first packets. */
export function without(whole: Uint8Array, packets: number): Uint8Array {
  const file = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  const borders = bordersOf(file);
  return Buffer.concat([file.subarray(0, borders[0]), file.subarray(borders[Math.min(packets, borders.length - 1)])]);
}

export const packetsOf = (whole: Buffer): number => bordersOf(whole).length - 1;

/** What Go's Framer of the server would print of a capture. */
export async function goLogOf(bytes: Uint8Array): Promise<string> {
  const captures = new CapturePipeline([captureOf(bytes)], {});
  await captures.open();
  const lines: string[] = [];
  const print = (time: number, text: string) => lines.push(goLine(Number(captures.clock.text(time)), text));
  for await (const _ of captures.run({ listeners: [goFramer(print)] }));
  return `${lines.join("\n")}\n`;
}

/** @param seconds Since the epoch. */
export function goLine(seconds: number, text: string): string {
  const at = new Date(Math.floor(seconds) * 1000).toISOString();
  return `${at.slice(0, 10).replaceAll("-", "/")} ${at.slice(11, 19)} http2: ${text}`;
}

/** Prints as Go's Framer does.
 *  @param fieldsOf What is printed of the fields of a request; else what was read of them. */
export function goFramer(
  print: (time: number, text: string, stream: number) => void,
  fieldsOf: (stream: number, fields: readonly Field[]) => readonly LoggedField[] = (_, fields) =>
    fields.map(({ name, value }) => [name.text, value]),
): ModelSink {
  return {
    frame({ kind, from, streamId, length, flags, last, errorCode, lastStreamId, increment }, _, { id }) {
      const isAck = kind === "settings" || kind === "ping";
      const set = (isAck ? ACK : FLAGS).filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
      const code = `ErrCode=${errorCodeName(errorCode)}`;
      const rest = {
        goaway: ` LastStreamID=${lastStreamId} ${code} Debug=""`,
        "rst-stream": ` ${code}`,
        "window-update": ` incr=${increment}`,
      }[kind as string];
      const type = kind.toUpperCase().replaceAll("-", "_");
      const head = `${type}${set.length === 0 ? "" : ` flags=${set.join("|")}`}${streamId === 0 ? "" : ` stream=${streamId}`}`;
      const how = from === "client" ? "read" : "wrote";
      print(last.time, `Framer 0xc${id.toString(16)}: ${how} ${head} len=${length}${rest ?? ""}`, streamId);
    },
    fields({ from, decoded, last, streamId }) {
      if (from !== "client") return;
      for (const [name, value] of fieldsOf(streamId, decoded?.fields.slice(0, decoded.count) ?? []))
        print(last.time, `decoded hpack field header field "${quoted(name)}" = "${quoted(value)}"`, streamId);
    },
  };
}

export type LoggedField = readonly [name: string, value: string];

const quoted = (text: string) => text.replace(/["\\]|[^ -~]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);

const ACK = [[1, "ACK"]] as const;
const FLAGS = [
  [1, "END_STREAM"],
  [4, "END_HEADERS"],
  [8, "PADDED"],
  [32, "PRIORITY"],
] as const;
