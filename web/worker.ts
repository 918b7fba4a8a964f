// One run: captures in, a report or a file out. It has a separate thread, so that the page answers, and can end it.
import { analyze } from "../src/analyze.ts";
import { blobSource, type Source } from "../src/capture/source.ts";
import { CapturePipeline } from "../src/capture-pipeline.ts";
import { H2lintError } from "../src/error.ts";
import { defaultLimits } from "../src/limits.ts";
import type { ModelSink } from "../src/model/model-sink.ts";
import { type CallsView, callsNdjson, callsTable } from "../src/report/calls.ts";
import { checkReport } from "../src/report/check.ts";
import { ExchangeLister } from "../src/report/exchange.ts";
import { callsHar } from "../src/report/har.ts";
import type { PageAssets } from "../src/report/html/document.ts";
import { htmlReport } from "../src/report/html/html.ts";
import { jsonReport, ndjsonReport } from "../src/report/json.ts";
import { junitReport } from "../src/report/junit.ts";
import { markdownReport } from "../src/report/markdown.ts";
import { MetadataKeeper } from "../src/report/metadata.ts";
import { endAtOnce, type Report } from "../src/report/report.ts";
import { sarifReport } from "../src/report/sarif.ts";
import type { Look } from "../src/report/style.ts";
import { Causes, whyTable } from "../src/report/why.ts";
import { rules } from "../src/rules/index.ts";
import { TrafficFilter } from "../src/traffic-filter.ts";
import { type Answer, type Ask, EXPORTS, type ExportName, type Summary } from "./asking.ts";
import { TextFile } from "./text-file.ts";

const look: Look = { width: 100, color: false, quiet: false, verbose: false };

addEventListener("message", ({ data }: MessageEvent<Ask & { readonly assets: PageAssets }>) => {
  run(data, data.assets).catch((error: unknown) => {
    const own = error instanceof H2lintError;
    tell({ kind: "failed", message: own ? error.message : `internal error, please report it: ${String(error)}` });
  });
});

async function run(ask: Ask, assets: PageAssets): Promise<void> {
  const { want } = ask;
  if (want === "report") return report(ask, assets);
  const file = new TextFile();
  if (want === "calls" || want === "calls-table" || want === "har") await calls(ask, want, file);
  else {
    const written = reportAs(want, file, assets);
    const listeners = written.listener === undefined ? [] : [written.listener];
    for await (const event of analyze(...asked(ask, listeners))) written.event(event);
    endAtOnce(written);
  }
  tell({ kind: "file", file: file.end(EXPORTS.find(({ name }) => name === want)!.type) });
}

async function report(ask: Ask, assets: PageAssets): Promise<void> {
  const html = new TextFile();
  const page = reportAs("html", html, assets);
  const causes = new Causes(rules);
  let summary: Summary = { errors: 0, warnings: 0, connections: 0, packets: 0, findings: 0 };
  let findings = 0;
  for await (const event of analyze(...asked(ask, [page.listener!]))) {
    page.event(event);
    causes.event(event);
    if (event.kind === "finding") findings++;
    if (event.kind === "summary") {
      const { errors, warnings, connections, captures } = event;
      summary = { errors, warnings, connections, findings, packets: captures.reduce((sum, one) => sum + one.packets, 0) };
    }
  }
  endAtOnce(page);
  const why = new TextFile();
  whyTable(why.write, look, causes.answer(undefined, []));
  tell({ kind: "report", html: html.end("text/html"), why: await why.end("text/plain").text(), summary });
}

function reportAs(name: ExportName, { write }: TextFile, assets: PageAssets): Report {
  switch (name) {
    case "html":
      return htmlReport(write, { limits: defaultLimits, rules, showSecrets: false }, assets);
    case "json":
      return jsonReport(write);
    case "ndjson":
      return ndjsonReport(write);
    case "markdown":
      return markdownReport(write, rules);
    case "sarif":
      return sarifReport(write, rules);
    case "junit":
      return junitReport(write, (severity) => severity === "error");
    default:
      return checkReport(write, look, rules);
  }
}

async function calls(ask: Ask, want: "calls" | "calls-table" | "har", { write }: TextFile): Promise<void> {
  const [sources, options] = asked(ask);
  const captures = new CapturePipeline(sources, options);
  await captures.open();
  const filter = new TrafficFilter({}, captures.clock);
  const { limits } = captures;
  const view: CallsView =
    want === "calls"
      ? callsNdjson(write)
      : want === "har"
        ? callsHar(write, { chooser: filter, clock: () => captures.clock, limits, showSecrets: false })
        : callsTable(write, look);
  const listeners = view.listener === undefined ? [] : [view.listener];
  const metadata = new MetadataKeeper({ fields: want !== "calls-table", showSecrets: false }, limits);
  const lister = new ExchangeLister(
    () => captures.clock,
    filter,
    limits,
    (exchange) => view.exchange(exchange),
    {
      showSecrets: false,
      metadata,
    },
  );
  for await (const _ of captures.run({ calls: [...listeners, lister], listeners, exchanges: lister }));
  view.end();
}

type Asked = [Source[], Parameters<typeof analyze>[1] & object];

function asked({ captures, keys }: Ask, listeners: readonly ModelSink[] = []): Asked {
  const all = captures.reduce((sum, { size }) => sum + size, 0);
  let read = 0;
  let last = 0;
  const counted = captures.map((capture) => blobSource(capture));
  for (const [index, source] of counted.entries()) {
    const inner = source.read;
    counted[index] = {
      ...source,
      async read(into) {
        const octets = await inner(into);
        read += octets;
        return octets;
      },
    };
  }
  return [
    counted,
    {
      keys: keys.map((key) => blobSource(key)),
      session: "auto",
      listeners,
      progress({ packets }) {
        const now = performance.now();
        if (now - last < 100) return;
        last = now;
        tell({ kind: "progress", done: all === 0 ? 1 : Math.min(1, read / all), packets });
      },
    },
  ];
}

const tell = (answer: Answer): void => postMessage(answer);
