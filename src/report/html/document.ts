// The page around its data: one file that asks nobody for anything. What is executed is named by its hash, so that nothing else can be.
import { english, type Language } from "../../lang/language.ts";
import { crypto } from "../../platform/crypto.ts";
import type { PageData } from "./page-data.ts";

/** What the page runs and how it looks (assets.ts). */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** @param language Of the page's `lang`, and of what stands beside its script. */
export function pageDocument(data: PageData, { script, style }: PageAssets, language: Language = english): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = `h2lint: ${data.captures.map(({ file }) => file).join(", ")}`;
  return `<!doctype html>
<html lang="${language.tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${markupText(title.length > 200 ? `${title.slice(0, 200)}...` : title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>${language.text("This report is drawn by the script in this file. With scripts off, see {command}.", { command: "<code>h2lint check --format markdown</code>" })}</noscript>
<div id="page"></div>
<script type="application/json" id="data">${inScript(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that no parser of markup finds an end, a comment or an entity in. */
export const inScript = (data: unknown): string =>
  JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Text between tags. */
export const markupText = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Of the text of a script or style element (Content Security Policy 3, 2.3.1). */
export const hashSource = (text: string): string =>
  `'sha256-${crypto().createHash("sha256").update(text, "utf8").digest("base64")}'`;
