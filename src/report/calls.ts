// `h2lint calls`: one row an exchange, then what the methods came to.
import type { GrpcSink } from "../grpc/grpc-sink.ts";
import { statusName } from "../grpc/status.ts";
import { english, type Language } from "../lang/language.ts";
import type { ModelSink } from "../model/model-sink.ts";
import { causeOf } from "./call-cause.ts";
import type { ExchangeObject } from "./exchange.ts";
import { messageLine } from "./message-line.ts";
import { errorOf, MethodSummary, methodOf, OTHERS, UNKNOWN } from "./method-summary.ts";
import type { Output } from "./report.ts";
import { type Look, Style, wrap } from "./style.ts";
import { rowTable } from "./table.ts";
import { count, counted, duration, jsonText, printable, shortSize, utf16Octets } from "./text.ts";
import { ending, padEnd, padStart, shortened, widthOf } from "./width.ts";

export interface CallsView {
  /** Of one that shows more than the exchanges say: it also hears what the model reports, and of gRPC calls. */
  readonly listener?: ModelSink & GrpcSink;
  exchange(exchange: ExchangeObject): void;
  end(): void;
}

export function callsNdjson(output: Output): CallsView {
  return { exchange: (exchange) => output(`${jsonText(exchange)}\n`), end: () => {} };
}

export function callsJson(output: Output): CallsView {
  const summary = new MethodSummary();
  let before = "";
  output('{\n  "schema": "h2lint-calls/1",\n  "calls": [');
  return {
    exchange(exchange) {
      summary.add(exchange);
      output(`${before}\n    ${jsonText(exchange)}`);
      before = ",";
    },
    end() {
      const methods = summary.methods.map((method) => `\n    ${jsonText(method)}`).join(",");
      output(`${before === "" ? "" : "\n  "}],\n  "methods": [${methods}${methods === "" ? "" : "\n  "}]\n}\n`);
    },
  };
}

/** Rows as they come: a capture has too many to measure them first. */
export function callsTable(output: Output, look: Look): CallsView {
  const style = new Style(look);
  const say = look.language ?? english;
  const summary = new MethodSummary();
  // Of a method that is too long the end is shown: it says more than its package.
  const method = look.width - FIXED;
  // Where methods have no room beside the rest, they stand above it.
  const stacked = method < LEAST;
  const row = (
    call: string,
    path: string,
    ...rest: [status: string, sent: string, received: string, took: string, end: string]
  ) => {
    const [status, sent, received, took, end] = rest;
    const lead = `${padEnd(status, 19)} ${padEnd(sent, 11)} ${padEnd(received, 11)} ${padStart(took, 9)}  `;
    if (!stacked) return [`${padEnd(call, 7)} ${padEnd(ending(path, method), method)} ${lead}${end}`.trimEnd()];
    // With its mark, of which nothing is broken off.
    const [first = "", ...more] = wrap(end.replace(/^(\S) /, "$1\0"), look.width - BELOW.length - widthOf(lead));
    return [
      `${padEnd(call, 7)} ${ending(path, look.width - 8)}`.trimEnd(),
      `${BELOW}${lead}${first.replace("\0", " ")}`.trimEnd(),
      ...more.map((one) => `${BELOW}${" ".repeat(widthOf(lead))}${one}`),
    ];
  };
  let rows = 0;
  let noted = false;
  return {
    exchange(exchange) {
      if (rows++ === 0) for (const line of headOf(say, row)) output(`${style.bold(line)}\n`);
      summary.add(exchange);
      const { connection, stream, requestOctets, responseOctets, end } = exchange;
      const bad = end !== "complete" && end !== "open" && end !== "unknown";
      const lines = row(
        `${connection}.${stream}`,
        methodText(exchange, say),
        statusOf(exchange),
        carried(exchange.requestMessages, exchange.requestMessagesSeen, requestOctets),
        carried(exchange.responseMessages, exchange.responseMessagesSeen, responseOctets),
        exchange.duration === undefined ? "" : duration(exchange.duration),
        `${bad ? `${style.mark.bad} ` : ""}${say.word("end", end)}${exchange.pushed ? say.text(", pushed") : ""}${carrierOf(exchange, say)}`,
      );
      const paint = bad ? style.red : errorOf(exchange) === undefined ? (text: string) => text : style.yellow;
      for (const line of lines) output(`${paint(line)}\n`);
      noted ||= exchange.pathGroup !== undefined;
      if (look.verbose) for (const line of nameLines(exchange, say)) output(`${style.dim(indented(line, look))}\n`);
      for (const cause of causeOf(exchange, say)) output(`${style.dim(indented(cause, look))}\n`);
      if (look.verbose) for (const field of fieldLines(exchange, style, say)) output(`${indented(field, look)}\n`);
      for (const message of exchange.messages ?? []) output(`${messageLine(message, style, look)}\n`);
      if (exchange.messagesOmitted !== undefined)
        output(`${style.dim(`        ${omittedText(exchange.messagesOmitted, say)}`)}\n`);
    },
    end() {
      if (rows === 0) {
        output(`${say.text("no exchange")}\n`);
        return;
      }
      writeSummary(output, look, summary);
      if (noted) for (const line of wrap(say.text(NAMES), look.width)) output(`${style.dim(line)}\n`);
    },
  };
}

// Below its call, in one line unless all is asked for.
function indented(octets: string, look: Look): string {
  const text = printable(octets);
  const room = Math.max(look.width - INDENT.length, 40);
  return `${INDENT}${look.verbose ? text : shortened(text, room)}`;
}

// Why a path is taken for this one, or which ones it may be.
function nameLines({ pathInferred, pathCandidates }: ExchangeObject, say: Language): string[] {
  if (pathInferred !== undefined)
    return [
      utf16Octets(
        say.text("inferred, {percent} %: {because}", {
          percent: Math.round(pathInferred.score * 100),
          because: say.phrase(pathInferred.because),
        }),
      ),
    ];
  return pathCandidates === undefined
    ? []
    : [utf16Octets(say.text("may be {paths}", { paths: pathCandidates.join(say.text(" or ")) }))];
}

function* fieldLines(exchange: ExchangeObject, { mark }: Style, say: Language): Generator<string> {
  const { requestMetadata = [], responseMetadata = [], responseTrailers = [], metadataOmitted } = exchange;
  for (const [sign, fields] of [
    [mark.to, requestMetadata],
    [mark.from, responseMetadata],
    [mark.from, responseTrailers],
  ] as const)
    for (const [name, value] of fields) yield utf16Octets(`${sign} ${name ?? say.text(UNKNOWN)}: ${value ?? say.text(UNKNOWN)}`);
  if (metadataOmitted === true) yield utf16Octets(say.text("and more fields, which were too many to keep"));
}

function writeSummary(output: Output, look: Look, summary: MethodSummary): void {
  const style = new Style(look);
  const say = look.language ?? english;
  const head = [
    ...[say.text("method"), say.text("calls"), "p50", "p90", "p99"],
    ...[say.text("messages"), say.text("bytes"), say.text("errors")],
  ];
  const took = (time: number | undefined) => (time === undefined ? "" : duration(time));
  const rows = summary.methods.slice(0, look.verbose ? undefined : SHOWN).map((m) => [
    m.connection === undefined
      ? methodName(m.method, say)
      : say.text("{method} of connection {id}", { method: methodName(m.method, say), id: m.connection }),
    count(m.calls),
    ...[took(m.p50), took(m.p90), took(m.p99)],
    `${count(m.requestMessages)} / ${count(m.responseMessages)}`,
    `${shortSize(m.requestOctets)} / ${shortSize(m.responseOctets)}`,
    Object.entries(m.errors)
      .map(([error, times]) => (times === 1 ? say.word("end", error) : `${say.word("end", error)} x ${times}`))
      .concat(m.retries === undefined ? [] : say.text(m.retries === 1 ? "{n} retry" : "{n} retries", { n: count(m.retries) }))
      .join(", "),
  ]);
  output(`\n${rowTable(head, rows, look.width)}\n`);
  const more = summary.methods.length - rows.length;
  if (more > 0) output(`${style.dim(say.text("and {n} more methods (--verbose shows them)", { n: count(more) }))}\n`);
  if (summary.slowest.length < 2) return;
  output(`\n${style.bold(say.text("slowest"))}\n`);
  for (const exchange of summary.slowest) {
    const { connection, stream } = exchange;
    const call = `${connection}.${stream}`;
    output(`${duration(exchange.duration!).padStart(9)}  ${call.padEnd(8)} ${methodText(exchange, say)}\n`);
  }
}

function statusOf({ protocol, status, grpcStatus }: ExchangeObject): string {
  if (grpcStatus !== undefined) return statusName(grpcStatus);
  if (status === undefined) return "-";
  return protocol !== "http" && status !== 200 ? `HTTP ${status}` : protocol !== "http" ? "-" : String(status);
}

// What is not gRPC over HTTP/2, nor plain HTTP.
const carrierOf = ({ protocol, http }: ExchangeObject, say: Language): string =>
  [...(protocol === "grpc" || protocol === "http" ? [] : [protocol]), ...(http === undefined ? [] : [`HTTP/${http}`])]
    .map((text) => say.text(", ") + text)
    .join("");

/** Of the wire, or ours where it is not known. */
const methodText = (exchange: ExchangeObject, say: Language): string => methodName(methodOf(exchange), say);

const methodName = (method: string, say: Language): string =>
  method === UNKNOWN ? say.text(UNKNOWN) : method === OTHERS ? say.text(OTHERS) : printable(method);

const omittedText = (messages: number, say: Language): string =>
  say.text("and {messages} that did not fit into memory", { messages: counted(say, messages, "message") });

function headOf(say: Language, row: (...cells: [string, string, string, string, string, string, string]) => string[]): string[] {
  return row(
    ...[say.text("call"), say.text("method")],
    ...[say.text("status"), say.text("sent"), say.text("received"), say.text("took"), say.text("end")],
  );
}

// `3 (39)`: messages and octets; of HTTP octets alone.
function carried(messages: number | undefined, seen: number | undefined, octets: number): string {
  const n = messages === undefined ? (seen === undefined ? undefined : `>=${seen}`) : String(messages);
  if (n === undefined) return octets === 0 ? "0" : shortSize(octets);
  return octets === 0 ? n : `${n} (${shortSize(octets)})`;
}

const NAMES =
  "path#N: the path was sent before the capture; calls of a connection with the same number have the same. ~: inferred, not read (--verbose says why).";
// All columns but the method's, at their widest.
const FIXED = 7 + 1 + 1 + 19 + 1 + 11 + 1 + 11 + 1 + 9 + 2 + 18;
const LEAST = 24;
const BELOW = " ".repeat(4);
const SHOWN = 20;
const INDENT = " ".repeat(8);
