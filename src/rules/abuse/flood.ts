import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../../model/connection.ts";
import { other, type Side } from "../../place.ts";
import { Burst, calm, type Episode, grave } from "../burst.ts";
import { defineRule } from "../rule.ts";

export const pingFlood = defineRule({
  id: "abuse/ping-flood",
  meta: {
    title: "PING frames should not come in floods",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9512", section: "Ping Flood" },
    ],
    expect: calm,
    needs: ["no-gap2"],
    decidable: "head",
    messages: { flood: "the {side} sent {count} PING frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 50, unit: "frames", about: "PING frames without ACK that are too many" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
    },
    docs: {
      why: "Each PING asks for an answer that must be queued, so a few octets cost the receiver memory; servers close for far fewer.",
      fix: "Send keepalives at most every few seconds, and only one PING at a time. (One PING after each new DATA, as bandwidth probes are sent, is not counted.)",
    },
  },
  state: () => ({ client: new Pinger(), server: new Pinger() }),
  kinds: ["ping"],
  frame(frame, _stream, { connection, state, options, report }) {
    if (frame.ack || !isCaptured(connection, other(frame.from))) return;
    if (isBandwidthProbe(state[frame.from], frame, connection)) return;
    const over = state[frame.from].burst.add(frame, options.window, options.frames);
    if (over !== undefined) {
      report(over.over, "flood", { side: frame.from, ...over.data(options.window) }, over.more(options.frames));
    }
  },
  connectionEnd({ state, options, report }) {
    for (const side of SIDES) {
      const over = state[side].burst.end();
      if (over !== undefined) report(over.over, "flood", { side, ...over.data(options.window) }, over.more(options.frames));
    }
  },
});

export const settingsFlood = defineRule({
  id: "abuse/settings-flood",
  meta: {
    title: "SETTINGS frames should not come in floods",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9515", section: "Settings Flood" },
    ],
    expect: calm,
    needs: [],
    decidable: "head",
    messages: { flood: "the {side} sent {count} SETTINGS frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 20, unit: "frames", about: "SETTINGS frames without ACK that are too many" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
    },
    docs: {
      why: "Each SETTINGS frame asks for an acknowledgment that must be queued, and may make the receiver walk all its streams.",
      fix: "Announce settings once, and change them only when something has changed.",
    },
  },
  state: () => ({ client: new Burst(), server: new Burst() }),
  kinds: ["settings"],
  frame(frame, _stream, { state, options, report }) {
    if (frame.ack) return;
    const over = state[frame.from].add(frame, options.window, options.frames);
    if (over !== undefined) {
      report(over.over, "flood", { side: frame.from, ...over.data(options.window) }, over.more(options.frames));
    }
  },
  connectionEnd({ state, options, report }) {
    for (const side of SIDES) {
      const over = state[side].end();
      if (over !== undefined) report(over.over, "flood", { side, ...over.data(options.window) }, over.more(options.frames));
    }
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
    expect: calm,
    needs: [],
    decidable: "head",
    messages: { many: "the {side} sent one SETTINGS frame with {count} entries; {most} are enough for anyone" },
    options: { entries: { default: 32, unit: "entries", about: "The most that one frame should have" } },
    docs: {
      why: "A receiver takes the entries one by one, so that a stream of such frames costs it far more than their sender.",
      fix: "Send each setting once. A receiver should refuse longer lists.",
    },
  },
  kinds: ["settings"],
  frame(frame, _stream, { options, report }) {
    const count = Math.floor(frame.length / SETTING);
    if (count <= options.entries || frame.ack) return;
    report(frame, "many", { side: frame.from, count, most: options.entries }, grave(count, options.entries));
  },
});

export const emptyFrames = defineRule({
  id: "abuse/empty-frames",
  meta: {
    title: "Frames without content should not come in floods",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9518", section: "Empty Frames Flood" },
    ],
    expect: calm,
    needs: [],
    decidable: "payload",
    messages: {
      flood:
        "the {side} sent {count} frames without content (DATA without END_STREAM, empty HEADERS, CONTINUATION or PUSH_PROMISE) in {time}, up to {peak} within {window}",
    },
    options: {
      frames: { default: 50, unit: "frames", about: "Empty frames that are too many" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
    },
    docs: {
      why: "Each costs the receiver work and no flow-control window, so nothing slows the sender down.",
      fix: "Write no DATA frame for an empty buffer, unless it ends the stream.",
    },
  },
  when: { observed: Observation.withoutContent },
  state: () => ({ client: new Burst(), server: new Burst() }),
  judge(frame, _stream, { state, options, report }) {
    const over = state[frame.from].add(frame, options.window, options.frames);
    if (over !== undefined) {
      report(over.over, "flood", { side: frame.from, ...over.data(options.window) }, over.more(options.frames));
    }
  },
  connectionEnd({ state, options, report }) {
    for (const side of SIDES) {
      const over = state[side].end();
      if (over !== undefined) report(over.over, "flood", { side, ...over.data(options.window) }, over.more(options.frames));
    }
  },
});

export const pushPromiseFlood = defineRule({
  id: "abuse/push-promise-flood",
  meta: {
    title: "A server should not promise what the client does not want",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "10.5" }],
    expect: calm,
    needs: [],
    decidable: "head",
    messages: {
      flood: "the server sent {count} PUSH_PROMISE frames in {time}, up to {peak} within {window}",
      refused: "the client refused {count} of the server's promises in {time}",
    },
    options: {
      frames: { default: 100, unit: "frames", about: "PUSH_PROMISE frames that are too many" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
      refused: { default: 50, unit: "streams", about: "Promised streams that the client resets, over the connection" },
    },
    docs: {
      why: "Each promise costs the client a stream and a decoded request, whether it wants the answer or not.",
      fix: "Push what the client is sure to need, or nothing; stop when it resets pushed streams.",
    },
  },
  state: () => ({ promises: new Burst(), refused: new Burst() }),
  kinds: ["push-promise", "rst-stream"],
  frame(frame, stream, { state, options, report }) {
    if (frame.kind === "push-promise") {
      if (frame.from !== "server") return;
      const over = state.promises.add(frame, options.window, options.frames);
      if (over !== undefined) report(over.over, "flood", over.data(options.window), over.more(options.frames));
    } else if (frame.from === "client" && stream?.promised && stream.opening !== undefined) {
      if (stream.client.resetAt < 0 && !stream.closed) state.refused.add(stream.opening, Infinity, options.refused);
    }
  },
  connectionEnd({ state, options, report }) {
    const over = state.promises.end();
    if (over !== undefined) report(over.over, "flood", over.data(options.window), over.more(options.frames));
    const refused = state.refused.end();
    if (refused === undefined) return;
    const { count, time } = refused.data(0);
    report(refused.over, "refused", { count, time }, refused.more(options.refused));
  },
});

export const windowUpdateFlood = defineRule({
  id: "abuse/window-update-flood",
  meta: {
    title: "WINDOW_UPDATE frames should not come in floods of small increments",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "10.5" }],
    expect: calm,
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      flood:
        "the {side} sent {count} WINDOW_UPDATE frames in {time}, {mean} octets each, up to {peak} within {window}, beside those for the DATA it got",
    },
    options: {
      frames: {
        default: 1000,
        unit: "frames",
        about: "WINDOW_UPDATE frames that are too many, beside two for each DATA frame received",
      },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
      mean: { default: 1024, unit: "octets", about: "Mean increment below which they count" },
    },
    docs: {
      why: "They cost the receiver work and move nothing.",
      fix: "Give credit back in larger pieces: when half of the window is used, not after each read.",
    },
  },
  state: () => ({ client: new Granter(), server: new Granter() }),
  kinds: ["window-update"],
  frame(frame, _stream, { connection, state, options, report }) {
    const granter = state[frame.from];
    if (!isCaptured(connection, other(frame.from))) return;
    if (!frame.whole || granter.isNormal(connection.endpoint(other(frame.from)).dataFrames, options.frames)) return;
    granter.burst.limit = options.mean;
    const over = granter.burst.add(frame, options.window, options.frames, frame.increment, isSmall);
    if (over !== undefined) {
      const data = { side: frame.from, mean: meanOf(over), ...over.data(options.window) };
      report(over.over, "flood", data, over.more(options.frames));
    }
  },
  connectionEnd({ state, options, report }) {
    for (const side of SIDES) {
      const over = state[side].burst.end();
      if (over === undefined) continue;
      report(over.over, "flood", { side, mean: meanOf(over), ...over.data(options.window) }, over.more(options.frames));
    }
  },
});

export const goawayFlood = defineRule({
  id: "abuse/goaway-flood",
  meta: {
    title: "GOAWAY should be sent once, or twice to shut down gracefully",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.8" },
      { document: "CVE-2023-35945", section: "GOAWAY and memory" },
    ],
    expect: calm,
    needs: [],
    decidable: "head",
    messages: { flood: "the {side} sent {count} GOAWAY frames in {time}, up to {peak} within {window}" },
    options: {
      frames: { default: 3, unit: "frames", about: "GOAWAY frames that are too many, beside the two of a graceful shutdown" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
    },
    docs: {
      why: "After each a receiver looks through its streams; one that goes on to get them may leak what it keeps of each.",
      fix: "Send one GOAWAY for an error; to shut down, one with the highest stream id and one with the last that is served.",
    },
  },
  state: () => ({ client: new Burst(), server: new Burst() }),
  kinds: ["goaway"],
  frame(frame, _stream, { state, options, report }) {
    const threshold = options.frames + GRACEFUL;
    const over = state[frame.from].add(frame, options.window, threshold);
    if (over !== undefined) {
      report(over.over, "flood", { side: frame.from, ...over.data(options.window) }, over.more(threshold));
    }
  },
  connectionEnd({ state, options, report }) {
    const threshold = options.frames + GRACEFUL;
    for (const side of SIDES) {
      const over = state[side].end();
      if (over !== undefined) report(over.over, "flood", { side, ...over.data(options.window) }, over.more(threshold));
    }
  },
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
    expect: calm,
    needs: [],
    decidable: "head",
    messages: {
      flood: "the {side} sent {count} frames of unknown types in {time}, up to {peak} within {window}",
      octets: "the {side} sent {octets} octets in {count} frames of unknown types in {time}",
    },
    options: {
      frames: { default: 1000, unit: "frames", about: "Frames of unknown types that are too many" },
      octets: { default: 1 << 20, unit: "octets", about: "Octets in them that are too many" },
      window: { default: 10_000, unit: "ms", about: "Within so long" },
    },
    docs: {
      why: "A receiver must read and drop them; no window limits them.",
      fix: "Send a few to keep receivers tolerant (GREASE), not a stream of them.",
    },
  },
  state: () => ({ client: new Burst(), server: new Burst() }),
  kinds: ["unknown"],
  frame(frame, _stream, { state, options, report }) {
    if (frame.observations.has(Observation.oversizedUnknownFrame)) return;
    const { from } = frame;
    const burst = state[from];
    const { window, frames, octets } = options;
    const tooMany = (): boolean => burst.count >= frames || burst.sum > octets;
    const over = burst.add(frame, window, 1, frame.length, tooMany, frames * 10);
    if (over === undefined) return;
    if (over.peak >= frames) report(over.over, "flood", { side: from, ...over.data(window) }, over.more(frames));
    else report(over.over, "octets", { side: from, ...octetsOf(over) }, { ...over.more(frames), ...grave(over.peakSum, octets) });
  },
  connectionEnd({ state, options, report }) {
    const { window, frames, octets } = options;
    for (const side of SIDES) {
      const over = state[side].end();
      if (over === undefined) continue;
      if (over.peak >= frames) report(over.over, "flood", { side, ...over.data(window) }, over.more(frames));
      else report(over.over, "octets", { side, ...octetsOf(over) }, { ...over.more(frames), ...grave(over.peakSum, octets) });
    }
  },
});

// Where nothing of the other side was captured, nothing shows what asked for the frames of this one.
function isCaptured({ flow, clientIndex }: Connection, side: Side): boolean {
  return flow.directions[side === "client" ? clientIndex : 1 - clientIndex]!.seen;
}

class Pinger {
  readonly burst = new Burst();
  /** What the other side had sent of DATA at the latest PING. */
  received = 0;
}

// Endpoints that measure bandwidth send a PING after DATA, one at a time.
function isBandwidthProbe(pinger: Pinger, frame: Frame, connection: Connection): boolean {
  const received = connection.endpoint(other(frame.from)).window.sent;
  const probe = received > pinger.received && connection.endpoint(frame.from).pings.length === 0;
  pinger.received = received;
  return probe;
}

class Granter {
  readonly burst = new Burst();
  #seen = 0;
  #credit = 0;

  /** Two for each DATA frame that came; credit that is not used is not kept for ever. */
  isNormal(dataFrames: number, most: number): boolean {
    this.#credit = Math.min(most, this.#credit + 2 * (dataFrames - this.#seen));
    this.#seen = dataFrames;
    if (this.#credit <= 0) return false;
    this.#credit--;
    return true;
  }
}

const isSmall = (burst: Burst): boolean => burst.sum < burst.count * burst.limit;

const meanOf = (over: Episode): number => Math.round(over.sum / over.count);

function octetsOf(over: Episode): { octets: number; count: number; time: string } {
  const { count, time } = over.data(0);
  return { octets: over.sum, count, time };
}

const SIDES: readonly Side[] = ["client", "server"];
const SETTING = 6;
const GRACEFUL = 2;
