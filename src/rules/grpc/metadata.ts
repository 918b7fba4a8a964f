import { FieldBit } from "../../fields/field.ts";
import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { isGrpcBlock } from "../../grpc/call.ts";
import { isBase64 } from "../../grpc/status.ts";
import { Setting } from "../../http2/setting.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { metadataFault } from "../shapes/metadata-fault.ts";

export const reservedMetadata = metadataFault("grpc/reserved-metadata", {
  meta: {
    title: "Names that begin with grpc- are reserved",
    severity: "warning",
    expect: { scope: "stream", codes: [], ignore: true },
    messages: { reserved: "the {side} sends a field {name} on stream {streamId}: names with grpc- are reserved for gRPC itself" },
    docs: {
      why: "A later gRPC version may give the name a meaning, and many libraries silently drop such fields.",
      fix: "Give the field another name.",
    },
  },
  when: { values: ValueBit.grpcReserved },
  bits: FieldBit.grpcName,
  fault: ({ name }) => (name.id === Name.other ? { message: "reserved" } : undefined),
  fold: ({ name }) => name.text.slice(0, 80),
});

export const metadataNameInvalid = metadataFault("grpc/metadata-name-invalid", {
  meta: {
    title: "A metadata name may contain only 0-9, a-z, underscore, hyphen and dot",
    severity: "error",
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], optional: true },
    messages: { name: "the {side} sends a field with the name {name} on stream {streamId}" },
    docs: {
      why: "Libraries refuse such names when they send, and may fail the call when they receive one.",
      fix: "Use lower-case letters, digits, underscore, hyphen and dot.",
    },
  },
  bits: FieldBit.notMetadataName,
  fault: () => ({ message: "name" }),
});

export const metadataValueInvalid = metadataFault("grpc/metadata-value-invalid", {
  meta: {
    title: "A metadata value is printable ASCII, unless its name ends with -bin",
    severity: "error",
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], optional: true },
    messages: { value: "the {side} sends a value of {name} with the byte 0x{octet} on stream {streamId}" },
    docs: {
      why: "Values are ASCII 0x20 to 0x7e: libraries drop other values or fail the call.",
      fix: "Encode the value, or give the field a name that ends with -bin: libraries then send base64.",
    },
  },
  bits: FieldBit.nonPrintable,
  fault({ name, value, bits }) {
    if (name.id !== Name.other || (bits & (FieldBit.binName | FieldBit.pseudo)) !== 0) return undefined;
    const octet = /[^ -~]/.exec(value)?.[0].charCodeAt(0) ?? 0;
    return { message: "value", data: { octet: octet.toString(16).padStart(2, "0") } };
  },
});

export const binNotBase64 = metadataFault("grpc/bin-not-base64", {
  meta: {
    title: "The value of a -bin field is base64",
    severity: "error",
    expect: { scope: "stream", codes: [] },
    messages: {
      text: "the {side} sends a value of {name} that is not base64 on stream {streamId}",
      raw: "the {side} sends raw bytes as value of {name} on stream {streamId}, which the other side has not offered to take",
    },
    docs: {
      why: "The receiver decodes the value and fails the call when that is impossible.",
      fix: "Hand binary values to the library as bytes: it encodes them.",
    },
  },
  bits: FieldBit.binName,
  fault({ value, bits }, { from }, { connection, uncheck }) {
    if ((bits & FieldBit.valueUnknown) !== 0 || parts(value).every(isBase64)) return undefined;
    if (!value.startsWith("\0")) return { message: "text" };
    // gRPC C-core: a NUL, then the octets, to a side that says by a separate setting that it takes them.
    const peer = connection.endpoint(other(from));
    if (peer.settings.announced(TRUE_BINARY_METADATA) === 1) return undefined;
    if (peer.whole) return { message: "raw" };
    uncheck("settings");
    return { message: "unchecked" };
  },
});

export const binPadding = metadataFault("grpc/bin-padding", {
  meta: {
    title: "Base64 in -bin values should be sent without padding",
    severity: "info",
    expect: { scope: "stream", codes: [], ignore: true },
    messages: { padded: "the {side} pads the base64 of {name} on stream {streamId}" },
    docs: { why: "Receivers must accept both; padding only adds bytes.", fix: "Nothing needs to be done." },
  },
  bits: FieldBit.binName,
  fault({ value }) {
    const isPadded = value.includes("=") && parts(value).some((part) => part.endsWith("=") && isBase64(part));
    return isPadded ? { message: "padded" } : undefined;
  },
  fold: () => "padding",
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
      suggested: "the {side} sends {octets} bytes of fields on stream {streamId}; {limit} is the limit that gRPC suggests",
      announced:
        "the {side} sends {octets} bytes of fields on stream {streamId}, above the MAX_HEADER_LIST_SIZE {limit} of the other side",
    },
    options: { limit: { default: 8192, unit: "bytes", about: "size of a field section, each field counting 32 bytes more" } },
    docs: {
      why: "Servers and proxies refuse large field sections with RESOURCE_EXHAUSTED or an error on the stream.",
      fix: "Put large values in a message; look for tokens and traces that grow.",
    },
  },
  when: { bits: FieldBit.contentType | FieldBit.grpcName },
  above: ({ limit }) => ({ list: limit! }),
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
