// Nothing is half written or lost: a full disk, a device that takes nothing, a pipe that nobody reads, a run that fails on its way.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeAll } from "../../src/cli/output-file.ts";
import { build, good, type Program, volo } from "./program.ts";

let program: Program;
beforeAll(async () => {
  program = await build();
}, 120_000);
afterAll(() => program.remove());

const file = (name: string): string => join(program.folder, name);
const shell = (command: string) => {
  const h2lint = `"${process.execPath}" "${file("dist/cli/main.js")}"`;
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command.replaceAll("h2lint", h2lint)], {
    cwd: program.folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};
const oneLine = /^h2lint: [^\n]+\n$/;
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".tmp"));

describe.skipIf(!existsSync("/dev/full"))("a device that takes nothing", () => {
  it.each([
    ...["table", "json", "ndjson", "sarif", "junit", "markdown", "html", "gitlab"].map((format) => `h2lint ${volo} -f ${format}`),
    ...[`h2lint calls ${volo}`, `h2lint frames ${volo} -f ndjson`, `h2lint timeline ${volo}`, `h2lint info ${volo}`],
    ...["h2lint rules", "h2lint --help", "h2lint --version", "h2lint explain grpc/request-trailers", `h2lint why ${volo}`],
  ])("%s", (command) => {
    const { status, stderr } = shell(`${command} > /dev/full`);
    expect(stderr).toMatch(/^h2lint: standard output: cannot be written [^\n]*(no space left|ENOSPC)[^\n]*\n$/);
    expect(status).toBe(2);
  });

  it("as an output", () => {
    const { status, stderr } = shell(`h2lint ${volo} -o html=/dev/full`);
    expect(stderr).toMatch(/^h2lint: \/dev\/full: cannot be written \(no space left on the device\)\n$/);
    expect(status).toBe(2);
  });

  it("does not lose what goes elsewhere", () => {
    const { status, stderr } = shell(`h2lint ${volo} -f json -o kept.json > /dev/full`);
    expect([status, stderr]).toEqual([2, expect.stringMatching(oneLine)]);
    expect(JSON.parse(readFileSync(file("kept.json"), "utf8"))).toMatchObject({ schema: "h2lint-report/1" });
  });
});

describe("a pipe that nobody reads", () => {
  it.each(["ndjson", "json", "table"])("%s", (format) => {
    expect(shell(`h2lint samples -f ${format} --fail-on never | head -1`)).toMatchObject({ status: 0, stderr: "" });
  });

  it("does not lose what goes elsewhere", () => {
    const { stderr } = shell("h2lint samples -f json --fail-on never -o piped.json | head -c 1");
    expect(stderr).toBe("");
    expect(JSON.parse(readFileSync(file("piped.json"), "utf8"))).toMatchObject({ schema: "h2lint-report/1" });
  });
});

describe("a file that was there", () => {
  const before = "of yesterday\n";
  const keep = (name: string) => {
    writeFileSync(file(name), before);
    return name;
  };

  it("stays where a capture cannot be read", () => {
    const name = keep("keep.json");
    expect(shell(`h2lint ${good} picture.pcap -o ${name}`).status).toBe(2);
    expect(readFileSync(file(name), "utf8")).toBe(before);
    expect(leftovers(program.folder)).toEqual([]);
  });

  // A limit on the size of files stands for a disk that fills up: both end a write midway.
  it.each(["json", "sarif", "html", "ndjson", "md", "xml"])("stays where there is no room for the new one: %s", (extension) => {
    const name = keep(`full.${extension}`);
    const { status, stderr } = shell(`trap '' XFSZ; ulimit -f 1; h2lint samples --fail-on never -o ${name} | cat > /dev/null`);
    expect(stderr).toMatch(/^h2lint: full\.\w+: cannot be written \([^\n]+\)\n$/);
    expect(status).toBe(2);
    expect(readFileSync(file(name), "utf8")).toBe(before);
    expect(leftovers(program.folder)).toEqual([]);
  });

  it("stays where cut or the baseline has no room", () => {
    const cut = keep("full.pcapng");
    expect(shell(`trap '' XFSZ; ulimit -f 0; h2lint cut ${volo} --connection 1 -o ${cut}`)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(oneLine) as string,
    });
    expect(readFileSync(file(cut), "utf8")).toBe(before);
    shell(`h2lint ${volo} --baseline known.json --update-baseline`);
    const known = readFileSync(file("known.json"), "utf8");
    const { status, stderr } = shell(
      `trap '' XFSZ; ulimit -f 0; h2lint samples --baseline known.json --update-baseline | cat > /dev/null`,
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^h2lint: known\.json: cannot be written[^\n]+\n$/)]);
    expect(readFileSync(file("known.json"), "utf8")).toBe(known);
  });

  it("keeps its mode, and a link to it stays a link", () => {
    const name = keep("mode.json");
    chmodSync(file(name), 0o640);
    symlinkSync(name, file("link.json"));
    expect(shell(`h2lint ${good} -o link.json`).status).toBe(0);
    expect(lstatSync(file("link.json")).isSymbolicLink()).toBe(true);
    expect(statSync(file(name)).mode & 0o777).toBe(0o640);
    expect(readFileSync(file(name), "utf8")).toContain("h2lint-report/1");
  });
});

it("a short write on standard output is no report", () => {
  const command = `trap '' XFSZ; ulimit -f 1; h2lint samples -f json --fail-on never > short.json`;
  const { status, stderr } = shell(command);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^h2lint: standard output: cannot be written[^\n]+\n$/)]);
});

it("what is taken in pieces is written whole, and what is not taken at all is a failure", () => {
  const taken: number[] = [];
  const stingy = (_: number, octets: Uint8Array, at: number): number => {
    taken.push(octets[at]!);
    return 1;
  };
  writeAll(1, Uint8Array.of(1, 2, 3), stingy as never);
  expect(taken).toEqual([1, 2, 3]);
  expect(() => writeAll(1, Uint8Array.of(1), (() => 0) as never)).toThrow();
});

it("a folder that is read-only is said to be", () => {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-sealed-"));
  mkdirSync(join(folder, "inner"));
  const { status, stderr } = program.h2lint([good, "-o", join(folder, "inner/none/r.json")]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/r\.json: cannot be written \(no such folder\)/)]);
  rmSync(folder, { recursive: true });
});
