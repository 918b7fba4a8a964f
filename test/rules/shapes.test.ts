import { expect, expectTypeOf, it } from "vitest";
import { FieldBit } from "../../src/fields/field.ts";
import { Observation } from "../../src/http2/observation.ts";
import { opened } from "../../src/rules/related.ts";
import { connectionError, type FrameRule, streamError } from "../../src/rules/shapes/frame.ts";
import { type Found, malformedField } from "../../src/rules/shapes/malformed.ts";
import { must } from "../../src/rules/shapes/spec.ts";
import { play } from "../../src/testing.ts";

const base = { id: "own/rule", title: "It must not be", spec: [must("9")], why: "So.", fix: "Do not." } as const;

it("a frame rule fills its message, in the order of its holes", () => {
  const rule = streamError({
    ...base,
    messages: { zero: "the {side} sent {kind} of {length} bytes on stream {streamId}, flags 0x{flags}" },
    when: { observed: Observation.afterEndStream },
    related: opened,
  });
  const { findings } = play((s) => s.client.headers(1, { endStream: true }).data(1, 5), { rules: [rule] });
  expect(findings.map(({ data }) => JSON.stringify(data))).toEqual([
    '{"side":"client","kind":"DATA","length":5,"streamId":1,"flags":"00"}',
  ]);
  expect(findings[0]!.related).toHaveLength(1);
  expect(rule.meta).toMatchObject({ severity: "error", by: "either", decidable: "head", needs: [] });
  expect(rule.meta.expect).toEqual({ scope: "stream", codes: ["PROTOCOL_ERROR"] });
});

it("says what differs", () => {
  const rule = connectionError({
    ...base,
    severity: "warning",
    profiles: { rfc7540: "error" },
    by: "server",
    expect: { codes: ["FRAME_SIZE_ERROR"], optional: true },
    needs: ["seen"],
    decidable: "payload",
    messages: { a: "a" },
    when: { observed: Observation.onIdle },
  });
  const { severity, profiles, by, expect: wanted, needs, decidable } = rule.meta;
  expect({ severity, profiles, by, needs, decidable }).toEqual({
    ...{ severity: "warning", profiles: { rfc7540: "error" }, by: "server", needs: ["seen"], decidable: "payload" },
  });
  expect(wanted).toEqual({ scope: "connection", codes: ["FRAME_SIZE_ERROR"], optional: true });
});

it("a malformed message fills stream and side, and points at what opened the stream", () => {
  const rule = malformedField({
    ...base,
    messages: { upper: "{name} of the {side} on {streamId}" },
    when: { bits: FieldBit.upperCase },
    check: (_, found) => found("upper", { name: "A" }),
  });
  const { findings } = play(
    (s) => s.client.headers(1, { endStream: true }).server.headers(1, { fields: { ":status": "200", A: "b" } }),
    {
      rules: [rule],
    },
  );
  expect(findings.map(({ data }) => JSON.stringify(data))).toEqual(['{"side":"server","name":"A","streamId":1}']);
  expect(findings[0]!.related).toHaveLength(1);
  expect(rule.meta.expect).toEqual({ scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true });
});

it("a hole that nothing fills does not compile", () => {
  type Messages<Text extends string> = FrameRule<{ readonly a: Text }>["messages"]["a"];
  expectTypeOf<Messages<"on {streamId}">>().toEqualTypeOf<"on {streamId}">();
  expectTypeOf<Messages<"on {stream}">>().toEqualTypeOf<never>();
  type Given<Text extends string> = Parameters<Found<{ readonly a: Text }>>;
  expectTypeOf<Given<"on {streamId}">>().toEqualTypeOf<[message: "a"]>();
  expectTypeOf<Given<"{name} on {streamId}">[1]>().toEqualTypeOf<Readonly<Record<"name", string | number>>>();
});
