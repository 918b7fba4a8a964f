// What rules say of themselves, that only some frames concern them, leaves out no finding: whatever two sides announce, acknowledge, grant,
// reset and give up, they find the same as when they hear of every frame.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Setting } from "../../src/http2/setting.ts";
import { rules } from "../../src/rules/index.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { play, type Settings, type Story } from "../../src/testing.ts";
import { runs, seed } from "../fuzzing.ts";

type Script = Parameters<Story>[0];
type Step = (script: Script) => unknown;

const conditional = rules.filter(({ settings, begunBy }) => settings !== undefined || begunBy !== undefined);

const unconditional = conditional.map((rule): Rule => {
  const { settings: _, begunBy: __, ...rest } = rule;
  return { ...rest, withState: (rule.withState ?? []).filter((event) => event !== "frame") };
});

const side = fc.constantFrom<"client" | "server">("client", "server");

const entry = fc.oneof(
  fc.tuple(fc.constant(Setting.enableConnectProtocol), fc.constantFrom(0, 1)),
  fc.tuple(fc.constant(Setting.initialWindowSize), fc.constantFrom(65_535, 2 ** 31 - 1)),
  fc.tuple(fc.constantFrom(...Object.values(Setting)), fc.constantFrom(0, 1, 100, 4096, 65_535, 2 ** 21, 2 ** 31 - 1)),
  fc.tuple(fc.constantFrom(0, 7, 10, 16, 0xfe03), fc.nat(9)),
);

const announcement: fc.Arbitrary<Settings> = fc.oneof(
  fc.array(entry, { maxLength: 4 }),
  fc.constant(Array.from({ length: 40 }, (): [number, number] => [16, 1])),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(side, announcement).map(
    ([from, settings]): Step =>
      (s) =>
        s[from].settings(settings),
  ),
  side.map(
    (from): Step =>
      (s) =>
        s[from].settingsAck(),
  ),
  fc.tuple(side, fc.constantFrom(0, 1, 3), fc.constantFrom(1, 1000, 2 ** 31 - 1)).map(
    ([from, stream, increment]): Step =>
      (s) =>
        s[from].windowUpdate(stream, increment),
  ),
  fc.constant<Step>((s) =>
    s.server
      .windowUpdate(1, 1000)
      .settings([[Setting.initialWindowSize, 2 ** 31 - 1]])
      .client.settingsAck(),
  ),
  fc.constantFrom(1, 3).map(
    (stream): Step =>
      (s) =>
        s.client.headers(stream),
  ),
  fc.tuple(side, fc.constantFrom(1, 3)).map(
    ([from, stream]): Step =>
      (s) =>
        s[from].data(stream, 1000),
  ),
  fc.tuple(side, fc.constantFrom(1, 3), fc.constantFrom(0, 8, 11)).map(
    ([from, stream, code]): Step =>
      (s) =>
        s[from].rst(stream, code),
  ),
  fc.tuple(side, fc.constantFrom(0, 1, 11)).map(
    ([from, code]): Step =>
      (s) =>
        s[from].goaway(1, code),
  ),
  fc.constantFrom(100, 2000, 20_000).map(
    (ms): Step =>
      (s) =>
        s.client.wait(ms),
  ),
);

const found = (story: Story, with_: readonly Rule[]) =>
  play(story, { rules: with_ }).findings.map(({ rule, message, data, frame, because }) => ({
    rule,
    message,
    data,
    frame,
    because,
  }));

it("finds the same as without conditions", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.tuple(announcement, announcement), fc.array(step, { maxLength: 12 }), ([client, server], steps) => {
      const story: Story = (s) => {
        s.settings({ client, server });
        for (const one of steps) one(s);
      };
      const findings = found(story, conditional);
      for (const { rule } of findings) seen.add(rule);
      expect(findings).toEqual(found(story, unconditional));
    }),
    { numRuns: runs(1500), seed },
  );
  // It is no proof where there is nothing to find.
  expect([...seen].sort()).toEqual(
    expect.arrayContaining([
      "abuse/header-list-size-trap",
      "abuse/settings-many-entries",
      "flow/connection-window-overflow",
      "flow/stream-window-overflow",
      "health/unanswered-settings",
      "settings/enable-connect-revoked",
      "settings/header-table-size-huge",
      "settings/initial-window-overflow",
      "settings/no-rfc7540-priorities-changed",
      "settings/reset-after-preface",
    ]),
  );
});
