// The methods that damaged captures of gRPC still show, beside those that tshark shows of the same files: how many it names right, wrong and not
// at all. What h2lint calls exact is never wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { capture, haveCaptures } from "../capture/reading.ts";
import { type Damage, damaged, everyDamage } from "../certainty/damage.ts";
import { type Seen, see } from "../certainty/seeing.ts";
import { seed } from "../fuzzing.ts";
import { bordersOf } from "../labelled.ts";
import { tsharkFrames, tsharkVersion } from "./tshark.ts";

interface Label {
  readonly file: string;
  readonly ports: readonly number[];
  readonly expect: readonly unknown[];
}

const labels: readonly Label[] = !haveCaptures
  ? []
  : (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(
      ({ file, expect }) => /^grpc\/.*\.pcap$/.test(file) && expect.length === 0,
    );

class Sum {
  right = 0;
  wrong = 0;
  unknown = 0;

  add(said: string | undefined, path: string): void {
    if (said === undefined) this.unknown++;
    else if (said === path) this.right++;
    else this.wrong++;
  }
}

const PATH = ":path: ";
// Of the block's key: packet, address, stream.
const placeOf = (key: string): string => {
  const [packet, , stream] = key.split(" ");
  return `${packet} ${stream}`;
};

/** The :path of each request, by packet and stream; undefined where it is not known. */
function pathsOf({ blocks }: Seen): Map<string, { readonly certainty: string; readonly path: string | undefined }> {
  const paths = new Map<string, { readonly certainty: string; readonly path: string | undefined }>();
  for (const [key, { fields }] of blocks) {
    const said = fields.find(({ value }) => value.startsWith(PATH));
    if (said !== undefined) paths.set(placeOf(key), { certainty: said.certainty, path: said.value.slice(PATH.length) });
  }
  return paths;
}

async function sharkPaths(file: string, ports: readonly number[], numbers: readonly number[]): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const { packet, streamId, headers = [] } of await tsharkFrames(file, ports)) {
    const named = headers.map((pair) => pair.map((octets) => Buffer.from(octets, "hex").toString("latin1")));
    const path = named.find(([name]) => name === ":path")?.[1];
    if (path !== undefined && path !== "<unknown>") paths.set(`${numbers[packet - 1]} ${streamId}`, path);
  }
  return paths;
}

const isTried = ({ kind, name }: Damage): boolean => kind === "parts" || (kind === "percent" && name.startsWith("5 %"));

describe.skipIf(!haveCaptures || tsharkVersion() === undefined)("methods in damaged captures", () => {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-certainty-"));
  const sums = { exact: new Sum(), inferred: new Sum(), tshark: new Sum() };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    const text = ({ right, wrong, unknown }: Sum) => `${right} right, ${wrong} wrong, ${unknown} not known`;
    const { exact, inferred, tshark } = sums;
    console.log(`methods, h2lint: exact ${text(exact)}; of these inferred ${text(inferred)}\nmethods, tshark: ${text(tshark)}`);
  });

  it.each(labels)("$file", { timeout: 300_000 }, async ({ file, ports }) => {
    const whole = readFileSync(capture(file));
    const packets = bordersOf(whole).length - 1;
    const exact = new Sum();
    const truth = pathsOf(
      await see(
        whole,
        Array.from({ length: packets }, (_, i) => i + 1),
        [],
      ),
    );
    expect(truth.size).toBeGreaterThan(0);
    for (const damage of everyDamage(packets, seed).filter(isTried)) {
      const { bytes, numbers } = damaged(whole, damage);
      const path = join(folder, "damaged.pcap");
      writeFileSync(path, bytes);
      const ours = pathsOf(await see(bytes, numbers, []));
      const theirs = await sharkPaths(path, ports, numbers);
      const left = new Set(numbers);
      for (const [place, { path: method }] of truth) {
        if (method === undefined || !left.has(Number(place.split(" ")[0]))) continue;
        const said = ours.get(place);
        const isExact = said?.certainty === "exact";
        sums.exact.add(isExact ? said.path : undefined, method);
        if (isExact) exact.add(said.path, method);
        if (!isExact) sums.inferred.add(said?.path, method);
        sums.tshark.add(theirs.get(place), method);
      }
    }
    expect(exact.wrong).toBe(0);
  });

  it("are still shown by both", () => {
    expect(sums.exact.right).toBeGreaterThan(50);
    expect(sums.tshark.right).toBeGreaterThan(50);
  });

  it("are right as often as those of tshark, and what is inferred is hardly ever wrong", () => {
    const { exact, inferred, tshark } = sums;
    expect(exact.right + inferred.right).toBeGreaterThanOrEqual(tshark.right);
    expect(inferred.wrong).toBeLessThanOrEqual(0.01 * (inferred.right + inferred.wrong));
  });
});
