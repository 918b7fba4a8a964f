import type { FrameRef } from "../../model/frame-ref.ts";
import type { StreamHalf } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { enhanceYourCalm, firstAndLast, severityByExcess } from "../shapes/excess.ts";

export const paddingWaste = defineRule({
  id: "abuse/padding-waste",
  meta: {
    title: "DATA should not be padding for the most part",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { rfc: 9113, section: "10.7" },
    ],
    expect: enhanceYourCalm,
    needs: ["no-gap"],
    decidable: "payload",
    messages: { waste: "{share} % of the {octets} octets of DATA of the {side} on {count} streams are padding" },
    options: {
      octets: { default: 1 << 20, unit: "octets", about: "Counted in pieces of so many octets of DATA" },
      share: { default: 50, unit: "percent", about: "More padding than this in a piece is waste" },
    },
    docs: {
      why: "Padding counts against windows and must be read and dropped: it costs the receiver octets for nothing.",
      fix: "Pad the frames whose length is a secret, not everything.",
    },
  },
  state: () => ({ client: new Padding(), server: new Padding() }),
  streamEnd(stream, { state, options }) {
    for (const side of SIDES) state[side].add(stream.half(side), options);
  },
  connectionEnd({ connection, state, options, report }) {
    for (const stream of connection.streams.values()) {
      if (!stream.closed) for (const side of SIDES) state[side].add(stream.half(side), options);
    }
    for (const side of SIDES) {
      const { over, first, last, wasted, octets, streams } = state[side];
      if (over === undefined || first === undefined || last === undefined) continue;
      const data = { side, octets, count: streams, share: Math.round((wasted / octets) * 100) };
      report(over, "waste", data, { ...severityByExcess(octets, options.octets), related: firstAndLast(first, last) });
    }
  },
});

/** What one side sent, piece by piece: streams one after the other, until there are octets enough to judge. */
class Padding {
  /** Of all pieces that were waste. */
  octets = 0;
  wasted = 0;
  streams = 0;
  first: FrameRef | undefined;
  over: FrameRef | undefined;
  last: FrameRef | undefined;
  #octets = 0;
  #padding = 0;
  #streams = 0;
  #first: FrameRef | undefined;

  add({ window, dataOctets, lastData }: StreamHalf, options: { readonly octets: number; readonly share: number }): void {
    if (lastData === undefined) return;
    this.#first ??= lastData.copy();
    this.#streams++;
    this.#octets += window.sent;
    this.#padding += window.sent - dataOctets;
    if (this.#octets < options.octets) return;
    if (this.#padding * 100 > this.#octets * options.share) {
      this.octets += this.#octets;
      this.wasted += this.#padding;
      this.streams += this.#streams;
      this.first ??= this.#first;
      this.over ??= lastData.copy();
      this.last = lastData.copy();
    }
    this.#octets = 0;
    this.#padding = 0;
    this.#streams = 0;
    this.#first = undefined;
  }
}

const SIDES: readonly Side[] = ["client", "server"];
