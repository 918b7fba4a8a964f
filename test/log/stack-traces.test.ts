// Stack traces name classes whose names sound like words of other programs.
import { describe, expect, it } from "vitest";
import { signatureOf } from "../../src/log/signature.ts";
import { readSymptom } from "../../src/pairing/symptom.ts";
import { lint, logOf } from "./linting.ts";

const FRAMES = [
  "\tat io.netty.handler.codec.http2.Http2Exception.connectionError(Http2Exception.java:85)",
  "\tat io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder.decodeFrame(DefaultHttp2ConnectionDecoder.java:158)",
  "        at io.netty.handler.codec.http2.Http2ConnectionHandler$BaseDecoder.channelInactive(Http2ConnectionHandler.java:217) ~[netty-codec-http2-4.1.87.Final.jar:4.1.87.Final]",
  "\tat org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory$HTTPServerSessionListener.onReset(HTTP2ServerConnectionFactory.java:169)",
  "\tat java.base/java.nio.channels.ClosedChannelException.throwClosed(Unknown Source)",
  "\tat jdk.internal.reflect.GeneratedMethodAccessor1.invoke(<generated>)",
  "\t... 26 more",
  "   at Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http2.Http2ConnectionErrorException.ValidateHeader(Span`1 name, Span`1 value) in C:\\gh\\Http2Connection.cs:line 828",
  "   at System.Net.Http.Http2Connection.ThrowRetry(String message)",
  "    at Http2CallStream.outputStatus (/repro/node_modules/@grpc/grpc-js/build/src/call-stream.js:117:74)",
  "    at ClientHttp2Session.onStreamClosed [as onclose] (node:internal/http2/core:1163:10)",
  "    at new Promise (<anonymous>)",
  "    at node:internal/errors:490:5",
];

describe("a line of a stack trace", () => {
  it.each(FRAMES)("reports nothing: %s", (line) => {
    expect(signatureOf(line)).toBeUndefined();
    expect(readSymptom(line)).toEqual([]);
  });

  it("takes nothing from what stands before it", async () => {
    const error = "io.netty.handler.codec.http2.Http2Exception: Header size exceeded max allowed size (10240)";
    const { findings } = await lint([], [logOf([error, ...FRAMES].join("\n"))]);
    expect(findings.map(({ rule }) => rule)).toEqual(["headers/list-size"]);
    expect(readSymptom([error, ...FRAMES].join("\n"))).toEqual(readSymptom(error));
    // In one line, as collectors join them.
    expect(readSymptom(`${error} ${FRAMES[0]!.trim()} ${FRAMES[3]!.trim()}`)).toEqual(readSymptom(error));
  });

  // Near misses: they report something.
  it.each([
    ['[C1] response details "http2.violation.of.messaging.rule"', "Envoy"],
    ["response_code_details: http2.too_many_headers", "Envoy"],
    ["upstream reset: http2.remote_reset", "Envoy"],
    ["detail http2.inbound_empty_frames_flood", "Envoy"],
  ])("%s is no such line", (line, software) => expect(readSymptom(line).map((reading) => reading.software)).toContain(software));

  it.each([
    "failed at connection.close (connection reset by peer)",
    "at 10:23:45 the upstream request failed: connection reset by peer",
    "error at rpc: stream terminated by RST_STREAM with error code: CANCEL",
  ])("%s is no such line", (line) => expect(signatureOf(line)).toBeDefined());
});
