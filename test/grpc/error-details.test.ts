// The standard messages of google/rpc/error_details.proto, written by hand from their field numbers.
import { describe, expect, it } from "vitest";
import { detailJson } from "../../src/grpc/error-details.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { field, serviceFile } from "./descriptors.ts";

const text = (number: number, value: string): Uint8Array => field(number, Buffer.from(value));
const message = (...fields: readonly Uint8Array[]): Buffer => Buffer.concat(fields);
const rpc = (name: string): string => `type.googleapis.com/google.rpc.${name}`;
const read = (typeUrl: string, value: Uint8Array, schemas?: Schemas) => detailJson({ typeUrl, value }, schemas);

const violation = message(text(1, "s"), text(2, "d"));

describe("details of an error", () => {
  it.each<[string, Uint8Array, object]>([
    [
      "ErrorInfo",
      message(text(1, "STOCKOUT"), text(2, "a.example"), field(3, message(text(1, "k"), text(2, "v")))),
      { reason: "STOCKOUT", domain: "a.example", metadata: { k: "v" } },
    ],
    // Duration: seconds 1, nanos 2.
    ["RetryInfo", field(1, Uint8Array.of(0x08, 1, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01)), { retryDelay: "1.500s" }],
    ["DebugInfo", message(text(1, "a"), text(1, "b"), text(2, "d")), { stackEntries: ["a", "b"], detail: "d" }],
    ["QuotaFailure", field(1, violation), { violations: [{ subject: "s", description: "d" }] }],
    [
      "QuotaFailure",
      field(
        1,
        message(
          text(3, "a"),
          text(4, "m"),
          text(5, "i"),
          field(6, message(text(1, "k"), text(2, "v"))),
          Buffer.of(0x38, 5, 0x40, 6),
        ),
      ),
      {
        violations: [
          {
            apiService: "a",
            quotaMetric: "m",
            quotaId: "i",
            quotaDimensions: { k: "v" },
            quotaValue: "5",
            futureQuotaValue: "6",
          },
        ],
      },
    ],
    [
      "PreconditionFailure",
      field(1, message(text(1, "TOS"), text(2, "s"), text(3, "d"))),
      { violations: [{ type: "TOS", subject: "s", description: "d" }] },
    ],
    [
      "BadRequest",
      field(1, message(text(1, "a.b"), text(2, "d"), text(3, "R"), field(4, message(text(1, "en"), text(2, "m"))))),
      { fieldViolations: [{ field: "a.b", description: "d", reason: "R", localizedMessage: { locale: "en", message: "m" } }] },
    ],
    ["RequestInfo", message(text(1, "id"), text(2, "data")), { requestId: "id", servingData: "data" }],
    [
      "ResourceInfo",
      message(text(1, "t"), text(2, "n"), text(3, "o"), text(4, "d")),
      { resourceType: "t", resourceName: "n", owner: "o", description: "d" },
    ],
    [
      "Help",
      field(1, message(text(1, "d"), text(2, "https://h.example"))),
      { links: [{ description: "d", url: "https://h.example" }] },
    ],
    ["LocalizedMessage", message(text(1, "de"), text(2, "größe")), { locale: "de", message: "größe" }],
    ["Status", message(Buffer.of(8, 5), text(2, "m")), { code: 5, message: "m" }],
  ])("%s", (name, value, json) => expect(read(rpc(name), value)).toEqual({ "@type": rpc(name), ...json }));

  it("of a well-known type with a form of its own has a value", () => {
    const url = "type.googleapis.com/google.protobuf.Duration";
    expect(read(url, Uint8Array.of(0x08, 2))).toEqual({ "@type": url, value: "2s" });
  });

  it("of a type that a schema has", () => {
    const schemas = new Schemas();
    schemas.add(field(1, serviceFile()));
    expect(read("x/p.In", text(1, "y"), schemas)).toEqual({ "@type": "x/p.In", a: "y" });
    expect(read("x/p.In", text(1, "y"))).toEqual({ "@type": "x/p.In", 1: "y" });
  });

  it("that do not fit, or are no message, are shown as they look", () => {
    expect(read(rpc("ErrorInfo"), Uint8Array.of(8, 1))).toEqual({ "@type": rpc("ErrorInfo"), 1: 1 });
    expect(read("", Uint8Array.of(0xff))).toEqual({ "@type": "", $octets: "ff" });
    expect(read("no/such.Type", new Uint8Array(0))).toEqual({ "@type": "no/such.Type" });
  });
});
