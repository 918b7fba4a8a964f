// One short text for a frame, as people write it: `POST /a.B/C`, `:status 200`, `grpc-status: 0`, `PROTOCOL_ERROR, last stream 1`.
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit, inferredOf, isUnknown } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import { settingName } from "../http2/setting.ts";
import type { FieldBlock } from "./field-block.ts";
import { settingsOf } from "./settings.ts";

/** Text from the wire is as it came, one character per octet: the report makes it safe to print. */
export const summarise = (subject: Frame | FieldBlock): string => ("decoded" in subject ? ofBlock(subject) : ofFrame(subject));

function ofBlock({ decoded, kind, promisedStreamId, pathGroup }: FieldBlock): string {
  if (decoded === undefined) return "fields not readable";
  if (decoded.fault !== undefined) return `HPACK ${decoded.fault}`;
  const { method, path, status, authority } = decoded;
  const promise = kind === "push-promise" ? `promises ${promisedStreamId}: ` : "";
  if (method !== undefined)
    return `${promise}${method.value} ${path?.value ?? pathGroup?.name ?? authority?.value ?? ""}`.trimEnd();
  const shown: string[] = status === undefined ? [] : [`:status ${status.value}`];
  const grpcStatus = decoded.grpcStatus?.value ?? inferredStatus(decoded);
  if (grpcStatus !== undefined) shown.push(`grpc-status: ${grpcStatus}`);
  // Trailers of another kind: their first names.
  for (let i = 0; shown.length === 0 && i < Math.min(decoded.count, 3); i++) {
    const { name, bits } = decoded.fields[i]!;
    if ((bits & FieldBit.nameUnknown) === 0) shown.push(name.text);
  }
  if (decoded.certainty !== "exact") shown.push(`some fields ${isAllInferred(decoded) ? "inferred" : "unknown"}`);
  return promise + shown.join("  ");
}

function inferredStatus({ certainty, fields, count }: DecodedBlock): string | undefined {
  if (certainty === "exact") return undefined;
  for (let i = 0; i < count; i++) {
    const field = inferredOf(fields[i]!)?.field;
    if (field?.name.id === Name.grpcStatus) return `~${field.value}`;
  }
  return undefined;
}

function isAllInferred({ fields, count }: DecodedBlock): boolean {
  for (let i = 0; i < count; i++) if (isUnknown(fields[i]!) && inferredOf(fields[i]!) === undefined) return false;
  return true;
}

function ofFrame(frame: Frame): string {
  if (frame.fault === "cut" && frame.kind !== "data") return "cut";
  switch (frame.kind) {
    case "data":
      return octets(Math.max(frame.contentLength, 0));
    case "rst-stream":
      return errorCodeName(frame.errorCode);
    case "goaway":
      return `${errorCodeName(frame.errorCode)}, last stream ${frame.lastStreamId}`;
    case "window-update":
      return `+${frame.increment}`;
    case "settings":
      return frame.ack
        ? "ack"
        : settingsOf(frame)
            .slice(0, 8)
            .map(([id, value]) => `${settingName(id)}=${value}`)
            .join(" ");
    case "ping":
      return frame.ack ? "ack" : "";
    case "priority":
      return `depends on ${frame.dependency}, weight ${frame.weight}`;
    case "priority-update":
      return `stream ${frame.promisedStreamId}`;
    case "unknown":
      return `type 0x${frame.type.toString(16)}, ${octets(frame.length)}`;
    default:
      return "";
  }
}

const octets = (length: number): string => `${length} ${length === 1 ? "byte" : "bytes"}`;
