// The HTML report in a browser: nothing is fetched or complained of, keys and pointer work, captured text stays text, axe has nothing
// serious to say, and 100,000 frames move smoothly. Skipped where there is no Chromium.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { credentials, Metadata } from "@grpc/grpc-js";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeGrpc } from "../../bench/generate.mjs";
import { analyze } from "../../src/analyze.ts";
import type { Source } from "../../src/capture/source.ts";
import { english, Language } from "../../src/lang/language.ts";
import { zh } from "../../src/lang/zh/catalogue.ts";
import { defaultLimits } from "../../src/limits.ts";
import type { Assertions } from "../../src/report/assertions.ts";
import { Budgets } from "../../src/report/budget.ts";
import { readAssets } from "../../src/report/html/assets.ts";
import { bundle } from "../../src/report/html/bundle.mjs";
import { type PageAssets, pageDocument } from "../../src/report/html/document.ts";
import { htmlReport } from "../../src/report/html/html.ts";
import type { PageData } from "../../src/report/html/page-data.ts";
import { rules } from "../../src/rules/index.ts";
import { recordTraffic } from "../../src/testing/record.ts";
import { memorySource } from "../capture/reading.ts";
import { englishIn } from "../lang/english-in.ts";
import { pageOf } from "../report/html/paging.ts";

const executable = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout?.trim() ?? "")
  .find((path) => path !== "");
if (executable === undefined) console.log("no Chromium: the HTML report is not tried in a browser");

const work = mkdtempSync(join(tmpdir(), "h2lint-html-"));
const sample = fileURLToPath(new URL("../../samples/volo-0.9.1-grpc-go-1.85.pcap", import.meta.url));
const markup = "</script><img src=x onerror=document.title='ran'>";

let assets: PageAssets;
let browser: Browser;
let page: Page;
/** What a page should never cause. */
let complaints: string[];

async function reportOf(capture: string | Source, asserted: Assertions = {}, language: Language = english): Promise<string> {
  let html = "";
  const report = htmlReport((text) => (html += text), { limits: defaultLimits, rules, showSecrets: false, language }, assets);
  const budgets = new Budgets(asserted);
  for await (const event of analyze([capture], { listeners: [report.listener!, budgets] }))
    for (const told of budgets.take(event)) report.event(told);
  report.end();
  return html;
}

async function open(html: string, hash = "", options: { colorScheme?: "dark" | "light"; width?: number } = {}): Promise<void> {
  const { colorScheme = "light", width = 1440 } = options;
  const file = join(work, "report.html");
  writeFileSync(file, html);
  page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("file://")) complaints.push(`asks for ${request.url()}`);
  });
  await page.addInitScript(axe.source);
  await page.addInitScript(WRITES);
  await page.goto(pathToFileURL(file).href + hash);
  await page.locator(".chart canvas").waitFor();
}

/** Twenty calls of grpc-js, five at a time, with markup in a field. */
async function twentyCalls(): Promise<Source> {
  // Written in JavaScript, for users: it has no types.
  const { serve, Greeter } = (await import("../../samples/vitest/greeter.mjs" as string)) as {
    serve(): Promise<{ server: { tryShutdown(done: () => void): void }; port: number }>;
    Greeter: new (
      address: string,
      how: object,
    ) => { Hello(request: object, fields: object, done: () => void): void; close(): void };
  };
  const { server, port } = await serve();
  const recording = await recordTraffic(port);
  const client = new Greeter(`127.0.0.1:${recording.port}`, credentials.createInsecure());
  const fields = new Metadata();
  fields.set("x-markup", markup);
  for (let batch = 0; batch < 4; batch++) {
    const five = ["Ada", "Bo", "", "Cy", "Di"].map((name) => new Promise<void>((done) => client.Hello({ name }, fields, done)));
    await Promise.all(five);
  }
  client.close();
  await new Promise<void>((resolve) => server.tryShutdown(resolve));
  return memorySource(await recording.stop(), undefined, "twenty.pcapng");
}

/** To look at: SCREENSHOTS=FOLDER. */
async function shoot(name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What axe finds that keeps somebody out. */
async function barriers(): Promise<string[]> {
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** Keeps what is written on canvases. */
const WRITES = `{
  const { fillText } = CanvasRenderingContext2D.prototype;
  const written = (globalThis.written = new Set());
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    if (written.size < 10000) written.add(text);
    fillText.call(this, text, ...where);
  };
}`;

/** What has the focus, as text. */
const FOCUSED = "document.activeElement.textContent";

const title = () => page.locator(".card-title").innerText();

describe.skipIf(executable === undefined)("in Chromium", () => {
  let volo: string;

  beforeAll(async () => {
    await bundle(work);
    assets = readAssets(pathToFileURL(`${work}/`));
    browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
    volo = await reportOf(sample);
  });

  beforeEach(() => {
    complaints = [];
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    rmSync(work, { recursive: true, force: true });
  });

  it("a finding is opened and closed by key, and jumps to its frames", async () => {
    await open(volo);
    // The only connection is shown at once.
    await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("connection 1");
    for (let i = 0; i < 40 && (await page.evaluate(FOCUSED)) !== "grpc/request-trailers"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(title).toContain("grpc/request-trailers");
    const story = await page.locator(".card").innerText();
    for (const part of ["GOAWAY", "received an illegal stream id", "1 call lost", "END_STREAM on", "h2lint explain"])
      expect(story).toContain(part);
    await page.locator("tr.fault button").click();
    await expect.poll(title).toBe("client HEADERS[1]");
    expect(await page.locator(".card").innerText()).toContain("grpc-status");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".card").count()).toBe(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("1 connection");
    // And back in from the overview.
    await page.locator(".chart canvas").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("connection 1");
  });

  it("is read in Chinese: labels, finding, frame, help", async () => {
    await open(await reportOf(sample, {}, new Language(zh)));
    await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("连接 1");
    expect(await page.locator("[role=tab]").allInnerTexts()).toEqual(["问题 1", "调用 1", "帧 12", "连接"]);
    const texts = [await page.locator("body").innerText()];
    await page.locator(".panel tbody button").first().click();
    await expect.poll(title).toContain("grpc/request-trailers");
    texts.push(await page.locator(".card").innerText());
    // A side is one line: characters are not put one below the other.
    const heights = await page.locator(".card .side").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeLessThan(30);
    await page.locator("tr.fault button").click();
    await expect.poll(title).toBe("客户端 HEADERS[1]");
    texts.push(await page.locator(".card").innerText());
    for (const tab of await page.locator("[role=tab]").all()) {
      await tab.click();
      texts.push(await page.locator("#panel").innerText());
    }
    await page.keyboard.press("?");
    texts.push(await page.locator("dialog").innerText());
    expect(englishIn(texts.join("\n"))).toEqual([]);
    const labels = await page
      .locator("[aria-label], [title], [placeholder]")
      .evaluateAll((all) =>
        all.flatMap((one) => ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? "")),
      );
    expect(englishIn(labels.join("\n"))).toEqual([]);
  });

  it("frames are stepped through by arrows, and found by search", async () => {
    await open(volo, "#connection=1");
    await page.locator(".chart canvas").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.getByRole("status").innerText()).toContain("on stream 1");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect.poll(title).toContain("[1]");
    await page.keyboard.press("/");
    await page.keyboard.type("kind:goaway");
    await page.locator(".matched", { hasText: "1 of 12 frames" }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(title).toBe("server GOAWAY");
    expect(await page.locator(".card").innerText()).toContain("answers grpc/request-trailers");
    for (const key of ["+", "+", "-", "0", "Shift+ArrowLeft", "n", "t"]) await page.keyboard.press(key);
    await expect.poll(title).toContain("grpc/request-trailers");
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  });

  it("a mark is opened by a click, and the chart follows wheel and drag", async () => {
    await open(volo, "#connection=1");
    const box = (await page.locator(".chart canvas").boundingBox())!;
    // The label of stream 1 opens its first frame, wherever marks are.
    await page.mouse.click(box.x + 60, box.y + 175);
    await expect.poll(title).toBe("client HEADERS[1]");
    expect(await page.locator(".headers").innerText()).toContain("/helloworld.Greeter/SayHello");
    expect(await page.locator(".card .chip.exact").count()).toBe(1);
    expect(await page.locator("pre.hex").innerText()).toMatch(/^0000 {2}00 00/);
    const picture = () => page.locator(".chart canvas").screenshot();
    const before = await picture();
    await page.mouse.move(box.x + 600, box.y + 200);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await page.waitForTimeout(100);
    const zoomed = await picture();
    expect(zoomed.equals(before)).toBe(false);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 200, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(100);
    expect((await picture()).equals(zoomed)).toBe(false);
  });

  it("captured text stays text", async () => {
    const data: PageData = pageOf(
      (s) =>
        s.client
          .headers(1, { fields: { ":method": "GET", ":scheme": "http", ":path": `/${markup}`, ":authority": markup, x: markup } })
          .server.headers(1, { fields: { ":status": "200", server: markup } }),
      {
        faulty: [1],
        finding: { message: markup, path: markup, reaction: { verdict: "unseen", explanation: markup, debug: markup } },
      },
    );
    const named = { ...data, captures: [{ ...data.captures[0]!, file: markup }] };
    await open(pageDocument(named, assets), "#connection=1&finding=0");
    expect(await page.locator(".card .message").innerText()).toContain(markup.slice(1));
    await page.getByRole("tab", { name: /Frames/ }).click();
    await page.getByRole("button", { name: "HEADERS[1]" }).first().click();
    expect(await page.locator(".headers").innerText()).toContain(markup);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe(`h2lint: ${markup}`);
  });

  describe("twenty gRPC calls", () => {
    let twenty: string;

    beforeAll(async () => {
      twenty = await reportOf(await twentyCalls(), { connections: 1, errors: { "*": 0 }, resets: [] });
    });

    it.each([
      ["light", 1440],
      ["dark", 1440],
      ["light", 420],
    ] as const)("are lanes that can be read: %s, %i wide", async (colorScheme, width) => {
      await open(twenty, "#connection=1", { colorScheme, width });
      await page.waitForTimeout(100);
      await shoot(`twenty-${colorScheme}-${width}`);
      expect(await barriers()).toEqual([]);
      await page.getByRole("tab", { name: /Frames/ }).click();
      expect(await page.getByRole("button", { name: "HEADERS[39]" }).count()).toBeGreaterThan(0);
    });

    it("have lanes to go up and down by key, and a filter for one", async () => {
      await open(twenty, "#connection=1");
      await page.locator(".chart canvas").focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
      await expect.poll(() => page.getByRole("status").innerText()).toContain("on stream 3");
      await page.keyboard.press("/");
      await page.keyboard.type("stream:39 kind:headers");
      await page.locator(".matched", { hasText: /of \d+ frames/ }).waitFor();
      await page.keyboard.press("Enter");
      await expect.poll(title).toContain("HEADERS[39]");
    });

    it("are a table that is sorted by its heads and filtered, and open their frames", async () => {
      await open(twenty, "#connection=1");
      await page.getByRole("tab", { name: "Calls 20" }).click();
      const cells = (column: number) => page.locator(`.calls tbody td:nth-child(${column})`).allInnerTexts();
      expect((await cells(1)).slice(0, 2)).toEqual(["1", "3"]);
      await page.getByRole("button", { name: "status", exact: true }).click();
      expect(await cells(3)).toEqual([...Array(4).fill("grpc 3"), ...Array(16).fill("grpc 0")]);
      await page.getByRole("button", { name: "call", exact: true }).click();
      await page.getByRole("button", { name: "call", exact: true }).click();
      expect((await cells(1)).slice(0, 2)).toEqual(["39", "37"]);
      expect(await page.locator("th[aria-sort=descending]").innerText()).toContain("call");
      expect(await barriers()).toEqual([]);
      await page.getByLabel("Status").selectOption("grpc-3");
      await page.getByRole("tab", { name: "Calls 4" }).waitFor();
      await shoot("calls");
      await page.locator(".calls tbody button").first().click();
      await expect.poll(title).toMatch(/^client HEADERS/);
      // Back to the tab that it was opened from.
      await page.keyboard.press("Escape");
      await page.locator(".calls tbody tr").first().waitFor();
      // And of all connections, under the same filter from the overview.
      await page.evaluate(`location.hash = "#overview"`);
      await page.getByLabel("Status").selectOption("grpc-3");
      await page.getByRole("tab", { name: "Calls 4" }).waitFor();
      expect((await cells(1))[0]).toMatch(/^1[.]/);
    });

    it("hold markup from the wire as text", async () => {
      await open(twenty, "#connection=1");
      await page.getByRole("tab", { name: /Frames/ }).click();
      await page.getByRole("button", { name: "HEADERS[1]" }).first().click();
      expect(await page.locator(".headers").innerText()).toContain(markup);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).not.toBe("ran");
    });

    it("say which budgets are broken, on screen and on paper", async () => {
      await open(twenty, "#overview");
      expect(await page.locator(".counts").innerText()).toContain("1 budget broken");
      await page.getByRole("tab", { name: "Capture" }).click();
      const card = await page.locator(".card").innerText();
      expect(card).toContain("no call of * ends badly: 4 of 20 calls: INVALID_ARGUMENT x 4; first on connection 1");
      expect(card).toMatch(/held\s+at most 1 HTTP\/2 connection: 1 HTTP\/2 connection/);
      expect(await barriers()).toEqual([]);
      await page.emulateMedia({ media: "print" });
      await expect.poll(() => page.locator(".print-only").innerText()).toContain("no call of * ends badly");
    });
  });

  describe("three connections, one of them with a finding", () => {
    let three: string;

    beforeAll(() => {
      const fields = { ":method": "GET", ":scheme": "http", ":path": "/needle", ":authority": "a" };
      three = pageDocument(
        pageOf((s) => s.client.headers(1, { fields }).server.headers(1, { fields: { ":status": "200" } }), {
          times: 3,
          faulty: [2],
        }),
        assets,
      );
    });

    it("are searched from inside one too", async () => {
      await open(three, "#connection=2");
      await page.keyboard.press("/");
      await page.keyboard.type("needle");
      await page.locator(".matched", { hasText: /^\d of \d+ frames$/ }).waitFor();
      await page.getByRole("button", { name: "and 2 other connections" }).click();
      await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("All 3 connections");
      expect(await page.getByLabel("Search frames and findings").inputValue()).toBe("needle");
      const connections = await page.locator(".paged tbody td:first-child").allInnerTexts();
      expect([...new Set(connections)]).toEqual(["1", "2", "3"]);
      await shoot("found-everywhere");
      expect(await barriers()).toEqual([]);
      await page.locator(".paged tbody button").last().click();
      await expect.poll(() => page.locator(".crumbs strong").innerText()).toBe("connection 3");
      // What was looked for is looked for here.
      expect(await page.getByLabel("Search frames and findings").inputValue()).toBe("needle");
      await page.evaluate(`location.hash = "#overview"`);
      await page.keyboard.press("/");
      await page.keyboard.type("haystack");
      await page.locator(".matched", { hasText: "0 of 3 connections" }).waitFor();
    });

    it("and the story of the worst is not told of another", async () => {
      await open(volo, "#connection=1");
      expect(await page.locator("details.why").isVisible()).toBe(true);
      await page.locator("details.why summary").click();
      expect(await page.locator("details.why p").first().isVisible()).toBe(false);
      const data = JSON.parse(/id="data">(.*)<\/script>/.exec(volo)![1]!) as PageData;
      const [only] = data.connections;
      await page.close();
      await open(pageDocument({ ...data, connections: [only!, { ...only!, id: 2 }] }, assets), "#connection=2");
      expect(await page.locator("details.why").isVisible()).toBe(false);
    });
  });

  it("a long wait is drawn short, with its length", async () => {
    const data = pageOf((s) => {
      s.client.headers(1).server.headers(1, { fields: { ":status": "200" } });
      s.client.wait(90_000);
      s.client.headers(3).server.headers(3, { fields: { ":status": "200" } });
      s.client.wait(1_800_000);
      return s.client.headers(5).server.headers(5, { fields: { ":status": "200" } });
    });
    await open(pageDocument(data, assets), "#connection=1");
    await page.getByRole("button", { name: "To scale" }).click();
    await page.waitForTimeout(100);
    await shoot("idle");
    expect(await page.evaluate("[...written]")).toEqual(expect.arrayContaining(["idle 90.00 s", "idle 30.0 min"]));
  });

  it("the policy stops a script that is not the page's", async () => {
    await open(volo.replace('<div id="page">', `<script>document.title = "ran"</script><div id="page">`));
    expect(await page.title()).not.toBe("ran");
    expect(complaints.splice(0).join()).toContain("Content Security Policy");
  });

  it.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 420],
  ] as const)("axe finds nothing serious: %s, %i wide", async (colorScheme, width) => {
    await open(volo, "#overview", { colorScheme, width });
    await shoot(`volo-${colorScheme}-${width}`);
    expect(await barriers()).toEqual([]);
    for (const hash of ["#connection=1", "#connection=1&finding=0", "#connection=1&frame=4"]) {
      await page.evaluate(`location.hash = "${hash}"`);
      await page.waitForTimeout(50);
      expect(await barriers()).toEqual([]);
    }
    await page.getByRole("tab", { name: /Frames/ }).click();
    expect(await barriers()).toEqual([]);
    if (width < 900) expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  });

  it("paper has every finding's story", async () => {
    await open(volo, "#connection=1");
    await page.emulateMedia({ media: "print" });
    await expect.poll(() => page.locator(".print-only").innerText()).toContain("not safe to retry");
    expect(await page.locator(".panel").isVisible()).toBe(false);
  });

  it("100,000 frames of one connection move smoothly, and none is an element", async () => {
    const file = join(work, "many.pcap");
    writeGrpc(file, 1 << 20);
    const html = await reportOf(file);
    const data = JSON.parse(/id="data">(.*)<\/script>/.exec(html)![1]!) as PageData;
    await open(pageDocument(repeated(data, 100_000), assets), "#connection=1");
    const elements = await page.evaluate("document.querySelectorAll('*').length");
    expect(elements).toBeLessThan(1500);
    for (const scale of ["To scale", "In order"]) {
      await page.getByRole("button", { name: scale }).click();
      for (const zoom of [0, 8, 14]) {
        await page.keyboard.press("0");
        for (let i = 0; i < zoom; i++) await page.keyboard.press("+");
        const times = await pan();
        const sorted = times.toSorted((a, b) => a - b);
        const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(1);
        console.log(
          `${scale}, zoomed in ${zoom} times: a frame takes ${at(0.5)} ms, at most ${at(1)} ms, 95% under ${at(0.95)} ms`,
        );
        // Ten a second would be no panning; machines under load are slower than desks.
        expect(Number(at(0.5))).toBeLessThan(100);
      }
    }
  });
});

/** Milliseconds of each of 60 steps of panning, from event to painted. */
function pan(): Promise<number[]> {
  return page.evaluate(`(async () => {
    const canvas = document.querySelector(".chart canvas");
    const times = [];
    for (let i = 0; i < 60; i++) {
      const start = performance.now();
      canvas.dispatchEvent(new WheelEvent("wheel", { deltaX: i % 40 < 20 ? 60 : -60, cancelable: true, bubbles: true }));
      // Asked for after the chart's own: called when it has drawn.
      await new Promise((drawn) => requestAnimationFrame(drawn));
      times.push(performance.now() - start);
    }
    return times;
  })()`);
}

/** The first connection with its frames again and again, each time on new streams, as often as makes so many. */
function repeated(data: PageData, frames: number): PageData {
  const [first] = data.connections;
  const { columns, lanes } = first!;
  const size = columns.kind.length;
  const times = Math.ceil(frames / size);
  const again = (column: readonly number[], of: (value: number, turn: number, i: number) => number = (value) => value) =>
    Array.from({ length: size * times }, (_, i) => of(column[i % size]!, Math.floor(i / size), i % size));
  const highest = lanes.reduce((most, [id]) => Math.max(most, id), 0) + 1;
  const onward = (value: number, turn: number, i: number) => (turn > 0 && i === 0 ? 1000 : value);
  return {
    ...data,
    findings: [],
    connections: [
      {
        ...first!,
        duration: first!.duration * times,
        lanes: Array.from({ length: times }, (_, turn) =>
          lanes.map(([id, ...rest]) => [id + turn * highest, ...rest] as const),
        ).flat(),
        columns: {
          dTime: again(columns.dTime, onward),
          dPacket: again(columns.dPacket, onward),
          kind: again(columns.kind),
          stream: again(columns.stream, (value, turn) => (value === 0 ? 0 : value + turn * highest)),
          dOffset: again(columns.dOffset),
          length: again(columns.length),
          flags: again(columns.flags),
          text: again(columns.text),
          detail: again(columns.detail),
          block: again(columns.block),
          payload: again(columns.payload),
          many: [],
        },
      },
    ],
  };
}
