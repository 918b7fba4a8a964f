// Which captures are parts of one recording. What belongs together shares a connection (interfaces that were captured side by side, files
// that follow each other), or says so by its name and time (rotated sets of tcpdump and dumpcap). Everything else is judged by itself:
// addresses, ports and even times of independent recordings coincide.

import { Clock } from "./capture/clock.ts";
import { openCapture } from "./capture/open.ts";
import { fileSource, type Source } from "./capture/source.ts";
import type { Limits } from "./limits.ts";
import { PacketDecoder } from "./net/decoder.ts";
import { TcpFlag, type TcpSegment } from "./net/segment.ts";
import type { Engine } from "./pipeline.ts";
import { basename, dirname } from "./platform/path.ts";

/** `one`: all captures are one session; `each`: none belongs to another; `auto`: by what is in them. */
export type SessionMode = "one" | "each" | "auto";

/** Captures that are judged together, in order of time, and why. */
export interface Session {
  readonly sources: readonly Source[];
  readonly because: string;
}

/** @throws H2lintError for what cannot be read. */
export async function planSessions(
  given: readonly (string | Source)[],
  mode: SessionMode,
  context: { readonly limits: Limits; readonly engine: Engine },
): Promise<Session[]> {
  const sources = given.map((source) => (typeof source === "string" ? fileSource(source) : source));
  if (mode === "one" || sources.length < 2)
    return [{ sources, because: sources.length < 2 ? "it is the only capture" : "--session one" }];
  if (mode === "each") return sources.map((source) => ({ sources: [source], because: "--session each" }));
  const readable = sources.map((source) => source.again?.());
  if (readable.includes(undefined)) return [{ sources, because: "a pipe can be read only once" }];
  const scans: Scan[] = [];
  for (const [index, source] of readable.entries()) scans.push(await scan(index, source!, context));
  return joined(scans).map(({ members, because }) => ({ sources: members.map(({ index }) => sources[index]!), because }));
}

/** What one capture holds of a connection. */
interface Seen {
  first: number;
  last: number;
  /** Sequence number of the SYN that asks for it. */
  syn: number | undefined;
  segments: number;
  /** Of all sequence numbers and lengths. */
  digest: number;
}

interface Scan {
  readonly index: number;
  readonly name: string;
  /** Seconds since the epoch. */
  start: number;
  end: number;
  readonly connections: Map<string, Seen>;
}

async function scan(index: number, source: Source, { limits, engine }: { limits: Limits; engine: Engine }): Promise<Scan> {
  const clock = new Clock();
  const found: Scan = { index, name: source.name, start: Number.POSITIVE_INFINITY, end: 0, connections: new Map() };
  let packets = 0;
  const decoder = new PacketDecoder({ segment: (segment) => note(found.connections, segment, clock) }, () => {}, limits);
  const reader = await openCapture(source, { file: 0, clock, limits, diagnostics: () => {}, engine });
  try {
    const sink = {
      packet(packet: Parameters<PacketDecoder["packet"]>[0]) {
        packets++;
        const time = Number(clock.text(packet.time));
        found.start = Math.min(found.start, time);
        found.end = Math.max(found.end, time);
        decoder.packet(packet);
      },
    };
    while ((await reader.readBlock(sink)) && packets < PACKETS);
  } finally {
    await reader.close();
  }
  return found;
}

function note(connections: Map<string, Seen>, s: TcpSegment, clock: Clock): void {
  const source = `${s.source0},${s.source1},${s.source2},${s.source3}:${s.sourcePort}`;
  const target = `${s.target0},${s.target1},${s.target2},${s.target3}:${s.targetPort}`;
  const key = source < target ? `${source} ${target}` : `${target} ${source}`;
  const time = Number(clock.text(s.packet.time));
  let seen = connections.get(key);
  if (seen === undefined) {
    if (connections.size >= CONNECTIONS) return;
    seen = { first: time, last: time, syn: undefined, segments: 0, digest: 0 };
    connections.set(key, seen);
  }
  seen.last = time;
  seen.segments++;
  if ((s.flags & TcpFlag.syn) !== 0 && (s.flags & TcpFlag.ack) === 0) seen.syn = s.seq;
  seen.digest = (Math.imul(seen.digest, 31) + s.seq + Math.imul(s.end - s.start, 7) + payloadOf(s)) | 0;
}

function payloadOf(s: TcpSegment): number {
  let sum = 0;
  for (let at = s.start; at < s.end; at++) sum = (Math.imul(sum, 33) + s.packet.bytes[at]!) | 0;
  return sum;
}

interface Group {
  readonly members: Scan[];
  because: string;
}

function joined(scans: readonly Scan[]): Group[] {
  const groups = new Map<Scan, Group>(
    scans.map((one) => [one, { members: [one], because: "it shares no connection with another" }]),
  );
  const unite = (a: Scan, b: Scan, because: string) => {
    const into = groups.get(a)!;
    const from = groups.get(b)!;
    if (into === from) return;
    for (const one of from.members) groups.set(one, into);
    into.members.push(...from.members);
    into.because = because;
  };
  const holders = new Map<string, Scan[]>();
  for (const one of scans) for (const key of one.connections.keys()) holders.set(key, [...(holders.get(key) ?? []), one]);
  for (const [key, list] of holders) {
    const inTime = list.sort((a, b) => a.connections.get(key)!.first - b.connections.get(key)!.first);
    for (let i = 1; i < inTime.length; i++)
      if (isOneConnection(inTime[i - 1]!.connections.get(key)!, inTime[i]!.connections.get(key)!))
        unite(inTime[i - 1]!, inTime[i]!, "they share connections");
  }
  const byTime = [...scans].sort((a, b) => a.start - b.start || a.index - b.index);
  for (let i = 1; i < byTime.length; i++)
    if (isNextOf(byTime[i - 1]!, byTime[i]!))
      unite(byTime[i - 1]!, byTime[i]!, "they are a rotated set: by their names they follow each other, and in time");
  const all = [...new Set(groups.values())];
  for (const { members } of all) members.sort((a, b) => a.start - b.start || a.index - b.index);
  // Those by themselves as they were given.
  return all.sort((a, b) => Math.min(...a.members.map((m) => m.index)) - Math.min(...b.members.map((m) => m.index)));
}

/** @param a Seen first. */
function isOneConnection(a: Seen, b: Seen): boolean {
  // Two that begin: the same one only if it was captured twice, octet for octet.
  if (a.syn !== undefined && b.syn !== undefined)
    return a.syn === b.syn && a.segments === b.segments && a.digest === b.digest && isNear(a, b);
  // One that begins after the other was last seen has only its ports.
  if (b.syn !== undefined && b.first > a.last) return false;
  return b.first - a.last < IDLE;
}

// At the very same time it is a copy of the file: two interfaces never agree so well.
const isNear = (a: Seen, b: Seen): boolean => a.first !== b.first && Math.abs(a.first - b.first) < 1;

// `x.pcap`, `x.pcap1`, `x.pcap2` of `tcpdump -C`; `x_00001_20261128203000.pcapng` of `dumpcap -b`.
function isNextOf(a: Scan, b: Scan): boolean {
  const one = rotation(a.name);
  const two = rotation(b.name);
  if (one === undefined || two === undefined || one.stem !== two.stem || two.number !== one.number + 1) return false;
  return b.start >= a.end - 1 && b.start - a.end < IDLE;
}

function rotation(path: string): { stem: string; number: number } | undefined {
  const name = basename(path).replace(/\.(?:gz|zst|lz4|bz2|xz)$/, "");
  const dumpcap = /^(.+)_(\d{5,})_\d{14}(\.\w+)$/.exec(name);
  if (dumpcap !== null) return { stem: `${dirname(path)}/${dumpcap[1]}${dumpcap[3]}`, number: Number(dumpcap[2]) };
  const tcpdump = /^(.+\.(?:pcap|cap|dmp))(\d*)$/.exec(name);
  return tcpdump === null ? undefined : { stem: `${dirname(path)}/${tcpdump[1]}`, number: Number(tcpdump[2]) };
}

/** Seconds: a connection that is not seen for longer, or a set of files, has ended. */
const IDLE = 300;

/** What is looked at of one file. */
const PACKETS = 200_000;
const CONNECTIONS = 100_000;
