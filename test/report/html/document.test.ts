// The page as a file: nothing in the data ends its element, the policy names what runs, the same input gives the same octets.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../../src/analyze.ts";
import { english, Language } from "../../../src/lang/language.ts";
import { zh } from "../../../src/lang/zh/catalogue.ts";
import { defaultLimits } from "../../../src/limits.ts";
import { readAssets } from "../../../src/report/html/assets.ts";
import { bundle } from "../../../src/report/html/bundle.mjs";
import { differences, differencesBySide, sums, sumsBySide } from "../../../src/report/html/columns.ts";
import { hashSource, inScript, markupText, type PageAssets, pageDocument } from "../../../src/report/html/document.ts";
import { htmlReport } from "../../../src/report/html/html.ts";
import type { PageData } from "../../../src/report/html/page-data.ts";
import { rules } from "../../../src/rules/index.ts";
import { usedTexts } from "../../lang/used.ts";
import { pageOf } from "./paging.ts";

const assets = { script: 'console.log("run")', style: "body{margin:0}" };

const hostile = [
  "</script><img src=x onerror=alert(1)>",
  "<!--<script>",
  "]]>",
  "</SCRIPT\t>",
  "\u2028\u2029",
  "\ud800",
  '"\\u003c/script>',
  "&lt;",
  "\0",
];

describe("data in the page", () => {
  it.each(hostile)("%j is the same when read, and holds no markup", (text) => {
    const embedded = inScript({ text });
    expect(JSON.parse(embedded)).toEqual({ text });
    expect(embedded).not.toMatch(/[<>&\u2028\u2029]/);
    // Of a lone surrogate no UTF-8 could be made.
    expect(Buffer.from(embedded).toString()).toBe(embedded);
  });

  it("is all that captured text becomes", () => {
    const page = pageOf((s) =>
      s.client.headers(1, {
        fields: { ":method": "GET", ":scheme": "http", ":path": `/${hostile[0]}`, ":authority": "h2.test", x: hostile[1]! },
      }),
    );
    const html = pageDocument(page, assets);
    expect(html).not.toContain("<img");
    expect(html.match(/<!--/g)).toBeNull();
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(page)));
    expect(data).toContain("onerror");
  });

  it("leaves names of files as text in the title", () => {
    const page = pageOf((s) => s.client.headers(1));
    const named = { ...page, captures: [{ file: "</title><script>x", format: "pcap", packets: 1, octets: 1 }] };
    expect(pageDocument(named, assets)).toContain("<title>h2lint: &#60;/title&#62;&#60;script&#62;x</title>");
    expect(markupText(`<a b="c" d='e'>&`)).toBe("&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;");
  });
});

describe("the policy", () => {
  const html = pageDocument(
    pageOf((s) => s.client.headers(1)),
    assets,
  );

  it("names the script and the style by their hashes, and allows nothing else", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    const sha = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${sha(assets.script)}`,
      `style-src ${sha(assets.style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // Content Security Policy 3, 8.1: the example.
    expect(hashSource("alert('Hello, world.');")).toBe("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
  });

  it("has no handler or style in an attribute to allow", () => {
    expect(html).not.toMatch(/<[^>]+\s(on\w+|style)=/);
  });
});

describe("columns", () => {
  it.each([[[]], [[5]], [[3, 3, 9, 1, 1e15]]])("%j comes back", (values) => {
    expect([...sums(differences(values))]).toEqual(values);
    const kinds = values.map((_, i) => i % 3);
    expect([...sumsBySide(differencesBySide(values, kinds), kinds)]).toEqual(values);
  });

  it("are differences", () => {
    expect(differences([3, 3, 9, 1])).toEqual([3, 0, 6, -8]);
    expect(differencesBySide([10, 1000, 30, 1001], [0, 1, 0, 1])).toEqual([10, 1000, 20, 1]);
  });
});

describe("a capture", () => {
  const sample = fileURLToPath(new URL("../../../samples/volo-0.9.1-grpc-go-1.85.pcap", import.meta.url));

  async function pageOfSample(language?: Language, own: PageAssets = assets): Promise<string> {
    let html = "";
    const options = { limits: defaultLimits, rules, showSecrets: false, ...(language === undefined ? {} : { language }) };
    const report = htmlReport((text) => (html += text), options, own);
    for await (const event of analyze([sample], { listeners: [report.listener!] })) report.event(event);
    report.end();
    return html;
  }

  describe("in Chinese", () => {
    const dataIn = (html: string): PageData =>
      JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(html)![1]!) as PageData; // what was written
    let script: PageAssets;
    let chinese: string;
    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), "h2lint-page-"));
      await bundle(folder);
      script = readAssets(pathToFileURL(`${folder}/`));
      rmSync(folder, { recursive: true });
      chinese = await pageOfSample(new Language(zh), script);
    });

    it("carries every text that the page's script asks for, and no other", () => {
      const { texts, nouns } = dataIn(chinese).language!;
      const used = usedTexts();
      const ofPage = (all: ReadonlyMap<string, string>) =>
        [...all].filter(([text, file]) => text !== "" && file.startsWith("report/html/page/")).map(([text]) => text);
      const own = ofPage(used.texts);
      expect(own.length).toBeGreaterThan(150);
      expect(own.filter((text) => !Object.hasOwn(texts, text))).toEqual([]);
      expect(ofPage(used.nouns).filter((noun) => !Object.hasOwn(nouns, noun))).toEqual([]);
      expect(Object.keys(texts).filter((text) => !script.script.includes(text))).toEqual([]);
      // What only other reports say.
      expect(Object.keys(texts)).not.toContain("what became of them");
    });

    it("says what was found", () => {
      const { findings, story, symptoms, rules: ofRules } = dataIn(chinese);
      expect(chinese).toContain('<html lang="zh-CN">');
      expect(findings[0]!.message).toMatch(/^客户端用 trailers/u);
      expect(findings[0]!.rule).toBe("grpc/request-trailers");
      expect(story!.fix).toMatch(/^用带 END_STREAM 的 DATA/u);
      expect(symptoms[0]).toBe("1 个调用没有正常结束：");
      expect(ofRules["grpc/request-trailers"]!.title).toBe("gRPC 请求不能以 trailers 结束");
    });

    it("is none of it in English", async () => {
      const html = await pageOfSample(english, script);
      expect(html).toBe(await pageOfSample(undefined, script));
      expect(html).not.toMatch(/\p{Script=Han}/u);
      expect(dataIn(html)).not.toHaveProperty("language");
      // A page is sent and kept: another language may cost it a few texts.
      expect(chinese.length - html.length).toBeLessThan(12_000);
    });
  });

  it("gives the same bytes each time", async () => {
    expect(await pageOfSample()).toBe(await pageOfSample());
  });

  it("has its finding and every frame once", async () => {
    const html = await pageOfSample();
    const data = JSON.parse(/id="data">(.*)<\/script>/.exec(html)![1]!);
    const golden = JSON.parse(readFileSync(sample.replace(".pcap", ".findings.json"), "utf8")) as unknown[];
    expect(data.findings).toHaveLength(golden.length);
    expect(data.findings[0].rule).toBe("grpc/request-trailers");
    expect(data.rules["grpc/request-trailers"].fix).not.toBe("");
    // As tshark counts them.
    expect(data.connections[0].columns.kind).toHaveLength(12);
  });
});
