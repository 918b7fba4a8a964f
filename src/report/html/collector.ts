// Listens to the model and to the report's events, and keeps what the page shows (page-data.ts), within the bounds of limits.ts: frames
// beyond them become summaries, first those of connections that are over and without a finding.
import { base64 } from "../../bytes.ts";
import type { Http1Head } from "../../detect/http1.ts";
import type { Http1Observer } from "../../detect/http1-exchange.ts";
import type { UpgradeOffer } from "../../detect/upgrade.ts";
import type { Frame } from "../../http2/frame.ts";
import { english, type Language } from "../../lang/language.ts";
import type { Limits } from "../../limits.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { ModelSink } from "../../model/model-sink.ts";
import type { Stream } from "../../model/stream.ts";
import { summarise } from "../../model/summary.ts";
import type { Origin, Side } from "../../place.ts";
import type { Rule } from "../../rules/rule.ts";
import type { EndReason, GapProof } from "../../tcp/byte-stream.ts";
import { NEEDS, VERDICTS } from "../answer-words.ts";
import type {
  BudgetEvent,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  ReportEvent,
  RunEvent,
  SummaryEvent,
  UnexplainedEvent,
} from "../event.ts";
import { failuresOf, isFailure } from "../failures.ts";
import { Inventory, isEmpty, symptomLines } from "../inventory.ts";
import { specText } from "../rules.ts";
import { tell } from "../story.ts";
import { pageConnection, Tables } from "./page-connection.ts";
import type { PageData, RuleText } from "./page-data.ts";
import { pageKinds, shownOctets } from "./page-data.ts";
import { Rows } from "./rows.ts";
import { blockOf, detailOf, LOST, mayHoldSecret, shown } from "./shown.ts";

export interface CollectorOptions {
  readonly limits: Limits;
  readonly rules: readonly Rule[];
  readonly showSecrets: boolean;
  /** Of what the page says of this capture; absent: English. */
  readonly language?: Language;
  /** Keep frames of this stream, and of the connection. */
  readonly stream?: number;
}

export class Collector implements ModelSink {
  readonly #options: CollectorOptions;
  readonly #in: Language;
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #open = new Map<number, Rows>();
  /** Of those that are over and have no finding, oldest first. */
  readonly #clean: Rows[] = [];
  /** How many of them are folded. */
  #folded = 0;
  readonly #connections: Done[] = [];
  readonly #findings: FindingEvent[] = [];
  readonly #unexplained: UnexplainedEvent[] = [];
  readonly #faulty = new Set<number>();
  readonly #inventory: Inventory;
  readonly #diagnostics: DiagnosticEvent[] = [];
  readonly #budgets: BudgetEvent[] = [];
  readonly #left = { foldedFrames: 0, connections: 0, findings: 0, diagnostics: 0, blocks: 0 };
  #run: RunEvent | undefined;
  #summary: SummaryEvent | undefined;
  /** Entries kept of all connections. */
  #frames = 0;
  /** Characters kept of all connections. */
  #octets = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#in = options.language ?? english;
    this.#inventory = new Inventory(undefined, options.stream);
    this.#rules = new Map(options.rules.map((rule) => [rule.id, rule]));
  }

  connectionStart(connection: Connection): void {
    this.#open.set(connection.id, new Rows(connection.flow.firstTime));
  }

  upgrade({ request, response, accepted, method, target, tokens }: UpgradeOffer, connection: Connection): void {
    const rows = this.#open.get(connection.id);
    if (rows === undefined) return;
    this.#http1(rows, "client", request, `${request.line}, Upgrade: ${tokens.join(", ")}`);
    if (response !== undefined) this.#http1(rows, "server", response, response.line);
    if (accepted) rows.stream(1).request = shown(`${method} ${target}`);
  }

  frame(frame: Frame, of: Stream | undefined, connection: Connection): void {
    this.#inventory.frame(frame, of, connection);
    const rows = this.#open.get(connection.id);
    if (rows === undefined) return;
    const { kind, streamId, from, first, last } = frame;
    const { stream } = this.#options;
    if (stream !== undefined && streamId !== 0 && streamId !== stream) return;
    const code = kindCode(kind, from);
    if (rows.folded || !this.#room()) {
      rows.summarise(code, last.time, last.packet, frame.length, this.#left);
      return;
    }
    const opens = kind === "headers" || kind === "push-promise";
    const side = from === "client" ? 0 : 1;
    const at = rows.push(code, last, first.offset, streamId, frame.length, frame.flags);
    this.#frames++;
    if (streamId !== 0) rows.stream(streamId);
    rows.text[at] = opens ? "" : shown(summarise(frame));
    rows.detail[at] = detailOf(frame);
    rows.payload[at] = base64(frame.bytes, frame.start, Math.min(frame.end, frame.start + shownOctets));
    this.#grow(rows, rows.text[at].length + rows.payload[at].length + ENTRY);
    if (opens) rows.pending[side] = [at];
    else if (kind === "continuation") rows.pending[side].push(at);
  }

  fields(block: FieldBlock, of: Stream | undefined, connection: Connection): void {
    this.#inventory.fields(block, of, connection);
    const rows = this.#open.get(connection.id);
    if (rows === undefined) return;
    const side = block.from === "client" ? 0 : 1;
    const pending = rows.pending[side];
    rows.pending[side] = [];
    const { decoded } = block;
    const masks = !this.#options.showSecrets && (decoded === undefined || mayHoldSecret(decoded));
    // The octets of a field block give away what its fields hide.
    if (masks) for (const at of pending) rows.hide(at);
    this.#describe(block, rows);
    const [at] = pending;
    if (at === undefined || at >= rows.count || rows.offset[at] !== block.first.offset) return;
    rows.text[at] = shown(summarise(block));
    if (this.#octets > this.#options.limits.reportOctets) {
      this.#left.blocks++;
      return;
    }
    const kept = decoded === undefined ? LOST : blockOf(decoded, connection.endpoint(block.from), this.#options.showSecrets);
    rows.block[at] = kept;
    this.#grow(rows, rows.text[at].length + kept.fields.reduce((sum, text) => sum + (text?.length ?? 0), ENTRY));
  }

  fieldsLost(from: Side, connection: Connection): void {
    const rows = this.#open.get(connection.id);
    if (rows !== undefined) this.#abandon(rows, from === "client" ? 0 : 1);
  }

  gap(from: Side, length: number, proof: GapProof, at: Origin, connection: Connection): void {
    const rows = this.#open.get(connection.id);
    if (rows === undefined || rows.gaps.length >= GAPS) return;
    rows.gaps.push({
      side: from === "client" ? 0 : 1,
      time: at.time,
      packet: at.packet,
      octets: length,
      why:
        proof === "acknowledged"
          ? this.#in.text("the {side} acknowledged them", { side: this.#in.text(from === "client" ? "server" : "client") })
          : proof === "cut"
            ? this.#in.text("cut by the snap length")
            : "",
    });
  }

  streamStart(stream: Stream, connection: Connection): void {
    this.#inventory.streamStart(stream, connection);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#inventory.streamEnd(stream, connection);
  }

  http1(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined {
    return this.#inventory.http1(head, number, connection);
  }

  connectionEnd(connection: Connection): void {
    this.#inventory.connectionEnd(connection);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    this.#inventory.end(from, how, at, connection);
    if (how !== "fin" && how !== "rst") return;
    const { time, packet } = at;
    this.#open.get(connection.id)?.ends.push({ side: from === "client" ? 0 : 1, how, time, packet });
  }

  event(event: ReportEvent): void {
    const { limits } = this.#options;
    switch (event.kind) {
      case "run":
        this.#run = event;
        break;
      case "finding": {
        this.#faulty.add(event.connection);
        if (this.#findings.length >= limits.reportFindings) this.#left.findings++;
        else this.#findings.push(event);
        break;
      }
      case "connection":
        this.#finish(event);
        break;
      case "diagnostic":
        if (this.#diagnostics.length >= DIAGNOSTICS) this.#left.diagnostics++;
        else this.#diagnostics.push(event);
        break;
      case "budget":
        this.#budgets.push(event);
        break;
      case "summary":
        this.#summary = event;
        break;
      case "unexplained":
        if (event.baseline !== true && this.#unexplained.length < UNEXPLAINED) this.#unexplained.push(event);
        break;
      // The page is about frames; this stands in the other reports.
      case "baseline":
        break;
      default:
        event satisfies never;
    }
  }

  /** After the summary. */
  data(): PageData {
    const { captures, kind: _, ...summary } = this.#summary!;
    const files = this.#run!.captures.length;
    const { stream } = this.#options;
    const tables = new Tables();
    const connections = this.#connections
      .sort((a, b) => a.event.id - b.event.id)
      .map(({ event, rows }) => pageConnection(event, rows, files, stream !== undefined, tables, this.#in));
    const story = this.#story();
    return {
      ...(story === undefined ? {} : { story }),
      symptoms: this.#symptoms(story !== undefined),
      schema: "h2lint-page/1",
      tool: this.#run!.tool,
      captures,
      summary,
      diagnostics: this.#diagnostics.map((event) => ({ ...event, message: this.#in.phrase(event.message) })),
      budgets: this.#budgets.map((event) => spoken(event, this.#in)),
      rules: this.#ruleTexts(),
      words: { verdicts: this.#words(VERDICTS), needs: this.#words(NEEDS) },
      strings: tables.strings.list,
      details: tables.details.list,
      blocks: tables.blocks.list,
      connections,
      findings: this.#findings.map((event) => this.#spoken(event)),
      left: this.#left,
    };
  }

  /** Of the worst that failed. */
  #story(): PageData["story"] {
    const worst = failuresOf(this.#findings, this.#unexplained).find(isFailure);
    if (worst === undefined) return undefined;
    const { finding } = worst;
    const events = new Map(this.#connections.map(({ event }) => [event.id, event]));
    const rule = finding === undefined ? undefined : this.#rules.get(finding.rule);
    return { ...tell(worst, events, rule, this.#in), finding: finding === undefined ? -1 : this.#findings.indexOf(finding) };
  }

  #symptoms(isTold: boolean): string[] {
    const known = new Set(this.#connections.map(({ event }) => event.id));
    const symptoms = this.#inventory.symptoms(this.#findings, (connection) => known.has(connection), this.#in);
    const isQuiet = isEmpty(symptoms) && !isTold && this.#summary!.http2Connections > 0;
    return isQuiet ? [this.#in.text("Nothing failed.")] : symptomLines(symptoms, { say: this.#in, rules: this.#options.rules });
  }

  /** A finding as the page says it. */
  #spoken(event: FindingEvent): FindingEvent {
    const say = this.#in;
    if (say === english) return event;
    const { explanation, lost } = event.reaction;
    return {
      ...event,
      message: say.message(event.message, event.data, this.#rules.get(event.rule)),
      reaction: {
        ...event.reaction,
        ...(explanation === undefined ? {} : { explanation: say.phrase(explanation) }),
        ...(lost === undefined
          ? {}
          : { lost: lost.map((one) => (one.saw === undefined ? one : { ...one, saw: say.phrase(one.saw) })) }),
      },
    };
  }

  #words(words: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(words).map(([word, text]) => [word, this.#in.text(text)]));
  }

  #finish(event: ConnectionEvent): void {
    const rows = this.#open.get(event.id) ?? new Rows(0);
    this.#open.delete(event.id);
    for (const side of [0, 1] as const) this.#abandon(rows, side);
    const clean = !this.#faulty.has(event.id);
    if (clean && this.#connections.length >= this.#options.limits.reportConnections) {
      this.#release(rows);
      this.#left.connections++;
      return;
    }
    this.#connections.push({ event, rows });
    if (clean && rows.count > 0) this.#clean.push(rows);
  }

  /** Fold what nobody will miss, so that there is room for one more. */
  #room(): boolean {
    const { reportFrames, reportOctets } = this.#options.limits;
    while (this.#frames >= reportFrames || this.#octets >= reportOctets) {
      const rows = this.#clean[this.#folded++];
      if (rows === undefined) {
        this.#folded--;
        return false;
      }
      this.#release(rows);
      rows.fold(this.#left);
    }
    return true;
  }

  #release(rows: Rows): void {
    this.#frames -= rows.count;
    this.#octets -= rows.octets;
  }

  /** Nothing more is known of an open field block: its octets may hold what must not be shown. */
  #abandon(rows: Rows, side: 0 | 1): void {
    const pending = rows.pending[side];
    rows.pending[side] = [];
    const [first] = pending;
    if (first === undefined) return;
    if (first < rows.count && rows.block[first] === undefined) {
      rows.block[first] = LOST;
      rows.text[first] = this.#in.text("fields not readable");
    }
    if (!this.#options.showSecrets) for (const at of pending) rows.hide(at);
  }

  #http1(rows: Rows, from: Side, head: Http1Head, text: string): void {
    if (!this.#room()) return;
    const length = Math.max(head.last.offset + 1 - head.first.offset, 0);
    const at = rows.push(kindCode("http1", from), head.last, head.first.offset, 0, length, 0);
    this.#frames++;
    rows.text[at] = shown(text);
    this.#grow(rows, text.length + ENTRY);
  }

  #grow(rows: Rows, octets: number): void {
    rows.octets += octets;
    this.#octets += octets;
  }

  #describe(block: FieldBlock, rows: Rows): void {
    const { decoded, streamId, role } = block;
    const { stream } = this.#options;
    if (decoded === undefined || rows.folded || (stream !== undefined && streamId !== stream)) return;
    const lane = rows.stream(role === "promise" ? block.promisedStreamId : streamId);
    if (role === "request" || role === "promise") {
      const { method, path, authority } = decoded;
      if (method !== undefined)
        lane.request = shown(`${method.value} ${path?.value ?? block.pathGroup?.name ?? authority?.value ?? ""}`.trimEnd());
    }
    if (role === "response" && decoded.status !== undefined) lane.status = shown(decoded.status.value);
    if (block.from === "server" && decoded.grpcStatus !== undefined) lane.grpcStatus = shown(decoded.grpcStatus.value);
  }

  #ruleTexts(): Record<string, RuleText> {
    const texts: Record<string, RuleText> = {};
    for (const { rule } of this.#findings) {
      const known = this.#rules.get(rule);
      if (known === undefined || rule in texts) continue;
      const { severity, spec } = known.meta;
      const { title, why, fix } = this.#in.rule(known);
      texts[rule] = { title, severity, why, fix, spec: spec.map(specText) };
    }
    return texts;
  }
}

const spoken = (event: BudgetEvent, say: Language): BudgetEvent => ({
  ...event,
  asserted: say.word("budget", event.asserted),
  message: say.word("budget", event.message),
  ...(event.because === undefined ? {} : { because: say.word("budget", event.because) }),
  places: event.places.map((place) => (place.what === undefined ? place : { ...place, what: say.word("budget", place.what) })),
});

interface Done {
  readonly event: ConnectionEvent;
  readonly rows: Rows;
}

const kindCode = (kind: (typeof pageKinds)[number], from: Side): number => KINDS.get(kind)! * 2 + (from === "client" ? 0 : 1);

const KINDS = new Map<string, number>(pageKinds.map((kind, index) => [kind, index]));

// Of what one page says of one thing.
const GAPS = 2000;
const DIAGNOSTICS = 200;
const UNEXPLAINED = 1000;
// What an entry costs besides its texts.
const ENTRY = 32;
