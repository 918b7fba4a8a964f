// A cut capture holds the connection's packets as they were, and is judged as the whole one.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { cut } from "../../src/cli/commands/cut.ts";
import type { Task } from "../../src/cli/task.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { rules } from "../../src/rules/index.ts";
import { capture, captureName, capturesIn, haveCaptures, readAll } from "../capture/reading.ts";

const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const volo = `${samples}volo-0.9.1-grpc-go-1.85.pcap`;
const folder = mkdtempSync(join(tmpdir(), "h2lint-cut-"));
const target = join(folder, "cut.pcapng");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cutTo = (operands: readonly string[], only: Task["only"], output: string[] = [target]): Promise<number> =>
  // What else an invocation has does not matter here.
  cut({ operands, outputs: output, only, quiet: true, engine: "fast", keys: [], session: "one" } as unknown as Task);

async function findingsIn(captures: readonly string[]): Promise<FindingEvent[]> {
  const found: FindingEvent[] = [];
  for await (const event of analyze(captures)) if (event.kind === "finding") found.push(event);
  return found;
}

const judged = (findings: readonly FindingEvent[]): string[] =>
  findings
    .map(({ rule, severity, certainty, consequent, offender, stream, message, count, fingerprint, reaction }) => {
      const { verdict, confidence, kind, errorCode, delay, streamsKilled } = reaction;
      const answer = [verdict, confidence, kind, errorCode, delay, streamsKilled];
      return JSON.stringify([rule, severity, certainty, consequent, offender, stream, message, count, fingerprint, answer]);
    })
    .sort();

/** Cut out each connection, and the streams with findings: as many of each as `most`. */
/** Quirks of software are told once a run, of its first connection. */
const quirks = new Set(rules.filter(({ meta }) => meta.quirk === true).map(({ id }) => id));
const isOwn = ({ rule }: FindingEvent): boolean => !quirks.has(rule);

async function judgesTheSame(captures: readonly string[], most: number): Promise<number> {
  const findings = (await findingsIn(captures)).filter(isOwn);
  const connections = [...new Set(findings.map(({ connection }) => connection))].slice(0, most);
  let streams = 0;
  for (const connection of connections) {
    const own = findings.filter((finding) => finding.connection === connection);
    await cutTo(captures, { connection });
    expect(judged((await findingsIn([target])).filter(isOwn)), `connection ${connection}`).toEqual(judged(own));
    for (const stream of [...new Set(own.map((finding) => finding.stream))].slice(0, most)) {
      await cutTo(captures, { connection, stream });
      const of = (list: readonly FindingEvent[]) =>
        list
          .filter((finding) => finding.stream === stream)
          .map(({ fingerprint, certainty, consequent, count, reaction: { verdict, kind, errorCode } }) =>
            JSON.stringify([fingerprint, certainty, consequent, count, verdict, kind, errorCode]),
          )
          .sort();
      expect(of((await findingsIn([target])).filter(isOwn)), `stream ${stream} of connection ${connection}`).toEqual(of(own));
      streams++;
    }
  }
  return streams;
}

describe("samples", () => {
  const names = readdirSync(samples).filter((name) => name.endsWith(".pcap"));

  it.each(names)("%s", async (name) => {
    await judgesTheSame([samples + name], 9);
  });

  it("of several at once", async () => {
    expect(
      await judgesTheSame(
        names.map((name) => samples + name),
        9,
      ),
    ).toBeGreaterThan(3);
  });

  it("packets are whole and keep their times; no more than needed is there", async () => {
    const before = await readAll(readFileSync(volo));
    await cutTo([volo], { connection: 1 });
    const whole = await readAll(readFileSync(target));
    const shown = (packets: typeof before.packets) =>
      packets.map(({ time, linkType, octets, wireLength }) => [time, linkType, octets, wireLength]);
    expect(shown(whole.packets)).toEqual(shown(before.packets));
    await cutTo([volo], { connection: 1, stream: 1 });
    const part = await readAll(readFileSync(target));
    expect(part.packets.length).toBeLessThan(before.packets.length);
    // The answer is packet 13, the close of the connection that it goes with packet 17.
    expect(part.packets.length).toBeGreaterThanOrEqual(17);
    expect(shown(part.packets)).toEqual(shown(before.packets).slice(0, part.packets.length));
  });
});

describe("refused", () => {
  it.each<[string, string[], Task["only"], string[], string]>([
    ["no connection", [volo], {}, [target], "cut needs --connection N"],
    ["no output", [volo], { connection: 1 }, [], "cut needs one --output FILE.pcapng"],
    ["two outputs", [volo], { connection: 1 }, [target, target], "cut needs one --output FILE.pcapng"],
    ["a connection that is not there", [volo], { connection: 2 }, [target], "there is no connection 2: the captures have 1"],
    ["other parts", [volo], { connection: 1, port: 1 }, [target], "cut takes --connection and --stream only"],
    ["standard input", ["-"], { connection: 1 }, [target], "cut reads its captures more than once"],
    ["its own capture", [volo], { connection: 1 }, [volo], "is one of the captures"],
    [
      "a folder that is not there",
      [volo],
      { connection: 1 },
      [join(folder, "no/cut.pcapng")],
      "cannot be written (no such folder)",
    ],
  ])("%s", async (_, captures, only, output, message) => {
    await expect(cutTo(captures, only, output)).rejects.toThrow(message);
  });

  it("and the capture is as it was", () => expect(existsSync(volo) && readFileSync(volo).length).toBeGreaterThan(1000));
});

describe.skipIf(!haveCaptures)("recorded traffic", () => {
  // Compressed, in tunnels, in fragments, from several interfaces; and everything with the violation in it.
  const wrapped = capturesIn("wrapped", /^d-viol.*\.(pcap|pcapng)(\.(gz|xz|bz2|zst))?$/).map(captureName);

  it.each(wrapped)("%s", async (name) => {
    await judgesTheSame([capture(name)], 2);
  });

  it("a rotated set", async () => {
    expect(await judgesTheSame(capturesIn("wrapped", /^d-ring\.pcap\d$/), 3)).toBeGreaterThan(0);
  });

  interface Label {
    readonly file: string;
    readonly expect: readonly unknown[];
  }
  const labels = haveCaptures ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]) : [];
  const violations = labels.filter(({ expect: due, file }) => due.length > 0 && existsSync(capture(file)));
  const some = violations.filter((_, index) => index % 12 === 0).map(({ file }) => file);

  it.each(some)("%s", async (name) => {
    await judgesTheSame([capture(name)], 2);
  });

  const keyed = capturesIn("tls", /\.pcapng/);
  let secrets = 0;
  beforeAll(async () => {
    for (const path of keyed.slice(0, 3)) secrets += (await readAll(readFileSync(path))).secrets.length;
  });

  it("keys are not copied", async () => {
    for (const path of keyed.slice(0, 3)) {
      await cutTo([path], { connection: 1 });
      const octets = readFileSync(target);
      expect((await readAll(octets)).secrets).toEqual([]);
      expect(octets.includes("CLIENT_") || octets.includes("SERVER_TRAFFIC")).toBe(false);
    }
    expect(keyed.length === 0 || secrets > 0).toBe(true);
  });
});
