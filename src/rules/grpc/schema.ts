// What only the schema of a method shows: the user's (--proto), or what the server itself said by reflection before the call.

import { decompress } from "../../grpc/decompress.ts";
import { CallOddity } from "../../grpc/oddity.ts";
import { defaultLimits } from "../../limits.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

const spec = [{ document: "gRPC status codes", section: "INTERNAL and UNIMPLEMENTED, cardinality violation" }] as const;

export const unaryMessageCount = defineRule({
  id: "grpc/unary-message-count",
  meta: {
    title: "The request of a unary or server-streaming method is one message",
    severity: "error",
    by: "client",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["body", "proto"],
    decidable: "head",
    messages: {
      none: "the client ends its request on stream {streamId} without a message; {method} is {kind} and takes one",
      several: "the client sends {messages} messages on stream {streamId}; {method} is {kind} and takes one",
    },
    docs: {
      why: "The server fails the call with INTERNAL, some with UNIMPLEMENTED.",
      fix: "Look whether client and server were built from the same .proto: the method may have become a stream on one side.",
    },
  },
  from: "client",
  calls: CallOddity.requestCount,
  finish(_from, by, call, { report, uncheck }) {
    const { method, request, stream, connection } = call;
    if (method?.binding !== true || (method.kind !== "unary" && method.kind !== "server-streaming")) return;
    // What is missing may be the message.
    if (request.messages === 0 && !connection.client.unbroken) return uncheck("body");
    // A message that is not whole is reported as such.
    if (request.state !== "on" || request.inMessage || request.messages === 1) return;
    const data = { streamId: stream.id, method: pathOf(stream.request.path), kind: method.kind };
    if (request.messages === 0) report(by, "none", data, { related: opened(stream) });
    else report(by, "several", { ...data, messages: request.messages }, { related: opened(stream) });
  },
});

export const unaryResponseCount = defineRule({
  id: "grpc/unary-response-count",
  meta: {
    title: "A unary or client-streaming method that succeeds answers with one message",
    severity: "error",
    by: "server",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["body", "hpack", "proto"],
    decidable: "block",
    messages: {
      none: "the server ends stream {streamId} with status OK and without a message; {method} is {kind} and answers with one",
      several: "the server sends {messages} messages on stream {streamId}; {method} is {kind} and answers with one",
    },
    docs: {
      why: "The client fails the call with INTERNAL although the status says OK.",
      fix: "Look whether client and server were built from the same .proto, and for a handler that returns without an answer.",
    },
  },
  calls: CallOddity.responseCount,
  status({ block, code }, call, { report, uncheck }) {
    const { method, response, stream, connection } = call;
    if (code !== 0 || !block.endStream || method?.binding !== true) return;
    if (method.kind !== "unary" && method.kind !== "client-streaming") return;
    if (response.messages === 0 && !connection.server.unbroken) return uncheck("body");
    if (response.state !== "on" || response.inMessage || response.messages === 1) return;
    const data = { streamId: stream.id, method: pathOf(stream.request.path), kind: method.kind };
    if (response.messages === 0) report(block, "none", data, { related: opened(stream) });
    else report(block, "several", { ...data, messages: response.messages }, { related: opened(stream) });
  },
});

export const okWithoutMessage = defineRule({
  id: "grpc/ok-without-message",
  meta: {
    title: "A call that looks unary and succeeds should be answered with a message",
    severity: "info",
    by: "server",
    spec,
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["body", "hpack"],
    decidable: "block",
    messages: {
      none: "the server ended the call on stream {streamId} with status OK and without a message: right for a stream of messages, and a failure for a unary call",
    },
    docs: {
      why: "Clients of a unary method fail with INTERNAL although the status says OK: grpc-dotnet reports that it cannot deserialize the response. A proxy that rewrites a response without content makes such answers of errors.",
      fix: "Where the method is unary, compare what the server sent with what came through the proxies. With --proto the method's kind is known: grpc/unary-response-count.",
    },
  },
  calls: CallOddity.responseCount,
  status({ block, code }, call, { report, uncheck }) {
    const { method, request, response, stream, connection } = call;
    if (code !== 0 || !block.endStream || response.messages > 0 || method?.binding === true || !call.asked) return;
    // Of what has many requests there may be none to answer.
    if (request.messages !== 1 || stream.client.endAt < 0) return;
    if (!connection.server.unbroken) return uncheck("body");
    if (response.state === "lost" || response.inMessage) return;
    report(block, "none", { streamId: stream.id }, { related: opened(stream), fold: "" });
  },
});

export const messageSchema = defineRule({
  id: "grpc/message-schema",
  meta: {
    title: "A message should fit the schema of its method",
    severity: "warning",
    by: "either",
    spec: [{ document: "Protocol Buffers", section: "Encoding" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["body", "proto"],
    decidable: "payload",
    messages: {
      misfit: "message {number} of the {side} on stream {streamId} is not a {type}: {field} {reason}",
    },
    docs: {
      why: "The receiver fails the call with INTERNAL, or takes the field for one that it does not know and loses it.",
      fix: "Compare the .proto files that client and server were built from: a field may have changed its type or number.",
    },
  },
  calls: CallOddity.schema,
  message({ from, number, flag, length, bytes }, frame, call, { report }) {
    const { method } = call;
    if (length === 0 || method?.binding !== true || call.format !== "protobuf") return;
    const { stream, connection } = call;
    const head = from === "client" ? stream.request : stream.response;
    const encoding = flag === 0 ? "identity" : (head.grpcEncoding ?? "");
    const octets = bytes === undefined ? "large" : decompress(bytes, encoding, defaultLimits.messageOctets);
    if (octets === "large") connection.uncheck("grpc/message-schema", "limit");
    if (typeof octets === "string") return;
    const misfit = method.misfit(from, octets);
    if (misfit === undefined) return;
    const type = method.typeName(from);
    report(frame, "misfit", { number, side: from, streamId: stream.id, type, ...misfit }, { related: opened(stream) });
  },
});

const pathOf = (path: string | undefined): string => (path ?? "").slice(0, 200);
