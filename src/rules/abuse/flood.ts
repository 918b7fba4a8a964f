import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../../model/connection.ts";
import { other, type Side } from "../../place.ts";
import { type Context, defineRule, type RuleMeta, type RuleOption } from "../rule.ts";
import { type Excess, enhanceYourCalm, severityByExcess } from "../shapes/excess.ts";
import { flood, Windows, within } from "../shapes/flood.ts";
import { SlidingWindow } from "../shapes/sliding-window.ts";

export const pingFlood = flood("abuse/ping-flood", {
  meta: {
    title: "PING frames should not come in floods",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9512", section: "Ping Flood" },
    ],
    needs: ["no-gap2"],
    decidable: "head",
    messages: { flood: "the {side} sent {count} PING frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 50, unit: "frames", about: "PING frames without ACK that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "Each PING asks for an answer that must be queued, so a few bytes cost the receiver memory; servers close for far fewer.",
      fix: "Send keepalives at most every few seconds, and only one PING at a time. (One PING after each new DATA, as bandwidth probes are sent, is not counted.)",
    },
  },
  most: "frames",
  kinds: ["ping"],
  // What the other side had sent of DATA at the latest PING.
  memory: () => ({ client: 0, server: 0 }),
  of(frame, _stream, { connection, state }) {
    if (frame.ack || !isCaptured(connection, other(frame.from))) return undefined;
    // Endpoints that measure bandwidth send a PING after DATA, one at a time.
    const received = connection.endpoint(other(frame.from)).window.sent;
    const before = state.memory[frame.from];
    state.memory[frame.from] = received;
    return received > before && connection.endpoint(frame.from).pings.length === 0 ? undefined : frame;
  },
});

export const settingsFlood = flood("abuse/settings-flood", {
  meta: {
    title: "SETTINGS frames should not come in floods",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9515", section: "Settings Flood" },
    ],
    decidable: "head",
    messages: { flood: "the {side} sent {count} SETTINGS frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 20, unit: "frames", about: "SETTINGS frames without ACK that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "Each SETTINGS frame asks for an acknowledgment that must be queued, and may make the receiver walk all its streams.",
      fix: "Announce settings once, and change them only when something has changed.",
    },
  },
  most: "frames",
  kinds: ["settings"],
  settings: { ack: false, later: true },
  of: (frame) => (frame.ack ? undefined : frame),
  later: {
    isQuiet: (side, { connection }) => connection.endpoint(side).settings.frames === 0,
    *earlier(side, { connection }) {
      const { first } = connection.endpoint(side).settings;
      if (first !== undefined) yield first;
    },
  },
});

export const settingsManyEntries = defineRule({
  id: "abuse/settings-many-entries",
  meta: {
    title: "A SETTINGS frame should have few entries",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2020-11080", section: "Large Settings frame" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: { many: "the {side} sent one SETTINGS frame with {count} entries; nobody needs more than {most}" },
    options: { entries: { default: 32, unit: "entries", about: "The most that one frame should have" } },
    docs: {
      why: "A receiver takes the entries one by one, so that a stream of such frames costs it far more than their sender.",
      fix: "Send each setting once. A receiver should refuse longer lists.",
    },
  },
  kinds: ["settings"],
  settings: { ack: false },
  frame(frame, _stream, { options, report }) {
    const count = Math.floor(frame.length / SETTING);
    if (count <= options.entries || frame.ack) return;
    report(frame, "many", { side: frame.from, count, most: options.entries }, severityByExcess(count, options.entries));
  },
});

export const emptyFrames = flood("abuse/empty-frames", {
  meta: {
    title: "Frames without content should not come in floods",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9518", section: "Empty Frames Flood" },
    ],
    decidable: "payload",
    messages: {
      flood:
        "the {side} sent {count} frames without content (DATA without END_STREAM, empty HEADERS, CONTINUATION or PUSH_PROMISE) in {time}, up to {peak} within {window}",
    },
    options: {
      frames: { default: 50, unit: "frames", about: "Empty frames that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "Each costs the receiver work and no flow-control window, so nothing slows the sender down.",
      fix: "Write no DATA frame for an empty buffer, unless it ends the stream.",
    },
  },
  most: "frames",
  when: { observed: Observation.withoutContent },
});

export const pushPromiseFlood = defineRule({
  id: "abuse/push-promise-flood",
  meta: {
    title: "A server should not promise what the client does not want",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "10.5" }],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: {
      flood: "the server sent {count} PUSH_PROMISE frames in {time}, up to {peak} within {window}",
      refused: "the client refused {count} of the server's promises in {time}",
    },
    options: {
      frames: { default: 100, unit: "frames", about: "PUSH_PROMISE frames that are too many" },
      window: within(10_000),
      refused: { default: 50, unit: "streams", about: "Promised streams that the client resets, over the connection" },
    },
    docs: {
      why: "Each promise costs the client a stream and a decoded request, whether it wants the answer or not.",
      fix: "Push what the client is sure to need, or nothing; stop when it resets pushed streams.",
    },
  },
  state: () => ({ promises: undefined as SlidingWindow | undefined, refused: undefined as SlidingWindow | undefined }),
  kinds: ["push-promise", "rst-stream"],
  frame(frame, stream, context) {
    const { options, report } = context;
    if (frame.kind === "push-promise") {
      if (frame.from !== "server") return;
      const promises = (context.state.promises ??= new SlidingWindow(options.window, options.frames));
      const over = promises.add(frame);
      if (over !== undefined) report(over.over, "flood", over.data, over.more());
    } else if (frame.from === "client" && stream?.promised && stream.opening !== undefined) {
      if (stream.client.resetAt >= 0 || stream.closed) return;
      (context.state.refused ??= new SlidingWindow(Infinity, options.refused)).add(stream.opening);
    }
  },
  withState: ["connectionEnd"],
  connectionEnd({ state, report }) {
    const over = state.promises?.end();
    if (over !== undefined) report(over.over, "flood", over.data, over.more());
    const refused = state.refused?.end();
    if (refused === undefined) return;
    const { count, time } = refused.data;
    report(refused.over, "refused", { count, time }, refused.more());
  },
});

export const windowUpdateFlood = flood("abuse/window-update-flood", {
  meta: {
    title: "WINDOW_UPDATE frames should not come in floods of small increments",
    by: "either",
    spec: [{ rfc: 9113, section: "10.5" }],
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      flood:
        "the {side} sent {count} WINDOW_UPDATE frames in {time}, {mean} bytes each, up to {peak} within {window}, beside those for the DATA it got",
    },
    options: {
      frames: {
        default: 1000,
        unit: "frames",
        about: "WINDOW_UPDATE frames that are too many, beside two for each DATA frame received",
      },
      window: within(10_000),
      mean: { default: 1024, unit: "bytes", about: "Mean increment below which they count" },
    },
    docs: {
      why: "They cost the receiver work and move nothing.",
      fix: "Give credit back in larger pieces: when half of the window is used, not after each read.",
    },
  },
  most: "frames",
  kinds: ["window-update"],
  memory: () => ({ client: new Credit(), server: new Credit() }),
  of(frame, _stream, { connection, state, options }) {
    if (!frame.whole || !isCaptured(connection, other(frame.from))) return undefined;
    const credit = frame.from === "client" ? state.memory.client : state.memory.server;
    return credit.isUsed(connection.endpoint(other(frame.from)).dataFrames, options.frames) ? undefined : frame;
  },
  value: (frame) => frame.increment,
  isTooMuch: ({ sum, count }, { options }) => sum < count * options.mean,
  data: (excess) => ({ mean: excess.mean, ...excess.data }),
});

/** Two WINDOW_UPDATE frames for each DATA frame that came are in order; credit that is not used is not kept for ever. */
class Credit {
  #seen = 0;
  #left = 0;

  isUsed(dataFrames: number, most: number): boolean {
    this.#left = Math.min(most, this.#left + 2 * (dataFrames - this.#seen));
    this.#seen = dataFrames;
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }
}

export const goawayFlood = flood("abuse/goaway-flood", {
  meta: {
    title: "GOAWAY should be sent once, or twice to shut down gracefully",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.8" },
      { document: "CVE-2023-35945", section: "GOAWAY and memory" },
    ],
    decidable: "head",
    messages: { flood: "the {side} sent {count} GOAWAY frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 3, unit: "frames", about: "GOAWAY frames that are too many, beside the two of a graceful shutdown" },
      window: within(10_000),
    },
    docs: {
      why: "After each a receiver looks through its streams; one that goes on to get them may leak what it keeps of each.",
      fix: "Send one GOAWAY for an error; to shut down, one with the highest stream id and one with the last that is served.",
    },
  },
  most: "frames",
  beside: 2,
  kinds: ["goaway"],
});

export const unknownFrameFlood = defineRule({
  id: "abuse/unknown-frame-flood",
  meta: {
    title: "Frames of unknown types should be few",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.5" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: {
      flood: "the {side} sent {count} frames of unknown types in {time}, up to {peak} within {window}",
      octets: "the {side} sent {octets} bytes in {count} frames of unknown types in {time}",
    },
    options: {
      frames: { default: 1000, unit: "frames", about: "Frames of unknown types that are too many" },
      octets: { default: 1 << 20, unit: "bytes", about: "Bytes in them that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "A receiver must read and drop them; no window limits them.",
      fix: "Send a few to keep receivers tolerant (GREASE), not a stream of them.",
    },
  },
  state: () => new Windows(undefined),
  kinds: ["unknown"],
  frame(frame, _stream, context) {
    if (frame.observations.has(Observation.oversizedUnknownFrame)) return;
    const { frames, octets, window } = context.options;
    const isTooMuch = ({ count, sum }: SlidingWindow): boolean => count >= frames || sum > octets;
    const make = () => new SlidingWindow(window, 1, isTooMuch, frames * 10);
    const over = context.state.of(frame.from, make).add(frame, frame.length);
    if (over !== undefined) tellUnknown(over, frame.from, context);
  },
  withState: ["connectionEnd"],
  connectionEnd(context) {
    context.state.end((over, side) => tellUnknown(over, side, context));
  },
});

type Unknown = Context<RuleMeta & { readonly options: Readonly<Record<"frames" | "octets" | "window", RuleOption>> }, Windows>;

function tellUnknown(over: Excess, side: Side, { options: { frames, octets }, report }: Unknown): void {
  const { count, time } = over.data;
  if (over.peak >= frames) report(over.over, "flood", { side, ...over.data }, over.more(frames));
  else {
    const more = { ...over.more(frames), ...severityByExcess(over.peakSum, octets) };
    report(over.over, "octets", { side, octets: over.sum, count, time }, more);
  }
}

// Where nothing of the other side was captured, nothing shows what asked for the frames of this one.
function isCaptured(connection: Connection, side: Side): boolean {
  return connection.directionOf(side).seen;
}

const SETTING = 6;
