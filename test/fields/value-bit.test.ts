import { describe, expect, it } from "vitest";
import { Field, FieldBit, field, fieldName } from "../../src/fields/field.ts";
import { ValueBit } from "../../src/fields/value-bit.ts";

const named = (bits: number): string[] =>
  Object.entries(ValueBit)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .sort();

// gRPC over HTTP2, Requests and Responses; RFC 9110 8.3.1 (types without regard to case), 10.1.4 (TE).
const cases: [name: string, value: string, ...bits: string[]][] = [
  [":method", "POST"],
  [":method", "GET", "methodOther"],
  [":method", "post", "methodOther"],
  [":authority", "a.example", "authority"],
  [":path", "/helloworld.Greeter/SayHello"],
  [":path", "/a/b"],
  [":path", "/prefix/helloworld.Greeter/SayHello", "pathOther"],
  [":path", "/", "pathOther"],
  [":path", "/a/b?c", "pathOther"],
  [":path", "*", "pathOther"],
  [":status", "200"],
  [":status", "204", "statusOther"],
  ["te", "trailers", "teTrailers"],
  ["te", "gzip, Trailers;q=0.5", "teOther", "teTrailers"],
  ["te", "gzip", "teOther"],
  ["te", "nontrailers", "teOther"],
  ["content-type", "application/grpc", "grpcType"],
  ["content-type", "Application/gRPC+proto", "grpcType"],
  ["content-type", "application/grpc ;charset=x", "grpcType"],
  ["content-type", "application/grpc-web+proto", "grpcWebType"],
  ["content-type", "application/grpcx", "grpcLikeType"],
  ["content-type", "application/triple+wrapper", "tripleType"],
  ["content-type", "application/triple+wrappers"],
  ["content-type", "application/json"],
  ["grpc-status", "0", "grpcField", "grpcStatus"],
  ["grpc-status", "00", "grpcField", "grpcStatus", "grpcStatusNotOk"],
  ["grpc-status", "13", "grpcField", "grpcStatus", "grpcStatusNotOk"],
  ["grpc-message", "", "grpcField", "grpcMessageField"],
  ["grpc-message", "plain text", "grpcField", "grpcMessage", "grpcMessageField"],
  ["grpc-message", "50%25", "grpcField", "grpcMessage", "grpcMessageEncoded", "grpcMessageField"],
  ["grpc-message", "\xe9", "grpcField", "grpcMessage", "grpcMessageEncoded", "grpcMessageField"],
  ["grpc-timeout", "100m", "grpcField"],
  ["grpc-timeout", "12345678n", "grpcField"],
  ["grpc-timeout", "0S", "grpcField", "grpcTimeoutOdd"],
  ["grpc-timeout", "123456789n", "grpcField", "grpcTimeoutOdd"],
  ["grpc-timeout", "1s", "grpcField", "grpcTimeoutOdd"],
  ["grpc-encoding", "gzip", "grpcEncoding", "grpcField"],
  ["grpc-accept-encoding", "gzip", "grpcEncoding", "grpcField"],
  ["grpc-status-details-bin", "AA", "grpcDetails", "grpcField"],
  ["grpc-previous-rpc-attempts", "1", "grpcField"],
  ["grpc-own", "x", "grpcField", "grpcReserved"],
  ["grpc-metadata-x", "y", "grpcReserved"],
  ["x-grpc-status", "0"],
];

describe("bits of values", () => {
  it.each(cases)("%s: %s", (name, value, ...bits) => {
    expect(named(field(fieldName(name), value).valueBits)).toEqual(bits.sort());
  });

  it("of a value that is not known has only those of the name", () => {
    expect(named(new Field(fieldName("grpc-status"), "", FieldBit.valueUnknown).valueBits)).toEqual(["grpcField", "grpcStatus"]);
    expect(named(new Field(fieldName(":method"), "", FieldBit.valueUnknown).valueBits)).toEqual([]);
  });
});
