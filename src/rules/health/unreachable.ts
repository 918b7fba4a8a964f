import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { defineRule } from "../rule.ts";

export const peerUnreachable = defineRule({
  id: "health/peer-unreachable",
  meta: {
    title: "The other side's TCP should answer",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9293, section: "3.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      silent:
        "nothing came back from the {side} ({address}) since packet {packet}: the same bytes were sent {count} times in {seconds} s without a TCP acknowledgment, after {idle} s in which the connection was idle",
    },
    docs: {
      why: "The other side is dead, or a router, firewall or NAT on the way has forgotten the connection: TCP repeats what it sent until it gives up.",
      fix: "Check that the other host is up and can be reached. Keepalive PINGs keep an idle connection open; TCP_USER_TIMEOUT finds a dead one sooner.",
    },
  },
  connections: ConnectionBit.resent,
  connectionEnd({ connection, report }) {
    for (const from of ["client", "server"] as const) {
      const sent = connection.directionOf(from);
      const silent = connection.endpoint(other(from));
      // A capture of one direction shows no acknowledgments.
      if (sent.unheardPacket < 0 || sent.resent === 0 || !connection.directionOf(silent.side).seen) continue;
      if (silent.end?.how === "fin" || silent.end?.how === "rst") continue;
      const lasted = connection.flow.lastTime - sent.unheardTime;
      const often = sent.resent >= 2 && lasted >= SHORT;
      const long = lasted >= LONG && lasted >= 10 * (connection.roundTrip ?? 0);
      if (!often && !long) continue;
      report(FrameRef.stop(silent), "silent", {
        side: silent.side,
        address: connection.address(silent.side),
        packet: sent.unheardPacket,
        count: sent.resent + 1,
        seconds: tenths(lasted),
        idle: tenths(sent.unheardIdle),
      });
    }
  },
});

const tenths = (time: number): number => Math.round(time / (SECOND / 10)) / 10;

// Nanoseconds.
const SHORT = 500 * MS;
const LONG = 3 * SECOND;
