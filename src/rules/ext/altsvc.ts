// The ALTSVC frame (RFC 7838 section 4): what makes a client ignore it.
import { u16 } from "../../bytes.ts";
import type { Frame } from "../../http2/frame.ts";
import { defineRule } from "../rule.ts";
import { must, says } from "../shapes/spec.ts";

export const altsvcOriginOnStream = defineRule({
  id: "ext/altsvc-origin-on-stream",
  meta: {
    title: "ALTSVC on the stream of a request must not name an origin",
    severity: "warning",
    by: "server",
    spec: [must("4", 7838)],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { origin: "the server sent ALTSVC for {origin} on stream {streamId}" },
    docs: {
      why: "There the origin is that of the request; clients ignore a frame that names one.",
      fix: "Leave the origin empty, or send the frame on stream 0.",
    },
  },
  kinds: ["altsvc"],
  frame(frame, _stream, { report }) {
    if (!isReadable(frame) || frame.streamId === 0) return;
    const origin = originOf(frame);
    if (origin === "") return;
    report(frame, "origin", { origin: origin.slice(0, 80), streamId: frame.streamId }, { fold: "altsvc" });
  },
});

export const altsvcEmptyOrigin = defineRule({
  id: "ext/altsvc-empty-origin",
  meta: {
    title: "ALTSVC on stream 0 must name an origin",
    severity: "warning",
    by: "server",
    spec: [must("4", 7838)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { empty: "the server sent ALTSVC on stream 0 without an origin" },
    docs: { why: "Nothing says what the alternative is for; clients ignore the frame.", fix: "Fill in the origin." },
  },
  kinds: ["altsvc"],
  frame(frame, _stream, { report }) {
    if (isReadable(frame) && frame.streamId === 0 && originOf(frame) === "") report(frame, "empty", {}, { fold: "altsvc" });
  },
});

export const altsvcFromClient = defineRule({
  id: "ext/altsvc-from-client",
  meta: {
    title: "A client must not send ALTSVC",
    severity: "warning",
    by: "client",
    spec: [says("4", 7838)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["roles"],
    decidable: "head",
    messages: { client: "the client sent ALTSVC" },
    docs: { why: "Only a server has alternatives to offer; it ignores the frame.", fix: "Do not send it." },
  },
  kinds: ["altsvc"],
  frame(frame, _stream, { report }) {
    if (frame.from === "client") report(frame, "client", {}, { fold: "altsvc" });
  },
});

export const altsvcMalformed = defineRule({
  id: "ext/altsvc-malformed",
  meta: {
    title: "ALTSVC must hold an origin and an Alt-Svc value",
    severity: "warning",
    by: "server",
    spec: [says("3", 7838), says("4", 7838)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: {
      length: "the server sent ALTSVC of {length} bytes, too short for its origin",
      value: 'the server sent ALTSVC with the value "{value}", which is not an Alt-Svc value',
    },
    docs: {
      why: "Clients ignore what they cannot read.",
      fix: 'Send what the alt-svc field would have as value: clear, or entries such as h3=":443"; ma=3600.',
    },
  },
  kinds: ["altsvc"],
  frame(frame, _stream, { report }) {
    const { from, fault, length } = frame;
    if (from === "server" && fault === "length") report(frame, "length", { length }, { fold: "altsvc" });
    if (!isReadable(frame)) return;
    const value = textOf(frame, frame.start + 2 + u16(frame.bytes, frame.start), frame.end);
    if (!isAltSvc(value)) report(frame, "value", { value: value.slice(0, 80) }, { fold: "altsvc" });
  },
});

// Of a server, with all octets.
const isReadable = (frame: Frame): boolean => frame.from === "server" && frame.whole && frame.end - frame.start === frame.length;

const originOf = (frame: Frame): string => textOf(frame, frame.start + 2, frame.start + 2 + u16(frame.bytes, frame.start));

const textOf = ({ bytes }: Frame, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

// RFC 7838 3: clear, or a list (RFC 9110 5.6.1, which may have empty elements) of alternatives. Taken one by one: one expression for all
// could take very long for hostile octets.
function isAltSvc(value: string): boolean {
  if (value === "clear") return true;
  let rest = value;
  let count = 0;
  for (;;) {
    rest = rest.replace(/^[ \t,]*/, "");
    if (rest === "") return count > 0;
    let taken = ALTERNATIVE.exec(rest);
    if (taken === null) return false;
    count++;
    while (taken !== null) {
      rest = rest.slice(taken[0].length);
      taken = PARAMETER.exec(rest);
    }
    if (!/^[ \t]*(?:,|$)/.test(rest)) return false;
  }
}

const ALTERNATIVE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+="(?:[^"\\]|\\.)*"/s;
const PARAMETER = /^[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*")/s;
