// Pseudo-header fields where they must not be (RFC 9113 section 8.3).
import { BlockBit } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { Name, slotCount } from "../../fields/name.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const pseudoAfterRegular = defineRule({
  id: "headers/pseudo-after-regular",
  meta: {
    title: "Pseudo-header fields must come before regular ones",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.3", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { after: "{name} on stream {streamId} comes after the regular field {regular}" },
    docs: {
      why: "A receiver takes the first regular field for the end of what controls the message.",
      fix: "Encode the pseudo-header fields first; sorting fields by name does it, since a colon comes before letters.",
    },
  },
  when: { bits: BlockBit.pseudoAfterRegular },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const { fields, count } = block.decoded!;
    const isPseudo = (bits: number): boolean => (bits & FieldBit.pseudo) !== 0;
    const first = fields.findIndex(({ bits }) => !isPseudo(bits) && (bits & FieldBit.nameUnknown) === 0);
    const late = fields.slice(first, count).find(({ bits }) => isPseudo(bits))!;
    const name = late.name.text.slice(0, SHOWN);
    const regular = fields[first]!.name.text.slice(0, SHOWN);
    report(block, "after", { name, regular, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const pseudoDuplicate = defineRule({
  id: "headers/pseudo-duplicate",
  meta: {
    title: "A pseudo-header field must not come twice",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.3", level: "MUST NOT" },
      { rfc: 9113, section: "8.3.1", level: "MUST" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { twice: "{name} comes twice in one field block of stream {streamId}" },
    docs: {
      why: "Two servers on the way may each believe another one of them.",
      fix: "Set each pseudo-header field once; look for one that is added by hand beside the library's.",
    },
  },
  when: { bits: BlockBit.pseudoDuplicate },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const { fields, count } = block.decoded!;
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const { name, bits } = fields[i]!;
      if ((bits & FieldBit.pseudo) === 0 || name.id === Name.other || name.id >= slotCount) continue;
      if ((seen & (1 << name.id)) !== 0) {
        report(block, "twice", { name: name.text, streamId: block.streamId }, { related: opened(stream) });
        return;
      }
      seen |= 1 << name.id;
    }
  },
});

export const pseudoUnknown = defineRule({
  id: "headers/pseudo-unknown",
  meta: {
    title: "Pseudo-header fields must be defined ones",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.3", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { unknown: "stream {streamId} has the pseudo-header field {name}, which is not defined" },
    docs: {
      why: "They are not for applications: an unknown one makes the message malformed.",
      fix: "Use a field name without a colon.",
    },
  },
  when: { bits: FieldBit.pseudoUnknown },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const name = block.decoded!.first(FieldBit.pseudoUnknown)!.name.text.slice(0, SHOWN); // bits are of its fields
    report(block, "unknown", { name, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const pseudoResponseInRequest = defineRule({
  id: "headers/pseudo-response-in-request",
  meta: {
    title: "A request must not hold :status",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.3", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      request: "the request on stream {streamId} has :status {status}",
      promise: "the request promised on stream {streamId} has :status {status}",
    },
    docs: { why: "Only a response has a status.", fix: "Use the encoder for requests; look for mixed-up roles." },
  },
  when: { observed: Observation.pseudoMisplaced },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    if (block.role !== "request" && block.role !== "promise") return;
    const status = (block.decoded?.status?.value ?? "").slice(0, SHOWN);
    const message = block.role === "promise" ? "promise" : "request";
    report(block, message, { status, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const pseudoRequestInResponse = defineRule({
  id: "headers/pseudo-request-in-response",
  meta: {
    title: "A response must not hold :method, :scheme, :authority or :path",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.3", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { request: "the response on stream {streamId} has {name}" },
    docs: { why: "They control a request.", fix: "Use the encoder for responses; a proxy must not copy them back." },
  },
  when: { observed: Observation.pseudoMisplaced },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    if (block.role !== "interim" && block.role !== "response") return;
    const { method, scheme, authority, path } = block.decoded!;
    // :protocol is ext/protocol-without-connect.
    const found = method ?? scheme ?? authority ?? path;
    if (found !== undefined)
      report(block, "request", { name: found.name.text, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const pseudoInTrailers = defineRule({
  id: "headers/pseudo-in-trailers",
  meta: {
    title: "Trailers must not hold pseudo-header fields",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.1", level: "MUST NOT" },
      { rfc: 9113, section: "8.3", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { trailers: "the trailers of the {side} on stream {streamId} have {name}" },
    docs: {
      why: "What controls a message comes before its content.",
      fix: "Leave them out of trailers; for a second request open another stream.",
    },
  },
  when: { observed: Observation.pseudoMisplaced },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    if (block.role !== "request-trailers" && block.role !== "response-trailers") return;
    const name = block.decoded!.first(FieldBit.pseudo)!.name.text.slice(0, SHOWN); // noted of its fields
    report(block, "trailers", { side: block.from, name, streamId: block.streamId }, { related: opened(stream) });
  },
});

// Characters of a name or value that are shown.
const SHOWN = 80;
