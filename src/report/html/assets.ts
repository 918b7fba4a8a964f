import { packageFile } from "../../package-file.ts";
import { readFileSync } from "../../platform/fs.ts";
import { zlib } from "../../platform/zlib.ts";
import type { PageAssets } from "./document.ts";

/** The page's script and style, as the build leaves them (bundle.mjs). */
export function readAssets(folder = packageFile("dist/report/html/")): PageAssets {
  let packed: Uint8Array;
  try {
    packed = readFileSync(new URL("page.json.br", folder));
  } catch {
    throw new Error("the page of the HTML report is not there: the build was not finished (npm run build)");
  }
  return JSON.parse(zlib().brotliDecompressSync(packed).toString()) as PageAssets; // as bundle.mjs wrote it
}
