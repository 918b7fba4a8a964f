import { closeSync, openSync, writeSync } from "node:fs";
import { extname } from "node:path";
import { type AnalyzeOptions, analyze, Chooser, Session } from "../analyze.ts";
import { H2lintError } from "../error.ts";
import { CallReader } from "../grpc/call-reader.ts";
import { callsJson, callsNdjson, callsTable } from "../report/calls.ts";
import { checkReport } from "../report/check.ts";
import type { SummaryEvent } from "../report/event.ts";
import { ExchangeLister } from "../report/exchange.ts";
import { FrameLister } from "../report/frame-object.ts";
import { framesTable } from "../report/frames.ts";
import { jsonReport, ndjsonReport } from "../report/json.ts";
import type { Output, Report } from "../report/report.ts";
import { explainRule, rulesJson, rulesTable } from "../report/rules.ts";
import { Timeline } from "../report/timeline.ts";
import { rules } from "../rules/index.ts";
import { findCaptures } from "./captures.ts";
import type { Invocation } from "./options.ts";
import { lookOf, ProgressLine } from "./terminal.ts";

/** Do what was asked for. @returns The exit status (interface.md). */
export async function run(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case "check":
      return check(invocation);
    case "timeline":
      return timeline(invocation);
    case "calls":
      return calls(invocation);
    case "frames":
      return frames(invocation);
    case "rules":
      return listRules(invocation);
    case "explain":
      return explain(invocation);
    default:
      return invocation.command satisfies never;
  }
}

const stdout = new (class {
  #pending = "";

  // Written in large pieces: a report of many frames would otherwise be one system call a line.
  readonly write: Output = (text) => {
    this.#pending += text;
    if (this.#pending.length > 1 << 16) this.flush();
  };

  flush(): void {
    if (this.#pending !== "") process.stdout.write(this.#pending);
    this.#pending = "";
  }
})();

async function check(invocation: Invocation): Promise<number> {
  const reports = [reportOf(formatOf(invocation, ["table", "json", "ndjson"]), stdout.write, invocation)];
  const files = invocation.outputs.map((output) => openOutput(output, invocation));
  reports.push(...files.map(({ report }) => report));
  const progress = new ProgressLine(invocation);
  let summary: SummaryEvent | undefined;
  try {
    for await (const event of analyze(await findCaptures(invocation.operands), {
      ...options(invocation),
      progress: progress.update,
    })) {
      for (const report of reports) report.event(event);
      if (event.kind === "summary") summary = event;
    }
  } finally {
    progress.clear();
  }
  for (const report of reports) report.end();
  for (const { close } of files) close();
  stdout.flush();
  return status(summary!, invocation);
}

// Unproven and consequent findings are not among the counts.
function status(
  { errors, warnings, infos, http2Connections, incomplete }: SummaryEvent,
  { failOn, requireComplete }: Invocation,
): number {
  const failing = failOn === "never" ? 0 : errors + (failOn === "error" ? 0 : warnings) + (failOn === "info" ? infos : 0);
  if (failing > 0) return 1;
  return http2Connections === 0 || (requireComplete && incomplete) ? 3 : 0;
}

async function timeline(invocation: Invocation): Promise<number> {
  formatOf(invocation, ["table"]);
  const { only, verbose } = invocation;
  const view = new Timeline(stdout.write, lookOf(invocation), {
    all: verbose,
    frames: 20_000,
    ...(only.stream === undefined ? {} : { stream: only.stream }),
  });
  const { stream: _, ...rest } = only;
  for await (const event of analyze(await findCaptures(invocation.operands), {
    ...options(invocation),
    only: rest,
    listeners: [view],
  })) {
    if (event.kind === "connection" && !event.protocol.startsWith("h2") && !verbose) continue;
    view.event(event);
    stdout.flush();
  }
  return 0;
}

async function calls(invocation: Invocation): Promise<number> {
  const format = formatOf(invocation, ["table", "json", "ndjson"]);
  const look = lookOf(invocation);
  const view =
    format === "table" ? callsTable(stdout.write, look) : format === "json" ? callsJson(stdout.write) : callsNdjson(stdout.write);
  const session = new Session(await findCaptures(invocation.operands), options(invocation));
  await session.open();
  const chosen = new Chooser(invocation.only, session.clock);
  const lister = new ExchangeLister(
    () => session.clock,
    chosen,
    session.limits,
    (exchange) => view.exchange(exchange),
  );
  for await (const _ of session.run([new CallReader([], session.limits), lister])) stdout.flush();
  view.end();
  stdout.flush();
  return 0;
}

async function frames(invocation: Invocation): Promise<number> {
  const format = formatOf(invocation, ["table", "ndjson"]);
  const { only } = invocation;
  const row = format === "ndjson" ? undefined : framesTable(stdout.write, lookOf(invocation));
  const sources = await findCaptures(invocation.operands);
  let names: readonly string[] = [];
  const lister = new FrameLister(
    () => session.clock,
    () => names,
    invocation.showSecrets,
    (frame) => {
      if (only.connection !== undefined && frame.connection !== only.connection) return;
      if (only.stream !== undefined && frame.streamId !== only.stream) return;
      if (row !== undefined) row(frame);
      else {
        const { text: _, ...listing } = frame;
        stdout.write(`${JSON.stringify(listing)}\n`);
      }
    },
  );
  const session = new Session(sources, options(invocation));
  names = await session.open();
  for await (const _ of session.run([lister]));
  stdout.flush();
  return 0;
}

function listRules(invocation: Invocation): number {
  if (formatOf(invocation, ["table", "json"]) === "json") rulesJson(stdout.write, rules);
  else rulesTable(stdout.write, lookOf(invocation), rules);
  stdout.flush();
  return 0;
}

function explain(invocation: Invocation): number {
  formatOf(invocation, ["table"]);
  const [id = ""] = invocation.operands;
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) throw new H2lintError("usage", `no rule is named ${id}${nearest(id)} (see h2lint rules)`);
  explainRule(stdout.write, lookOf(invocation), rule);
  stdout.flush();
  return 0;
}

function nearest(id: string): string {
  const tail = id.slice(id.indexOf("/") + 1);
  const like = rules.filter((rule) => rule.id.endsWith(`/${tail}`) || (tail.length > 3 && rule.id.includes(tail))).slice(0, 3);
  return like.length === 0 ? "" : `; did you mean ${like.map((rule) => rule.id).join(", ")}?`;
}

function options({ engine, preset, severities, only }: Invocation): AnalyzeOptions {
  return { engine, preset, severities, only };
}

function reportOf(format: string, output: Output, invocation: Invocation): Report {
  if (format === "json") return jsonReport(output);
  if (format === "ndjson") return ndjsonReport(output);
  return checkReport(output, lookOf(invocation), rules);
}

function formatOf({ format, command }: Invocation, known: readonly string[]): string {
  const wanted = format ?? known[0]!;
  if (!known.includes(wanted)) throw new H2lintError("usage", `--format ${wanted}: ${command} writes ${known.join(", ")}`);
  return wanted;
}

// `[FORMAT=]FILE`, the format by extension.
function openOutput(text: string, invocation: Invocation): { report: Report; close: () => void } {
  const match = /^(json|ndjson|table)=(.+)$/.exec(text);
  const path = match?.[2] ?? text;
  const format = match?.[1] ?? EXTENSIONS[extname(path)];
  if (format === undefined)
    throw new H2lintError("usage", `--output ${text}: no format is known by this extension; use json= or ndjson=`);
  let file: number;
  try {
    file = openSync(path, "w");
  } catch (error) {
    throw new H2lintError("unreadable", `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
  const plain = { ...invocation, color: false };
  return { report: reportOf(format, (piece) => void writeSync(file, piece), plain), close: () => closeSync(file) };
}

const EXTENSIONS: Readonly<Record<string, string>> = { ".json": "json", ".ndjson": "ndjson", ".txt": "table" };
