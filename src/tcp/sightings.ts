// The same connection at two points of its path: before and behind an address translation, or on two hosts whose captures are merged.
import { i32 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { TcpSegment } from "../net/segment.ts";
import { MS, SECOND } from "../time.ts";
import { endpointText } from "./endpoint-text.ts";
import type { Flow } from "./flow.ts";

/** A handshake, as its SYN-ACK shows it. */
class Handshake {
  readonly flow: Flow;
  readonly seq: number;
  readonly ack: number;
  readonly identification: number;
  /** Times of the SYN and the SYN-ACK; -1: the SYN was sent more than once, or not captured. */
  readonly asked: number;
  readonly answered: number;
  /** TCP timestamps (RFC 7323): the server's, and the client's that it echoes; undefined without them. */
  stamp: number | undefined = undefined;
  echo: number | undefined = undefined;

  constructor(flow: Flow, s: TcpSegment) {
    this.flow = flow;
    this.seq = s.seq;
    this.ack = s.ack;
    this.identification = s.identification;
    this.asked = flow.directions[0].syn ? flow.synTime : -1;
    this.answered = s.packet.time;
    this.#readStamps(s);
  }

  // Kind 8, length 10 (RFC 7323 3.2); kinds 0 and 1 are one octet.
  #readStamps({ packet: { bytes }, options, start }: TcpSegment): void {
    for (let at = options; at < start; ) {
      const kind = bytes[at]!;
      if (kind === 0) break;
      if (kind === 1) {
        at++;
        continue;
      }
      const length = bytes[at + 1] ?? 0;
      if (length < 2 || at + length > start) break;
      if (kind === 8 && length === 10) {
        this.stamp = i32(bytes, at + 2);
        this.echo = i32(bytes, at + 6);
        return;
      }
      at += length;
    }
  }
}

/** The handshakes captured last, to know those of a connection that was captured before, at another point.
 *
 *  Both initial sequence numbers are the same, 64 bits in all, and so are the TCP timestamps of both sides. Some captures are made by
 *  programs that begin every connection with the same numbers, or are played again: the client is the same, address and port, or its
 *  address was translated. Without timestamps it must be the same, and the SYN-ACK have the same IPv4 identification. */
export class Sightings {
  readonly #slots: (Handshake | undefined)[] = [];
  readonly #shift: number;
  readonly #diagnose: DiagnosticSink;

  constructor(limit: number, diagnose: DiagnosticSink) {
    this.#shift = 32 - Math.floor(Math.log2(Math.max(2, limit)));
    this.#diagnose = diagnose;
  }

  /** Look for the connection whose handshake this was before, and make one of the two the copy of the other: the later one, unless the
   *  other has begun. If there is none, this one is remembered, in the place of an older one.
   *  @param flow Nothing was reported of it yet.
   *  @param s Its first SYN-ACK. */
  match(flow: Flow, s: TcpSegment): void {
    const { seq, ack } = s;
    const seen = new Handshake(flow, s);
    const hash = Math.imul(seq, 0x297a2d39) + Math.imul(ack, 0x1b56c4e9);
    const slot = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> this.#shift;
    const first = this.#slots[slot];
    if (first === undefined || !isSame(first, seen)) {
      this.#slots[slot] = seen;
      return;
    }
    const isFirst = flow.id < first.flow.id && isUntold(first.flow);
    const [kept, copy] = isFirst ? [seen, first] : [first, seen];
    this.#slots[slot] = kept;
    copy.flow.same = kept.flow;
    this.#diagnose({
      code: "capture/second-sighting",
      place: { in: "stream", file: s.packet.file, packet: s.packet.number, connection: kept.flow.id },
      data: {
        connection: kept.flow.id,
        client: endpointText(copy.flow.client, copy.flow.family),
        server: endpointText(copy.flow.server, copy.flow.family),
        clientNumber: (ack - 1) >>> 0,
        serverNumber: seq >>> 0,
        apart: apart(kept, copy),
      },
    });
  }
}

/** Whether nothing of it was reported to anybody, and nothing waits to be. */
export const isUntold = ({ directions: [client, server] }: Flow): boolean =>
  client.sink === undefined && server.sink === undefined && client.held.length === 0 && server.held.length === 0;

function isSame(a: Handshake, b: Handshake): boolean {
  if (a.seq !== b.seq || a.ack !== b.ack || a.stamp !== b.stamp || a.echo !== b.echo) return false;
  const from = a.flow.client;
  const also = b.flow.client;
  const sameHost = from.words.every((word, i) => word === also.words[i]);
  // No translation changes who connects by the port alone: these are packets that were sent again from another port.
  if (sameHost) return from.port === also.port && (a.stamp !== undefined || isSamePacket(a, b));
  // Nor does a translated connection come much later: that is a capture that was played again for another client.
  return a.stamp !== undefined && Math.abs(a.answered - b.answered) < TRANSLATED;
}

const isSamePacket = (a: Handshake, b: Handshake): boolean => a.identification !== 0 && a.identification === b.identification;

/** What lies between two sightings: the SYN and its answer cross the path in opposite directions, so half of the sum of their distances is
 *  the difference of the clocks, and half of the difference is the time that the path takes. */
function apart(a: Handshake, b: Handshake): string {
  const answer = b.answered - a.answered;
  if (a.asked < 0 || b.asked < 0) return `, ${text(Math.abs(answer))} ${answer < 0 ? "earlier" : "later"}`;
  const ask = b.asked - a.asked;
  const clocks = (ask + answer) / 2;
  const path = Math.abs(ask - answer) / 2;
  // A capture has one clock; on it a copy comes a moment later.
  if (Math.abs(clocks) < MS) return `, ${text(Math.max(Math.abs(ask), Math.abs(answer)))} apart`;
  const taken = path === 0 ? "" : `, and the path between the two points takes ${text(path)}`;
  return `; by the handshake the clock there is ${text(Math.abs(clocks))} ${clocks < 0 ? "behind" : "ahead"}${taken}`;
}

const text = (nanoseconds: number): string =>
  nanoseconds >= SECOND
    ? `${(nanoseconds / SECOND).toFixed(3)} s`
    : nanoseconds >= MS
      ? `${(nanoseconds / MS).toFixed(3)} ms`
      : `${(nanoseconds / 1e3).toFixed(1)} µs`;

// Nanoseconds between two sightings of a connection whose client's address was translated, clocks included.
const TRANSLATED = 5 * SECOND;
