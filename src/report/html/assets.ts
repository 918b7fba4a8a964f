import { packageFile } from "../../package-file.ts";
import { readFileSync } from "../../platform/fs.ts";
import type { PageAssets } from "./document.ts";

/** The page's script and style, as the build leaves them (bundle.mjs). */
export function readAssets(folder = packageFile("dist/report/html/")): PageAssets {
  const read = (name: string): string => {
    try {
      return readFileSync(new URL(name, folder), "utf8");
    } catch {
      throw new Error(`${name} of the HTML report is not there: the build was not finished (npm run build)`);
    }
  };
  return { script: read("page.js"), style: read("page.css") };
}
