// Calls of captures whose beginning was cut away, with the names that logs give them.
import type { LogSource } from "../../src/analyze-options.ts";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
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
  const print = (time: number, text: string) => {
    const at = new Date(Math.floor(Number(captures.clock.text(time))) * 1000).toISOString();
    lines.push(`${at.slice(0, 10).replaceAll("-", "/")} ${at.slice(11, 19)} http2: ${text}`);
  };
  const quoted = (text: string) =>
    text.replace(/["\\]|[^ -~]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
  const writer: ModelSink = {
    frame({ kind, from, streamId, length, flags, last, errorCode, lastStreamId, increment }, _, { id }) {
      const type = kind.toUpperCase().replaceAll("-", "_");
      const names = ["settings", "ping"].includes(kind)
        ? [[1, "ACK"] as const]
        : [[1, "END_STREAM"] as const, [4, "END_HEADERS"] as const, [8, "PADDED"] as const, [32, "PRIORITY"] as const];
      const set = names.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
      const rest =
        kind === "goaway"
          ? ` LastStreamID=${lastStreamId} ErrCode=${errorCodeName(errorCode)} Debug=""`
          : kind === "rst-stream"
            ? ` ErrCode=${errorCodeName(errorCode)}`
            : kind === "window-update"
              ? ` incr=${increment}`
              : "";
      const head = `${type}${set.length === 0 ? "" : ` flags=${set.join("|")}`}${streamId === 0 ? "" : ` stream=${streamId}`}`;
      print(last.time, `Framer 0xc${id.toString(16)}: ${from === "client" ? "read" : "wrote"} ${head} len=${length}${rest}`);
    },
    fields({ from, decoded, last }) {
      if (from !== "client") return;
      for (const { name, value } of decoded?.fields.slice(0, decoded.count) ?? [])
        print(last.time, `decoded hpack field header field "${quoted(name.text)}" = "${quoted(value)}"`);
    },
  };
  for await (const _ of captures.run({ listeners: [writer] }));
  return `${lines.join("\n")}\n`;
}
