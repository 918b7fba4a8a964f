// The ORIGIN frame (RFC 8336 section 2): what makes a client ignore it.
import { u16 } from "../../bytes.ts";
import type { Frame } from "../../http2/frame.ts";
import { defineRule } from "../rule.ts";
import { must, says } from "../shapes/spec.ts";

export const originOnStream = defineRule({
  id: "ext/origin-on-stream",
  meta: {
    title: "ORIGIN must be sent on stream 0",
    severity: "warning",
    by: "server",
    spec: [must("2.1", 8336)],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: [],
    decidable: "head",
    messages: { stream: "the server sent ORIGIN on stream {streamId}" },
    docs: { why: "It is about the connection; on other streams clients ignore it.", fix: "Send it on stream 0." },
  },
  kinds: ["origin"],
  frame(frame, _stream, { report }) {
    const { from, streamId } = frame;
    if (from === "server" && streamId !== 0) report(frame, "stream", { streamId }, { fold: "origin" });
  },
});

export const originOnCleartext = defineRule({
  id: "ext/origin-on-cleartext",
  meta: {
    title: "ORIGIN means nothing on a connection without TLS",
    severity: "warning",
    by: "server",
    spec: [must("2.1", 8336)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start"],
    decidable: "head",
    messages: { cleartext: "the server sent ORIGIN on a connection without TLS" },
    docs: {
      why: "Nothing but a certificate shows that the server may speak for an origin; clients ignore it.",
      fix: "Send ORIGIN over TLS only.",
    },
  },
  kinds: ["origin"],
  frame(frame, _stream, { connection, report }) {
    if (frame.from !== "server" || !connection.protocol.startsWith("h2c")) return;
    report(frame, "cleartext", {}, { fold: "origin" });
  },
});

export const originFromClient = defineRule({
  id: "ext/origin-from-client",
  meta: {
    title: "A client must not send ORIGIN",
    severity: "warning",
    by: "client",
    spec: [says("2.1", 8336)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["roles"],
    decidable: "head",
    messages: { client: "the client sent ORIGIN" },
    docs: { why: "Only a server has origins; it ignores the frame.", fix: "Do not send it." },
  },
  kinds: ["origin"],
  frame(frame, _stream, { report }) {
    if (frame.from === "client") report(frame, "client", {}, { fold: "origin" });
  },
});

export const originFlags = defineRule({
  id: "ext/origin-flags",
  meta: {
    title: "ORIGIN must not have one of the four lowest flags",
    severity: "warning",
    by: "server",
    spec: [must("2.2", 8336)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "head",
    messages: { flags: "the server sent ORIGIN with the flags {flags}: clients ignore the whole frame" },
    docs: { why: "They are reserved for later, incompatible forms of the frame.", fix: "Send it without flags." },
  },
  kinds: ["origin"],
  frame(frame, _stream, { report }) {
    if (frame.from !== "server" || (frame.flags & RESERVED) === 0) return;
    report(frame, "flags", { flags: `0x${frame.flags.toString(16).padStart(2, "0")}` }, { fold: "origin" });
  },
});

export const originMalformed = defineRule({
  id: "ext/origin-malformed",
  meta: {
    title: "ORIGIN must hold whole entries, each an origin",
    severity: "warning",
    by: "server",
    spec: [says("2.1", 8336)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: {
      length: "an entry of ORIGIN claims {length} bytes where {left} are left",
      entry: 'ORIGIN holds "{entry}", which is not an origin',
    },
    docs: {
      why: "Clients ignore what they cannot read, and open further connections.",
      fix: "Send each origin as scheme, :// and host, with a port where it is not the default one, and without a path.",
    },
  },
  kinds: ["origin"],
  frame(frame, _stream, { report }) {
    if (frame.from !== "server" || !frame.whole || frame.end - frame.start !== frame.length) return;
    const { bytes, end } = frame;
    for (let at = frame.start; at < end; ) {
      // A single octet cannot even be a length.
      const length = at + 2 <= end ? u16(bytes, at) : 2;
      const left = at + 2 <= end ? end - at - 2 : 1;
      at += 2;
      if (length > left) {
        report(frame, "length", { length, left }, { fold: "origin" });
        return;
      }
      const entry = textOf(frame, at, at + length);
      if (!ORIGIN.test(entry)) {
        report(frame, "entry", { entry: entry.slice(0, 80) }, { fold: "origin" });
        return;
      }
      at += length;
    }
  },
});

const textOf = ({ bytes }: Frame, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

const RESERVED = 0x0f;
// RFC 6454 6.2, with the empty entry that RFC 8336 allows: "optional sequence".
const ORIGIN = /^(?:|null|[a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::[0-9]+)?)$/i;
