import { describe, expect, it } from "vitest";
import { Observation } from "../../src/http2/observation.ts";
import { Stream } from "../../src/model/stream.ts";
import { illegalInput, type StreamInput, type StreamState, stateFor } from "../../src/model/stream-state.ts";
import type { Side } from "../../src/place.ts";

const inputs: readonly StreamInput[] = ["headers", "data", "rst-stream", "window-update", "push-promise", "priority"];

// RFC 9113 5.1: what a sender may not send, by its state, in the order of `inputs`; `-` is legal.
const table: Readonly<Record<StreamState, Readonly<Record<Side, string>>>> = {
  idle: { client: "- onIdle onIdle onIdle - -", server: "- onIdle onIdle onIdle - -" },
  reserved: {
    client: "onReserved onReserved - - onReserved -",
    server: "- onReserved - onReserved onReserved -",
  },
  open: { client: "- - - - - -", server: "- - - - - -" },
  "half-closed (client)": { client: "afterEndStream afterEndStream - - - -", server: "- - - - - -" },
  "half-closed (server)": { client: "- - - - - -", server: "afterEndStream afterEndStream - - - -" },
  closed: { client: "onClosed onClosed - - - -", server: "onClosed onClosed - - - -" },
  "reset (own)": {
    client: "afterOwnReset afterOwnReset - afterOwnReset afterOwnReset -",
    server: "afterOwnReset afterOwnReset - afterOwnReset afterOwnReset -",
  },
  "reset (peer)": {
    client: "afterPeerReset afterPeerReset resetInResponse afterPeerReset afterPeerReset -",
    server: "afterPeerReset afterPeerReset resetInResponse afterPeerReset afterPeerReset -",
  },
};

const names: ReadonlyMap<number, string> = new Map(Object.entries(Observation).map(([name, fact]) => [Number(fact), name]));
const named = (fact: Observation | undefined): string => (fact === undefined ? "-" : names.get(fact)!);

describe("illegalInput", () => {
  for (const [state, bySide] of Object.entries(table) as [StreamState, Record<Side, string>][]) {
    for (const side of ["client", "server"] as const) {
      it(`${state}, the ${side} sends`, () => {
        expect(inputs.map((input) => named(illegalInput(state, side, input, false))).join(" ")).toBe(bySide[side]);
      });
    }
  }

  it("lets no client send a message on a pushed stream", () => {
    for (const state of ["half-closed (client)", "half-closed (server)", "closed"] as const) {
      expect(illegalInput(state, "client", "data", true)).toBe(Observation.clientOnPushed);
      expect(illegalInput(state, "client", "headers", true)).toBe(Observation.clientOnPushed);
      expect(illegalInput(state, "client", "rst-stream", true)).toBeUndefined();
    }
  });
});

describe("stateFor", () => {
  type Change = (stream: Stream) => unknown;
  const clientEnds: Change = (s) => (s.ownHalf("client").endAt = 100);
  const serverEnds: Change = (s) => (s.ownHalf("server").endAt = 200);
  const serverResets: Change = (s) => (s.ownHalf("server").resetAt = 200);
  const promised: Change = (s) => (s.promised = true);
  const reserved: Change = (s) => (s.reserved = true);
  // Of the other side: octets received, octets processed.
  const rows: readonly (readonly [changes: readonly Change[], from: Side, horizon: number, processed: number, StreamState])[] = [
    [[], "client", 0, 0, "open"],
    [[], "server", 0, 0, "open"],
    [[clientEnds], "client", 0, 0, "half-closed (client)"],
    [[clientEnds], "server", 99, 0, "open"],
    [[clientEnds], "server", 100, 0, "half-closed (client)"],
    [[serverEnds], "client", 199, 0, "open"],
    [[serverEnds], "client", 200, 0, "half-closed (server)"],
    [[serverEnds], "server", 0, 0, "half-closed (server)"],
    [[clientEnds, serverEnds], "client", 199, 0, "half-closed (client)"],
    [[clientEnds, serverEnds], "client", 200, 0, "closed"],
    [[clientEnds, serverEnds], "server", 99, 0, "half-closed (server)"],
    [[clientEnds, serverEnds], "server", 100, 0, "closed"],
    [[serverResets], "server", 0, 0, "reset (own)"],
    [[serverResets], "client", 200, 199, "open"],
    [[serverResets], "client", 200, 200, "reset (peer)"],
    [[clientEnds, serverResets], "client", 200, 199, "half-closed (client)"],
    [[promised, reserved], "server", 0, 0, "reserved"],
    [[promised, reserved], "client", 0, 0, "reserved"],
    [[promised], "client", 0, 0, "half-closed (client)"],
    [[promised], "server", 0, 0, "half-closed (client)"],
  ];
  rows.forEach(([changes, from, horizon, processed, state], i) => {
    it(`row ${i + 1}: the ${from} sends in "${state}"`, () => {
      const stream = new Stream(1, "client", true, 50, 0);
      for (const change of changes) change(stream);
      expect(stateFor(stream, from, horizon, processed)).toBe(state);
    });
  });
});
