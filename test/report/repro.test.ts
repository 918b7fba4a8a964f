// Commands, run by a real shell: what reaches the program must be what was captured, and nothing else may run.
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { defaultLimits } from "../../src/limits.ts";
import { MessageKeeper } from "../../src/report/messages.ts";
import { quote, reproCommand } from "../../src/report/repro.ts";
import { RequestKeeper } from "../../src/report/request-keeper.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, type Story, written } from "../../src/testing.ts";
import { field, serviceFile } from "../grpc/descriptors.ts";

const end = { endStream: true } as const;
const chooser = { connection: () => true, exchange: (stream: number) => stream === 1 };
const framed = "\0\0\0\0\x03\x0a\x01x";

function commandOf(story: Story, { secrets = false, schema = false } = {}): string {
  const schemas = new Schemas();
  if (schema) schemas.add(field(1, serviceFile()));
  const messages = new MessageKeeper(chooser, defaultLimits);
  const keeper = new RequestKeeper(chooser, messages, defaultLimits);
  playModel(written(story).segments, [new CallReader([messages], defaultLimits), keeper], defaultLimits, () => {});
  const request = keeper.request(schemas);
  return reproCommand(request!, { showSecrets: secrets, schemaArguments: (file) => ["-proto", quote(file)] });
}

/** The arguments that the program is given and its input, one character per octet. */
function runBy(command: string): { readonly program: string; readonly words: string[]; readonly input: string } {
  // Instead of the programs, functions that tell their arguments.
  const tell = (name: string) => `${name}() { printf '%s\\0' ${name} "$@"; }\n`;
  const piped = command.includes("printf '") && command.includes("| curl");
  const told = spawnSync("sh", ["-c", `${tell("curl")}${tell("grpcurl")}${command}`], { input: "", encoding: "latin1" });
  expect(told.stderr).toBe("");
  const [program = "", ...words] = told.stdout.split("\0").slice(0, -1);
  const input = piped ? spawnSync("sh", ["-c", `curl() { cat; }\n${command}`], { encoding: "latin1" }).stdout : "";
  return { program, words, input };
}

const headersOf = (words: readonly string[], option: string): string[] => words.filter((_, i) => words[i - 1] === option);

describe("a call whose schema is known", () => {
  it("is a grpcurl command", () => {
    const fields = { ...grpcRequest, ":path": "/p.S/M", "grpc-timeout": "1500m", "x-trace": "it's", "user-agent": "me" };
    const { program, words } = runBy(
      commandOf((s) => s.client.headers(1, { fields }).data(1, framed).data(1, framed, end), { schema: true }),
    );
    expect(program).toBe("grpcurl");
    expect(words).toEqual([
      ...["-plaintext", "-authority", "h2.test", "-max-time", "1.5", "-user-agent", "me", "-proto", "p.proto"],
      ...["-H", "x-trace: it's", "-d", '{"a":"x"} {"a":"x"}', "192.0.2.2:80", "p.S/M"],
    ]);
  });

  it("has JSON that a shell and a terminal leave alone", () => {
    const text = "'$(touch x)`\"\\\n\u202e\u001b é";
    const octets = Buffer.from(text);
    const message = Buffer.concat([Buffer.of(0, 0, 0, 0, octets.length + 2, 0x0a, octets.length), octets]).toString("latin1");
    const command = commandOf(
      (s) => s.client.headers(1, { fields: { ...grpcRequest, ":path": "/p.S/M" } }).data(1, message, end),
      { schema: true },
    );
    expect(command).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(headersOf(runBy(command).words, "-d")[0]!)).toEqual({ a: text });
  });
});

describe("a call without a schema", () => {
  it("is a curl command that is given its bytes", () => {
    const { program, words, input } = runBy(
      commandOf((s) => s.client.headers(1, { fields: grpcRequest }).data(1, framed).data(1, "\0\0\0\0\x04%'\\\xff", end)),
    );
    expect(program).toBe("curl");
    expect(input).toBe(`${framed}\0\0\0\0\x04%'\\\xff`);
    expect(words).toContain("--data-binary");
    expect(words.at(-1)).toBe("http://192.0.2.2:80/a.B/C");
    expect(headersOf(words, "--header")).toEqual(
      expect.arrayContaining(["host: h2.test", "te: trailers", "content-type: application/grpc"]),
    );
  });

  it("says where messages are missing", () => {
    const command = commandOf((s) =>
      s.client
        .headers(1, { fields: grpcRequest })
        .data(1, framed)
        .lost((c) => c.data(1, framed))
        .data(1, framed, end),
    );
    expect(command).toMatch(/^# the content is cut/m);
  });
});

describe("plain HTTP", () => {
  it("is a curl command", () => {
    const fields = { ":method": "GET", ":scheme": "http", ":authority": "h", ":path": "/a?b=[1]&c={d}#e f" };
    const { words } = runBy(commandOf((s) => s.client.headers(1, { ...end, fields })));
    expect(words).toEqual([
      ...["--http2-prior-knowledge", "--globoff", "--path-as-is", "--header", "host: h", "--header", "accept:"],
      ...["--header", "user-agent:", "http://192.0.2.2:80/a?b=[1]&c={d}%23e%20f"],
    ]);
  });

  it("with content and a method", () => {
    const fields = { ":method": "PUT", ":scheme": "http", ":authority": "h", ":path": "/", "content-length": "3", "x-empty": "" };
    const { words, input } = runBy(commandOf((s) => s.client.headers(1, { fields }).data(1, "-a\0", end)));
    expect(input).toBe("-a\0");
    expect(words).toEqual(expect.arrayContaining(["--request", "PUT", "x-empty;", "content-type:"]));
    expect(words.join(" ")).not.toContain("content-length");
  });
});

describe("credentials", () => {
  const story: Story = (s) =>
    s.client.headers(1, {
      ...end,
      fields: { ...grpcRequest, authorization: "Bearer abc", cookie: "k=v", "x-token-bin": "AAAA", "x-id": "7" },
    });
  it("are masked", () => {
    const command = commandOf(story);
    expect(command).not.toMatch(/Bearer|k=v|AAAA/);
    expect(command).toMatch(/^# masked: authorization, cookie, x-token-bin; --show-secrets prints them$/m);
    expect(command).toContain("x-id: 7");
  });
  it("are shown to who asks", () => expect(commandOf(story, { secrets: true })).toContain("Bearer abc"));
});

describe("hostile values", () => {
  const values = [
    "$(echo boom)",
    "`echo boom`",
    "'; echo boom; '",
    '"; echo boom; "',
    "\\",
    "a\\'b",
    "!boom",
    "~",
    "*",
    "-o/tmp/x",
    "%s%n",
    "\x1b[31m",
    "\xff\xfe",
    "\u0085",
    " a ",
    "&& echo boom",
    "\x01\t\x7f",
  ];

  it.each(values)("%j reach the program as they are", (value) => {
    const { words } = runBy(commandOf((s) => s.client.headers(1, { ...end, fields: { ...grpcRequest, "x-h": value } })));
    expect(headersOf(words, "--header")).toContain(`x-h: ${value}`);
  });

  it.each(values)("%j in the path, method and authority start nothing", (value) => {
    const fields = { ...grpcRequest, ":path": `/${value}`, ":method": value, ":authority": value };
    const command = commandOf((s) => s.client.headers(1, { ...end, fields }));
    expect(command).toMatch(/^[\n -~]*$/);
    const { words } = runBy(command);
    expect(words.at(-1)).toMatch(/^http:\/\/192\.0\.2\.2:80\//);
    expect(words.filter((word) => word.startsWith("-o"))).toEqual([]);
  });

  it.each(["a\r\nevil: 1", "a\nb", "a\0b"])("%j cannot be sent, and are named", (value) => {
    const command = commandOf((s) => s.client.headers(1, { ...end, fields: { ...grpcRequest, "x-h": value } }));
    expect(command).toMatch(/^# left out: x-h, whose value has NUL, CR or LF$/m);
    expect(runBy(command).words.join(" ")).not.toContain("x-h");
  });

  it.each(["@/etc/passwd", "a b", "a\nb", "x\x1b"])("the name %j is no field name", (name) => {
    const command = commandOf((s) => s.client.headers(1, { ...end, fields: { ...grpcRequest, [name]: "v" } }));
    expect(command).toMatch(/^# left out: the field /m);
    expect(runBy(command).words.join(" ")).not.toContain("passwd");
  });
});
