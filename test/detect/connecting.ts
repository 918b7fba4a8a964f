import { Detector } from "../../src/detect/detector.ts";
import type { ConnectionSink } from "../../src/detect/protocol.ts";
import { defaultLimits } from "../../src/limits.ts";
import { TcpSegment } from "../../src/net/segment.ts";
import { type Origin, origin } from "../../src/place.ts";
import { Flow } from "../../src/tcp/flow.ts";

/** What one direction of the flow gives, in the order of the capture. Direction 0 is of the SYN's sender. */
export type Step =
  | readonly [direction: 0 | 1, octets: Uint8Array]
  | readonly [direction: 0 | 1, what: "end" | "rst"]
  | readonly [direction: 0 | 1, gap: number];

/** @param syn Which SYNs were captured. */
export function connect(steps: readonly Step[], syn: readonly [boolean, boolean] = [true, true]): string[] {
  const events: string[] = [];
  const sink: ConnectionSink = {
    begin: (protocol, clientIndex, roles) => void events.push(`begin ${protocol} client=${clientIndex} by ${roles}`),
    preface: (at) => void events.push(`preface at ${at.offset}`),
    foreign: (from, what, text, at) => void events.push(`${from} foreign ${what} "${text.slice(0, 20)}" at ${at.offset}`),
    octetsLost: (from, length, proof) => void events.push(`${from} lost ${length} ${proof}`),
    frame: (f) =>
      void events.push(`${f.from} ${f.kind} ${f.first.offset}-${f.last.offset}${f.fault === undefined ? "" : ` ${f.fault}`}`),
    gap: () => {},
    lost: (from) => void events.push(`${from} borders lost`),
    found: (from, octets) => void events.push(`${from} borders found ${octets}`),
    end: (from, how, inFrame) => void events.push(`${from} end ${how}${inFrame ? " in a frame" : ""}`),
    other: (protocol) => void events.push(`other ${protocol}`),
    offered: (offer, client) =>
      void events.push(
        `client=${client} offers ${offer.tokens}: ${offer.method} ${offer.target} ${offer.request.first.offset}-${offer.end} ${offer.status}`,
      ),
    note: (about) => void events.push(`note ${JSON.stringify(about)}`),
  };
  const flow = new Flow(1, new TcpSegment(), true, true);
  syn.forEach((captured, i) => {
    flow.directions[i]!.syn = captured;
  });
  new Detector(defaultLimits, () => {}).read(flow, sink);
  const offsets = [0, 0];
  steps.forEach(([direction, what], i) => {
    const at: Origin = Object.assign(origin(), { packet: i + 1, time: i, offset: offsets[direction], acked: 0 });
    const to = flow.attached(direction);
    if (what === "end" || what === "rst") to.end(what === "end" ? "fin" : "rst", at);
    else if (typeof what === "number") {
      to.gap(what, "acknowledged", at);
      offsets[direction]! += what;
    } else {
      const buffer = Buffer.concat([Buffer.from("head"), what, Buffer.from("tail")]);
      to.bytes(buffer, 4, 4 + what.length, at);
      buffer.fill(0xee);
      offsets[direction]! += what.length;
    }
  });
  return events;
}
