// What is out of the ordinary about a call is on it before the event that shows it; an ordinary one has nothing.
import { describe, expect, it } from "vitest";
import { CallReader } from "../../src/grpc/call-reader.ts";
import type { GrpcSink } from "../../src/grpc/grpc-sink.ts";
import { CallOddity } from "../../src/grpc/oddity.ts";
import { defaultLimits } from "../../src/limits.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, written } from "../../src/testing.ts";

type Name = keyof typeof CallOddity;

const end = { endStream: true } as const;
const ask = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const hello = "\0\0\0\0\x01a";

/** What the first call has at each event, where it changes. */
function odditiesOf(story: Story): string[] {
  const seen: string[] = [];
  const note = (event: string, bits: number) => {
    const names = (Object.keys(CallOddity) as Name[]).filter((name) => (bits & CallOddity[name]) !== 0).join(" ");
    if (names !== "" && seen.at(-1)?.replace(/^.*?: /, "") !== names) seen.push(`${event}: ${names}`);
  };
  const sink: GrpcSink = {
    messageStart: (_message, _frame, { oddities }) => note("messageStart", oddities),
    message: (_message, _frame, { oddities }) => note("message", oddities),
    status: (_status, { oddities }) => note("status", oddities),
    finish: (from, _by, { oddities }) => note(`finish ${from}`, oddities),
    reset: (_frame, { oddities }) => note("reset", oddities),
    callEnd: ({ oddities }) => note("callEnd", oddities),
  };
  playModel(written(story).segments, [new CallReader([sink], defaultLimits)], defaultLimits, () => {});
  return seen;
}

const cases: readonly { readonly about: string; readonly story: Story; readonly oddities: readonly string[] }[] = [
  {
    about: "a unary call that went well",
    story: (s) =>
      s.client.headers(1, ask).data(1, hello, end).server.headers(1, answer).data(1, hello).trailers(1, { "grpc-status": "0" }),
    oddities: [],
  },
  {
    about: "compressed",
    story: (s) => s.client.headers(1, ask).data(1, "\x01\0\0\0\x01a", end),
    oddities: ["messageStart: compressed"],
  },
  {
    about: "no messages",
    story: (s) => s.client.headers(1, ask).data(1, "<html></html>", end),
    oddities: ["messageStart: foreign", "finish client: foreign requestCount"],
  },
  {
    about: "an end within a message",
    story: (s) => s.client.headers(1, ask).data(1, "\0\0\0\0\x09a", end),
    oddities: ["finish client: truncated requestCount"],
  },
  {
    about: "a reset within a message",
    story: (s) => s.client.headers(1, ask).data(1, "\0\0\0\0\x09a").rst(1, 8),
    oddities: ["reset: truncated reset"],
  },
  {
    about: "several messages",
    story: (s) =>
      s.client
        .headers(1, ask)
        .data(1, hello + hello, end)
        .server.headers(1, answer)
        .data(1, hello + hello)
        .trailers(1, { "grpc-status": "0" }),
    oddities: ["finish client: requestCount", "status: requestCount responseCount"],
  },
  {
    about: "another status",
    story: (s) =>
      s.client.headers(1, ask).data(1, hello, end).server.headers(1, answer).data(1, hello).trailers(1, { "grpc-status": "5" }),
    oddities: ["status: statusNotOk"],
  },
  {
    about: "trailers without a status",
    story: (s) => s.client.headers(1, ask).data(1, hello, end).server.headers(1, answer).data(1, hello).trailers(1, {}),
    oddities: ["status: noStatus"],
  },
  {
    about: "an end with DATA",
    story: (s) => s.client.headers(1, ask).data(1, hello, end).server.headers(1, answer).data(1, hello, end),
    oddities: ["finish server: noStatus"],
  },
  {
    about: "a status too early",
    story: (s) =>
      s.client
        .headers(1, ask)
        .data(1, hello, end)
        .server.headers(1, { fields: { ...grpcResponse, "grpc-status": "0" } })
        .data(1, hello)
        .trailers(1, { "grpc-status": "0" }),
    oddities: ["status: responseCount earlyStatus"],
  },
  {
    about: "an answer before the request is over, and DATA after it",
    story: (s) =>
      s.client
        .headers(1, ask)
        .server.headers(1, answer)
        .data(1, hello)
        .trailers(1, { "grpc-status": "0" })
        .client.data(1, hello)
        .data(1, hello, end),
    oddities: [
      "finish server: endedEarly",
      "messageStart: endedEarly lateOctets",
      "finish client: requestCount endedEarly lateOctets",
    ],
  },
  {
    about: "an answer after the deadline",
    story: (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1m" } })
        .data(1, hello, end)
        .server.wait(10)
        .headers(1, answer)
        .data(1, hello)
        .trailers(1, { "grpc-status": "0" }),
    oddities: ["message: late"],
  },
  {
    about: "missing bytes",
    story: (s) =>
      s.client
        .headers(1, ask)
        .data(1, "\0\0\0\0\x09abc")
        .lost((c) => c.data(1, hello))
        .data(1, "defghi", end),
    oddities: ["callEnd: lost"],
  },
];

describe.each(cases)("$about", ({ story, oddities }) => {
  it("is told", () => expect(odditiesOf(story)).toEqual(oddities));
});
