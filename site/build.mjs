// npm run docs:site: the pages of docs/ in both languages, and the reference of the library, as static files in site/out.
//
// VitePress makes the pages: Markdown as it is, a search that finds Chinese too, and no server. It has some 150 packages, which nobody
// needs who installs or tests h2lint, so npx fetches this one version when the site is built. Its stable line is what projects build
// with; version 2 is not released. TypeDoc, which is there anyway, makes the reference.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deadLinks, pagesOf, sidebarOf } from "./pages.mjs";

const VITEPRESS = "vitepress@1.6.4";

// Names of headings as GitHub makes them, since pages link to each other by these.
const AS_GITHUB = `const slugify = (text) => text.trim().toLowerCase().replace(/[^\\p{L}\\p{N}\\s_-]/gu, "").replace(/\\s/g, "-");
config.markdown = { anchor: { slugify } };
`;

const root = fileURLToPath(new URL("../", import.meta.url));
const staged = join(root, "site/src");
const out = join(root, "site/out");

const write = (/** @type {string} */ path, /** @type {string} */ text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const run = (/** @type {string[]} */ ...args) =>
  execFileSync("npx", args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, VITE_CJS_IGNORE_WARNING: "1" },
  });

rmSync(staged, { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
const { pages, files } = pagesOf(root);
for (const [path, text] of pages) write(join(staged, path), text);
for (const [path, from] of files) {
  mkdirSync(dirname(join(staged, "public", path)), { recursive: true });
  cpSync(from, join(staged, "public", path));
}
const zh = [...pages.keys()].filter((path) => path.startsWith("zh-CN/") && !path.endsWith("index.md"));
const config = {
  title: "h2lint",
  description: "HTTP/2 and gRPC protocol violations in packet captures, each with the peer's answer",
  outDir: "../out",
  cacheDir: "./.cache",
  cleanUrls: false,
  // Those to copied files; deadLinks below reads all of what was built.
  ignoreDeadLinks: true,
  // Only some pages are there in both languages.
  themeConfig: {
    search: { provider: "local", options: { locales: { "zh-CN": { translations: { button: { buttonText: "搜索" } } } } } },
    outline: [2, 3],
    i18nRouting: false,
  },
  // Chinese has no spaces: a narrow column would have one character per line.
  head: [["style", {}, "th { white-space: nowrap; }"]],
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          { text: "Overview", link: "/overview" },
          { text: "Rules", link: "/rules/" },
          { text: "API", link: "/api/index.html", target: "_self" },
        ],
        sidebar: sidebarOf(pages.get("index.md") ?? ""),
      },
    },
    "zh-CN": {
      label: "简体中文",
      lang: "zh-CN",
      themeConfig: {
        nav: [{ text: "概览", link: "/zh-CN/" }],
        sidebar: [
          {
            text: "文档",
            items: [
              { text: "h2lint", link: "/zh-CN/" },
              ...zh.map((path) => ({
                text: (/^# (.*)$/m.exec(pages.get(path) ?? "")?.[1] ?? path).trim(),
                link: `/${path.replace(/\.md$/, "")}`,
              })),
            ],
          },
        ],
        outline: { level: [2, 3], label: "本页目录" },
      },
    },
  },
};
write(
  join(staged, ".vitepress/config.mjs"),
  `const config = ${JSON.stringify(config, undefined, 2)};\n${AS_GITHUB}export default config;\n`,
);
run("--yes", "--package", VITEPRESS, "--", "vitepress", "build", staged);
run("--no-install", "typedoc", "--out", join(out, "api"));
const dead = deadLinks(out);
for (const link of dead) console.error(`dead link: ${link}`);
console.log(`${pages.size} pages, ${dead.length} dead links: site/out/index.html`);
process.exitCode = dead.length === 0 ? 0 : 1;
