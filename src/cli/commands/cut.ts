// `h2lint cut`: the packets of one connection in a separate capture, whole and as they were captured. With a stream: those up to where
// h2lint judges the stream as in the whole capture. Nothing before can be left out: handshake, preface, settings, flow control windows and
// every field block shape how later ones are read. Keys are not copied.
import { realpathSync } from "node:fs";
import { analyze } from "../../analyze.ts";
import type { AnalyzeOptions } from "../../analyze-options.ts";
import { Clock } from "../../capture/clock.ts";
import { type CaptureFacts, MergedCaptures } from "../../capture/merge.ts";
import type { PacketSink } from "../../capture/packet.ts";
import { PcapngWriter } from "../../capture/pcapng-writer.ts";
import type { Source } from "../../capture/source.ts";
import { planSessions } from "../../capture-sessions.ts";
import { H2lintError } from "../../error.ts";
import { defaultLimits } from "../../limits.ts";
import { PacketDecoder } from "../../net/decoder.ts";
import type { FragmentPart } from "../../net/fragments.ts";
import type { Engine } from "../../pipeline.ts";
import type { FindingEvent } from "../../report/event.ts";
import { Assembler } from "../../tcp/assembler.ts";
import { unread } from "../../tcp/byte-stream.ts";
import type { Flow } from "../../tcp/flow.ts";
import { version } from "../../version.ts";
import { findCaptures } from "../captures.ts";
import { discardUnfinished, type OutputFile, openFile } from "../output-file.ts";
import { analyzeOptions, type Task } from "../task.ts";

/** @returns The exit status. @throws H2lintError for options that do not fit, and a connection that is not there. */
export async function cut(task: Task): Promise<number> {
  const { operands, outputs, only, quiet, engine } = task;
  const { connection, stream, ...others } = only;
  const [path] = outputs;
  if (connection === undefined) throw new H2lintError("usage", "cut needs --connection N (see h2lint timeline)");
  if (path === undefined || outputs.length > 1) throw new H2lintError("usage", "cut needs one --output FILE.pcapng");
  if (Object.keys(others).length > 0) throw new H2lintError("usage", "cut takes --connection and --stream only");
  const found = await findCaptures(operands);
  for (const source of found) {
    if (typeof source !== "string")
      throw new H2lintError("usage", `${source.name}: cut reads its captures more than once; save it first`);
    if (real(source) !== undefined && real(source) === real(path))
      throw new H2lintError("usage", `${path}: is one of the captures`);
  }
  const options = analyzeOptions(task, found);
  const { sources, all, before } = await sessionOf(found, connection, task);
  const write = (count: number) => writeCut(sources, all, count, path, connection, engine);
  let count = all.packets.length;
  const wanted = stream === undefined ? [] : await findingsOf(sources, connection - before, stream, options);
  if (stream !== undefined && wanted.length > 0) {
    const judged = essence(wanted);
    // Mostly the answer is the end; a finding on what did not come needs what came after it.
    for (let more = 0; ; more = more * 2 + 4) {
      count = Math.min(neededOf(wanted, all.packets) + more, all.packets.length);
      const file = await write(count);
      if (count === all.packets.length || essence(await findingsOf([file.path], 1, stream, options)) === judged) {
        file.commit();
        break;
      }
      discardUnfinished();
    }
  } else (await write(count)).commit();
  if (!quiet) process.stderr.write(`h2lint: ${path}: ${count} packets of connection ${connection}, of ${all.total} in all\n`);
  return 0;
}

interface ConnectionPackets {
  /** In the order of the session. */
  readonly packets: readonly FragmentPart[];
  readonly facts: readonly CaptureFacts[];
  /** Of all connections. */
  readonly total: number;
}

/** The captures that are judged together with the connection.
 *  @returns With how many connections those before them have. */
async function sessionOf(found: readonly (string | Source)[], id: number, { session, engine }: Task) {
  let before = 0;
  for (const { sources } of await planSessions(found, session, { limits: defaultLimits, engine })) {
    const seen = await packetsOf(sources, id, engine, before);
    if (typeof seen !== "number") return { sources, all: seen, before };
    before = seen;
  }
  throw new H2lintError("not-found", `there is no connection ${id}: the captures have ${before}`);
}

/** @returns How many connections there were until then, where it is none of these. */
async function packetsOf(
  sources: readonly (string | Source)[],
  id: number,
  engine: Engine,
  before: number,
): Promise<ConnectionPackets | number> {
  const packets: FragmentPart[] = [];
  let wanted: Flow | undefined;
  const assembler = new Assembler(
    {
      begin(flow) {
        if (flow.id === id) wanted = flow;
      },
      open(flow) {
        flow.attach(0, unread);
        flow.attach(1, unread);
        return { close() {} };
      },
    },
    defaultLimits,
    () => {},
    before,
  );
  const decoder: PacketDecoder = new PacketDecoder(
    {
      segment(segment) {
        assembler.segment(segment);
        // The flow says which packet was its last: this one, if it was its own.
        const { file, number } = segment.packet;
        if (wanted === undefined || wanted.lastFile !== file || wanted.lastPacket !== number) return;
        if (decoder.parts.length > 0) packets.push(...decoder.parts);
        else packets.push({ file, packet: number });
      },
    },
    () => {},
  );
  const captures = new MergedCaptures(sources, contextOf(new Clock(), engine));
  await captures.open();
  for await (const _ of captures.run(decoder));
  if (wanted === undefined) return assembler.connections;
  const facts = [...captures.facts()];
  return { packets, facts, total: facts.reduce((sum, capture) => sum + capture.packets, 0) };
}

/** @returns The file, whole, before it takes its place. */
async function writeCut(
  sources: readonly (string | Source)[],
  { packets, facts }: ConnectionPackets,
  count: number,
  path: string,
  connection: number,
  engine: Engine,
): Promise<OutputFile> {
  const kept = new Set(packets.slice(0, count).map(({ file, packet }) => `${file}:${packet}`));
  const clock = new Clock();
  const file = openFile(path);
  const writer = new PcapngWriter(file.write, {
    application: `h2lint ${version}`,
    comment: `connection ${connection} of ${facts.map(({ file: name }) => name).join(", ")}`,
  });
  const interfaces = new Map<string, number>();
  const sink: PacketSink = {
    packet(packet) {
      if (!kept.has(`${packet.file}:${packet.number}`)) return;
      const { linkType, bytes, start, end, wireLength, comment } = packet;
      const key = `${packet.file}:${packet.interface}:${linkType}`;
      let on = interfaces.get(key);
      if (on === undefined) {
        const { packets: _, ...known } = facts[packet.file]?.interfaces[packet.interface] ?? { packets: 0 };
        on = writer.interface({ ...known, linkType });
        interfaces.set(key, on);
      }
      const [seconds = "0", nanos = "0"] = clock.text(packet.time).split(".");
      writer.packet(on, BigInt(seconds) * 1_000_000_000n + BigInt(nanos), bytes, start, end, wireLength, comment);
    },
  };
  const captures = new MergedCaptures(sources, contextOf(clock, engine));
  await captures.open();
  for await (const _ of captures.run(sink));
  file.finish();
  return file;
}

const contextOf = (clock: Clock, engine: Engine) => ({
  clock,
  limits: defaultLimits,
  diagnostics: () => {},
  engine,
});

async function findingsOf(
  sources: readonly (string | Source)[],
  connection: number,
  stream: number,
  options: AnalyzeOptions,
): Promise<FindingEvent[]> {
  const found: FindingEvent[] = [];
  for await (const event of analyze(sources, { ...options, session: "one", only: { connection, stream } })) {
    if (event.kind === "finding") found.push(event);
  }
  return found;
}

// What may not change.
const essence = (findings: readonly FindingEvent[]): string =>
  findings
    .map(({ fingerprint, severity, certainty, consequent, count, reaction: { verdict, confidence, kind, errorCode } }) =>
      JSON.stringify([fingerprint, severity, certainty, consequent, count, verdict, confidence, kind, errorCode]),
    )
    .sort()
    .join("\n");

/** How many packets there are up to the last one that the findings name. */
function neededOf(findings: readonly FindingEvent[], packets: readonly FragmentPart[]): number {
  const named = new Set<number>();
  for (const { frame, related, reaction } of findings) {
    for (const { packet } of [frame, ...related]) named.add(packet);
    for (const packet of [reaction.frame?.packet, reaction.packet, reaction.closed?.packet])
      if (packet !== undefined) named.add(packet);
  }
  return packets.findLastIndex(({ packet }) => named.has(packet)) + 1;
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
