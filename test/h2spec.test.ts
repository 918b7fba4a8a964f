// docs/h2spec.md: every recorded case of h2spec, the rule that finds what it sends, and how each implementation answered. Made from the
// recordings where a checkout has them beside it: `npm run docs`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import type { FindingEvent } from "../src/report/event.ts";
import { capture, capturesIn, haveCaptures } from "./capture/reading.ts";

interface Label {
  readonly file: string;
  readonly title: string;
  readonly peer: string;
  readonly expect: readonly { readonly rules: readonly string[] }[];
}

const page = fileURLToPath(new URL("../docs/h2spec.md", import.meta.url));
const update = process.env["UPDATE_DOCS"] !== undefined;
const SERVERS = ["go-nethttp", "grpc-go", "hyper", "nghttpd", "node"];
const CLIENTS = ["go-transport", "curl", "nghttp", "node-client"];

const labels = haveCaptures
  ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(({ file }) => file.startsWith("h2spec/"))
  : [];

const stands = ({ certainty, consequent }: FindingEvent) => certainty === "proven" && !consequent;

async function findingsIn(file: string): Promise<FindingEvent[]> {
  const found: FindingEvent[] = [];
  for await (const event of analyze([capture(file)])) if (event.kind === "finding" && stands(event)) found.push(event);
  return found;
}

function answerOf({ reaction }: FindingEvent): string {
  const code = CODES[reaction.errorCode ?? ""] ?? reaction.errorCode ?? "";
  switch (reaction.kind) {
    case "goaway":
      return `G ${code}`;
    case "rst-stream":
      return `R ${code}`;
    case "status":
      return `H ${reaction.status}`;
    case undefined:
      return "-";
    default:
      return "X";
  }
}

const CODES: Readonly<Record<string, string>> = {
  NO_ERROR: "NO",
  PROTOCOL_ERROR: "PE",
  INTERNAL_ERROR: "IE",
  FLOW_CONTROL_ERROR: "FCE",
  STREAM_CLOSED: "SC",
  FRAME_SIZE_ERROR: "FSE",
  REFUSED_STREAM: "RS",
  COMPRESSION_ERROR: "CE",
  ENHANCE_YOUR_CALM: "EYC",
};

interface Row {
  readonly what: string;
  readonly rules: Set<string>;
  readonly answers: Map<string, string>;
}

/** `http2/6.5/2`, in the order of h2spec. */
const order = (name: string): string => name.replace(/\d+/g, (digits) => digits.padStart(3, "0"));

async function matrix(): Promise<string> {
  const rows = new Map<string, Row>();
  for (const { file, title, peer, expect: expected } of labels) {
    const [, name = "", what = ""] = /^h2spec (\S+): (.*)$/.exec(title) ?? [];
    const row = rows.get(name) ?? { what, rules: new Set<string>(), answers: new Map<string, string>() };
    rows.set(name, row);
    // An info is what the case is about, or a remark.
    const isMeant = ({ rule }: FindingEvent) => expected.some(({ rules }) => rules.includes(rule));
    const found = (await findingsIn(file)).filter((finding) => finding.severity !== "info" || isMeant(finding));
    for (const { rule } of found) row.rules.add(rule);
    const meant = found.find(isMeant) ?? found[0];
    row.answers.set(peer, meant !== undefined ? answerOf(meant) : expected.length === 0 ? "legal" : "not found");
  }
  const lines = [
    "# h2spec, case by case",
    "",
    "Recorded with h2spec 2.6; made by `npm run docs`. *legal*: the case sends nothing that is forbidden, and nothing is found. Answers:",
    "`G` GOAWAY, `R` RST_STREAM with the code's initials, `X` a close alone, `H` a status, `-` none; blank: not recorded.",
  ];
  for (const [heading, peers, ours] of [
    ["Servers under test", SERVERS, (name: string) => !name.startsWith("client/")],
    ["Clients under test", CLIENTS, (name: string) => name.startsWith("client/")],
  ] as const) {
    lines.push(
      "",
      `## ${heading}`,
      "",
      `| case | what is sent | found | ${peers.join(" | ")} |`,
      `| ${"--- | ".repeat(peers.length + 3)}`.trimEnd(),
    );
    for (const [name, { what, rules, answers }] of [...rows].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))) {
      if (!ours(name)) continue;
      const found =
        rules.size === 0
          ? ""
          : [...rules]
              .sort()
              .map((rule) => `\`${rule}\``)
              .join(", ");
      lines.push(
        `| ${name} | ${what.replaceAll("|", "\\|")} | ${found} | ${peers.map((peer) => answers.get(peer) ?? "").join(" | ")} |`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

describe.skipIf(!haveCaptures || capturesIn("h2spec", /\.pcap$/).length === 0)(
  "h2spec (recordings are not in this checkout)",
  () => {
    it("the page says what is found", async () => {
      const text = await matrix();
      if (update) writeFileSync(page, text);
      expect(existsSync(page) ? readFileSync(page, "utf8") : "", "run `npm run docs`").toBe(text);
    });

    it.each(labels.filter(({ expect: expected }) => expected.length > 0))("$file: $title", async ({ file, expect: expected }) => {
      const found = (await findingsIn(file)).map(({ rule }) => rule);
      for (const { rules } of expected)
        expect(
          found.some((rule) => rules.includes(rule)),
          `${rules} in ${found}`,
        ).toBe(true);
    });
  },
);
