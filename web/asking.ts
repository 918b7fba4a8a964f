// What the page and its worker say to each other.

/** One run over the captures. */
export interface Ask {
  readonly captures: readonly File[];
  /** Key logs of TLS. */
  readonly keys: readonly File[];
  readonly want: Want;
}

/** `report`: the page of the report, and why; else a file. */
export type Want = "report" | ExportName;

export type ExportName = (typeof EXPORTS)[number]["name"];

/** In the order of the menu. */
export const EXPORTS = [
  { name: "html", title: "HTML report", file: "report.html", type: "text/html" },
  { name: "json", title: "JSON report", file: "report.json", type: "application/json" },
  { name: "ndjson", title: "JSON report, one event a line", file: "report.ndjson", type: "application/x-ndjson" },
  { name: "markdown", title: "Markdown", file: "report.md", type: "text/markdown" },
  { name: "text", title: "Text", file: "report.txt", type: "text/plain" },
  { name: "sarif", title: "SARIF", file: "report.sarif", type: "application/sarif+json" },
  { name: "junit", title: "JUnit", file: "report.xml", type: "application/xml" },
  { name: "calls-table", title: "Calls as text", file: "calls.txt", type: "text/plain" },
  { name: "calls", title: "Calls as JSON, one a line", file: "calls.ndjson", type: "application/x-ndjson" },
  { name: "har", title: "Calls as HAR", file: "calls.har", type: "application/json" },
] as const;

export type Answer =
  | { readonly kind: "progress"; readonly done: number; readonly packets: number }
  | { readonly kind: "report"; readonly html: Blob; readonly why: string; readonly summary: Summary }
  | { readonly kind: "file"; readonly file: Blob }
  | { readonly kind: "failed"; readonly message: string };

export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly connections: number;
  readonly packets: number;
  readonly findings: number;
}
