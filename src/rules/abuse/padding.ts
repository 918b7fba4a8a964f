import { ConnectionBit } from "../../model/connection-bit.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import { type SeenHalf, type Stream, StreamBit } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import { type Context, defineRule, type RuleMeta, type RuleOption } from "../rule.ts";
import { enhanceYourCalm, firstAndLast, severityByExcess } from "../shapes/excess.ts";

export const paddingWaste = defineRule({
  id: "abuse/padding-waste",
  meta: {
    title: "DATA should not consist mostly of padding",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { rfc: 9113, section: "10.7" },
    ],
    expect: enhanceYourCalm,
    needs: ["no-gap"],
    decidable: "payload",
    messages: { waste: "{share} % of the {octets} bytes of DATA of the {side} on {count} streams are padding" },
    options: {
      octets: { default: 1 << 20, unit: "bytes", about: "Bytes of DATA that are judged together" },
      share: { default: 50, unit: "percent", about: "More padding than this in a piece is waste" },
    },
    docs: {
      why: "Padding counts against windows and must be read and dropped: it only costs the receiver work and bandwidth.",
      fix: "Pad the frames whose length is a secret, not everything.",
    },
  },
  state: (): Paddings => ({ client: undefined, server: undefined }),
  ended: { streams: StreamBit.padded, withState: true },
  streamEnd(stream, context) {
    count(stream, context);
  },
  connections: ConnectionBit.unended,
  withState: ["connectionEnd"],
  connectionEnd(context) {
    const { connection, options, report } = context;
    for (const stream of connection.streams.values())
      if (!stream.closed && (context.hasState || (stream.bits & StreamBit.padded) !== 0)) count(stream, context);
    if (!context.hasState) return;
    const { state } = context;
    for (const side of SIDES) {
      const padding = state[side];
      if (padding?.over === undefined || padding.first === undefined || padding.last === undefined) continue;
      const { over, first, last, wasted, octets, streams } = padding;
      const data = { side, octets, count: streams, share: Math.round((wasted / octets) * 100) };
      report(over, "waste", data, { ...severityByExcess(octets, options.octets), related: firstAndLast(first, last) });
    }
  },
});

interface Paddings {
  client: Padding | undefined;
  server: Padding | undefined;
}

type PaddingContext = Context<RuleMeta & { readonly options: Readonly<Record<keyof Most, RuleOption>> }, Paddings>;

/** Octets of a piece, and the percentage of padding that is waste. */
interface Most {
  readonly octets: number;
  readonly share: number;
}

function count({ client, server }: Stream, context: PaddingContext): void {
  const { options } = context;
  if (client.lastData !== undefined) (context.state.client ??= new Padding()).add(client, client.lastData, options);
  if (server.lastData !== undefined) (context.state.server ??= new Padding()).add(server, server.lastData, options);
}

/** What one side sent, piece by piece: streams one after the other, until there are octets enough to judge. */
class Padding {
  /** Of all pieces that were waste. */
  octets = 0;
  wasted = 0;
  streams = 0;
  first: FrameRef | undefined = undefined;
  over: FrameRef | undefined = undefined;
  last: FrameRef | undefined = undefined;
  #octets = 0;
  #padding = 0;
  #streams = 0;
  #first: FrameRef | undefined = undefined;

  add({ window, dataOctets }: SeenHalf, lastData: FrameRef, options: Most): void {
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
