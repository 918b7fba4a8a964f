// Pseudo-header fields where they must not be (RFC 9113 section 8.3).
import { BlockBit } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { Name, slotCount } from "../../fields/name.ts";
import { malformedField, malformedMessage, malformedResponse, malformedTrailers } from "../shapes/malformed.ts";
import { nameWith, shown } from "../shapes/message.ts";
import { must, mustNot } from "../shapes/spec.ts";

// "All pseudo-header fields MUST appear in a field block before all regular field lines."
export const pseudoAfterRegular = malformedField({
  id: "headers/pseudo-after-regular",
  title: "Pseudo-header fields must come before regular ones",
  spec: [must("8.3")],
  messages: { after: "{name} on stream {streamId} comes after the regular field {regular}" },
  when: { bits: BlockBit.pseudoAfterRegular },
  check({ decoded: { fields, count } }, found) {
    const isPseudo = (bits: number): boolean => (bits & FieldBit.pseudo) !== 0;
    const first = fields.findIndex(({ bits }) => !isPseudo(bits) && (bits & FieldBit.nameUnknown) === 0);
    const late = fields.slice(first, count).find(({ bits }) => isPseudo(bits))!;
    found("after", { name: shown(late.name.text), regular: shown(fields[first]!.name.text) });
  },
  why: "For a receiver, the first regular field ends what controls the message.",
  fix: "Encode the pseudo-header fields first; sorting fields by name does it, since a colon comes before letters.",
});

// "The same pseudo-header field name MUST NOT appear more than once in a field block."
export const pseudoDuplicate = malformedField({
  id: "headers/pseudo-duplicate",
  title: "A pseudo-header field must not come twice",
  spec: [mustNot("8.3"), must("8.3.1")],
  messages: { twice: "{name} comes twice in one field block of stream {streamId}" },
  when: { bits: BlockBit.pseudoDuplicate },
  check({ decoded: { fields, count } }, found) {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const { name, bits } = fields[i]!;
      if ((bits & FieldBit.pseudo) === 0 || name.id === Name.other || name.id >= slotCount) continue;
      if ((seen & (1 << name.id)) !== 0) {
        found("twice", { name: name.text });
        return;
      }
      seen |= 1 << name.id;
    }
  },
  why: "Two servers on the way may each use a different one.",
  fix: "Set each pseudo-header field once; look for one that is added by hand beside the library's.",
});

// "Endpoints MUST NOT generate pseudo-header fields other than those defined in this document."
export const pseudoUnknown = malformedField({
  id: "headers/pseudo-unknown",
  title: "Only defined pseudo-header fields may be sent",
  spec: [mustNot("8.3")],
  messages: { unknown: "stream {streamId} has the pseudo-header field {name}, which is not defined" },
  when: { bits: FieldBit.pseudoUnknown },
  check: (fields, found) => found("unknown", { name: nameWith(fields, FieldBit.pseudoUnknown) }),
  why: "They are not for applications: an unknown one makes the message malformed.",
  fix: "Use a field name without a colon.",
});

// "Pseudo-header fields defined for responses MUST NOT appear in requests."
export const pseudoResponseInRequest = malformedMessage({
  id: "headers/pseudo-response-in-request",
  title: "A request must not hold :status",
  spec: [mustNot("8.3")],
  messages: {
    request: "the request on stream {streamId} has :status {status}",
    promise: "the request promised on stream {streamId} has :status {status}",
  },
  when: { bits: FieldBit.responsePseudo, roles: ["request", "promise"] },
  check({ block, decoded }, found) {
    found(block.role === "promise" ? "promise" : "request", { status: shown(decoded.status?.value) });
  },
  why: "Only a response has a status.",
  fix: "Use the encoder for requests; look for mixed-up roles.",
});

// "Pseudo-header fields defined for requests MUST NOT appear in responses".
export const pseudoRequestInResponse = malformedResponse({
  id: "headers/pseudo-request-in-response",
  title: "A response must not hold :method, :scheme, :authority or :path",
  spec: [mustNot("8.3")],
  messages: { request: "the response on stream {streamId} has {name}" },
  when: { bits: FieldBit.requestPseudo },
  check({ decoded: { method, scheme, authority, path } }, found) {
    // :protocol is ext/protocol-without-connect.
    const misplaced = method ?? scheme ?? authority ?? path;
    if (misplaced !== undefined) found("request", { name: misplaced.name.text });
  },
  why: "They control a request.",
  fix: "Use the encoder for responses; a proxy must not copy them back.",
});

// "Pseudo-header fields MUST NOT appear in a trailer section."
export const pseudoInTrailers = malformedTrailers({
  id: "headers/pseudo-in-trailers",
  title: "Trailers must not hold pseudo-header fields",
  spec: [mustNot("8.1"), mustNot("8.3")],
  needs: ["hpack", "seen"],
  messages: { trailers: "the trailers of the {side} on stream {streamId} have {name}" },
  when: { bits: FieldBit.pseudo },
  check(trailers, found, { uncheck }) {
    if (trailers.certain) found("trailers", { name: nameWith(trailers, FieldBit.pseudo) });
    else if (trailers.stream?.seen !== true) uncheck("seen");
  },
  why: "What controls a message comes before its content.",
  fix: "Leave them out of trailers; for a second request open another stream.",
});
