// The commands in Chinese: what a terminal of 80 columns shows, and what no language changes.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { parse } from "../../src/cli/options.ts";
import { run } from "../../src/cli/run.ts";
import { stdout } from "../../src/cli/standard-output.ts";
import { localeLanguage } from "../../src/lang/load.ts";
import { wrap } from "../../src/report/style.ts";
import { widthOf } from "../../src/report/width.ts";

const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";

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
  it.each([["check"], ["timeline"]])("%s takes no more than 80 columns", async (command) => {
    const lines = (await told([command, volo], chinese)).split("\n");
    expect(lines.some((line) => /\p{Script=Han}/u.test(line))).toBe(true);
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
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
  it.each([["json"], ["ndjson"], ["sarif"], ["junit"], ["github"], ["gitlab"], ["markdown"]])(
    "is the same: %s",
    async (format) => {
      const words = ["check", volo, "--format", format];
      expect(await told(words, chinese)).toBe(await told(words));
    },
  );
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
  it.each([["README.zh-CN.md"], ["docs/zh-CN/volo-case.md"]])("%s shows what the command writes", async (page) => {
    const shown = /```(?:text|console)\n(?:\$ h2lint check --lang zh .*\n)?([^`]*反应[^`]*)```/u.exec(
      readFileSync(page, "utf8"),
    )?.[1];
    expect(shown).toBeDefined();
    expect(await told(["check", volo], chinese)).toContain(shown!.trimEnd());
  });
});
