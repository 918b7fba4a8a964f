// `-o annotated.pcapng`: the packets as they were captured, each with what is to be said of it as a comment, which Wireshark lists and
// filters (`frame.comment`). Of whatever format the captures are, the result is one pcapng section with the interfaces of all of them.
import { PACKET_HEAD, PcapngWriter, packetBlockOctets, writePacketBlock } from "../../capture/pcapng-writer.ts";
import { H2lintError } from "../../error.ts";
import { realpathSync } from "../../platform/fs.ts";
import { version } from "../../version.ts";
import type { CaptureInfo, SummaryEvent } from "../event.ts";
import type { Report, RunFacts } from "../report.ts";
import { count, plural } from "../text.ts";
import { keyOf, type Naming, type PacketId, PacketNotes } from "./notes.ts";
import type { Spool } from "./spool.ts";
import { SpooledPackets } from "./spooled-packets.ts";

export interface AnnotatedOptions {
  /** Where it goes, as the user says it. */
  readonly path: string;
  readonly spool: Spool;
  /** Keep the key logs that the captures hold. */
  readonly showSecrets: boolean;
}

/** @throws H2lintError at the begin of a run that would replace one of its captures. */
export function annotatedCapture(output: (octets: Uint8Array) => void, { path, spool, showSecrets }: AnnotatedOptions): Report {
  let run: RunFacts | undefined;
  let packets: SpooledPackets | undefined;
  let notes: PacketNotes | undefined;
  let summary: SummaryEvent | undefined;
  return {
    begin(facts) {
      const here = real(path);
      if (here !== undefined && facts.files.some((file) => real(file) === here))
        throw new H2lintError("usage", `${path}: is one of the captures`);
      run = facts;
      packets = new SpooledPackets(spool, facts.clock);
      notes = new PacketNotes(facts.files, facts.limits.comments);
    },
    packets: { packet: (packet) => packets?.packet(packet) },
    listener: {
      gap(from, length, proof, at, connection) {
        if (run?.chooser.connection(connection) === true) notes?.gap(from, length, proof, at, connection.id);
      },
    },
    event(event) {
      if (event.kind === "finding") notes?.finding(event);
      else if (event.kind === "unexplained") notes?.unexplained(event);
      else if (event.kind === "diagnostic") notes?.diagnostic(event);
      else if (event.kind === "summary") summary = event;
    },
    end() {
      // Of logs alone there is no capture.
      if (run === undefined || packets === undefined || notes === undefined || summary === undefined)
        throw new H2lintError("usage", `${path}: without a capture there are no packets to annotate`);
      const pieces = new Pieces(output);
      const writer = new PcapngWriter((octets) => pieces.add(octets, 0, octets.length), {
        application: `h2lint ${version}`,
        comment: sectionText(summary, notes),
      });
      for (const { file, index, linkType } of packets.interfaces) {
        const capture = summary.captures[file];
        const { packets: _, ...known } = capture?.interfaces?.[index] ?? { packets: 0 };
        writer.interface({ ...known, linkType }, interfaceText(capture, index));
      }
      if (showSecrets) for (const log of run.secrets()) writer.keyLog(log);
      const several = run.files.length > 1;
      const naming = namingOf(packets, notes, several ? run.files : undefined);
      packets.drain((file, packet, buffer, start, end) => {
        const texts = notes!.of({ file, packet }, naming);
        if (texts === undefined) pieces.add(buffer, start, end);
        else {
          const block = annotated(buffer, start, end, texts.map((text) => `h2lint: ${text}`.slice(0, LONGEST)).slice(0, MOST));
          pieces.add(block, 0, block.length);
        }
      });
      pieces.end();
    },
  };
}

/** The same block with further comments behind those it has. */
function annotated(buffer: Buffer, start: number, end: number, texts: readonly string[]): Buffer {
  const length = buffer.readUInt32LE(start + 20);
  const from = start + PACKET_HEAD;
  const before = packetBlockOctets(length, []);
  // The comment that came with it, where its block is longer than its octets ask for.
  const own = end - start > before ? ownComment(buffer, start + before - 4) : [];
  const comments = [...own, ...texts];
  const block = Buffer.alloc(packetBlockOctets(length, comments));
  const time = (BigInt(buffer.readUInt32LE(start + 12)) << 32n) | BigInt(buffer.readUInt32LE(start + 16));
  const head = { on: buffer.readUInt32LE(start + 8), time, wireLength: buffer.readUInt32LE(start + 24) };
  writePacketBlock(block, 0, head, buffer, from, from + length, comments);
  return block;
}

const ownComment = (buffer: Buffer, at: number): string[] => [
  buffer.toString("utf8", at + 4, at + 4 + buffer.readUInt16LE(at + 2)),
];

/** How packets are called in what is written: by their place there, and where there are several captures by that in their own too. */
function namingOf(packets: SpooledPackets, notes: PacketNotes, files: readonly string[] | undefined): Naming {
  const places = new Map<number, number>();
  const wanted = new Set(packets.keepsNumbers ? [] : [...notes.packets].map(({ file, packet }) => keyOf(file, packet)));
  if (wanted.size > 0) {
    let place = 0;
    packets.read((file, packet) => {
      place++;
      const key = keyOf(file, packet);
      if (wanted.has(key)) places.set(key, place);
    });
  }
  return ({ file, packet }: PacketId) => {
    const place = places.get(keyOf(file, packet)) ?? packet;
    return `packet ${place}${files === undefined ? "" : ` (packet ${packet} of ${files[file]})`}`;
  };
}

function sectionText(summary: SummaryEvent, { dropped }: PacketNotes): string {
  const { captures, connections, http2Connections, frames, calls, errors, warnings, infos, unproven, unexplained } = summary;
  return [
    `h2lint ${version} judged ${captures.map(({ file }) => file).join(", ")}:`,
    `${plural(connections, "connection")}, ${count(http2Connections)} of them HTTP/2, ${plural(frames, "frame")}, ${plural(calls, "call")};`,
    `${plural(errors, "error")}, ${plural(warnings, "warning")}, ${plural(infos, "info")}, ${count(unproven)} not proven, ${plural(unexplained, "symptom")};`,
    `${summary.incomplete ? "not everything could be checked" : "everything could be checked"}.`,
    "Comments that begin with h2lint: are its own.",
    ...(dropped === 0 ? [] : [`${plural(dropped, "comment")} more did not fit.`]),
  ].join(" ");
}

function interfaceText(capture: CaptureInfo | undefined, index: number): string | undefined {
  if (capture === undefined) return undefined;
  const { file, format, compression, packets, interfaces } = capture;
  const own = interfaces?.[index]?.packets ?? packets;
  return `h2lint: ${plural(own, "packet")} from ${file} (${format}${compression === undefined ? "" : ` in ${compression}`})`;
}

/** Octets that are handed on in large pieces. */
class Pieces {
  readonly #output: (octets: Uint8Array) => void;
  readonly #buffer = Buffer.allocUnsafeSlow(1 << 20);
  #used = 0;

  constructor(output: (octets: Uint8Array) => void) {
    this.#output = output;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#used + end - start > this.#buffer.length) this.end();
    if (end - start > this.#buffer.length) this.#output(bytes.subarray(start, end));
    else {
      this.#buffer.set(bytes.subarray(start, end), this.#used);
      this.#used += end - start;
    }
  }

  end(): void {
    if (this.#used > 0) this.#output(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

// Characters of a comment, and comments of a packet.
const LONGEST = 4096;
const MOST = 32;
