import { FieldBit } from "../../fields/field.ts";
import { grpcKind } from "../../grpc/call.ts";
import { StreamBit } from "../../model/stream.ts";
import { defineRule } from "../rule.ts";

export const smallDataFrames = defineRule({
  id: "health/small-data-frames",
  meta: {
    title: "Content should not be sent in very small frames",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "6.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      small: "the {side} sent {frames} DATA frames with {mean} bytes each, on average, in messages of more than one frame",
    },
    options: {
      frames: { default: 1000, unit: "frames", about: "how many DATA frames" },
      octets: { default: 256, unit: "bytes", about: "the mean content that is enough" },
    },
    docs: {
      why: "Each frame costs nine bytes and a turn of the receiver's loop; often a packet too.",
      fix: "Write through a buffer; flush at the end of a message, or when something must go out.",
    },
  },
  ended: { streams: StreamBit.pieces },
  state: (): { client: Content | undefined; server: Content | undefined } => ({ client: undefined, server: undefined }),
  streamEnd(stream, context) {
    // Messages of gRPC and events are as small as they are.
    const { request, response } = stream;
    if (grpcKind(stream) !== "no" || request.method === "CONNECT") return;
    if (response.contentType?.startsWith("text/event-stream") === true) return;
    for (const side of SIDES) {
      const half = stream.half(side);
      if (half.dataFrames < 2) continue;
      const { state, options, report } = context;
      const sum = side === "client" ? (state.client ??= newContent()) : (state.server ??= newContent());
      if (sum.told) continue;
      sum.frames += half.dataFrames;
      sum.octets += half.dataOctets;
      const mean = sum.octets / sum.frames;
      if (sum.frames < options.frames || mean >= options.octets || half.lastData === undefined) continue;
      sum.told = true;
      report(half.lastData.copy(), "small", { side, frames: sum.frames, mean: Math.round(mean) });
    }
  },
});

export const noCompressionGain = defineRule({
  id: "health/no-compression-gain",
  meta: {
    title: "HPACK should make fields smaller",
    severity: "info",
    by: "either",
    spec: [{ rfc: 7541, section: "1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { gainless: "{blocks} field blocks of the {side} took {share} % of the bytes that their names and values have" },
    options: {
      blocks: { default: 100, unit: "blocks", about: "how many field blocks" },
      share: { default: 90, unit: "percent", about: "of the bytes of all names and values" },
    },
    docs: {
      why: "Most fields are the same in each request: with the dynamic table they cost a byte each.",
      fix: "Use the dynamic table: announce HEADER_TABLE_SIZE above 0, and let the encoder index what repeats.",
    },
  },
  when: { bits: FieldBit.requestPseudo | FieldBit.responsePseudo },
  state: (): { client: Fields | undefined; server: Fields | undefined } => ({ client: undefined, server: undefined }),
  judge(subject, _stream, { state, options, report }) {
    const sum = subject.from === "client" ? (state.client ??= newFields()) : (state.server ??= newFields());
    if (sum.told || !("decoded" in subject) || subject.decoded?.certainty !== "exact") return;
    sum.blocks++;
    sum.octets += subject.octets;
    // RFC 7541 4.1: an entry's size is that of its name and value, and 32.
    sum.plain += subject.decoded.listSize - 32 * subject.decoded.count;
    if (sum.blocks < options.blocks) return;
    sum.told = true;
    const share = Math.round((sum.octets / sum.plain) * 100);
    if (sum.octets * 100 > sum.plain * options.share)
      report(subject, "gainless", { blocks: sum.blocks, side: subject.from, share });
  },
});

/** What the DATA frames of one side come to. */
interface Content {
  frames: number;
  octets: number;
  told: boolean;
}

/** What its field blocks come to, in octets, and their names and values. */
interface Fields {
  blocks: number;
  octets: number;
  plain: number;
  told: boolean;
}

const newContent = (): Content => ({ frames: 0, octets: 0, told: false });

const newFields = (): Fields => ({ blocks: 0, octets: 0, plain: 0, told: false });

const SIDES = ["client", "server"] as const;
