import { expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits } from "../../src/limits.ts";
import { Model } from "../../src/model/model.ts";
import { TcpSegment } from "../../src/net/segment.ts";
import { origin } from "../../src/place.ts";
import { Flow } from "../../src/tcp/flow.ts";
import { preface } from "../http2/octets.ts";

// The preface says who is the client, whatever the flow took for one.
it.each([0, 1] as const)("the TCP window of a side is told of HTTP/2 connections only (client: direction %i)", (index) => {
  const told: string[] = [];
  const sink = { tcpWindow: (from: string, zero: boolean) => void told.push(`${from} ${zero}`) };
  const model = new Model([sink], fastHpack, defaultLimits, () => {});
  const flow = new Flow(1, new TcpSegment(), true, true);
  const reader = model.open(flow);
  reader.window?.(index, true, origin());
  flow.attached(index).bytes(preface, 0, preface.length, origin());
  reader.window?.(index, false, origin());
  reader.window?.(index === 0 ? 1 : 0, true, origin());
  expect(told).toEqual(["client false", "server true"]);
});
