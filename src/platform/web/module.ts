// Packages that Node loads where they are needed: those of schemas are in the bundle, those of the reference engine are not.
import * as protobuf from "@bufbuild/protobuf";
import * as wellKnown from "@bufbuild/protobuf/wkt";

const PACKAGES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["@bufbuild/protobuf", protobuf],
  ["@bufbuild/protobuf/wkt", wellKnown],
]);

/** What it returns returns undefined for a package that is not there. */
export const createRequire =
  () =>
  (name: string): unknown =>
    PACKAGES.get(name);
