// `npm run build:web`: dist/web/index.html, one file that needs no server and asks nobody for anything.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleForWeb } from "../src/platform/web/bundle.mjs";
import { pageAssets } from "../src/report/html/bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** @param {string} file Where the page goes. */
export async function bundleWebPage(file) {
  const scratch = mkdtempSync(join(tmpdir(), "h2lint-web-"));
  try {
    const read = (/** @type {string} */ name) => readFileSync(join(scratch, name), "utf8");
    const shared = { minify: true, charset: "ascii", legalComments: "none", logLevel: "warning" };
    await bundleForWeb({
      ...shared,
      format: "iife",
      entryPoints: [join(here, "worker.ts")],
      outfile: join(scratch, "worker.js"),
    });
    await build({
      ...shared,
      entryPoints: [join(here, "main.ts"), join(here, "page.css")],
      ...{ outdir: join(scratch, "main"), bundle: true, format: "iife", target: "es2022" },
      // The elements that they are put into must not end early.
      supported: { "inline-script": false, "inline-style": false },
    });
    const report = await pageAssets();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      page({ script: read("main/main.js"), style: read("main/page.css") }, report, { worker: read("worker.js"), report }),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// As src/report/html/document.ts writes them, which only a bundle can import.
const hashSource = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
const inScript = (data) =>
  JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What is executed is named by its hash. The report, in its frame, is under this policy too. */
function page({ script, style }, report, parts) {
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)} ${hashSource(report.script)}`,
    `style-src ${hashSource(style)} ${hashSource(report.style)}`,
    "worker-src blob:",
    "frame-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>h2lint</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>h2lint</h1>
<p><label>Drop captures here, with key logs of TLS if there are any, or choose them: <input type="file" id="files" multiple></label></p>
<p>They stay in this browser: the page cannot send anything.</p>
</header>
<main>
<div id="status" role="status">No capture yet.</div>
<div id="running" hidden><progress id="progress" max="1" aria-label="read"></progress><button type="button" id="cancel">Cancel</button></div>
<div id="result" hidden>
<nav aria-label="Results">
<button type="button" id="show-report" aria-pressed="true">Report</button>
<button type="button" id="show-why" aria-pressed="false">Why</button>
<button type="button" id="show-calls" aria-pressed="false">Calls</button>
<label for="format">Save as</label> <select id="format"></select> <button type="button" id="save">Save</button>
</nav>
<iframe id="report" title="Report"></iframe>
<pre id="why" tabindex="0" hidden></pre>
<pre id="calls" tabindex="0" hidden></pre>
</div>
</main>
<noscript>This page works by its script: captures are read here, not on a server.</noscript>
<script type="application/json" id="parts">${inScript(parts)}</script>
<script>${script}</script>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bundleWebPage(process.argv[2] ?? join(here, "../dist/web/index.html"));
