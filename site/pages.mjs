// In: the Markdown pages of the repository. Out: the same as pages of a site, each link leading to a page or to a file beside them.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, posix } from "node:path";
import { globSync } from "tinyglobby";

/** Pages, by their path in the repository; the second is where they stand in the site. */
const HOMES = { "docs/README.md": "index.md", "README.zh-CN.md": "zh-CN/index.md", "README.md": "overview.md" };

/** @param {string} root The repository.
 *  @returns {{ pages: Map<string, string>, files: Map<string, string> }} Texts of pages by their path in the site, and files of the
 *  repository by theirs. */
export function pagesOf(root) {
  const sources = globSync(["*.md", "docs/**/*.md", "samples/*.md", "test/*.md", "integrations/**/*.md"], {
    cwd: root,
    ignore: ["docs/api/**"],
  });
  /** @type {Map<string, string>} */
  const places = new Map();
  for (const path of sources.map((one) => one.replaceAll("\\", "/")).sort()) places.set(path, placeOf(path));
  /** @type {Map<string, string>} */
  const pages = new Map();
  /** @type {Map<string, string>} */
  const files = new Map();
  const context = { root, places, pages, files };
  for (const [path, place] of places) pages.set(place, linked(readFileSync(join(root, path), "utf8"), path, place, context));
  return { pages, files };
}

/** @param {string} path */
const placeOf = (path) =>
  HOMES[/** @type {keyof typeof HOMES} */ (path)] ?? path.replace(/^docs\//, "").replace(/^(samples|test)\/README\.md$/, "$1.md");

/** @typedef {{ root: string, places: Map<string, string>, pages: Map<string, string>, files: Map<string, string> }} Context */

/** @param {string} text @param {string} path @param {string} place @param {Context} context */
function linked(text, path, place, context) {
  const parts = text.split(/(^```[\s\S]*?^```|`[^`\n]*`)/m);
  return parts.map((part, i) => (i % 2 === 1 ? part : rewritten(part, path, place, context))).join("");
}

/** @param {string} text @param {string} path @param {string} place @param {Context} context */
const rewritten = (text, path, place, context) =>
  text
    // What stands in braces is no expression here.
    .replaceAll("{{", "&#123;&#123;")
    .replace(/\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)/g, (_, target, fragment = "") => {
      const to = targetOf(posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, ""), context);
      const from = posix.dirname(place);
      const link = posix.relative(from === "." ? "" : from, to);
      return `](${link.startsWith(".") ? link : `./${link}`}${fragment})`;
    });

/** Where what a page links to stands in the site. A folder becomes a page that shows it; a file is copied.
 *  @param {string} path @param {Context} context */
function targetOf(path, { root, places, pages, files }) {
  const place = places.get(path) ?? places.get(`${path}/README.md`);
  if (place !== undefined) return place;
  const full = join(root, path);
  if (!existsSync(full)) throw new Error(`a page links to ${path}, which is not there`);
  if (statSync(full).isDirectory()) {
    const folder = `${path.replace(/^docs\//, "")}/index.md`;
    if (!pages.has(folder)) pages.set(folder, folderPage(full, path));
    return folder;
  }
  // The generator takes a name it does not know for a page.
  const copy = `files/${path.replace(/^docs\//, "")}${path.endsWith(".sh") ? ".txt" : ""}`;
  files.set(copy, full);
  return copy;
}

/** @param {string} full @param {string} path */
function folderPage(full, path) {
  const names = readdirSync(full).sort();
  const pages = names.filter((name) => name.endsWith(".md"));
  const shown = names.filter((name) => /\.(?:mjs|json|proto|ts)$/.test(name) && statSync(join(full, name)).size < 20_000);
  const title = `# ${basename(path)}/\n`;
  if (pages.length > 0) return `${title}\n${pages.map((name) => `- [${basename(name, ".md")}/](./${name})`).join("\n")}\n`;
  const files = shown.map((name) => {
    const kind = { ".mjs": "js", ".ts": "ts", ".json": "json", ".proto": "proto" }[extname(name)];
    return `\n## ${name}\n\n\`\`\`${kind}\n${readFileSync(join(full, name), "utf8").trimEnd()}\n\`\`\`\n`;
  });
  return title + files.join("");
}

/** The tables of docs/README.md as the groups of a sidebar: questions and what pages hold.
 *  @param {string} index The text of the first page. */
export function sidebarOf(index) {
  const groups = [];
  for (const part of index.split(/^(?=.*:$)/m).slice(1)) {
    const title = part.slice(0, part.indexOf(":\n"));
    const items = [...part.matchAll(/\[([^\]]+)\]\(\.\/([\w/-]+)\.md\)/g)].map(([, name, page]) => ({
      text: String(name).replace(/\.md$/, ""),
      link: `/${String(page).replace(/\/index$/, "/")}`,
    }));
    groups.push({ text: title, items });
  }
  return groups;
}

/** Links of built pages that lead nowhere. @param {string} out The folder of the site. */
export function deadLinks(out) {
  const html = globSync("**/*.html", { cwd: out });
  /** @type {Map<string, Set<string>>} */
  const ids = new Map();
  const idsOf = (/** @type {string} */ file) => {
    let known = ids.get(file);
    if (known === undefined) {
      known = new Set([...readFileSync(file, "utf8").matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => String(id)));
      ids.set(file, known);
    }
    return known;
  };
  const dead = [];
  for (const page of html) {
    const text = readFileSync(join(out, page), "utf8");
    for (const [, raw] of text.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
      const link = decodeURI(String(raw).replaceAll("&amp;", "&"));
      if (/^[a-z]+:/.test(link) || link === "") continue;
      const [path = "", fragment] = link.split("#");
      const whole = path === "" ? page : path.startsWith("/") ? path.slice(1) : posix.join(dirname(page), path);
      const found = [whole, `${whole}.html`, posix.join(whole, "index.html")]
        .map((one) => join(out, one))
        .find((one) => existsSync(one) && statSync(one).isFile());
      if (found === undefined) dead.push(`${page}: ${link}`);
      else if (fragment && found.endsWith(".html") && !idsOf(found).has(decodeURIComponent(fragment)))
        dead.push(`${page}: ${link}`);
    }
  }
  return [...new Set(dead)];
}
