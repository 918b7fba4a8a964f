// What one more connection, stream, frame, finding or rule costs does not grow with how many there are. Work is counted, not timed.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelSink } from "../src/model/model-sink.ts";
import type { Rule } from "../src/rules/rule.ts";
import type { Script, WireSegment } from "../src/testing/script.ts";
import { Connections } from "./connections.ts";
import { SourceRun } from "./counting/source-run.ts";
import { fuzzing } from "./fuzzing.ts";

const run = new SourceRun();

// Only what is loaded now is counted block by block.
async function load() {
  const [pipeline, { fastHpack }, { defaultLimits }, { rules }, { Timeline }, script] = await Promise.all([
    import("../src/pipeline.ts"),
    import("../src/hpack/decoder.ts"),
    import("../src/limits.ts"),
    import("../src/rules/index.ts"),
    import("../src/report/timeline.ts"),
    import("../src/testing.ts"),
  ]);
  return { ...pipeline, fastHpack, defaultLimits, rules, Timeline, ...script };
}
let h2lint: Awaited<ReturnType<typeof load>>;

beforeAll(async () => {
  await run.start();
  h2lint = await load();
});
afterAll(() => run.stop());

/** The work of all stages behind packets, for stories of so many connections. */
async function workOf(
  segments: readonly WireSegment[],
  connections: number,
  rules: readonly Rule[],
  listenersOf: () => ModelSink[] = () => [],
): Promise<Map<string, number>> {
  const { buildPipeline, assemblerFor, fastHpack, defaultLimits } = h2lint;
  const results = { paired() {}, unexplained() {}, closed() {} };
  const active = rules.map((rule) => ({ rule, severity: rule.meta.severity }));
  return run.of(() => {
    const sinks = buildPipeline({ calls: [], listeners: listenersOf(), judged: { rules: active, results } }, defaultLimits);
    const assembler = assemblerFor(sinks, fastHpack, defaultLimits, () => {});
    const all = new Connections(assembler);
    for (let i = 0; i < connections; i++) all.play(segments, i);
    assembler.end();
  });
}

function segmentsOf(story: (script: Script) => void): readonly WireSegment[] {
  const script = new h2lint.Script();
  story(script);
  return script.wire().segments;
}

type Tell = (script: Script, count: number) => void;
const stories: Record<string, Tell> = {
  "streams that are answered": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.headers(2 * i + 1, { endStream: true });
      s.server.headers(2 * i + 1, { endStream: true });
    }
  },
  "streams that stay open": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1, { endStream: true });
  },
  "open streams that are answered at last": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1, { endStream: true });
    for (let i = 0; i < n; i++) s.server.headers(2 * i + 1, { endStream: true });
  },
  "gRPC calls": (s, n) => {
    for (let i = 0; i < n; i++) {
      const id = 2 * i + 1;
      s.client.headers(id, { fields: h2lint.grpcRequest }).data(id, MESSAGE, { endStream: true });
      s.server.headers(id, { fields: h2lint.grpcResponse }).data(id, MESSAGE).trailers(id, { "grpc-status": "0" });
    }
  },
  "DATA on a stream": (s, n) => {
    s.client.headers(1, { endStream: true });
    s.client.windowUpdate(0, 1 << 30).windowUpdate(1, 1 << 30);
    s.server.headers(1);
    for (let i = 0; i < n; i++) s.server.data(1, 1);
  },
  "messages of a gRPC call": (s, n) => {
    s.client.headers(1, { fields: h2lint.grpcRequest }).data(1, MESSAGE, { endStream: true });
    s.client.windowUpdate(0, 1 << 30).windowUpdate(1, 1 << 30);
    s.server.headers(1, { fields: h2lint.grpcResponse });
    for (let i = 0; i < n; i++) s.server.data(1, MESSAGE);
  },
  "findings on one stream": (s, n) => {
    s.client.headers(1);
    for (let i = 0; i < n; i++) s.client.windowUpdate(1, 0);
  },
  "findings on streams that are reset for them": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.headers(2 * i + 1).windowUpdate(2 * i + 1, 0);
      s.server.rst(2 * i + 1, 1);
    }
  },
  "findings on open streams that are reset at last": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1).windowUpdate(2 * i + 1, 0);
    for (let i = 0; i < n; i++) s.server.rst(2 * i + 1, 1);
  },
  "resets that nothing explains": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.headers(2 * i + 1);
      s.server.rst(2 * i + 1, 2);
    }
  },
  "resets of streams that are not known": (s, n) => {
    for (let i = 0; i < n; i++) s.server.rst(2 * i + 1, 2);
  },
  "SETTINGS that are acknowledged": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.settings([[4, 65_535 + (i % 7)]]);
      s.server.settingsAck();
    }
  },
  "SETTINGS that wait": (s, n) => {
    for (let i = 0; i < n; i++) s.client.settings([[4, 65_535 + (i % 7)]]);
  },
  "SETTINGS that lower the windows of many streams": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.headers(2 * i + 1, { endStream: true });
      s.server.headers(2 * i + 1);
    }
    for (let i = 0; i < n; i++) {
      s.client.settings([[4, 65_535 - (i % 60_000)]]);
      s.server.settingsAck();
    }
  },
  "WINDOW_UPDATE of a window that is spent, with many streams": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1, { endStream: true });
    s.server.headers(1).data(1, 16_000).data(1, 16_000).data(1, 16_000).data(1, 16_000).data(1, 1535);
    for (let i = 0; i < n; i++) {
      s.client.windowUpdate(0, 1);
      s.server.data(1, 1);
    }
  },
  "WINDOW_UPDATE of a stream": (s, n) => {
    s.client.headers(1, { endStream: true });
    s.server.headers(1);
    for (let i = 0; i < n; i++) s.client.windowUpdate(1, 1);
  },
  "PING that are answered": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.ping();
      s.server.pingAck();
    }
  },
  "PING that wait": (s, n) => {
    for (let i = 0; i < n; i++) s.client.ping();
    for (let i = 0; i < n; i++) s.server.pingAck();
  },
  "GOAWAY with many streams": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1, { fields: h2lint.grpcRequest });
    for (let i = 0; i < n; i++) s.server.goaway(2 * (n - i));
  },
  "GOAWAY up and down": (s, n) => {
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 1, { fields: h2lint.grpcRequest });
    for (let i = 0; i < n; i++) s.server.goaway(i % 2 === 0 ? 1 : 2 * n);
  },
  "CONTINUATION of a block": (s, n) => {
    s.client.headers(1, { endHeaders: false });
    for (let i = 0; i < n; i++) s.client.continuation(1, { endHeaders: i === n - 1 });
  },
  "fields of a block, each of them wrong": (s, n) => {
    const bad: [string, string][] = Array.from({ length: Math.min(n, 40_000) }, (_, i) => [`Bad${i % 10}`, "x"]);
    s.client.headers(1, { endStream: true, endHeaders: false });
    for (let at = 0; at < bad.length; at += 500)
      s.client.continuation(1, { endHeaders: at + 500 >= bad.length, fields: bad.slice(at, at + 500) });
  },
  PRIORITY: (s, n) => {
    for (let i = 0; i < n; i++) s.client.priority(2 * i + 1, { dependency: 2 * i + 3 });
  },
  PUSH_PROMISE: (s, n) => {
    s.client.headers(1, { endStream: true });
    s.server.headers(1);
    for (let i = 0; i < n; i++) s.server.pushPromise(1, 2 * i + 2);
  },
  "requests after many promises": (s, n) => {
    s.client.headers(1);
    s.server.headers(1);
    for (let i = 0; i < n; i++) s.server.pushPromise(1, 2 * i + 2, { fields: { ...h2lint.getRequest, ":path": `/${i}` } });
    for (let i = 0; i < n; i++) s.client.headers(2 * i + 3, { endStream: true });
  },
  "resets after many promises": (s, n) => {
    s.client.headers(1);
    s.server.headers(1);
    for (let i = 0; i < n; i++) s.server.pushPromise(1, 2 * i + 2);
    for (let i = 0; i < n; i++) s.client.rst(2 * i + 2);
  },
  "segments that are lost": (s, n) => {
    for (let i = 0; i < n; i++) {
      s.client.lost((c) => c.ping());
      s.client.ping();
      s.server.pingAck();
    }
  },
  "segments that wait for an earlier one": (s, n) => {
    s.client.lost((c) => c.ping());
    for (let i = 0; i < n; i++) s.client.ping();
  },
};

const MESSAGE = Uint8Array.of(0, 0, 0, 0, 2, 8, 1);

const [few, many] = fuzzing ? [1000, 100_000] : [1000, 5000];
// Beyond the 20,000 streams that a connection keeps, the oldest is taken out for each new one, and beyond the streams walks are rarer.
const MOST = fuzzing ? 1.6 : 1.3;

describe(`one more of ${many} costs what one of ${few} costs`, () => {
  it.each(Object.keys(stories))("%s", async (name) => {
    const work: Map<string, number>[] = [];
    for (const count of [0, few, many])
      work.push(
        await workOf(
          segmentsOf((script) => stories[name]!(script, count)),
          1,
          h2lint.rules,
        ),
      );
    expectLinear(work, MOST);
  });

  it("connections", async () => {
    const segments = segmentsOf((script) => {
      script.client.headers(1, { endStream: true });
      script.server.headers(1, { endStream: true });
    });
    const work: Map<string, number>[] = [];
    for (const count of [0, few, many]) work.push(await workOf(segments, count, h2lint.rules));
    expectLinear(work, MOST);
  });

  it("calls in a timeline that keeps a part of their frames", async () => {
    const look = { width: 80, color: false, verbose: false, quiet: false };
    const work: Map<string, number>[] = [];
    for (const count of [0, few, many]) {
      const timeline = () => [new h2lint.Timeline(() => {}, look, { all: false, frames: count, framesTotal: count })];
      const segments = segmentsOf((script) => stories["gRPC calls"]!(script, count));
      work.push(await workOf(segments, 1, [], timeline));
    }
    expectLinear(work, MOST);
  });

  it("rules", async () => {
    const segments = segmentsOf((script) => {
      script.client.headers(1, { endStream: true });
      script.server.headers(1).data(1, 10, { endStream: true });
    });
    const [rule] = h2lint.rules.filter(({ frame }) => frame !== undefined);
    const work: Map<string, number>[] = [];
    for (const count of [0, few, many]) {
      const rules = Array.from({ length: count }, (_, i) => ({ ...rule!, id: `own/rule-${i}` }));
      work.push(await workOf(segments, 1, rules));
    }
    expectLinear(work, MOST);
  });
});

function expectLinear([none, ofFew, ofMany]: readonly Map<string, number>[], most: number): void {
  const each = (of: number | undefined, before: number | undefined, count: number) => ((of ?? 0) - (before ?? 0)) / count;
  const [before, after] = [each(sum(ofFew!), sum(none!), few), each(sum(ofMany!), sum(none!), many)];
  const grown = [...ofMany!.keys()]
    .map((name): [string, number] => [
      name,
      each(ofMany!.get(name), none!.get(name), many) - each(ofFew!.get(name), none!.get(name), few),
    ])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([name, more]) => `${name} +${Math.round(more)}`);
  expect(after / before, `${Math.round(before)} became ${Math.round(after)}: ${grown.join(", ")}`).toBeLessThan(most);
}

const sum = (work: ReadonlyMap<string, number>): number => [...work.values()].reduce((all, one) => all + one, 0);
