import { type Field, FieldBit } from "../../fields/field.ts";
import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { isGrpcBlock } from "../../grpc/call.ts";
import { isBase64 } from "../../grpc/status.ts";
import { Setting } from "../../http2/setting.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";
import { other } from "../../place.ts";
import { defineRule, type Subject } from "../rule.ts";

const spec = [{ document: "gRPC over HTTP2", section: "Requests, Custom-Metadata" }] as const;

// The fields with any of these bits, of a block that is gRPC's. `judge` of a condition on bits gets field blocks only.
function* fieldsOf(subject: Subject, stream: Stream | undefined, bits: number): Generator<Field> {
  const block = subject as FieldBlock;
  const { decoded } = block;
  if (decoded === undefined || !isGrpcBlock(block, stream)) return;
  for (let i = 0; i < decoded.count; i++) {
    const field = decoded.fields[i]!;
    if ((field.bits & bits) !== 0 && (field.bits & FieldBit.nameUnknown) === 0) yield field;
  }
}

export const reservedMetadata = defineRule({
  id: "grpc/reserved-metadata",
  meta: {
    title: "Names that begin with grpc- are reserved",
    severity: "warning",
    by: "either",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { reserved: "the {side} sends a field {name} on stream {streamId}: names with grpc- are reserved for gRPC itself" },
    docs: {
      why: "A later gRPC version may give the name a meaning, and many libraries drop such fields without a word.",
      fix: "Give the field a name of your own.",
    },
  },
  when: { values: ValueBit.grpcReserved },
  judge(subject, stream, { report }) {
    const { from, streamId } = subject;
    for (const { name } of fieldsOf(subject, stream, FieldBit.grpcName)) {
      if (name.id !== Name.other) continue;
      report(subject, "reserved", { side: from, name: name.text.slice(0, 80), streamId }, { fold: name.text.slice(0, 80) });
      return;
    }
  },
});

export const metadataNameInvalid = defineRule({
  id: "grpc/metadata-name-invalid",
  meta: {
    title: "A metadata name has no octet but 0-9, a-z, underscore, hyphen and dot",
    severity: "error",
    by: "either",
    spec,
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { name: "the {side} sends a field with the name {name} on stream {streamId}" },
    docs: {
      why: "Libraries refuse such names when they send, and may fail the call when they receive one.",
      fix: "Use lower-case letters, digits, underscore, hyphen and dot.",
    },
  },
  when: { bits: FieldBit.notMetadataName },
  judge(subject, stream, { report }) {
    const { from, streamId } = subject;
    for (const { name } of fieldsOf(subject, stream, FieldBit.notMetadataName)) {
      report(subject, "name", { side: from, name: name.text.slice(0, 80), streamId });
      return;
    }
  },
});

export const metadataValueInvalid = defineRule({
  id: "grpc/metadata-value-invalid",
  meta: {
    title: "A metadata value is printable ASCII, unless its name ends with -bin",
    severity: "error",
    by: "either",
    spec,
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { value: "the {side} sends a value of {name} with the octet 0x{octet} on stream {streamId}" },
    docs: {
      why: "Values are ASCII 0x20 to 0x7e: libraries drop other values or fail the call.",
      fix: "Encode the value, or give the field a name that ends with -bin: libraries then send base64.",
    },
  },
  when: { bits: FieldBit.nonPrintable },
  judge(subject, stream, { report }) {
    const { from, streamId } = subject;
    for (const { name, value, bits } of fieldsOf(subject, stream, FieldBit.nonPrintable)) {
      if (name.id !== Name.other || (bits & (FieldBit.binName | FieldBit.pseudo)) !== 0) continue;
      const octet = /[^ -~]/.exec(value)?.[0].charCodeAt(0) ?? 0;
      const shown = octet.toString(16).padStart(2, "0");
      report(subject, "value", { side: from, name: name.text.slice(0, 80), octet: shown, streamId });
      return;
    }
  },
});

export const binNotBase64 = defineRule({
  id: "grpc/bin-not-base64",
  meta: {
    title: "The value of a -bin field is base64",
    severity: "error",
    by: "either",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      text: "the {side} sends a value of {name} that is no base64 on stream {streamId}",
      raw: "the {side} sends raw octets as value of {name} on stream {streamId}, which the other side has not offered to take",
    },
    docs: {
      why: "The receiver decodes the value and fails the call when that is impossible.",
      fix: "Hand binary values to the library as octets: it encodes them.",
    },
  },
  when: { bits: FieldBit.binName },
  judge(subject, stream, { report, uncheck, connection }) {
    const { from, streamId } = subject;
    for (const { name, value, bits } of fieldsOf(subject, stream, FieldBit.binName)) {
      if ((bits & FieldBit.valueUnknown) !== 0 || parts(value).every(isBase64)) continue;
      const data = { side: from, name: name.text.slice(0, 80), streamId };
      if (!value.startsWith("\0")) report(subject, "text", data);
      else {
        // gRPC C-core: a NUL, then the octets, to a side that says by a setting of its own that it takes them.
        const peer = connection.endpoint(other(from));
        if (peer.settings.announced(TRUE_BINARY_METADATA) === 1) continue;
        if (!peer.whole) uncheck("settings");
        else report(subject, "raw", data);
      }
      return;
    }
  },
});

export const binPadding = defineRule({
  id: "grpc/bin-padding",
  meta: {
    title: "Base64 in -bin values should be sent without padding",
    severity: "info",
    by: "either",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { padded: "the {side} pads the base64 of {name} on stream {streamId}" },
    docs: { why: "Receivers must take both; padding is octets for nothing.", fix: "Nothing needs to be done." },
  },
  when: { bits: FieldBit.binName },
  judge(subject, stream, { report }) {
    for (const { name, value } of fieldsOf(subject, stream, FieldBit.binName)) {
      if (!parts(value).some((part) => part.endsWith("=") && isBase64(part))) continue;
      const data = { side: subject.from, name: name.text.slice(0, 80), streamId: subject.streamId };
      report(subject, "padded", data, { fold: "padding" });
      return;
    }
  },
});

export const metadataTooLarge = defineRule({
  id: "grpc/metadata-too-large",
  meta: {
    title: "Metadata should keep below the limit of receivers",
    severity: "info",
    by: "either",
    spec: [{ document: "gRPC over HTTP2", section: "Requests" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      suggested: "the {side} sends {octets} octets of fields on stream {streamId}; {limit} is the limit that gRPC suggests",
      announced:
        "the {side} sends {octets} octets of fields on stream {streamId}, above the MAX_HEADER_LIST_SIZE {limit} of the other side",
    },
    options: { limit: { default: 8192, unit: "octets", about: "size of a field section, each field counting 32 octets more" } },
    docs: {
      why: "Servers and proxies refuse large field sections with RESOURCE_EXHAUSTED or an error on the stream.",
      fix: "Put large values in a message; look for tokens and traces that grow.",
    },
  },
  when: { bits: FieldBit.contentType | FieldBit.grpcName },
  judge(subject, stream, { report, options, connection }) {
    const block = subject as FieldBlock; // a condition on bits
    const { decoded, from, streamId } = block;
    if (decoded === undefined) return;
    const octets = decoded.listSize;
    // Acknowledged, so the sender has read it.
    const announced = connection.endpoint(other(from)).settings.inForce(Setting.maxHeaderListSize) ?? Infinity;
    if ((octets <= options.limit && octets <= announced) || !isGrpcBlock(block, stream)) return;
    if (octets > announced) report(block, "announced", { side: from, octets, streamId, limit: announced });
    else report(block, "suggested", { side: from, octets, streamId, limit: options.limit });
  },
});

// gRPC over HTTP2: several values of one name may be joined with commas.
const parts = (value: string): string[] => value.split(",").map((part) => part.trim());

// GRPC_ALLOW_TRUE_BINARY_METADATA, an extension of gRPC C-core.
const TRUE_BINARY_METADATA = 0xfe03;
