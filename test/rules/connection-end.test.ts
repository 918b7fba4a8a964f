// What rules say of themselves, that the end of a connection concerns them only so far, leaves out no finding.
import { expect, it } from "vitest";
import { ConnectionBit } from "../../src/model/connection-bit.ts";
import { rules } from "../../src/rules/index.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { play, type Story } from "../../src/testing.ts";

const end = { endStream: true } as const;
const settings = { server: [], client: [] } as const;

const stories: Readonly<Record<string, Story>> = {
  "goes silent": (s) => s.client.headers(1).wait(90_000).ping(),
  "ends as it should": (s) => s.client.headers(1, end).server.headers(1, end).goaway(1).client.close().server.close(),
  "is reset on an open stream": (s) => s.client.headers(1).server.headers(1).reset(),
  "is closed on an open stream": (s) => s.client.headers(1, end).server.headers(1).close().client.close(),
  "is closed by one side": (s) => s.client.headers(1).close().wait(9000).server.headers(1).wait(9000).data(1),
  "gets no acknowledgment": (s) =>
    s.settings(settings).client.headers(1).wait(20_000).ping().server.headers(1).wait(20_000).ping(),
  "gets no answer to a PING": (s) => s.client.ping().server.settings([]).ack().wait(30_000).ping("abcdefgh").client.ack(),
  "goes on after an error": (s) => s.client.headers(1, end).server.goaway(0, 2).wait(60_000).ping().wait(60_000).ping(),
  "shuts down, and loses streams": (s) => s.client.headers(1).headers(3).server.goaway(0x7fffffff).goaway(1).wait(10).close(),
  "is promised what never comes": (s) => s.client.headers(1).server.pushPromise(1, 2).wait(60_000).ping().client.ack(),
  "begins with something else": (s) => s.bare().client.octets("GET / HTTP/1.1\r\n\r\n").server.settings([]),
  "is answered in HTTP/1": (s) => s.bare().client.preface().settings([]).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "hears nothing": (s) => s.bare().client.preface().settings([]).server.ack().client.wait(20_000).ping().server.ack(),
  "is not answered": (s) => s.client.headers(1).wait(20_000).ping().wait(20_000).ping(),
  "is refused": (s) => s.attempts(1, "refused"),
  "is tried in vain": (s) => s.attempts(4, "none"),
  "waits for a window": (s) =>
    s.client
      .headers(1, end)
      .headers(3, end)
      .server.headers(1)
      .data(1, 16_384)
      .data(1, 16_384)
      .data(1, 16_384)
      .data(1, 16_383)
      .wait(60_000)
      .ping(),
  "leaves a field block open": (s) => s.client.headers(1, { endHeaders: false }).continuation(1, { endHeaders: false }).close(),
  "leaves one open, far too long": (s) => {
    s.client.headers(1, { endHeaders: false });
    for (let i = 0; i < 12; i++) s.client.continuation(1, { endHeaders: false });
  },
  "closes its TCP window": (s) => s.client.headers(1).tcpWindow(0).wait(9000).server.ping(),
  "is not heard any more": (s) => s.client.headers(1).server.ack().client.ping().wait(9000).again().wait(9000).again(),
};

// Told of every end, or of every close.
const unconditional = rules.map((rule): Rule => {
  const { connections: _, ...rest } = rule;
  return { ...rest, withState: (rule.withState ?? []).filter((event) => event !== "end" && event !== "connectionEnd") };
});

const find = (story: Story, with_: readonly Rule[]) =>
  play(story, { rules: with_ }).findings.map(({ rule, data, frame, because, hides }) => ({ rule, data, frame, because, hides }));

it.each(Object.entries(stories))("a connection that %s", (_, story) => {
  expect(find(story, rules)).toEqual(find(story, unconditional));
});

it("and with each kind of end there is a finding that depends on it", () => {
  const conditions = rules.filter(({ connections, onClose, withState = [] }) => {
    return connections !== undefined || onClose === true || withState.includes("end") || withState.includes("connectionEnd");
  });
  const found = new Set(
    Object.values(stories).flatMap((story) => find(story, conditions).flatMap(({ rule, hides }) => [rule, ...hides])),
  );
  const missing = Object.entries(ConnectionBit).filter(
    ([, bit]) => !conditions.some(({ id, connections = 0 }) => (connections & bit) !== 0 && found.has(id)),
  );
  expect(missing.map(([name]) => name)).toEqual([]);
  // At an end that is no close.
  expect([...found]).toContain("abuse/continuation-flood");
});
