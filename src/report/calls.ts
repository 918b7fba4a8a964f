// `h2lint calls`: one row an exchange, then what the methods came to.
import type { GrpcSink } from "../grpc/grpc-sink.ts";
import { statusName } from "../grpc/status.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { ExchangeObject, MessageObject } from "./exchange.ts";
import { errorOf, MethodSummary, methodOf } from "./method-summary.ts";
import type { Output } from "./report.ts";
import { type Look, Style } from "./style.ts";
import { rowTable } from "./table.ts";
import { count, duration, jsonText, plural, printable, size } from "./text.ts";

export interface CallsView {
  /** Of one that shows more than the exchanges say: also told what the model tells, and of gRPC calls. */
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
  const summary = new MethodSummary();
  const method = Math.max(look.width - FIXED, 20);
  const row = (call: string, path: string, status: string, sent: string, received: string, took: string, end: string) =>
    `${call.padEnd(7)} ${tail(path, method)} ${status.padEnd(19)} ${sent.padEnd(12)} ${received.padEnd(12)} ${took.padStart(9)}  ${end}`.trimEnd();
  let rows = 0;
  return {
    exchange(exchange) {
      if (rows++ === 0) output(`${style.bold(row("call", "method", "status", "sent", "received", "took", "end"))}\n`);
      summary.add(exchange);
      const { connection, stream, requestOctets, responseOctets, end } = exchange;
      const bad = end !== "complete" && end !== "open" && end !== "unknown";
      const line = row(
        `${connection}.${stream}`,
        printable(methodOf(exchange)),
        statusOf(exchange),
        carried(exchange.requestMessages, exchange.requestMessagesSeen, requestOctets),
        carried(exchange.responseMessages, exchange.responseMessagesSeen, responseOctets),
        exchange.duration === undefined ? "" : duration(exchange.duration),
        `${bad ? `${style.mark.bad} ` : ""}${end}${exchange.pushed ? ", pushed" : ""}`,
      );
      output(`${bad ? style.red(line) : errorOf(exchange) === undefined ? line : style.yellow(line)}\n`);
      for (const message of exchange.messages ?? []) output(`${messageLine(message, style, look)}\n`);
      if (exchange.messagesOmitted !== undefined)
        output(style.dim(`        and ${plural(exchange.messagesOmitted, "message")} that did not fit into memory\n`));
    },
    end() {
      if (rows === 0) {
        output("no exchange\n");
        return;
      }
      writeSummary(output, look, summary);
    },
  };
}

function writeSummary(output: Output, look: Look, summary: MethodSummary): void {
  const style = new Style(look);
  const head = ["method", "calls", "p50", "p90", "p99", "messages", "octets", "errors"];
  const took = (time: number | undefined) => (time === undefined ? "" : duration(time));
  const rows = summary.methods.slice(0, look.verbose ? undefined : SHOWN).map((m) => [
    printable(m.method),
    count(m.calls),
    ...[took(m.p50), took(m.p90), took(m.p99)],
    `${count(m.requestMessages)} / ${count(m.responseMessages)}`,
    `${short(m.requestOctets)} / ${short(m.responseOctets)}`,
    Object.entries(m.errors)
      .map(([error, times]) => (times === 1 ? error : `${error} x ${times}`))
      .join(", "),
  ]);
  output(`\n${rowTable(head, rows, look.width)}\n`);
  const more = summary.methods.length - rows.length;
  if (more > 0) output(`${style.dim(`and ${count(more)} more methods (--verbose shows them)`)}\n`);
  if (summary.slowest.length < 2) return;
  output(`\n${style.bold("slowest")}\n`);
  for (const exchange of summary.slowest) {
    const { connection, stream } = exchange;
    const call = `${connection}.${stream}`;
    output(`${duration(exchange.duration!).padStart(9)}  ${call.padEnd(8)} ${printable(methodOf(exchange))}\n`);
  }
}

// `  > 0  12  {"name":"world"}`: direction, index, octets, what it holds; all of it with --verbose.
function messageLine(message: MessageObject, style: Style, look: Look): string {
  const { direction, index, length, compressed, type, json, raw, misfit, omitted } = message;
  const mark = direction === "request" ? style.mark.to : style.mark.from;
  const head = `        ${mark} ${String(index).padEnd(3)} ${short(length).padStart(6)}${compressed ? " compressed" : ""} `;
  const text = json !== undefined ? JSON.stringify(json) : raw !== undefined ? `0x${raw}` : `(${omitted})`;
  const shown = `${type === undefined ? "" : `${type.slice(type.lastIndexOf(".") + 1)} `}${printable(escaped(text))}`;
  const room = Math.max(look.width - head.length, 40);
  const line = `${head}${look.verbose || shown.length <= room ? shown : `${shown.slice(0, room - 3)}...`}`;
  return misfit === undefined
    ? line
    : `${line}\n            ${style.yellow(printable(escaped(`${misfit.field} ${misfit.reason}`)))}`;
}

// What is text already, not octets: one that looks like UTF-8 must not be decoded again.
const escaped = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

function statusOf({ protocol, status, grpcStatus }: ExchangeObject): string {
  if (grpcStatus !== undefined) return statusName(grpcStatus);
  if (status === undefined) return "-";
  return protocol === "grpc" && status !== 200 ? `HTTP ${status}` : protocol === "grpc" ? "-" : String(status);
}

// `3 (39)`: messages and octets; of HTTP octets alone.
function carried(messages: number | undefined, seen: number | undefined, octets: number): string {
  const n = messages === undefined ? (seen === undefined ? undefined : `>=${seen}`) : String(messages);
  if (n === undefined) return octets === 0 ? "0" : short(octets);
  return octets === 0 ? n : `${n} (${short(octets)})`;
}

const short = (octets: number): string => (octets < 10_000 ? count(octets) : size(octets));

// The end of a method tells more than its package.
const tail = (text: string, width: number): string =>
  (text.length > width ? `...${text.slice(text.length - width + 3)}` : text).padEnd(width);

// All columns but the method's, at their widest.
const FIXED = 7 + 1 + 1 + 19 + 1 + 12 + 1 + 12 + 1 + 9 + 2 + 18;
const SHOWN = 20;
