// The page for browsers, opened from disk: captures are dropped, checked as the command checks them, shown and saved; nothing is asked for,
// the page answers while a large one is read, and memory stays flat. Skipped where there is no Chromium.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeGrpc } from "../../bench/generate.mjs";
import { analyze } from "../../src/analyze.ts";
import { bytesSource, fileSource } from "../../src/capture/source.ts";
import { bundleWebPage } from "../../web/bundle.mjs";

const executable = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout?.trim() ?? "")
  .find((path) => path !== "");
if (executable === undefined) console.log("no Chromium: the page for browsers is not tried");

const work = mkdtempSync(join(tmpdir(), "h2lint-web-"));
const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const volo = join(samples, "volo-0.9.1-grpc-go-1.85.pcap");

let browser: Browser;
let page: Page;
let complaints: string[];

/** As a hand drops it. */
async function drop(paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({ name: basename(path), bytes: readFileSync(path).toString("base64") }));
  const transfer = await page.evaluateHandle(
    `(() => { const transfer = new DataTransfer();
    for (const { name, bytes } of ${JSON.stringify(files)})
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
    return transfer; })()`,
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

const status = () => page.locator("#status");

async function saved(format: string): Promise<string> {
  await page.selectOption("#format", format);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  return readFileSync(await download.path(), "utf8");
}

/** Of a report of one event a line, all but what names the run. */
const eventsOf = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string });

async function expected(source: ReturnType<typeof fileSource>): Promise<unknown> {
  const events = [];
  for await (const event of analyze([source], { session: "auto" })) events.push(event);
  return JSON.parse(JSON.stringify(events));
}

async function shoot(name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

describe.skipIf(executable === undefined)("in Chromium, from a file", () => {
  beforeAll(async () => {
    await bundleWebPage(join(work, "index.html"));
    // V8 lets a heap grow to several times of what is alive before it collects it whole: on 165 MB it gains 300 MB, mostly garbage. The command
    // sets the same bound for itself (src/cli/program.ts), so that what is measured is what is held.
    browser = await chromium.launch({
      executablePath: executable!,
      args: ["--no-sandbox", "--js-flags=--heap-growing-percent=40"],
    });
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!/^(?:file|blob):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(work, "index.html")).href);
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it("shows of a dropped capture the report, why, and calls", async () => {
    await drop([volo]);
    await expect.poll(() => status().innerText(), { timeout: 20_000 }).toMatch(/^1 error, 0 warnings, 1 finding in 1 connection/);
    const report = page.frameLocator("#report");
    await report
      .getByText(/ended the request on stream 1 with trailers/)
      .first()
      .waitFor();
    await report.locator(".chart canvas").waitFor();
    await shoot("web-report");
    await page.getByRole("button", { name: "Why" }).click();
    expect(await page.locator("#why").innerText()).toContain("GOAWAY PROTOCOL_ERROR");
    await page.getByRole("button", { name: "Calls" }).click();
    await expect.poll(() => page.locator("#calls").innerText()).toContain("killed-by-goaway");
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate("axe.run(document, { iframes: false })")) as axe.AxeResults;
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id)).toEqual([]);
  });

  it("saves what the command writes", async () => {
    await drop([volo]);
    await page.locator("#result").waitFor();
    const name = basename(volo);
    expect(eventsOf(await saved("ndjson"))).toEqual(await expected(bytesSource(name, readFileSync(volo))));
    expect(JSON.parse(await saved("json"))).toMatchObject({ captures: [{ file: name }] });
    expect(JSON.parse(await saved("sarif"))).toMatchObject({ version: "2.1.0" });
    expect(JSON.parse(await saved("har"))).toHaveProperty("log.entries.0.request");
    expect(await saved("html")).toMatch(/^<!doctype html>/);
    for (const format of ["markdown", "text", "junit"]) expect(await saved(format)).toContain("grpc/request-trailers");
    for (const format of ["calls", "calls-table"]) expect(await saved(format)).toContain("killed-by-goaway");
  });

  it("says what is no capture, and goes on", async () => {
    await drop([join(samples, "README.md")]);
    await expect.poll(() => status().innerText()).toContain("README.md: not a capture file");
    await drop([volo]);
    await page.locator("#result").waitFor();
  });

  it("lets nothing out", async () => {
    await page.evaluate("fetch('https://example.com/').catch(() => document.title = 'refused')");
    await expect.poll(() => page.title()).toBe("refused");
    expect(complaints.splice(0).join("\n")).toContain("Content Security Policy");
  });

  it("reads 165 MB in flat memory, answers meanwhile, and can be stopped", async () => {
    const large = join(work, "large.pcap");
    writeGrpc(large, 165_000_000);
    page.setDefaultTimeout(300_000);
    await page.setInputFiles("#files", large);
    const sizes: { done: number; octets: number }[] = [];
    let slowest = 0;
    while (!(await page.locator("#result").isVisible())) {
      const asked = performance.now();
      const done = (await page.evaluate("document.getElementById('progress').value")) as number;
      slowest = Math.max(slowest, performance.now() - asked);
      if (done > 0) sizes.push({ done, octets: await rendererOctets() });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const most = (from: number, to: number): number =>
      Math.max(...sizes.filter(({ done }) => done >= from && done < to).map(({ octets }) => octets));
    const [early, late, end] = [most(0, 0.4), most(0.6, 0.95), most(0.95, Infinity)];
    const told = [early, late, end].map((octets) => `${Math.round(octets / 1e6)} MB`);
    console.log(`web: ${told.join(", then ")}; slowest answer ${Math.round(slowest)} ms`);
    expect([early, late, end].every(Number.isFinite)).toBe(true);
    expect(late - early).toBeLessThan(100e6);
    // At the end the report is made, and laid out in the same process.
    expect(end - early).toBeLessThan(300e6);
    // Reading takes seconds: a page that waited for it would not answer until then.
    expect(slowest).toBeLessThan(2000);
    const own = (await expected({ ...fileSource(large), name: "large.pcap" })) as { kind: string }[];
    const of = (events: unknown[]) =>
      (events as { kind: string }[]).filter(({ kind }) => kind === "finding" || kind === "summary");
    expect(of(eventsOf(await saved("ndjson")))).toEqual(of(own));
    await page.setInputFiles("#files", []);
    await page.setInputFiles("#files", large);
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await status().innerText()).toBe("Cancelled.");
    await drop([volo]);
    await expect.poll(() => status().innerText(), { timeout: 20_000 }).toMatch(/^1 error/);
  }, 600_000);
});

/** What the processes that hold pages take of memory of their own, the most of them: not what they share with the browser, such as the
 *  octets of files on their way. */
async function rendererOctets(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      try {
        return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0) * 1024;
      } catch {
        return 0;
      }
    });
  return Math.max(0, ...sizes);
}
