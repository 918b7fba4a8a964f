import { packageFile } from "./package-file.ts";
import { readFileSync } from "./platform/fs.ts";

/** The package's own version. */
export const version: string = (JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string }).version;
