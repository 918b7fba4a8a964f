// `h2lint info`: what is in the captures and how much of it can be judged, before anyone asks for violations.
import type { Diagnostic } from "../diagnostic.ts";
import { diagnostics, diagnosticText } from "../diagnostic.ts";
import type { PathNamer } from "../grpc/naming/path-namer.ts";
import type { Frame } from "../http2/frame.ts";
import { english, type Language } from "../lang/language.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { PacketCounts } from "../net/decoder.ts";
import type { Origin, Side } from "../place.ts";
import type { GapProof } from "../tcp/byte-stream.ts";
import type { KeyInfo } from "../tls/key-files.ts";
import type { TlsSummary } from "../tls/summary.ts";
import { adviceFor, CertaintyCollector, type CertaintyInfo, type Cost, type Shares } from "./certainty.ts";
import type { CaptureInfo } from "./event.ts";
import type { Output } from "./report.ts";
import { between, type Look, labelled, Style, wrap } from "./style.ts";
import { rowTable } from "./table.ts";
import { count, counted, duration, plural, printable } from "./text.ts";

/** `h2lint info --format json`. Octets are TCP payload; connections are named by their ids, the first ten of each kind. */
export interface InfoReport {
  readonly schema: "h2lint-info/1";
  readonly captures: readonly CaptureInfo[];
  /** Where TLS keys were read. */
  readonly keys?: readonly KeyInfo[];
  /** Which captures are judged together, and why; absent where there is only one. */
  readonly sessions?: readonly { readonly files: readonly string[]; readonly because: string }[];
  /** Every packet once, by what became of it. */
  readonly packets: PacketCounts;
  readonly protocols: readonly ProtocolInfo[];
  /** Octets of HTTP/2 connections that are missing. */
  readonly loss: Readonly<Record<"capture" | "snapLength" | "unknown", Readonly<Record<Side, number>>>>;
  readonly judged: {
    readonly fully: number;
    readonly partly: readonly Reason[];
    readonly not: readonly Reason[];
  };
  /** What share of the traffic that is HTTP/2 was read for certain, and which gaps cost what. */
  readonly certainty: CertaintyInfo;
  /** How to record better next time. */
  readonly advice?: readonly string[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly count: number;
    readonly message: string;
  }[];
  readonly quality: { readonly verdict: "complete" | "partial" | "hollow"; readonly text: string };
}

export interface ProtocolInfo {
  readonly protocol: string;
  readonly connections: number;
  readonly octets: number;
  readonly frames: number;
  readonly calls: number;
}

export interface Reason {
  readonly reason: string;
  readonly connections: number;
  readonly first: readonly number[];
}

/** Listens to the model and keeps sums: its memory does not grow with the capture. */
export class InfoCollector implements ModelSink {
  readonly #lacks = { start: false, lost: false, cut: false, oneDirection: false };
  readonly #protocols = new Map<string, { connections: number; octets: number; frames: number; calls: number }>();
  readonly #loss = { capture: noLoss(), snapLength: noLoss(), unknown: noLoss() };
  readonly #partly = new Map<string, { connections: number; first: number[] }>();
  readonly #not = new Map<string, { connections: number; first: number[] }>();
  /** By what was lost of the connections that are open. */
  readonly #lost = new Map<number, Set<GapProof>>();
  readonly #certainty: CertaintyCollector;
  #fully = 0;
  /** TLS connections that were not decrypted. */
  #sealed = 0;
  #http2 = 0;

  /** @param namer Finds names of calls; without it none counts as inferred. */
  constructor(namer?: Pick<PathNamer, "nameOf">) {
    this.#certainty = new CertaintyCollector(namer);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    this.#certainty.frame(frame, stream, connection);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    this.#certainty.fields(block, stream, connection);
  }

  gap(from: Side, length: number, proof: GapProof, at: Origin, connection: Connection): void {
    const { id } = connection;
    this.#certainty.gap(from, length, proof, at, connection);
    this.#loss[LOSSES[proof]][from] += length;
    const lost = this.#lost.get(id);
    if (lost === undefined) this.#lost.set(id, new Set([proof]));
    else lost.add(proof);
  }

  connectionEnd(connection: Connection): void {
    const { protocol, about, flow, frames, calls, id } = connection;
    const name = about.recognised ?? (protocol === "tls-unknown" ? "tls" : protocol);
    const sums = this.#protocols.get(name) ?? { connections: 0, octets: 0, frames: 0, calls: 0 };
    this.#protocols.set(name, sums);
    sums.connections++;
    sums.octets += flow.directions[0].offset + flow.directions[1].offset;
    sums.frames += frames;
    sums.calls += calls;
    const lost = this.#lost.get(id);
    this.#lost.delete(id);
    this.#certainty.connectionEnd(connection);
    if (!connection.isHttp2) {
      add(this.#not, notDecrypted(about.tls) ?? "no HTTP/2", id);
      if (protocol === "tls-unknown" && about.tls?.reason !== "no-application-data") this.#sealed++;
      return;
    }
    this.#http2++;
    const reasons = shortcomings(connection, lost);
    const { client, server } = connection;
    this.#lacks.start ||= !client.started || !server.started;
    this.#lacks.oneDirection ||= !flow.directions[0].seen || !flow.directions[1].seen;
    this.#lacks.lost ||= lost?.has("acknowledged") === true;
    this.#lacks.cut ||= lost?.has("cut") === true;
    if (reasons.length === 0) this.#fully++;
    for (const reason of reasons) add(this.#partly, reason, id);
  }

  report(
    captures: readonly CaptureInfo[],
    packets: PacketCounts,
    told: Iterable<{ readonly diagnostic: Diagnostic; readonly count: number }>,
    keys: readonly KeyInfo[] = [],
  ): InfoReport {
    const advice = adviceFor(this.#lacks);
    return {
      schema: "h2lint-info/1",
      captures,
      ...(keys.length === 0 ? {} : { keys }),
      packets,
      protocols: [...this.#protocols]
        .map(([protocol, sums]) => ({ protocol, ...sums }))
        .sort((a, b) => b.octets - a.octets || (a.protocol < b.protocol ? -1 : 1)),
      loss: this.#loss,
      judged: { fully: this.#fully, partly: listed(this.#partly), not: listed(this.#not) },
      certainty: this.#certainty.info,
      ...(advice.length === 0 ? {} : { advice }),
      diagnostics: [...told].map(({ diagnostic, count: times }) => ({
        code: diagnostic.code,
        severity: diagnostics[diagnostic.code].severity,
        count: times,
        message: diagnosticText(diagnostic),
      })),
      quality: this.#quality(),
    };
  }

  #quality(): InfoReport["quality"] {
    const hint = this.#sealed > 0 ? `; ${plural(this.#sealed, "TLS connection")} cannot be read without keys` : "";
    if (this.#http2 === 0) return { verdict: "hollow", text: `no HTTP/2 found${hint}` };
    if (this.#fully === this.#http2)
      return {
        verdict: "complete",
        text: `${this.#http2 === 1 ? "the" : `all ${count(this.#http2)}`} HTTP/2 connection${this.#http2 === 1 ? "" : "s"} can be judged fully${hint}`,
      };
    const main = listed(this.#partly)[0]!.reason;
    const some =
      this.#fully === 0
        ? `${plural(this.#http2, "HTTP/2 connection")} can be judged in part only`
        : `${count(this.#fully)} of ${plural(this.#http2, "HTTP/2 connection")} can be judged fully, the others in part`;
    return { verdict: "partial", text: `${some}: mostly because ${main}${hint}` };
  }
}

export function infoJson(output: Output, report: InfoReport): void {
  output(`${JSON.stringify(report, undefined, 2)}\n`);
}

export function infoTable(output: Output, look: Look, report: InfoReport): void {
  const style = new Style(look);
  const say = look.language ?? english;
  const width = Math.min(look.width, 110);
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) output(`${style.bold(title)}\n${lines.map((line) => `  ${line}\n`).join("")}\n`);
  };
  const table = (head: string[], rows: (string | number)[][]) =>
    rows.length === 0 ? [] : rowTable(head, rows, width - 2).split("\n");
  const { captures, keys = [], packets, protocols, loss, judged, quality } = report;
  section(
    say.text("captures"),
    table(
      [say.text("file"), say.text("format"), say.text("packets"), say.text("bytes"), say.text("start"), say.text("span")],
      captures.map((c) => [
        printable(c.file),
        c.compression === undefined ? c.format : `${c.format}, ${c.compression}`,
        count(c.packets),
        count(c.octets),
        c.start === undefined ? "" : new Date(Number(c.start) * 1000).toISOString(),
        c.start === undefined || c.end === undefined ? "" : duration(Math.max(between(c.start, c.end), 0)),
      ]),
    ),
  );
  section(
    say.text("interfaces"),
    table(
      [say.text("interface"), say.text("link type"), say.text("packets")],
      captures.flatMap(({ interfaces = [] }) =>
        interfaces.map((one) => [printable(one.name ?? one.description ?? "-"), one.linkType, count(one.packets)]),
      ),
    ),
  );
  section(
    say.text("keys of TLS"),
    table(
      [say.text("file"), say.text("where"), say.text("what"), say.text("used")],
      keys.map(({ file, origin, kind, secrets = 0, used }) => [
        printable(file),
        say.phrase(origin),
        kind === "private-key" ? say.text("private key") : counted(say, secrets, "secret"),
        used === undefined ? "" : say.text(used ? "yes" : "no: of other captures"),
      ]),
    ),
  );
  section(say.text("sessions"), sessionLines(report.sessions ?? [], width - 2, say));
  const fates = Object.entries(FATES).map(([key, text]) => [text, packets[key as keyof PacketCounts]] as const);
  section(
    say.text("packets"),
    table(
      [say.text("what became of them"), say.text("packets")],
      fates.filter(([, n]) => n > 0).map(([text, n]) => [say.text(text), count(n)]),
    ),
  );
  section(
    say.text("connections"),
    table(
      [say.text("protocol"), say.text("connections"), say.text("bytes"), say.text("frames"), say.text("calls")],
      protocols.map((p) => [p.protocol, count(p.connections), count(p.octets), count(p.frames), count(p.calls)]),
    ),
  );
  const lost = Object.entries(LOSS_TEXTS).flatMap(([key, text]) => {
    const { client, server } = loss[key as keyof typeof loss];
    return client + server === 0 ? [] : [[say.text(text), count(client), count(server)]];
  });
  section(say.text("missing bytes"), table([say.text("why"), say.text("of the client"), say.text("of the server")], lost));
  const reasons = [
    ...judged.partly.map((r) => [say.text("in part"), r] as const),
    ...judged.not.map((r) => [say.text("not"), r] as const),
  ];
  section(
    say.text("what can be judged"),
    table(
      ["", say.text("connections"), say.text("because"), say.word("info", "first")],
      [
        [say.text("fully"), count(judged.fully), "", ""],
        ...reasons.map(([how, r]) => [how, count(r.connections), say.phrase(r.reason), r.first.slice(0, 5).join(", ")]),
      ],
    ),
  );
  const { certainty, advice = [] } = report;
  section(
    say.text("how certain it is"),
    table(["", say.text("exact"), say.text("inferred"), say.text("unknown")], sharesOf(certainty, say)),
  );
  section(
    say.text("what missing bytes cost"),
    table(
      [
        say.text("connection"),
        say.text("of the"),
        say.text("bytes missing"),
        say.text("before packet"),
        say.text("fields unknown"),
      ],
      certainty.costs.map((cost) => costRow(cost, say)),
    ),
  );
  section(
    say.text("to record more next time"),
    advice.flatMap((one) => wrap(say.phrase(one), width - 2)),
  );
  section(
    say.text("seen at two points"),
    report.diagnostics
      .filter(({ code }) => code === "capture/second-sighting")
      .slice(0, look.verbose ? undefined : 5)
      .flatMap(({ message }) => wrap(printable(say.phrase(message)), width - 2)),
  );
  const told = report.diagnostics
    .filter(({ severity, code }) => (look.verbose || severity !== "info") && code !== "capture/second-sighting")
    .slice(0, look.verbose ? undefined : 20);
  section(
    say.text("notes"),
    told.flatMap(({ severity, message, count: times }) => {
      const repeated = times > 1 ? say.text("; {n} times", { n: count(times) }) : "";
      return labelled(severity, `${printable(say.phrase(message))}${repeated}`, 8, width - 2);
    }),
  );
  const paint = quality.verdict === "complete" ? style.green : quality.verdict === "partial" ? style.yellow : style.red;
  const verdict = `${say.text(quality.verdict)}${say.text(": ")}${say.phrase(quality.text)}`;
  for (const line of wrap(verdict, width)) output(`${paint(line)}\n`);
}

// None where there is nothing that could be uncertain.
function sharesOf({ frames, fields, calls }: CertaintyInfo, say: Language): string[][] {
  const row = (name: string, { exact, inferred, unknown }: Shares): string[] => {
    const all = exact + inferred + unknown;
    const share = (n: number) => `${count(n)} (${all === 0 ? 0 : Math.floor((n / all) * 1000) / 10} %)`;
    return [name, share(exact), share(inferred), share(unknown)];
  };
  const rows = [row(say.text("frames"), frames), row(say.text("fields"), fields), row(say.text("names of calls"), calls)];
  return frames.exact + frames.inferred + frames.unknown === 0 ? [] : rows;
}

const costRow = ({ connection, from, octets, packet, fields }: Cost, say: Language): string[] => [
  ...[String(connection), say.text(from), octets === undefined ? say.text("those before the capture") : count(octets)],
  ...[packet === undefined ? "" : String(packet), count(fields)],
];

function sessionLines(sessions: NonNullable<InfoReport["sessions"]>, width: number, say: Language): string[] {
  const together = sessions.filter(({ files }) => files.length > 1);
  const alone = sessions.length - together.length;
  return [
    ...together.flatMap(({ files, because }) =>
      wrap(
        say.text("{files}: judged together ({because})", { files: printable(files.join(", ")), because: say.phrase(because) }),
        width,
      ),
    ),
    ...(alone === 0 ? [] : wrap(say.text("{captures} judged separately", { captures: counted(say, alone, "capture") }), width)),
  ];
}

// What of an HTTP/2 connection is missing for a full judgement.
function shortcomings(connection: Connection, lost: ReadonlySet<GapProof> | undefined): string[] {
  const { client, server, roles, rolesProven, flow, about } = connection;
  const reasons: string[] = [];
  const sealed = notDecrypted(about.tls);
  if (sealed !== undefined) reasons.push(sealed);
  if (!flow.directions[0].seen || !flow.directions[1].seen) reasons.push("only one direction was captured");
  if (!client.started || !server.started) reasons.push("the start was not captured");
  if (roles === "guess") reasons.push("nothing shows which side is the client");
  else if (!rolesProven) reasons.push(`it is likely, not proven, which side is the client: by ${SIGNS[roles]}`);
  if (lost?.has("acknowledged") === true) reasons.push("the capture lost bytes");
  if (lost?.has("cut") === true) reasons.push("the snap length cut bytes");
  if (lost?.has("unknown") === true) reasons.push("bytes are missing");
  if (client.resynced || server.resynced) reasons.push("frame borders were lost");
  if (client.fieldsLost || server.fieldsLost) reasons.push("field blocks could not be decoded");
  return reasons;
}

// `TLS: the capture starts after its handshake`.
function notDecrypted(tls: TlsSummary | undefined): string | undefined {
  if (tls?.reason === undefined) return undefined;
  return tls.reason === "no-keys" ? "TLS without keys" : `TLS: ${printable(tls.why ?? tls.reason)}`;
}

function add(reasons: Map<string, { connections: number; first: number[] }>, reason: string, id: number): void {
  const entry = reasons.get(reason) ?? { connections: 0, first: [] };
  reasons.set(reason, entry);
  entry.connections++;
  if (entry.first.length < 10) entry.first.push(id);
}

const listed = (reasons: ReadonlyMap<string, { connections: number; first: number[] }>): Reason[] =>
  [...reasons].map(([reason, entry]) => ({ reason, ...entry })).sort((a, b) => b.connections - a.connections);

const noLoss = (): Record<Side, number> => ({ client: 0, server: 0 });

const SIGNS: Readonly<Record<Exclude<Connection["roles"], "guess">, string>> = {
  syn: "SYN",
  preface: "the preface",
  fields: "pseudo-header fields",
  siblings: "other connections to the same address and port",
  frames: "what clients or servers alone send",
  ports: "the ports",
};

const LOSSES = { acknowledged: "capture", cut: "snapLength", unknown: "unknown" } as const;

const LOSS_TEXTS: Readonly<Record<keyof InfoReport["loss"], string>> = {
  capture: "the capture lost them: the other side acknowledged them",
  snapLength: "cut by the snap length",
  unknown: "nothing shows whether they arrived",
};

const FATES: Readonly<Partial<Record<keyof PacketCounts, string>>> = {
  tcp: "TCP, decoded",
  duplicates: "captured twice: left out",
  notTcp: "IP without TCP",
  notIp: "no IP, or a link type that is not read",
  fragments: "IP fragments, put together or incomplete",
  encrypted: "encrypted below TCP",
  damaged: "damaged",
};
