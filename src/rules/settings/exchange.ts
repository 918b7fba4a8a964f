import { Observation } from "../../http2/observation.ts";
import { Setting, settingName } from "../../http2/setting.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { settingsOf } from "../../model/settings.ts";
import type { Stream } from "../../model/stream.ts";
import { other, type Side } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must, mustNot, says } from "../shapes/spec.ts";
import { WalkBudget } from "../walk-budget.ts";

const LOWERED: readonly number[] = [Setting.maxConcurrentStreams, Setting.initialWindowSize, Setting.maxFrameSize];

// 6.5.3: an acknowledgment says that a SETTINGS frame was applied: without one there is nothing it could mean.
export const ackUnexpected = connectionError({
  id: "settings/ack-unexpected",
  title: "A SETTINGS acknowledgment must answer a SETTINGS frame",
  spec: [says("6.5"), says("6.5.3")],
  expect: { optional: true },
  needs: ["start2", "no-gap2", "acks"],
  messages: { unexpected: "the {side} acknowledged SETTINGS that had not reached it" },
  when: { observed: Observation.settingsAckUnexpected },
  why: "The other side counts acknowledgments to know which of its settings apply.",
  fix: "Acknowledge each SETTINGS frame once, when it was applied.",
});

export const enableConnectRevoked = defineRule({
  id: "settings/enable-connect-revoked",
  meta: {
    title: "ENABLE_CONNECT_PROTOCOL must not go back to 0",
    severity: "error",
    by: "either",
    spec: [mustNot("3", 8441)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: ["start"],
    decidable: "payload",
    messages: { revoked: "the {side} announces ENABLE_CONNECT_PROTOCOL = 0 after 1" },
    docs: { why: "Clients rely on it from the first announcement on.", fix: "Do not send the setting again." },
  },
  kinds: ["settings"],
  settings: { ack: false, ids: [Setting.enableConnectProtocol], later: true },
  frame(frame, _stream, { connection, report }) {
    if (frame.ack || !frame.whole) return;
    const before = connection.endpoint(frame.from).settings.announced(Setting.enableConnectProtocol);
    if (before !== 1) return;
    for (const [id, value] of settingsOf(frame)) {
      if (id === Setting.enableConnectProtocol && value === 0) report(frame, "revoked", { side: frame.from });
    }
  },
});

export const noRfc7540PrioritiesChanged = defineRule({
  id: "settings/no-rfc7540-priorities-changed",
  meta: {
    title: "NO_RFC7540_PRIORITIES must not change after the first SETTINGS frame",
    severity: "error",
    by: "either",
    spec: [mustNot("2.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: ["start"],
    decidable: "payload",
    messages: { changed: "the {side} announces NO_RFC7540_PRIORITIES = {value}, in its first SETTINGS frame it was {before}" },
    docs: {
      why: "Both sides choose a priority scheme once, by the first SETTINGS.",
      fix: "Send it in the first SETTINGS frame or never.",
    },
  },
  // What the first SETTINGS frame of each side said.
  state: (): Record<Side, number> => ({ client: 0, server: 0 }),
  kinds: ["settings"],
  settings: { ack: false, ids: [Setting.noRfc7540Priorities] },
  frame(frame, _stream, context) {
    if (frame.ack || !frame.whole) return;
    const value = settingsOf(frame).findLast(([id]) => id === Setting.noRfc7540Priorities)?.[1];
    if (value === undefined) return;
    if (context.connection.endpoint(frame.from).settings.first === undefined) {
      if (value !== 0) context.state[frame.from] = value;
      return;
    }
    const before = context.hasState ? context.state[frame.from] : 0;
    if (value !== before) context.report(frame, "changed", { side: frame.from, value, before });
  },
});

export const maxConcurrentSmall = defineRule({
  id: "settings/max-concurrent-small",
  meta: {
    title: "MAX_CONCURRENT_STREAMS should be 100 or more",
    severity: "info",
    off: true,
    by: "server",
    spec: [says("6.5.2")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { small: "the server allows {value} concurrent streams; 100 or more are recommended" },
    docs: {
      why: "A small limit makes requests wait for one another.",
      fix: "Announce 100 or more, unless each stream is expensive.",
    },
  },
  kinds: ["settings"],
  settings: { ack: false, ids: [Setting.maxConcurrentStreams] },
  frame(frame, _stream, { connection, report }) {
    if (frame.from !== "server" || frame.ack || !frame.whole) return;
    if (connection.server.settings.frames > 0) return;
    for (const [id, value] of settingsOf(frame)) {
      if (id === Setting.maxConcurrentStreams && value >= 1 && value < ADVISED) report(frame, "small", { value });
    }
  },
});

export const resetAfterPreface = defineRule({
  id: "settings/reset-after-preface",
  meta: {
    title: "A limit should not be lowered while the other side uses it",
    severity: "info",
    by: "either",
    spec: [says("5.1.2"), says("6.9.3")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["settings"],
    decidable: "payload",
    messages: { lowered: "the {side} lowers {name} from {before} to {value} with {streams} streams open" },
    docs: {
      why: "Frames in flight were sent under the old value, so the sender of the setting must accept them; windows can become negative.",
      fix: "Announce limits in the first SETTINGS frame.",
    },
  },
  kinds: ["settings"],
  settings: { ack: false, ids: LOWERED, later: true },
  frame(frame, _stream, { connection, report }) {
    if (frame.ack || !frame.whole) return;
    const { settings } = connection.endpoint(frame.from);
    if (settings.frames === 0) return;
    const { active } = connection.endpoint(other(frame.from));
    let open = -1;
    for (const [id, value] of settingsOf(frame)) {
      const before = LOWERED.includes(id) ? (settings.announced(id) ?? settings.inForce(id)) : undefined;
      if (before === undefined || value >= before) continue;
      // The list is pruned late: it still names streams that are closed.
      if (open < 0) open = active.filter((streamId) => connection.streams.get(streamId)?.closed === false).length;
      if (open === 0) return;
      report(frame, "lowered", { side: frame.from, name: settingName(id), before, value, streams: open });
    }
  },
});

export const initialWindowOverflow = defineRule({
  id: "settings/initial-window-overflow",
  meta: {
    title: "INITIAL_WINDOW_SIZE must not lift the window of an open stream above 2147483647",
    severity: "error",
    by: "either",
    spec: [must("6.9.2")],
    expect: { scope: "connection", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["settings"],
    decidable: "payload",
    messages: { overflow: "INITIAL_WINDOW_SIZE = {value} lifts the window of stream {streamId} to {window}" },
    docs: {
      why: "The change applies to every open stream, whose window may have been raised already.",
      fix: "Raise windows by WINDOW_UPDATE or by the setting, not by both.",
    },
  },
  // Those that may. DATA under way makes room: what the other side had sent when it applied the setting, or gave up, decides.
  state: (): { readonly raised: Raised[]; readonly walks: WalkBudget } => ({ raised: [], walks: new WalkBudget() }),
  kinds: ["settings", "goaway"],
  settings: [{ ack: true }, { ack: false, ids: [Setting.initialWindowSize] }],
  frame(frame, _stream, context) {
    const { connection, report } = context;
    const sender = other(frame.from);
    if (frame.kind === "goaway" || frame.ack) {
      if (!context.hasState) return;
      const { state } = context;
      const applied = connection.endpoint(sender).settings.pending[0]?.endOffset;
      settle(state.raised, report, ({ by }) => {
        if (by.from === frame.from) return false;
        return frame.kind === "goaway" ? frame.errorCode !== 0 && by.end <= frame.first.acked : by.end === applied;
      });
      return;
    }
    const value = frame.whole ? settingsOf(frame).findLast(([id]) => id === Setting.initialWindowSize)?.[1] : undefined;
    if (value === undefined || value > MAX_WINDOW || connection.streams.size === 0) return;
    const { state } = context;
    if (state.raised.length >= RAISED || !state.walks.isDue(connection)) return;
    const streams: Lifted[] = [];
    for (const stream of connection.streams.values()) {
      const right = value + stream.half(sender).window.granted;
      if (windowOf(stream, sender, right) > MAX_WINDOW) streams.push({ stream, right });
    }
    if (streams.length > 0) state.raised.push({ by: FrameRef.of(frame), value, streams });
  },
  withState: ["end", "connectionEnd"],
  end(from, how, _at, { state, report }) {
    if (how === "fin" || how === "rst") settle(state.raised, report, ({ by }) => by.from !== from);
  },
  connectionEnd({ state, uncheck }) {
    for (const raised of state.raised.splice(0)) if (liftedBy(raised) !== undefined) uncheck("end");
  },
});

interface Raised {
  readonly by: FrameRef;
  readonly value: number;
  readonly streams: readonly Lifted[];
}

interface Lifted {
  readonly stream: Stream;
  /** The new initial size and all that was granted before it. */
  readonly right: number;
}

// What is left of it; nothing where no DATA can follow.
function windowOf(stream: Stream, sender: Side, right: number): number {
  const { over, window } = stream.half(sender);
  return stream.closed || over ? 0 : right - window.sent;
}

function liftedBy({ by, streams }: Raised): { readonly stream: Stream; readonly window: number } | undefined {
  for (const { stream, right } of streams) {
    const window = windowOf(stream, other(by.from), right);
    if (window > MAX_WINDOW) return { stream, window };
  }
  return undefined;
}

type ReportOverflow = (
  frame: FrameRef,
  message: "overflow",
  data: { readonly value: number; readonly streamId: number; readonly window: number },
  more: { readonly stream: Stream },
) => void;

function settle(state: Raised[], report: ReportOverflow, decided: (raised: Raised) => boolean): void {
  for (const raised of state.filter(decided)) {
    state.splice(state.indexOf(raised), 1);
    const lifted = liftedBy(raised);
    if (lifted === undefined) continue;
    const { stream, window } = lifted;
    report(raised.by, "overflow", { value: raised.value, streamId: stream.id, window }, { stream });
  }
}

const ADVISED = 100;
const MAX_WINDOW = 0x7fffffff;
// Frames that wait to be decided; more are consequence.
const RAISED = 16;
