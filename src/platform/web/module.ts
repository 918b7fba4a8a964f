// Packages that Node loads where they are needed: those of schemas are in the bundle, those of the reference engine are not.
import * as protobuf from "@bufbuild/protobuf";
import * as wellKnown from "@bufbuild/protobuf/wkt";
import { H2lintError } from "../../error.ts";

/** @throws H2lintError("unsupported") from what it returns, for a package that is not there. */
export const createRequire =
  () =>
  (name: string): unknown => {
    if (name === "@bufbuild/protobuf") return protobuf;
    if (name === "@bufbuild/protobuf/wkt") return wellKnown;
    throw new H2lintError("unsupported", `${name} is not there in a browser`);
  };
