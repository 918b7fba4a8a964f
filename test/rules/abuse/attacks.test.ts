// Attacks at the default thresholds: one below is silent, at it a warning, ten times it an error; the count is that of the attack.
import { describe, expect, it } from "vitest";
import { rules } from "../../../src/rules/index.ts";
import { getRequest, literals, play, type Script, type Story } from "../../../src/testing.ts";

const abuse = rules.filter(({ id }) => id.startsWith("abuse/"));
const end = { endStream: true } as const;
const open = { endHeaders: false } as const;

const repeat = (count: number, each: (i: number) => unknown): void => {
  for (let i = 0; i < count; i++) each(i);
};
const fields = (count: number, name: string, value: string) =>
  literals([...Object.entries(getRequest), ...Array.from({ length: count }, () => [name, value] as const)]);
// In one segment, so that octets arrive faster than one frame each millisecond.
const burst = (s: Script, count: number, each: (i: number) => unknown) => s.client.together(() => repeat(count, each));
const id = (i: number): number => 1 + 2 * i;

/** What an attack of so many does. */
const attacks: Record<string, readonly [threshold: number, attack: (s: Script, count: number) => unknown]> = {
  "rapid-reset": [100, (s, n) => repeat(n, (i) => s.client.headers(id(i), end).rst(id(i)))],
  "made-you-reset": [50, (s, n) => repeat(n, (i) => s.client.headers(id(i), end).windowUpdate(id(i), 0).server.rst(id(i), 1))],
  "continuation-flood": [
    9,
    (s, n) => {
      s.client.headers(1, { ...end, ...open });
      repeat(n - 1, () => s.client.continuation(1, open));
      s.client.continuation(1);
    },
  ],
  "zero-length-continuation": [
    16,
    (s, n) => {
      s.client.headers(1, { ...end, ...open });
      repeat(n, () => s.client.continuation(1, { ...open, block: "" }));
    },
  ],
  "data-dribble": [
    100,
    (s, n) => {
      s.settings({ client: [[4, 1]] });
      s.client.headers(1, end).headers(3, end).server.headers(1).headers(3).data(1).data(3);
      repeat(n, () => s.client.windowUpdate(1, 1));
    },
  ],
  "ping-flood": [50, (s, n) => repeat(n, () => s.client.ping())],
  "resource-loop": [500, (s, n) => repeat(n, (i) => s.client.priority(1 + 2 * (i % 200)))],
  "reset-flood": [
    50,
    (s, n) => repeat(n, (i) => s.client.headers(id(i), { ...end, block: fields(1, "Upper", "1") }).server.rst(id(i), 1)),
  ],
  // One is in the opening.
  "settings-flood": [20, (s, n) => repeat(n - 1, () => s.server.settings())],
  "settings-many-entries": [33, (s, n) => s.client.settings(Array.from({ length: n }, (_, i) => [0x100 + i, 1] as const))],
  "empty-header-names": [10, (s, n) => s.client.headers(1, { ...end, block: fields(n, "", "") })],
  "empty-frames": [
    50,
    (s, n) => {
      s.client.headers(1);
      repeat(n, () => s.client.data(1, 0));
    },
  ],
  "header-count-bomb": [
    1001,
    (s, n) => s.settings({ server: [[5, 1 << 20]] }).client.headers(1, { ...end, block: fields(n - 4, "cookie", "a") }),
  ],
  "zero-window-stall": [
    10,
    (s, n) => {
      s.settings({ client: [[4, 0]] });
      repeat(n, (i) => s.client.headers(id(i), end).server.headers(id(i)));
      s.client.wait(31_000).ping();
    },
  ],
  "slow-read": [
    10,
    (s, n) => {
      s.settings({ client: [[4, 100]] });
      repeat(n, (i) => s.client.headers(id(i), end).server.headers(id(i)).data(id(i), 100));
      repeat(3, () => s.client.wait(60_000).ping().server.pingAck());
    },
  ],
  "slow-post": [
    10,
    (s, n) => {
      const upload = { ...getRequest, ":method": "POST", "content-length": "1000000" };
      repeat(n, (i) => s.client.headers(id(i), { fields: upload }).data(id(i)));
      repeat(3, () => s.client.wait(60_000).ping().server.pingAck());
    },
  ],
  "push-promise-flood": [
    100,
    (s, n) => {
      s.client.headers(1, end);
      repeat(n, (i) => s.server.pushPromise(1, 2 + 2 * i));
    },
  ],
  "window-update-flood": [1000, (s, n) => burst(s, n, () => s.client.windowUpdate(0, 1))],
  "goaway-flood": [5, (s, n) => repeat(n, () => s.server.goaway(1))],
  "table-size-churn": [
    50,
    (s, n) =>
      repeat(n, (i) =>
        s.client.headers(id(i), { ...end, block: Buffer.concat([Buffer.from([0x20 | (i & 1)]), fields(0, "", "")]) }),
      ),
  ],
  "unknown-frame-flood": [1000, (s, n) => burst(s, n, () => s.client.frame({ type: 0x5a }))],
};

const found = (story: Story, id: string) =>
  play(story, { rules: abuse })
    .findings.filter(({ rule }) => rule === `abuse/${id}`)
    .map(({ severity, certainty, data }) => [severity, certainty, data["count"]]);

describe.each(Object.entries(attacks))("%s", (name, [threshold, attack]) => {
  it("one below", () => expect(found((s) => attack(s, threshold - 1), name)).toEqual([]));
  it("at the threshold", () => expect(found((s) => attack(s, threshold), name)).toEqual([["warning", "proven", threshold]]));
  it("ten times that", () =>
    expect(found((s) => attack(s, threshold * 10), name)).toEqual([["error", "proven", threshold * 10]]));
});
