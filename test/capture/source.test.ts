import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSource, type Source, streamSource } from "../../src/capture/source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "h2lint-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function drain(source: Source, room: number): Promise<{ octets: string; reads: number }> {
  let octets = "";
  const into = new Uint8Array(room);
  for (let reads = 1; ; reads++) {
    const length = await source.read(into);
    if (length === 0) {
      await source.close();
      return { octets, reads };
    }
    octets += Buffer.from(into.subarray(0, length)).toString("latin1");
  }
}

describe("a file", () => {
  test("is read to its end, as much at a time as there is room for", async () => {
    const path = join(folder, "letters");
    writeFileSync(path, "abcdefghij");
    expect(await drain(fileSource(path), 4)).toEqual({ octets: "abcdefghij", reads: 4 });
  });

  test.skipIf(process.platform === "win32")("may be a FIFO", async () => {
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    const written = writeFile(path, "abcdefghij");
    expect((await drain(fileSource(path), 100)).octets).toBe("abcdefghij");
    await written;
  });

  test.each([
    ["that is not there", "nowhere", "not-found", "no such file"],
    ["below a file", "plain/below", "not-found", "no such file (a part of the path is not a directory)"],
    ["that is a directory", ".", "unreadable", "is a directory"],
    ["with too long a name", "x".repeat(300), "unreadable", "the name is too long"],
  ])("%s is reported with its name", async (_, name, code, reason) => {
    writeFileSync(join(folder, "plain"), "");
    const path = join(folder, name);
    const source = fileSource(path);
    await expect(source.read(new Uint8Array(1))).rejects.toMatchObject({
      name: "H2lintError",
      code,
      message: `${path}: ${reason}`,
    });
    await source.close();
  });
});

describe("a stream", () => {
  test("gives chunks of any size, empty ones too, piece by piece", async () => {
    const chunks = ["abc", "", "defgh", "ij"].map((text) => Buffer.from(text));
    expect(await drain(streamSource("x", Readable.from(chunks)), 4)).toEqual({ octets: "abcdefghij", reads: 5 });
  });

  test("that fails is unreadable", async () => {
    const source = streamSource(
      "standard input",
      Readable.from(
        (async function* () {
          yield Buffer.from("a");
          throw new Error("gone");
        })(),
      ),
    );
    await source.read(new Uint8Array(9));
    await expect(source.read(new Uint8Array(9))).rejects.toMatchObject({ code: "unreadable", message: "standard input: gone" });
  });
});
