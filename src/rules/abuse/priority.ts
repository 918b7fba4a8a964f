import { defineRule } from "../rule.ts";
import { enhanceYourCalm, severityByExcess } from "../shapes/excess.ts";
import { within } from "../shapes/flood.ts";
import { SlidingWindow } from "../shapes/sliding-window.ts";

export const resourceLoop = defineRule({
  id: "abuse/resource-loop",
  meta: {
    title: "A client should not change priorities all the time",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { rfc: 9218, section: "7" },
      { document: "CVE-2019-9513", section: "Resource Loop" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "payload",
    messages: {
      flood: "the client sent {count} PRIORITY and PRIORITY_UPDATE frames in {time}, up to {peak} within {window}",
      again: "the client gave stream {streamId} another parent {count} times in {time}, up to {peak} times within {window}",
    },
    options: {
      frames: { default: 500, unit: "frames", about: "PRIORITY and PRIORITY_UPDATE frames that are too many" },
      again: { default: 100, unit: "frames", about: "PRIORITY frames that give one stream another parent, that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "Each change may make the server rebuild its tree of streams, which costs far more than the frame.",
      fix: "Send priorities when they change for the user. A server may ignore PRIORITY (RFC 9113 deprecates it).",
    },
  },
  state: () => ({ all: undefined as SlidingWindow | undefined, parents: new Map<number, Parent>() }),
  kinds: ["priority", "priority-update"],
  from: "client",
  frame(frame, _stream, { state, options, report }) {
    state.all ??= new SlidingWindow(options.window, options.frames);
    const over = state.all.add(frame);
    if (over !== undefined) report(over.over, "flood", over.data, over.more());
    if (frame.kind !== "priority" || !frame.hasPriority) return;
    const { streamId, dependency } = frame;
    const known = state.parents.get(streamId);
    if (known === undefined) {
      if (state.parents.size < FEW) state.parents.set(streamId, { parent: dependency, changes: undefined });
      return;
    }
    if (known.parent === dependency) return;
    known.parent = dependency;
    known.changes ??= new SlidingWindow(options.window, options.again);
    const again = known.changes.add(frame);
    if (again !== undefined) report(again.over, "again", { streamId, ...again.data }, again.more());
  },
  withState: ["connectionEnd"],
  connectionEnd({ state, report }) {
    const over = state.all?.end();
    if (over !== undefined) report(over.over, "flood", over.data, over.more());
    for (const [streamId, { changes }] of state.parents) {
      const again = changes?.end();
      if (again !== undefined) report(again.over, "again", { streamId, ...again.data }, again.more());
    }
  },
});

export const priorityCycle = defineRule({
  id: "abuse/priority-cycle",
  meta: {
    title: "PRIORITY frames should not make cycles or deep trees",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "5.3.2" },
      { rfc: 7540, section: "5.3.3" },
      { document: "CVE-2015-8659", section: "Idle stream handling" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "payload",
    messages: {
      cycle: "the client made streams depend on each other in a circle {count} times; this one has {length} streams",
      deep: "the client made a chain of {depth} streams that depend on each other",
    },
    options: {
      cycles: { default: 10, unit: "frames", about: "PRIORITY frames that close a circle, that are too many" },
      depth: { default: 100, unit: "streams", about: "The deepest tree there should be" },
    },
    docs: {
      why: "The server must move whole trees to break a circle, and walk deep ones for each change; some have crashed over it.",
      fix: "Keep the tree flat: groups, and streams in them. A server may ignore PRIORITY (RFC 9113 deprecates it).",
    },
  },
  // By stream, what it depends on.
  state: () => ({
    parents: new Map<number, number>(),
    cycles: undefined as SlidingWindow | undefined,
    length: 0,
    deepest: 0,
  }),
  kinds: ["priority"],
  from: "client",
  frame(frame, _stream, { connection, state, options, report }) {
    if (!frame.hasPriority || frame.dependency === frame.streamId) return;
    const { parents } = state;
    const { streamId, dependency } = frame;
    parents.delete(streamId);
    let depth = 1;
    let at = dependency;
    while (at !== 0 && at !== streamId && depth <= EDGES) {
      depth++;
      // A closed stream leaves the tree.
      const next = connection.streams.get(at)?.closed === true ? undefined : parents.get(at);
      if (next === undefined) break;
      at = next;
    }
    if (at === streamId) {
      // RFC 7540 5.3.3: the other one is moved up first. Once or twice that is how streams change places.
      parents.delete(dependency);
      state.length = depth;
      (state.cycles ??= new SlidingWindow(Infinity, options.cycles)).add(frame);
    } else if (depth > options.depth && depth >= state.deepest * 10) {
      // Reported again only where it is far deeper.
      state.deepest = depth;
      report(frame, "deep", { depth }, { ...severityByExcess(depth, options.depth), fold: "" });
    }
    parents.set(streamId, dependency);
    if (parents.size > EDGES)
      for (const oldest of parents.keys()) {
        parents.delete(oldest);
        break;
      }
  },
  withState: ["connectionEnd"],
  connectionEnd({ state, report }) {
    const over = state.cycles?.end();
    if (over !== undefined) report(over.over, "cycle", { count: over.count, length: state.length }, over.more());
  },
});

interface Parent {
  parent: number;
  changes: SlidingWindow | undefined;
}

// Streams whose changes are counted one by one: more of them are a flood.
const FEW = 100;
const EDGES = 2000;
