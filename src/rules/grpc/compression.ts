import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { isGrpcBlock } from "../../grpc/call.ts";
import { decompresses } from "../../grpc/decompress.ts";
import { CallOddity } from "../../grpc/oddity.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

/** By path: what the server says it takes, and where that ends in its direction. */
type Accepted = Map<string, { names: string; endOffset: number }>;

export const encodingUnknown = defineRule({
  id: "grpc/encoding-unknown",
  meta: {
    title: "The grpc-encoding must be one that the other side accepts",
    severity: "warning",
    by: "either",
    spec: [
      { document: "gRPC over HTTP2", section: "Requests, Message-Encoding" },
      { document: "gRPC compression", section: "Compression Method Asymmetry" },
    ],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      request: "the client compresses with {encoding} on stream {streamId}; the server accepts {accepted} for that method",
      response: "the server compresses with {encoding} on stream {streamId}; the client accepts {accepted}",
    },
    docs: {
      why: "A receiver that lacks the algorithm fails the call with UNIMPLEMENTED or INTERNAL.",
      fix: "Choose among what the other side names in grpc-accept-encoding.",
    },
  },
  state: (): Accepted => new Map(),
  when: { values: ValueBit.grpcEncoding, roles: ["request", "response", "response-trailers"] },
  judge(subject, stream, context) {
    const block = subject as FieldBlock; // a condition on bits
    const { decoded, streamId, role } = block;
    if (decoded === undefined) return;
    const encoding = decoded.slots[Name.grpcEncoding]?.value;
    if (role === "request") {
      if (encoding === undefined || !isGrpcBlock(block, stream)) return;
      const accepted = context.state.get(decoded.path?.value ?? "");
      if (accepted === undefined || accepted.endOffset > block.first.acked) return;
      if (!accepts(accepted.names, encoding))
        context.report(block, "request", { encoding: encoding.slice(0, 80), streamId, accepted: accepted.names.slice(0, 200) });
      return;
    }
    if (!isGrpcBlock(block, stream)) return;
    const path = stream?.request.path;
    const names = decoded.joined(Name.grpcAcceptEncoding);
    if (path !== undefined && names !== undefined && decoded.certainty === "exact")
      accept(context.state, path, names, block.last.offset + 1);
    const accepted = stream?.request.known ? stream.request.grpcAcceptEncoding : undefined;
    if (role !== "response" || encoding === undefined || accepted === undefined || accepts(accepted, encoding)) return;
    const data = { encoding: encoding.slice(0, 80), streamId, accepted: accepted.slice(0, 200) };
    context.report(block, "response", data, { related: opened(stream) });
  },
});

export const acceptEncodingMissing = defineRule({
  id: "grpc/accept-encoding-missing",
  meta: {
    title: "A server that lacks a grpc-encoding must say which ones it accepts",
    severity: "warning",
    by: "server",
    spec: [{ document: "gRPC compression", section: "Compression Levels" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      missing:
        "the server refuses grpc-encoding {encoding} on stream {streamId} and does not say in grpc-accept-encoding what it takes",
    },
    docs: {
      why: "The client cannot know what it may use, and will try the same again.",
      fix: "Send grpc-accept-encoding with the status.",
    },
  },
  calls: CallOddity.statusNotOk,
  when: { values: ValueBit.grpcStatusNotOk },
  status({ block, code, message }, { stream }, { report, uncheck }) {
    const { grpcEncoding, known } = stream.request;
    // UNIMPLEMENTED says the same of a method that is not there: the message shows which.
    if (code !== 12 || grpcEncoding === undefined || grpcEncoding === "identity" || !known) return;
    if (!/compress|encoding/i.test(message ?? "")) return;
    const { decoded, streamId } = block;
    if (decoded?.slots[Name.grpcAcceptEncoding] !== undefined || stream.response.grpcAcceptEncoding !== undefined) return;
    if (decoded?.certainty !== "exact" || (block.role !== "response" && !stream.response.known)) uncheck("hpack");
    else report(block, "missing", { encoding: grpcEncoding.slice(0, 80), streamId }, { related: opened(stream) });
  },
});

export const compressedWithoutEncoding = defineRule({
  id: "grpc/compressed-without-encoding",
  meta: {
    title: "A compressed message needs a grpc-encoding",
    severity: "error",
    by: "either",
    spec: [{ document: "gRPC over HTTP2", section: "Length-Prefixed-Message, Compressed-Flag" }],
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "payload",
    messages: {
      missing: "message {number} of the {side} on stream {streamId} is marked compressed, but the {side} sent no grpc-encoding",
      identity:
        "message {number} of the {side} on stream {streamId} is marked compressed, but the {side}'s grpc-encoding is identity",
    },
    docs: {
      why: "The receiver does not know how to decompress it: the call fails with INTERNAL.",
      fix: "Send grpc-encoding, or a compressed flag of 0; look for a proxy that removes the field.",
    },
  },
  flagged: true,
  calls: CallOddity.compressed,
  messageStart({ flag, number, from }, frame, { stream }, { report, uncheck }) {
    if (flag !== 1) return;
    const { known, grpcEncoding } = from === "client" ? stream.request : stream.response;
    if (grpcEncoding !== undefined && grpcEncoding !== "identity") return;
    if (!known) uncheck("hpack");
    else
      report(
        frame,
        grpcEncoding === undefined ? "missing" : "identity",
        { number, side: from, streamId: stream.id },
        {
          related: opened(stream),
        },
      );
  },
});

export const decompressFailed = defineRule({
  id: "grpc/decompress-failed",
  meta: {
    title: "A compressed message must decompress with its grpc-encoding",
    severity: "error",
    by: "either",
    spec: [{ document: "gRPC compression", section: "Specification" }],
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "payload",
    messages: {
      failed: "message {number} of the {side} on stream {streamId}, {length} bytes, does not decompress with {encoding}",
    },
    docs: {
      why: "The receiver fails the call with INTERNAL.",
      fix: "Compare the compressor with the name in grpc-encoding; each message is compressed by itself.",
    },
  },
  flagged: true,
  calls: CallOddity.compressed,
  message({ flag, number, from, length, bytes }, frame, { stream, connection }, { report, uncheck }) {
    // Of an empty one there is nothing to decompress: senders mark it either way.
    if (flag !== 1 || length === 0) return;
    const { known, grpcEncoding } = from === "client" ? stream.request : stream.response;
    if (grpcEncoding === undefined || grpcEncoding === "identity") {
      if (!known) uncheck("hpack");
      return;
    }
    const result = bytes === undefined ? "unknown" : decompresses(bytes, grpcEncoding);
    if (result === "unknown") connection.uncheck("grpc/decompress-failed", "limit");
    else if (result === "no")
      report(
        frame,
        "failed",
        { number, side: from, streamId: stream.id, length, encoding: grpcEncoding.slice(0, 80) },
        {
          related: opened(stream),
        },
      );
  },
});

function accept(accepted: Accepted, path: string, names: string, endOffset: number): void {
  const known = accepted.get(path);
  if (known !== undefined) {
    known.names = names;
    known.endOffset = endOffset;
    return;
  }
  if (accepted.size >= PATHS) accepted.clear();
  accepted.set(path, { names, endOffset });
}

const accepts = (names: string, encoding: string): boolean =>
  encoding === "identity" || names.split(",").some((name) => name.trim() === encoding);

const PATHS = 1000;
