import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadSchemas } from "../../src/cli/protos.ts";
import { H2lintError } from "../../src/error.ts";
import { field, serviceFile } from "../grpc/descriptors.ts";

const root = mkdtempSync(join(tmpdir(), "h2lint-protos-"));
afterAll(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

write({
  "good/a/service.proto":
    'syntax = "proto3"; package a; import "a/types.proto"; import "google/protobuf/empty.proto"; import "google/api/annotations.proto";\nservice S { rpc M(T) returns (google.protobuf.Empty); }',
  "good/a/types.proto": 'syntax = "proto3"; package a; message T { string x = 1; }',
  "set.bin": field(1, serviceFile()),
  "same/one/x.proto": 'syntax = "proto3"; package one; message T {} service S { rpc M(T) returns (T); }',
  "same/two/x.proto": 'syntax = "proto3"; package two; message T {} service S { rpc M(T) returns (T); }',
  "bad/syntax.proto": 'syntax = "proto3";\nmessage T {\n  string x = ;\n}',
  "bad/missing.proto": 'syntax = "proto3"; import "not/there.proto"; message T { gone.U u = 1; }',
  "bad/noise.pb": Buffer.from("00ff00ff", "hex"),
  "bad/number.proto": 'syntax = "proto3"; message T { string a = 1; string b = 1; }',
  "empty/readme.txt": "",
});

const at = (name: string): string => join(root, name);

describe("schemas", () => {
  it.each([
    ["a folder", ["good"]],
    ["a file, whose imports begin above it", ["good/a/service.proto"]],
    ["files that import each other, the imported one first", ["good/a/types.proto", "good/a/service.proto"]],
    ["the same file twice", ["good/a/service.proto", "good"]],
  ])("of %s", (_, paths) => {
    const schemas = loadSchemas(paths.map(at));
    expect(schemas.method("/a.S/M", "")?.typeName("client")).toBe("a.T");
    expect(schemas.method("/a.S/M", "")?.typeName("server")).toBe("google.protobuf.Empty");
  });

  it("of a descriptor set, by its content", () =>
    expect(loadSchemas([at("set.bin")]).method("/p.S/M", "")?.kind).toBe("server-streaming"));

  it("of files with one name in two folders", () => {
    const schemas = loadSchemas([at("same/one/x.proto"), at("same/two/x.proto")]);
    expect(schemas.method("/one.S/M", "")?.kind).toBe("unary");
    expect(schemas.method("/two.S/M", "")?.kind).toBe("unary");
  });

  it("of nothing", () => expect(loadSchemas([]).empty).toBe(true));
});

describe("what is no schema is named in one line", () => {
  it.each([
    ["nowhere.proto", /nowhere\.proto: no such file/],
    ["bad/syntax.proto", /bad\/syntax\.proto: .*line 3/],
    ["bad/missing.proto", /missing\.proto: the type "gone\.U" is not known \(not found: import "not\/there\.proto"\)/],
    ["bad/noise.pb", /bad\/noise\.pb: /],
    ["bad/number.proto", /bad\/number\.proto: duplicate id 1/],
    ["empty", /empty: there is no \.proto file/],
  ])("%s", (name, message) => {
    let error: unknown;
    try {
      loadSchemas([at(name)]);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(H2lintError);
    expect((error as H2lintError).message).toMatch(message);
    expect((error as H2lintError).message).not.toContain("\n");
  });
});
