// Connections are judged one by one: whoever judges only a share of them, beside the assembler of all, reports of these just what a run over
// all reports, and the results of all shares, in the order of what the assembler told, are the results of that run. Left out is what looks at
// several connections on purpose: rules with a `session`, sessions of TLS, and schemas that a server tells by reflection.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Clock } from "../src/capture/clock.ts";
import { MergedCaptures } from "../src/capture/merge.ts";
import { type Diagnostic, diagnosticText } from "../src/diagnostic.ts";
import { fastHpack } from "../src/hpack/decoder.ts";
import { defaultLimits, type Limits } from "../src/limits.ts";
import { Model } from "../src/model/model.ts";
import { PacketDecoder } from "../src/net/decoder.ts";
import type { SegmentSink, TcpSegment } from "../src/net/segment.ts";
import type { Results } from "../src/pairing/reaction.ts";
import { buildPipeline } from "../src/pipeline.ts";
import { EventBuilder } from "../src/report/event-builder.ts";
import { rules } from "../src/rules/index.ts";
import { selectRules } from "../src/rules/selection.ts";
import { Assembler, type FlowListener } from "../src/tcp/assembler.ts";
import { unread } from "../src/tcp/byte-stream.ts";
import type { Flow, FlowReader } from "../src/tcp/flow.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const own = capturesIn("samples/");
// One of eleven, always the same ones.
const shared = capturesIn("../shared/captures/").filter((_, index) => index % 11 === 0);

function capturesIn(folder: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((name) => folder + name.replaceAll("\\", "/"))
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort();
}

/** Lets through what is told of some connections, and counts steps that are the same for every share: what is told within one step
 *  concerns one connection. */
class Share implements FlowListener, SegmentSink {
  step = 0;
  readonly assembler: Assembler;
  readonly #next: FlowListener;
  readonly #takes: (flow: Flow) => boolean;

  constructor(next: FlowListener, limits: Limits, takes: (flow: Flow) => boolean) {
    this.#next = next;
    this.#takes = takes;
    this.assembler = new Assembler(this, limits, () => {});
  }

  segment(segment: TcpSegment): void {
    this.step++;
    this.assembler.segment(segment);
  }

  open(flow: Flow): FlowReader {
    if (!this.#takes(flow)) for (const side of [0, 1] as const) flow.attach(side, unread);
    const reader = this.#takes(flow) ? this.#next.open(flow) : undefined;
    return {
      window: (...told) => reader?.window?.(...told),
      // One segment may end several connections.
      close: () => {
        reader?.close();
        this.step++;
      },
    };
  }
}

interface Told {
  readonly step: number;
  readonly text: string;
}

/** @param takes The connections that are judged. */
async function resultsOf(name: string, limits: Limits, takes: (flow: Flow) => boolean): Promise<Told[]> {
  const told: Told[] = [];
  const clock = new Clock();
  const captures = new MergedCaptures([root + name], { clock, limits, diagnostics() {}, engine: "fast" });
  const build = new EventBuilder(clock, await captures.open(), rules);
  const tell = (event: unknown) => told.push({ step: share.step, text: JSON.stringify(event) });
  const results: Results = {
    paired: (pair) => tell(build.finding(pair)),
    unexplained: (one) => tell(build.unexplained(one)),
    closed: (connection, software) => tell(build.connection(connection, software)),
  };
  const judged = { rules: selectRules(rules, { preset: "all" }).filter(({ rule }) => rule.session === undefined), results };
  const diagnose = (diagnostic: Diagnostic) => tell(diagnosticText(diagnostic));
  const share: Share = new Share(new Model(buildPipeline({ judged }, limits), fastHpack, limits, diagnose), limits, takes);
  const packets = new PacketDecoder(share, () => {}, limits);
  for await (const _ of captures.run(packets));
  packets.end();
  share.assembler.end();
  return told;
}

/** @returns The results of all shares, in one order. */
async function merged(name: string, limits: Limits, shares: number): Promise<Told[]> {
  const all: Told[] = [];
  for (let share = 0; share < shares; share++) all.push(...(await resultsOf(name, limits, ({ id }) => id % shares === share)));
  // Stable: what came in one step is of one share, and keeps its order.
  return all.sort((a, b) => a.step - b.step);
}

describe("shares of the connections, merged, are the whole", () => {
  it.each([...own, ...shared])("%s", async (name) => {
    const whole = await resultsOf(name, defaultLimits, () => true);
    for (const shares of [2, 3, 8]) expect(await merged(name, defaultLimits, shares)).toEqual(whole);
  });

  it.skipIf(own.length === 0)("also where connections are given up for others", async () => {
    const limits = { ...defaultLimits, flows: 1 };
    for (const name of own) expect(await merged(name, limits, 2)).toEqual(await resultsOf(name, limits, () => true));
  });
});
