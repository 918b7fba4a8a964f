import { alert, alpnNoOverlap } from "../../../src/rules/tls/alert.ts";
import { type Story, testRule } from "../../../src/testing.ts";
import type { TlsAlert } from "../../../src/tls/alert.ts";
import type { TlsFacts } from "../../../src/tls/facts.ts";

const silence: Story = (s) => s.bare().client.close().server.close();
const tls: Partial<TlsFacts> = { alpnOffered: ["h2"], hellos: { client: { file: 0, packet: 1, time: 0 } } };
const said = (description: number, name: string, level: TlsAlert["level"] = "fatal"): Partial<TlsFacts> => ({
  ...tls,
  alerts: [{ from: "server", level, description, name, file: 0, packet: 3, time: 0, offset: 0, acked: -1 }],
});

testRule(alpnNoOverlap, {
  valid: {
    "another alert": { frames: silence, tls: said(40, "handshake_failure") },
    none: { frames: silence, tls },
  },
  invalid: {
    refused: {
      frames: silence,
      tls: said(120, "no_application_protocol"),
      finds: [["refused", "tls", { side: "server", offered: "h2" }]],
    },
  },
});

testRule(alert, {
  valid: {
    close_notify: { frames: silence, tls: said(0, "close_notify", "warning") },
    "without close_notify, but nothing is cut": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).close(),
      tls: { ...tls, unnotified: { server: { file: 0, packet: 3, time: 0 } } },
    },
    "what was cut by the other side": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.headers(1).client.close(),
      tls: { ...tls, unnotified: { client: { file: 0, packet: 3, time: 0 } } },
    },
    "what follows the close of the other side": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.headers(1).client.close().server.close(),
      tls: { ...tls, unnotified: { server: { file: 0, packet: 9, time: 1e15 } } },
    },
    "what nobody waits for any more": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.headers(1).client.rst(1, 8).server.close(),
      tls: { ...tls, unnotified: { server: { file: 0, packet: 3, time: 0 } } },
    },
    "what has a rule of its own": { frames: silence, tls: said(120, "no_application_protocol") },
  },
  invalid: {
    fatal: {
      frames: silence,
      tls: said(40, "handshake_failure"),
      finds: [["fatal", "tls", { side: "server", name: "handshake_failure", number: 40 }]],
    },
    cut: {
      frames: (s) => s.client.headers(1, { endStream: true }).server.headers(1).close(),
      tls: { ...tls, unnotified: { server: { file: 0, packet: 3, time: 0 } } },
      finds: [["cut", "tls", { side: "server", count: 1 }]],
    },
  },
});
