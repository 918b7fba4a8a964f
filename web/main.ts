// The page: files in by drop or choice, one worker for one run, and what it answers shown or saved. Nothing leaves the browser: the policy of
// the document lets nothing be fetched.
import { type Answer, type Ask, EXPORTS, type ExportName, type Summary, type Want } from "./asking.ts";

interface Parts {
  readonly worker: string;
  readonly report: { readonly script: string; readonly style: string };
}

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T; // of this page: they are all there

const parts = JSON.parse(element("parts").textContent ?? "") as Parts; // as the build writes it
const workerUrl = URL.createObjectURL(new Blob([parts.worker], { type: "text/javascript" }));
const status = element("status");
const progress = element<HTMLProgressElement>("progress");
const chooser = element<HTMLInputElement>("files");
const formats = element<HTMLSelectElement>("format");
const views = ["report", "why", "calls"] as const;

let worker: Worker | undefined;
let captures: File[] = [];
let keys: File[] = [];
let reportUrl = "";
/** What the report comes to, in words. */
let found = "";

for (const { name, title } of EXPORTS) formats.append(new Option(title, name));

chooser.addEventListener("change", () => void take([...(chooser.files ?? [])]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void take([...(event.dataTransfer?.files ?? [])]);
});
element("cancel").addEventListener("click", () => {
  end();
  say("Cancelled.");
});
element("save").addEventListener("click", () => run(formats.value as ExportName)); // its options are their names
for (const view of views) element(`show-${view}`).addEventListener("click", () => show(view));

/** @param files Captures, and key logs of TLS among them. */
async function take(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const known = await Promise.all(files.map(isKeyLog));
  keys = files.filter((_, index) => known[index]);
  const others = files.filter((_, index) => !known[index]);
  // Keys that come later are for the captures that are there.
  if (others.length > 0) captures = others;
  if (captures.length === 0) return say("These are keys: add a capture.");
  element("result").hidden = true;
  run("report");
}

async function isKeyLog(file: File): Promise<boolean> {
  const head = await file.slice(0, 4096).text();
  return /^(?:#.*\r?\n|\r?\n)*(?:CLIENT_|SERVER_|EXPORTER_|EARLY_|RSA )[\w -]/.test(head);
}

/** @param shown The file is for the page, not to be saved. */
function run(want: Want, shown = false): void {
  end();
  const started = performance.now();
  const files = captures.map(({ name }) => name).join(", ");
  say(`Reading ${files} ...`);
  progress.value = 0;
  element("running").hidden = false;
  worker = new Worker(workerUrl);
  worker.addEventListener("error", (event) => {
    end();
    say(`The browser could not do it: ${event.message}`, true);
  });
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if (data.kind === "progress") {
      progress.value = data.done;
      say(`Reading ${files}: ${Math.floor(data.done * 100)}%, ${data.packets.toLocaleString("en")} packets`);
      return;
    }
    end();
    if (data.kind === "failed") say(data.message, true);
    else if (data.kind === "report") {
      showReport(data.html, data.why);
      found = `${sentence(data.summary)} (${((performance.now() - started) / 1000).toFixed(1)} s)`;
      say(found);
    } else if (shown) void showCalls(data.file);
    else save(data.file, want);
  });
  const ask: Ask = { captures, keys, want };
  worker.postMessage({ ...ask, assets: parts.report });
}

function end(): void {
  worker?.terminate();
  worker = undefined;
  element("running").hidden = true;
}

function say(text: string, failed = false): void {
  status.textContent = text;
  status.classList.toggle("failed", failed);
}

function sentence({ errors, warnings, findings, connections, packets }: Summary): string {
  const count = (number: number, word: string) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
  const found = [count(errors, "error"), count(warnings, "warning"), count(findings, "finding")].join(", ");
  return `${found} in ${count(connections, "connection")}, ${count(packets, "packet")}`;
}

function showReport(html: Blob, why: string): void {
  URL.revokeObjectURL(reportUrl);
  reportUrl = URL.createObjectURL(html);
  element<HTMLIFrameElement>("report").src = reportUrl;
  element("why").textContent = why;
  element("calls").textContent = "";
  element("result").hidden = false;
  show("report");
}

function show(view: (typeof views)[number]): void {
  for (const one of views) {
    element(one).hidden = one !== view;
    element(`show-${one}`).setAttribute("aria-pressed", String(one === view));
  }
  if (view === "calls" && element("calls").textContent === "") run("calls-table", true);
}

async function showCalls(file: Blob): Promise<void> {
  const text = await file.slice(0, SHOWN).text();
  element("calls").textContent =
    file.size <= SHOWN ? text : `${text.slice(0, text.lastIndexOf("\n"))}\n\nThere are more: save "Calls as text".`;
  say(found);
}

function save(file: Blob, want: Want): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = EXPORTS.find(({ name }) => name === want)?.file ?? "report";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(`Saved ${link.download}.`);
}

/** Octets of calls that are shown in the page. */
const SHOWN = 200_000;
