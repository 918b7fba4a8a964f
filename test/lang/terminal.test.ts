// The commands in Chinese: what a terminal of 80 columns shows, and what no language changes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "../../src/cli/options.ts";
import { run } from "../../src/cli/run.ts";
import { stdout } from "../../src/cli/standard-output.ts";
import { localeLanguage } from "../../src/lang/load.ts";
import { wrap } from "../../src/report/style.ts";
import { widthOf } from "../../src/report/width.ts";
import { rules } from "../../src/rules/index.ts";
import { build, type Program } from "../cli/program.ts";
import { englishIn } from "./english-in.ts";

const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
const fixed = "samples/volo-0.12.2-grpc-go-1.85.pcap";

async function told(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  for (const [name, value] of Object.entries({ COLUMNS: "80", LC_ALL: "", LC_MESSAGES: "", LANG: "C", ...env }))
    vi.stubEnv(name, value);
  let text = "";
  // Not `process.stdout`: where the suite's output goes to a file, that is written past it.
  const spy = vi.spyOn(stdout, "write").mockImplementation((chunk) => {
    text += chunk;
  });
  try {
    await run((await parse([...words, "--no-color", "--no-progress"]))!);
    stdout.flush();
  } finally {
    spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return text;
}

const chinese = { LANG: "zh_CN.UTF-8" };

describe("the case that began it, in Chinese", () => {
  const commands = [
    [["check", volo]],
    [["check", volo, "--verbose"]],
    [["timeline", volo]],
    [["why", volo]],
    [["why", volo, "--text", "received an illegal stream id: 1"]],
    [["why", volo, "--text", "no such text"]],
    [["info", volo, "--verbose"]],
    [["calls", volo]],
    [["calls", volo, "--verbose", "--messages"]],
    [["explain", "grpc/request-trailers"]],
    [["diff", volo, fixed]],
    [["compare", volo, fixed]],
    [["explain", "health/reconnect-loop"]],
  ];

  it.each(commands)("%j takes no more than 80 columns", async (words) => {
    const lines = (await told(words, chinese)).split("\n");
    expect(lines.some((line) => /\p{Script=Han}/u.test(line))).toBe(true);
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  });

  it.each(commands)("%j has no English words", async (words) => {
    // What is quoted may begin on one line and end on another; fields and messages of the capture are as they are.
    const text = (await told(words, chinese))
      .replace(/^ {8}[<>] .*$/gm, "")
      // Names of holes and options, and of examples.
      .replace(/\{\w+\}|[a-z]+ = \d+/g, "")
      .replace(/^(?:违规|合规)示例 .*$/gmu, "");
    expect(englishIn(text)).toEqual([]);
    // And in English it has.
    expect(englishIn(await told(words)).length).toBeGreaterThan(3);
  });

  it("lines its columns up", async () => {
    const text = await told(["check", volo], chinese);
    const before = (line: string, mark: string) => widthOf(line.slice(0, line.indexOf(mark)));
    const frames = text.split("\n").flatMap((line) => /^.{10} {2}\S+ +((?:HEADERS|DATA|GOAWAY|FIN)\b)/.exec(line)?.[1] ?? []);
    expect(frames).toHaveLength(5);
    const rows = text.split("\n").filter((line) => /^.{10} {2}(?:客户端|服务端)/u.test(line));
    expect(new Set(rows.map((line) => before(line, /HEADERS|DATA|GOAWAY|FIN/.exec(line)![0])))).toEqual(new Set([20]));
    const labels = text.split("\n").filter((line) => /^ {2}(?:反应|代价|现象|修复|详情|另见)/u.test(line));
    expect(labels).toHaveLength(6);
    for (const line of labels) expect(widthOf(/^ {2}\p{Script=Han}+ +/u.exec(line)![0])).toBe(10);
  });

  it("cuts what the baseline says to 80 columns", async () => {
    const folder = mkdtempSync(join(tmpdir(), "h2lint-lang-"));
    const file = join(folder, "基线.json");
    try {
      await told(["check", volo, "--baseline", file, "--update-baseline"]);
      const lines = (await told(["check", fixed, "--baseline", file], chinese)).split("\n");
      const [stale] = lines.filter((line) => line.endsWith("..."));
      expect(stale).toMatch(/基线\.json: .*\.\.\.$/u);
      expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what happened, and how to repair it", async () => {
    const text = (await told(["check", volo], chinese)).replace(/\n\s*/g, "");
    expect(text).toContain("客户端用 trailers（grpc-status: 0）结束了流 1 上的请求");
    expect(text).toContain("用带 END_STREAM 的 DATA 结束请求体");
  });

  it("is what --lang asks for, whatever the locale is", async () => {
    const inChinese = await told(["check", volo, "--lang", "zh"]);
    expect(inChinese).toBe(await told(["check", volo], chinese));
    expect(await told(["check", volo, "--lang=en"], chinese)).toBe(await told(["check", volo]));
  });
});

describe("what programs read", () => {
  it.each([["json"], ["ndjson"], ["sarif"], ["junit"], ["github"], ["gitlab"]])("is the same: %s", async (format) => {
    const words = ["check", volo, "--format", format];
    expect(await told(words, chinese)).toBe(await told(words));
  });
});

describe("for a pull request, in Chinese", () => {
  it("is Markdown, with what is asserted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "h2lint-lang-"));
    const assert = {
      ...{ goaways: ["NO_ERROR"], resets: [], methods: ["/x"], connections: 1, fieldSectionSize: 10 },
      ...{ calls: { "/a*": 0, "*": 2 }, errors: { "*": 0, "/b": 1, "/c": 2 }, findings: { "grpc/*": 0, "abuse/*": 3 } },
      ...{ latency: { "*": { p99: "1ms", max: "2ms" }, "/hello*": { p50: "1s" }, "/d": { max: "1ms" } } },
    };
    writeFileSync(join(folder, "config.json"), JSON.stringify({ assert }));
    try {
      const text = await told(["check", volo, "--format", "markdown", "--config", join(folder, "config.json")], chinese);
      const own = text
        .replaceAll("&#95;", "_")
        .replace(/&#\d+;/g, "")
        .replace(/`[^`]*`/g, "")
        .replace(/^```mermaid.*?```$/gms, "");
      expect(own).toContain("规则");
      expect(own.match(/^\| (?:满足|超出|无法判断) \|/gmu)).toHaveLength(16);
      expect(englishIn(own)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the locale", () => {
  it.each([
    [{ LANG: "zh_CN.UTF-8" }, "zh"],
    [{ LANG: "zh" }, "zh"],
    [{ LC_ALL: "en_US.UTF-8", LANG: "zh_CN.UTF-8" }, "en"],
    [{ LC_ALL: "", LC_MESSAGES: "zh_TW", LANG: "C" }, "zh"],
    [{ LANG: "zha_CN" }, "en"],
    [{}, "en"],
  ])("%j: %s", (env, expected) => expect(localeLanguage(env)).toBe(expected));
});

describe("help and misuse, in Chinese", () => {
  const env = { LC_ALL: "", LC_MESSAGES: "", LANG: "zh_CN.UTF-8" };
  let program: Program;
  beforeAll(async () => {
    program = await build();
  });
  afterAll(() => program.remove());
  const ran = (words: readonly string[], more: Readonly<Record<string, string>> = env) => program.spawn(words, { env: more });

  it.each([["--help"], ["help"], ["help why"], ["check --help"], ["record --help"], ["help --lang zh"]])("%s", (line) => {
    const { stdout: help, status } = ran(line.split(" "));
    expect(status).toBe(0);
    const lines = help.split("\n");
    expect(lines.filter((one) => widthOf(one) > 80)).toEqual([]);
    // Names of values, and command lines.
    const own = help
      .replace(/^ {2}(?:tcpdump|source|claude) .*$/gm, "")
      .replace(/^ {2}h2lint .*?(?: {2,}|$)/gm, "")
      .replace(/\[可选：[^\]]*\]|\[默认：[^\]]*\]/gu, "")
      .replace(/\b[a-z0-9]+(?:\|[a-z0-9]+)+\b/g, "");
    expect(englishIn(own).filter((word) => !IN_HELP.has(word))).toEqual([]);
  });

  it.each([
    ["chekc", "h2lint: chekc：没有这个文件或命令；是否想写 check？（见 h2lint --help）"],
    ["check --fial-on error x", "h2lint: 未知选项 --fial-on；是否想写 --fail-on？（见 h2lint --help）"],
    ["explain", "h2lint: 参数不够：给出 0 个，至少需要 1 个（见 h2lint --help）"],
    ["check nosuch.pcap", "h2lint: nosuch.pcap：没有这个文件"],
    ["check samples/README.md", "h2lint: samples/README.md：不是抓包文件（开头是 23 20 53 61：文本）"],
    [`check ${volo} --output /no/such/x.json`, "h2lint: /no/such/x.json：无法写入（没有这个文件夹）"],
    [
      `calls ${volo} --connection 9`,
      "h2lint: 没有与 --connection 9 相符的内容：共 1 个连接（见 h2lint info 和 h2lint timeline）",
    ],
  ])("%s", (line, expected) => {
    const { stderr, status } = ran(line.split(" "));
    expect(stderr.trimEnd()).toBe(expected);
    expect(status).toBe(2);
  });

  it("is as --lang says, also where it cannot be parsed", () => {
    expect(ran(["explain", "--lang", "en"]).stderr).toContain("Not enough");
    expect(ran(["explain", "--lang=zh"], { ...env, LANG: "C" }).stderr).toContain("参数不够");
  });
});

describe("all rules", () => {
  it("take no more than 80 columns in the list", async () => {
    const lines = (await told(["rules"], chinese)).split("\n");
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(lines.filter((line) => /\p{Script=Han}/u.test(line)).length).toBeGreaterThan(rules.length);
  });
});

describe("lines", () => {
  it("end between wide characters, never before a closing or after an opening mark", () => {
    expect(wrap("流上的请求结束。（完）", 10)).toEqual(["流上的请求", "结束。", "（完）"]);
    for (let width = 10; width < 40; width++) {
      const lines = wrap("客户端用 trailers（grpc-status: 0）结束了流 1 上的请求；gRPC 请求以 DATA 结束。", width);
      expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
      expect(lines.filter((line) => /^[，。；）]|（$/u.test(line))).toEqual([]);
      expect(lines.join("").replaceAll(" ", "")).toBe("客户端用trailers（grpc-status:0）结束了流1上的请求；gRPC请求以DATA结束。");
    }
  });

  it("of English end at blanks", () =>
    expect(wrap("the stream was reset (by it)", 12)).toEqual(["the stream", "was reset", "(by it)"]));
});

describe("the pages in Chinese", () => {
  it("show what why writes", async () => {
    const shown = /\$ h2lint why --lang zh .*\n([^`]*)```/.exec(readFileSync("docs/zh-CN/volo-case.md", "utf8"))?.[1];
    expect(await told(["why", volo], chinese)).toBe(shown);
  });

  it.each([["README.zh-CN.md"], ["docs/zh-CN/volo-case.md"]])("%s shows what the command writes", async (page) => {
    const shown = /```(?:text|console)\n(?:\$ h2lint check --lang zh .*\n)?([^`]*反应[^`]*)```/u.exec(
      readFileSync(page, "utf8"),
    )?.[1];
    expect(shown).toBeDefined();
    expect(await told(["check", volo], chinese)).toContain(shown!.trimEnd());
  });
});

// Formats and other values, programs and what they call their things.
const IN_HELP: ReadonlySet<string> = new Set([
  ...[
    "table",
    "json",
    "ndjson",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "markdown",
    "html",
    "har",
    "glob",
    "shell",
    "parts",
    "bash",
    "zsh",
  ],
  ...[
    "recommended",
    "unexplained",
    "epoch",
    "proto",
    "descriptor",
    "set",
    "key",
    "log",
    "locale",
    "stdio",
    "Model",
    "Context",
    "Protocol",
  ],
  ...[
    "mcp",
    "calls",
    "timeline",
    "why",
    "captures",
    "format",
    "output",
    "messages",
    "follow",
    "color",
    "progress",
    "quiet",
    "verbose",
  ],
  ...["check", "old", "bad", "good", "grpcurl", "stderr", "merge"],
]);
