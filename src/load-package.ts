import { H2lintError } from "./error.ts";
import { createRequire } from "./platform/module.ts";

/** A dependency that most runs do without. @throws H2lintError("unsupported") in a browser, for one that is not there. */
export function loadPackage(name: string): unknown {
  const loaded: unknown = createRequire(import.meta.url)(name);
  if (loaded === undefined) throw new H2lintError("unsupported", `${name} is not there in a browser`);
  return loaded;
}
