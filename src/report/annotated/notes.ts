// What is to stand on which packet: from the events of a report, and from the gaps that the model reports.
import type { Origin, Side } from "../../place.ts";
import type { GapProof } from "../../tcp/byte-stream.ts";
import { answerName, isAnswered, noAnswer } from "../answer.ts";
import type { DiagnosticEvent, FindingEvent, OtherEnd, ReactionObject, UnexplainedEvent } from "../event.ts";
import { count, duration, plural, printable, utf16Octets } from "../text.ts";

/** `packet(12)` is how the text of a note names a packet: what it is called is known when all is read. */
export type Naming = (packet: PacketId) => string;

/** A packet of a capture. */
export interface PacketId {
  readonly file: number;
  readonly packet: number;
}

type Note = (naming: Naming) => string;

export class PacketNotes {
  readonly #files: ReadonlyMap<string, number>;
  readonly #limit: number;
  readonly #notes = new Map<number, Note[]>();
  readonly #named = new Map<number, PacketId>();
  #count = 0;
  /** Those that were too many. */
  dropped = 0;

  /** @param files Names of the captures, by index. @param limit Notes that are kept. */
  constructor(files: readonly string[], limit: number) {
    // Of two with one name the first.
    this.#files = new Map(files.map((name, index) => [name, index] as const).reverse());
    this.#limit = limit;
  }

  /** Every packet that a note stands on or names. */
  get packets(): Iterable<PacketId> {
    return this.#named.values();
  }

  /** The notes of a packet; undefined where there are none. */
  of({ file, packet }: PacketId, naming: Naming): string[] | undefined {
    return this.#notes.get(keyOf(file, packet))?.map((note) => note(naming));
  }

  finding(event: FindingEvent): void {
    const { rule, severity, certainty, message, frame, related, reaction, offender, connection, stream, consequent } = event;
    const fault = this.#id(frame);
    if (fault === undefined) return;
    const times = event.count > 1 ? `, ${count(event.count)} times; the first is here` : "";
    const about = `${certainty === "proven" ? "" : "not proven: "}${consequent ? "a consequence: " : ""}`;
    const where = `connection ${connection}${stream === 0 ? "" : `, stream ${stream}`}, ${offender}${times}`;
    const answer = isAnswered(reaction) ? this.#answerOf(reaction) : undefined;
    const answered = answer === undefined ? undefined : this.#id(answer);
    const what = answerName(reaction);
    const later = reaction.delay === undefined ? "" : ` ${duration(reaction.delay)} later`;
    this.#add(fault, (name) => {
      const said = answered === undefined ? `answer: ${noAnswer(event)}` : `answered by ${name(answered)} (${what}${later})`;
      return `${severity} ${rule}: ${about}${plain(message)} [${where}] - ${said}`;
    });
    for (const one of related) {
      const place = this.#id(one);
      if (place === undefined || keyOf(place.file, place.packet) === keyOf(fault.file, fault.packet)) continue;
      this.#mention(fault);
      this.#add(place, (name) => `${one.role ?? "related"} (see ${rule} at ${name(fault)})`);
    }
    if (answered === undefined) return;
    this.#mention(answered);
    this.#mention(fault);
    const debug = reaction.debug === undefined || reaction.debug === "" ? "" : ` "${plain(reaction.debug)}"`;
    const lost = reaction.streamsKilled?.length ?? 0;
    const cost = lost === 0 ? "" : `, which costs ${plural(lost, "stream")}`;
    this.#add(
      answered,
      (name) =>
        `answer to ${rule} at ${name(fault)}: ${what}${debug}, ${reaction.verdict} (${reaction.confidence})${later}${cost}`,
    );
    for (const end of reaction.further ?? []) this.#end(end, answered.file, `further answer to ${rule}`, fault);
    const { closed } = reaction;
    if (closed !== undefined)
      this.#end({ ...closed, kind: closed.how }, answered.file, `the close that follows the answer to ${rule}`, fault);
  }

  unexplained({ connection, reaction }: UnexplainedEvent): void {
    const id = this.#id(this.#answerOf(reaction));
    if (id === undefined) return;
    const why = reaction.explanation === undefined ? "" : ` (${reaction.explanation})`;
    const debug = reaction.debug === undefined || reaction.debug === "" ? "" : ` "${plain(reaction.debug)}"`;
    this.#add(id, () => `symptom: ${answerName(reaction)}${debug} that no finding explains${why} [connection ${connection}]`);
  }

  diagnostic({ code, severity, message, place, count: times }: DiagnosticEvent): void {
    const { packet, file } = place;
    if (typeof packet !== "number" || packet === 0) return;
    const id = this.#id({ packet, ...(typeof file === "string" ? { file } : {}) });
    // Gaps are reported one by one.
    if (id === undefined || code === "capture/lost-segments") return;
    this.#add(id, () => `${severity} ${code}: ${plain(message)}${times > 1 ? ` (${count(times)} times)` : ""}`);
  }

  gap(from: Side, length: number, proof: GapProof, { file, packet }: Origin, connection: number): void {
    const why =
      proof === "acknowledged" ? ", and the other side acknowledged them" : proof === "cut" ? " (cut by the snap length)" : "";
    const text = `gap: ${plural(length, "byte")} from the ${from} were not captured${why} [connection ${connection}]`;
    this.#add({ file, packet }, () => text);
  }

  #end(
    { kind, errorCode, packet }: Pick<OtherEnd, "kind" | "errorCode" | "packet">,
    file: number,
    role: string,
    fault: PacketId,
  ): void {
    this.#add(
      { file, packet },
      (name) => `${role} at ${name(fault)}: ${answerName({ kind, ...(errorCode === undefined ? {} : { errorCode }) })}`,
    );
  }

  #answerOf({ frame, packet, file }: Omit<ReactionObject, "verdict">): { packet?: number; file?: string } {
    return frame ?? { ...(packet === undefined ? {} : { packet }), ...(file === undefined ? {} : { file }) };
  }

  #id({ file, packet }: { readonly file?: string; readonly packet?: number }): PacketId | undefined {
    if (packet === undefined) return undefined;
    const index = file === undefined ? 0 : this.#files.get(file);
    return index === undefined ? undefined : { file: index, packet };
  }

  #mention(id: PacketId): void {
    this.#named.set(keyOf(id.file, id.packet), id);
  }

  #add(id: PacketId, note: Note): void {
    if (this.#count >= this.#limit) {
      this.dropped++;
      return;
    }
    this.#count++;
    this.#mention(id);
    const key = keyOf(id.file, id.packet);
    const notes = this.#notes.get(key);
    if (notes === undefined) this.#notes.set(key, [note]);
    else notes.push(note);
  }
}

/** One number for a packet of a capture: both are whole, and packets are fewer than 2^36. */
export const keyOf = (file: number, packet: number): number => file * 2 ** 36 + packet;

const plain = (text: string): string => printable(utf16Octets(text));
