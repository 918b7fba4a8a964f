import { ErrorCode } from "../../http2/error-code.ts";
import { type FrameKind, kindName } from "../../http2/frame.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other, type Side } from "../../place.ts";
import { SECOND } from "../../time.ts";
import { defineRule } from "../rule.ts";
import { enhanceYourCalm } from "../shapes/excess.ts";

export const rateRefused = defineRule({
  id: "abuse/rate-refused",
  meta: {
    title: "Frames that cost the other side work should come no faster than it allows",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "10.5" }],
    expect: enhanceYourCalm,
    needs: ["no-gap"],
    decidable: "payload",
    messages: { many: "the {side} sent {count} {kind} frames in the last {seconds} s, and the other side asked for calm" },
    options: { frames: { default: 20, unit: "frames", about: "Frames of one kind in ten seconds that can be called too many" } },
    docs: {
      why: "HTTP/2 names no number. Each server has its own limits, and closes the connection above them.",
      fix: "Send fewer of them, or raise the server's limit for such frames.",
    },
  },
  state: (): Record<Side, Recents | undefined> => ({ client: undefined, server: undefined }),
  kinds: ["priority", "priority-update", "ping", "settings", "rst-stream", "goaway"],
  frame(frame, _stream, context) {
    const { connection, options, report } = context;
    const { kind, from, first } = frame;
    if (kind !== "goaway") {
      if (frame.ack) return;
      // Every side sends these once: the model has the first.
      const isFirst = kind === "settings" && frame.observations.count === 0 && connection.endpoint(from).settings.frames === 0;
      if (isFirst && (!context.hasState || context.state[from] === undefined)) return;
      recentOf((context.state[from] ??= begun(connection.endpoint(from))), kind).add(first.time, frame);
      return;
    }
    if (frame.errorCode !== ErrorCode.enhanceYourCalm) return;
    const sender = other(from);
    const recents = (context.state[sender] ??= begun(connection.endpoint(sender)));
    const [most] = [...recents.entries()].sort(([, a], [, b]) => b.count - a.count);
    if (most === undefined || most[1].count < options.frames || most[1].last === undefined) return;
    const [sent, { count, since, last }] = most;
    const seconds = Math.max(Math.ceil((last.time - since) / (SECOND / 10)) / 10, 0.1);
    report(last, "many", { side: sender, count, kind: kindName(sent), seconds });
  },
});

type Recents = Map<FrameKind, Recent>;

const begun = ({ settings: { first } }: Endpoint): Recents => new Map([["settings", new Recent(first)]]);

function recentOf(kinds: Recents, kind: FrameKind): Recent {
  let recent = kinds.get(kind);
  if (recent === undefined) {
    recent = new Recent();
    kinds.set(kind, recent);
  }
  return recent;
}

/** Frames of one kind in a window that begins anew when it is over. */
class Recent {
  count = 0;
  since = 0;
  last: FrameRef | undefined = undefined;

  /** @param first The only one so far, if there is one. */
  constructor(first?: FrameRef) {
    if (first === undefined) return;
    this.count = 1;
    this.since = first.began;
    this.last = first.copy();
  }

  add(time: number, frame: Parameters<typeof FrameRef.of>[0]): void {
    if (this.count === 0 || time - this.since > WINDOW) {
      this.count = 0;
      this.since = time;
    }
    this.count++;
    this.last = (this.last ?? new FrameRef()).take(frame);
  }
}

const WINDOW = 10 * SECOND;
