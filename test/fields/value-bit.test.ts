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
  [":method", "POST", "method"],
  [":method", "GET", "method", "methodOther"],
  [":method", "post", "method", "methodOther"],
  [":method", "M-SEARCH", "method", "methodOther"],
  [":method", "", "method", "methodOther", "methodOdd"],
  [":method", "GET /", "method", "methodOther", "methodOdd"],
  [":method", "CONNECT", "method", "methodOther", "methodConnect"],
  [":scheme", "http", "schemeHttp"],
  [":scheme", "HTTP", "schemeHttp"],
  [":scheme", "https", "schemeHttps"],
  [":scheme", "Https", "schemeHttps"],
  [":scheme", "httpss"],
  [":scheme", "xhttp"],
  [":authority", "a.example", "authority"],
  [":authority", "", "authority", "authorityOdd"],
  [":authority", "a@b", "authority", "authorityOdd"],
  [":path", "/helloworld.Greeter/SayHello", "path"],
  [":path", "/a/b", "path"],
  [":path", "/prefix/helloworld.Greeter/SayHello", "path", "pathOther"],
  [":path", "/", "path", "pathOther"],
  [":path", "/a/b?c", "path", "pathOther"],
  [":path", "*", "path", "pathOdd", "pathOther"],
  [":path", "", "path", "pathOdd", "pathOther"],
  [":status", "200", "status"],
  [":status", "204", "status", "statusOther"],
  [":status", "100", "status", "statusOther"],
  [":status", "599", "status", "statusOther"],
  [":status", "600", "status", "statusOdd", "statusOther"],
  [":status", "099", "status", "statusOdd", "statusOther"],
  [":status", "2000", "status", "statusOdd", "statusOther"],
  [":protocol", "websocket", "protocol"],
  ["content-length", "10"],
  ["content-length", " 10", "contentLengthOdd"],
  ["content-length", "1,1", "contentLengthOdd"],
  ["content-length", "", "contentLengthOdd"],
  ["host", "a@b"],
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
    expect(named(new Field(fieldName(":method"), "", FieldBit.valueUnknown).valueBits)).toEqual(["method"]);
  });
});
