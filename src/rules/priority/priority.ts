import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { other } from "../../place.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { streamError } from "../shapes/frame.ts";
import { must, says } from "../shapes/spec.ts";

export const selfDependency = streamError({
  id: "priority/self-dependency",
  title: "A stream must not depend on itself",
  severity: "warning",
  profiles: { rfc7540: "error" },
  spec: [must("5.3.1", 7540)],
  decidable: "payload",
  messages: { self: "{kind} makes stream {streamId} depend on itself" },
  when: { observed: Observation.selfDependency },
  related: opened,
  why: "RFC 9113 dropped the priority scheme, but many implementations still enforce this rule of RFC 7540 and reset the stream.",
  fix: "Leave PRIORITY and the priority fields of HEADERS out, or let the stream depend on stream 0.",
});

export const ignoredSignal = defineRule({
  id: "priority/ignored-signal",
  meta: {
    title: "A client need not send PRIORITY to a server that announced NO_RFC7540_PRIORITIES",
    severity: "info",
    by: "client",
    spec: [says("2.1.1", 9218)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["settings"],
    decidable: "head",
    messages: { ignored: "the client sends PRIORITY, though it had acknowledged the server's NO_RFC7540_PRIORITIES = 1" },
    docs: {
      why: "The server said that it ignores these frames.",
      fix: "Send the priority field or PRIORITY_UPDATE of RFC 9218.",
    },
  },
  kinds: ["priority"],
  frame(frame, _stream, { connection, report }) {
    if (frame.from !== "client" || connection.server.settings.inForce(Setting.noRfc7540Priorities) !== 1) return;
    report(frame, "ignored", {}, { fold: "connection" });
  },
});

export const ownNoRfc7540 = defineRule({
  id: "priority/own-no-rfc7540",
  meta: {
    title: "A side that announced NO_RFC7540_PRIORITIES should not send PRIORITY",
    severity: "info",
    by: "either",
    spec: [says("2.1.1", 9218)],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start"],
    decidable: "head",
    messages: { own: "the {side} sends PRIORITY, though it announced NO_RFC7540_PRIORITIES = 1 itself" },
    docs: {
      why: "It said that it does not use the old scheme. Until the other side's SETTINGS are known, sending both signals is normal.",
      fix: "Send the priority field or PRIORITY_UPDATE of RFC 9218 only.",
    },
  },
  kinds: ["priority"],
  frame(frame, _stream, { connection, report }) {
    const own = connection.endpoint(frame.from);
    const peer = connection.endpoint(other(frame.from));
    if (own.settings.announced(Setting.noRfc7540Priorities) !== 1 || peer.settings.acknowledged === 0) return;
    report(frame, "own", { side: frame.from }, { fold: "connection" });
  },
});
