import { FrameRef } from "../../model/frame-ref.ts";
import { idleBefore } from "../../model/stale.ts";
import type { Stream } from "../../model/stream.ts";
import { SECOND } from "../../time.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

interface Stale {
  readonly idle: number;
  readonly stream: Stream;
  readonly at: FrameRef;
}

export const staleConnection = defineRule({
  id: "health/stale-connection",
  meta: {
    title: "A connection that was idle should still be there for the next request",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      reset:
        "after {seconds} s in which the connection was idle TCP answered the request on stream {streamId} with RST: the server, or a firewall, NAT or load balancer on the way, had forgotten the connection",
    },
    docs: {
      why: "Load balancers and firewalls drop connections on which nothing moves (Azure after 4 minutes, AWS after 350 s) and tell nobody. The next request fails.",
      fix: "Send keepalive PINGs more often than that, also while there is no call; or let the client close idle connections sooner.",
    },
  },
  // Reported apart from what else is wrong with the close: it says why.
  state: (): { stale: Stale | undefined } => ({ stale: undefined }),
  onClose: true,
  end(from, how, at, context) {
    if (from !== "server" || how !== "rst") return;
    const before = idleBefore(context.connection, at);
    if (before !== undefined) context.state.stale = { ...before, at: FrameRef.close(from, at) };
  },
  withState: ["connectionEnd"],
  connectionEnd({ state: { stale }, report }) {
    if (stale === undefined) return;
    const { stream, idle, at } = stale;
    const data = { seconds: Math.round(idle / SECOND), streamId: stream.id };
    report(at, "reset", data, { stream, related: opened(stream) });
  },
});
