// What stands in `google.rpc.Status.details`: the standard messages (google/rpc/error_details.proto), as JSON by the protobuf mapping, and
// those of the schemas that are known; others as they look.
import { hex } from "../bytes.ts";
import { linkProtos, parseProto } from "./proto-source.ts";
import { Schemas } from "./schema.ts";
import { describe, type Json } from "./schemaless.ts";
import type { StatusDetail } from "./status.ts";

/** `{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "..."}`, as the JSON mapping writes an Any. Without a schema by field
 *  numbers; what is no message is `$octets` in hex. */
export function detailJson({ typeUrl, value }: StatusDetail, schemas: Schemas | undefined): Json {
  const type = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  standard ??= standardDetails();
  const json = standard.json(type, value) ?? schemas?.json(type, value);
  const looks = json ?? describe(value) ?? { $octets: hex(value, 0, value.length) };
  return { "@type": typeUrl, ...(isObject(looks) ? looks : { value: looks }) };
}

const isObject = (json: Json): json is { [name: string]: Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** Made when the first error has details. */
let standard: Schemas | undefined;

function standardDetails(): Schemas {
  const schemas = new Schemas();
  schemas.add(linkProtos([parseProto("google/rpc/error_details.proto", ERROR_DETAILS)]));
  return schemas;
}

const ERROR_DETAILS = `
  syntax = "proto3";
  package google.rpc;
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message RetryInfo { google.protobuf.Duration retry_delay = 1; }
  message DebugInfo { repeated string stack_entries = 1; string detail = 2; }
  message QuotaFailure {
    message Violation {
      string subject = 1; string description = 2; string api_service = 3; string quota_metric = 4; string quota_id = 5;
      map<string, string> quota_dimensions = 6; int64 quota_value = 7; optional int64 future_quota_value = 8;
    }
    repeated Violation violations = 1;
  }
  message PreconditionFailure {
    message Violation { string type = 1; string subject = 2; string description = 3; }
    repeated Violation violations = 1;
  }
  message BadRequest {
    message FieldViolation { string field = 1; string description = 2; string reason = 3; LocalizedMessage localized_message = 4; }
    repeated FieldViolation field_violations = 1;
  }
  message RequestInfo { string request_id = 1; string serving_data = 2; }
  message ResourceInfo { string resource_type = 1; string resource_name = 2; string owner = 3; string description = 4; }
  message Help {
    message Link { string description = 1; string url = 2; }
    repeated Link links = 1;
  }
  message LocalizedMessage { string locale = 1; string message = 2; }
`;
