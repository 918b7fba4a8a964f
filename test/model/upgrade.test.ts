// What an upgrade from HTTP/1.1 means (RFC 7540 3.2, 3.2.1), and what is no fault around it.
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/model/connection.ts";
import { rules } from "../../src/rules/index.ts";
import { defineRule } from "../../src/rules/rule.ts";
import { h2cRequest, play, type Script, type Speaker, type Story, switching } from "../../src/testing.ts";

/** HTTP2-Settings with MAX_CONCURRENT_STREAMS 100 and INITIAL_WINDOW_SIZE 5. */
const small = [...h2cRequest.slice(0, -1), "HTTP2-Settings: AAMAAABkAAQAAAAF"];
const post = ["POST /p HTTP/1.1", ...h2cRequest.slice(1), "Content-Length: 5"];
const ended = { endStream: true } as const;

const upgraded = (s: Script, request: readonly string[] = h2cRequest, content = ""): Speaker =>
  s
    .bare()
    .client.http1(request, content)
    .server.http1(switching)
    .settings()
    .client.preface()
    .settings()
    .settingsAck()
    .server.settingsAck();

// A listener hidden in a rule: the connection as it stands at its end.
function connectionOf(story: Story): Connection {
  let seen: Connection | undefined;
  const listener = defineRule({
    id: "test/listener",
    meta: { ...rules[0]!.meta, messages: {} },
    connectionEnd({ connection }) {
      seen = connection;
    },
  });
  play(story, { rules: [listener] });
  return seen!;
}

// What became of streams is no violation of an upgrade.
const judged = rules.filter(({ id }) => !id.startsWith("health/"));
const found = (story: Story): string[] =>
  play(story, { rules: judged }).findings.map(({ rule, message }) => `${rule} ${message}`);

describe("after an upgrade", () => {
  it.each<[string, Story]>([
    ["the answer on stream 1", (s) => upgraded(s).headers(1).data(1, 9, ended)],
    ["HEAD: no content", (s) => upgraded(s, ["HEAD / HTTP/1.1", ...h2cRequest.slice(1)]).headers(1, ended)],
    [
      "content of the request",
      (s) => upgraded(s, post, "hello").headers(1, ended).client.headers(3, ended).server.headers(3, ended),
    ],
    ["more requests", (s) => upgraded(s).client.headers(3, ended).headers(5, ended).server.headers(5, ended).headers(1, ended)],
    ["the server refuses the stream", (s) => upgraded(s).rst(1, 7)],
    ["the client gives it up", (s) => upgraded(s).client.rst(1).server.ping()],
    // 3.2.1: a frame that acknowledges HTTP2-Settings is not necessary, nor forbidden.
    [
      "one acknowledgment more, first",
      (s) =>
        s
          .bare()
          .client.http1(h2cRequest)
          .server.http1(switching)
          .settings()
          .settingsAck()
          .client.preface()
          .settings()
          .settingsAck()
          .server.settingsAck(),
    ],
    ["one acknowledgment more, last", (s) => upgraded(s).settingsAck()],
    ["GOAWAY names the stream", (s) => upgraded(s).headers(1, ended).goaway(1)],
    [
      "the client closes before its preface",
      (s) => s.bare().client.http1(h2cRequest).server.http1(switching).settings().client.close(),
    ],
    [
      "the window of HTTP2-Settings is kept",
      (s) => upgraded(s, small).headers(1).data(1, 5).client.windowUpdate(1, 1).server.data(1, 1, ended),
    ],
  ])("%s: no finding", (_, story) => {
    expect(found(story)).toEqual([]);
  });

  it.each<[string, Story, string]>([
    ["two acknowledgments more", (s) => upgraded(s).settingsAck().settingsAck(), "settings/ack-unexpected unexpected"],
    ["stream 1 again", (s) => upgraded(s).client.headers(1, ended), "upgrade/stream-one-reused sent"],
    [
      "no SETTINGS of the server",
      (s) => s.bare().client.http1(h2cRequest).server.http1(switching).headers(1),
      "upgrade/server-first-frame other",
    ],
    ["stream 2 of the client", (s) => upgraded(s).client.headers(2, ended), "stream-id/even-client even"],
  ])("%s: a finding", (_, story, finding) => {
    expect(found(story)).toEqual([finding]);
  });

  it("DATA beyond the window of HTTP2-Settings is noted", () => {
    // The client's SETTINGS frame says nothing of the window, so only the field does.
    const story: Story = (s) => upgraded(s, small).headers(1).data(1, 6, ended);
    expect(streamOf(story).server.window.available(streamSettings(story), 1e9)).toBe(-1);
  });

  it("stream 1 is the request, and a call", () => {
    const connection = connectionOf((s) => upgraded(s, post, "hello").headers(1, ended));
    const stream = connection.streams.get(1)!;
    const { method, path, authority, scheme, contentLength } = stream.request;
    expect({ method, path, authority, scheme, contentLength }).toEqual({
      ...{ method: "POST", path: "/p", authority: "h2.test", scheme: "http", contentLength: "5" },
    });
    expect([connection.protocol, connection.calls, connection.streamCount]).toEqual(["h2c-upgrade", 1, 1]);
    expect([stream.client.dataOctets, stream.client.endAt, stream.closed]).toEqual([5, stream.openedAt, true]);
    expect([connection.client.started, connection.server.started, connection.roles]).toEqual([true, true, "preface"]);
  });

  it("content that comes after 101 counts too", () => {
    const connection = connectionOf((s) =>
      s.bare().client.http1(post, "he").server.http1(switching).settings().client.octets("llo").preface().settings(),
    );
    expect(connection.streams.get(1)!.client.dataOctets).toBe(5);
    expect(connection.client.foreign).toBeUndefined();
  });

  it("a refused offer leaves HTTP/1.1", () => {
    const connection = connectionOf((s) =>
      s.bare().client.http1(h2cRequest).server.http1(["HTTP/1.1 200 OK", "Content-Length: 0"]),
    );
    expect([connection.protocol, connection.calls, connection.upgrade]).toEqual(["http/1.1", 0, undefined]);
  });
});

const streamOf = (story: Story) => connectionOf(story).streams.get(1)!;
const streamSettings = (story: Story): number => connectionOf(story).client.settings.inForce(4)!;
