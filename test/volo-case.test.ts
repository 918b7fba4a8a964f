// docs/volo-case.md: the case that h2lint was born from, told from what somebody may have of it. Made by running the commands:
// `npm run docs`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parse } from "../src/cli/options.ts";
import { run } from "../src/cli/run.ts";
import { stdout } from "../src/cli/standard-output.ts";
import { wrap } from "../src/report/style.ts";

const page = new URL("../docs/volo-case.md", import.meta.url);
const update = process.env["UPDATE_DOCS"] !== undefined;

const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
const silent = "samples/volo-0.9.1-grpc-go-1.51.pcap";
const recorded = "samples/h2-trailers-grpc-go-1.85";
const client = `${recorded}.client.log`;
const server = `${recorded}.server.log`;

interface Chapter {
  readonly title: string;
  readonly about: string;
  readonly commands: readonly (readonly string[])[];
  /** Left out where they are not in the checkout. */
  readonly needs?: readonly string[];
}

const CHAPTERS: readonly Chapter[] = [
  {
    title: "(a) The capture alone",
    about:
      "Everything that was sent is known, so the fault is proven and its answer is certain. What the server's handler did is not on the wire: whether it ran is not known.",
    commands: [
      ["check", volo],
      ["why", volo],
      ["why", volo, "--text", "h2 protocol error: http2 error"],
      ["compare", volo, "samples/grpcurl-grpc-go-1.85.pcap"],
      ["compare", volo, "samples/volo-0.12.2-grpc-go-1.85.pcap"],
    ],
  },
  {
    title: "(a) The same against a server that says nothing",
    about:
      "grpc-go before 1.63 closes without GOAWAY. The fault is as proven as before; that the close answers it is likely, not certain.",
    commands: [
      ["check", silent],
      ["why", silent, "--text", "connection closed because of a broken pipe"],
    ],
  },
  {
    title: "(b) The capture and both logs",
    about:
      "A client on the same library, recorded with the logs of both ends: their lines stand with the frames that they tell of.",
    commands: [
      ["check", `${recorded}.pcap`, "--log", `client=${client}`, "--log", `server=${server}`],
      ["why", `${recorded}.pcap`, "--log", `client=${client}`, "--log", `server=${server}`],
    ],
    needs: [`${recorded}.pcap`, client, server],
  },
  {
    title: "(c) The client's log alone",
    about: "Rust h2 at debug level logs frames, but not what is in them: what it does not show is not proven.",
    commands: [
      ["check", "--log", client],
      ["why", "--log", client],
    ],
    needs: [client],
  },
  {
    title: "(d) The server's log alone",
    about: "grpc-go logs its own words for the fault, and no frame: the rule that they name is a suspicion.",
    commands: [
      ["check", "--log", server],
      ["why", "--log", server],
    ],
    needs: [server],
  },
];

const HEAD = `# The Volo case

A Rust client on volo-grpc 0.9.1 calls a Go server. The client sees \`h2 protocol error: http2 error\`, or
\`connection closed because of a broken pipe\`; the server logs \`received an illegal stream id: 1\`; a handler may see
\`context canceled\`. None of them names the cause: the client ends each request with a trailer section, \`grpc-status: 0\`, which in gRPC
belongs to responses. For grpc-go, any second HEADERS of a stream opens the stream a second time.

What follows was printed by the commands shown, made by \`npm run docs\` and checked by the test suite. Each chapter says what its input can
prove, and no more.
`;

let written = "";
beforeAll(() => {
  vi.stubEnv("COLUMNS", "80");
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("FORCE_COLOR", undefined);
  // Not `process.stdout`: where the suite's output goes to a file, that is written past it.
  vi.spyOn(stdout, "write").mockImplementation((piece) => {
    written += piece;
  });
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function transcript(args: readonly string[]): Promise<string> {
  written = "";
  const invocation = await parse([...args, "--no-color"]);
  const status = await run(invocation!);
  const words = args.map((word) => (/^[\w./=-]+$/.test(word) ? word : `"${word}"`));
  return `\`\`\`console\n$ h2lint ${words.join(" ")}\n${written.trimEnd()}\n\`\`\`\n${status === 0 ? "" : `\nExit status ${status}.\n`}`;
}

async function pageText(): Promise<string> {
  const parts = [HEAD];
  for (const { title, about, commands, needs = [] } of CHAPTERS) {
    if (!needs.every((file) => existsSync(file))) continue;
    parts.push(`## ${title}\n\n${wrap(about, 140).join("\n")}\n`);
    for (const command of commands) parts.push(await transcript(command));
  }
  return parts.join("\n");
}

it("docs/volo-case.md is what the commands print (npm run docs)", async () => {
  const text = await pageText();
  if (update) writeFileSync(page, text);
  expect(readFileSync(page, "utf8")).toBe(text);
});

it("README.md shows what the command prints", async () => {
  const shown = /```text\n(x error [^`]*)```/.exec(readFileSync("README.md", "utf8"))?.[1];
  expect(shown).toBeDefined();
  expect(await transcript(["check", volo])).toContain(shown!.trimEnd());
});

it("tells the cause first, wherever it is told", async () => {
  const text = await pageText();
  const chapters = text.split(/^## /m).slice(1);
  expect(chapters.length).toBeGreaterThanOrEqual(2);
  for (const chapter of chapters) expect(chapter).toMatch(/grpc\/request-trailers|headers\/request-trailers/);
  expect(text).not.toMatch(/\/(?:home|root|tmp|work)\//);
});
