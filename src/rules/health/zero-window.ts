import { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import { defineRule } from "../rule.ts";

export const tcpZeroWindow = defineRule({
  id: "health/tcp-zero-window",
  meta: {
    title: "An endpoint should read its socket",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.2.2" },
      { rfc: 9293, section: "3.8.6.1" },
    ],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks"],
    decidable: "payload",
    messages: {
      closed: "the {side} advertised a TCP window of 0 for {ms} ms: it did not read its socket, and all streams waited",
      never: "the {side} advertised a TCP window of 0 for the last {ms} ms: it did not read its socket, and all streams wait",
    },
    options: { ms: { default: 200, unit: "ms", about: "how long" } },
    docs: {
      why: "Flow control of HTTP/2 keeps one slow stream from stopping the others; here TCP stops them all, PING and RST_STREAM too.",
      fix: "Read frames as they come, whatever the application does; announce no more credit than there is memory for.",
    },
  },
  state: (): Record<Side, FrameRef | undefined> => ({ client: undefined, server: undefined }),
  tcpWindow(from, zero, at, { state, options, report }) {
    const since = state[from];
    state[from] = zero ? FrameRef.at(from, at) : undefined;
    if (since === undefined || zero || at.time - since.time < options.ms * 1e6) return;
    report(since, "closed", { side: from, ms: Math.round((at.time - since.time) / 1e6) }, { fold: "" });
  },
  withState: ["connectionEnd"],
  connectionEnd({ connection, state, options, report }) {
    for (const side of ["client", "server"] as const) {
      const since = state[side];
      const waited = since === undefined ? -1 : connection.flow.lastTime - since.time;
      if (since === undefined || waited < options.ms * 1e6) continue;
      report(since, "never", { side, ms: Math.round(waited / 1e6) });
    }
  },
});
