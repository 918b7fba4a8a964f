import { type FrameKind, kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Rule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must } from "../shapes/spec.ts";

export const dataOnStreamZero = onStreamZero("frame/data-on-stream-zero", "data", "6.1");
export const headersOnStreamZero = onStreamZero("frame/headers-on-stream-zero", "headers", "6.2");
export const priorityOnStreamZero = onStreamZero("frame/priority-on-stream-zero", "priority", "6.3");
export const rstStreamOnStreamZero = onStreamZero("frame/rst-stream-on-stream-zero", "rst-stream", "6.4");
export const pushPromiseOnStreamZero = onStreamZero("frame/push-promise-on-stream-zero", "push-promise", "6.6");
export const continuationOnStreamZero = onStreamZero("frame/continuation-on-stream-zero", "continuation", "6.10");

export const settingsOnStream = onStream("frame/settings-on-stream", "settings", "6.5");
export const pingOnStream = onStream("frame/ping-on-stream", "ping", "6.7");
export const goawayOnStream = onStream("frame/goaway-on-stream", "goaway", "6.8");

// "If a DATA frame is received whose Stream Identifier field is 0x00, the recipient MUST respond with a connection error (Section 5.4.1) of
// type PROTOCOL_ERROR", and so the other sections.
function onStreamZero(id: string, kind: FrameKind, section: string): Rule {
  const name = kindName(kind);
  return connectionError({
    id,
    title: `${name} must not be sent on stream 0`,
    by: kind === "push-promise" ? "server" : "either",
    spec: [must(section)],
    messages: { zero: `${name} on stream 0, which belongs to the connection` },
    when: { observed: Observation.onStreamZero, kinds: [kind] },
    why: `${name} belongs to one stream; stream 0 is the connection itself, so a receiver has nothing to apply it to.`,
    fix: "Send it with the id of the stream it is meant for; an id of 0 is often a field that was never set.",
  });
}

// "If an endpoint receives a SETTINGS frame whose Stream Identifier field is anything other than 0x00, the endpoint MUST respond with a
// connection error (Section 5.4.1) of type PROTOCOL_ERROR", and so the other sections.
function onStream(id: string, kind: FrameKind, section: string): Rule {
  const name = kindName(kind);
  return connectionError({
    id,
    title: `${name} must be sent on stream 0`,
    spec: [must(section)],
    messages: { stream: `${name} on stream {streamId}; it belongs to the connection, on stream 0` },
    when: { observed: Observation.connectionFrameOnStream, kinds: [kind] },
    why: `${name} is about the connection. On a stream, a receiver cannot know what the sender meant, and must close the connection.`,
    fix: "Send it with stream id 0.",
  });
}
