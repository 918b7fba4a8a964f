// In: what calls without a name look like, and methods that they may be calls of. Out: the one method that fits, or those that do.
import type { InferredPath } from "../../model/path-groups.ts";
import type { Side } from "../../place.ts";
import type { MethodSchema } from "../schema/method.ts";
import type { CallShape } from "./shape.ts";

/** What is known of a path that went by before the capture. */
export interface PathName {
  /** There is only one that fits. */
  readonly inferred?: InferredPath;
  /** Those that fit, where there are several, or too little shows that it is the only one; at most `CANDIDATES`. */
  readonly candidates?: readonly string[];
}

/** @param siblings Known methods of the same server.
 *  @param schemas Methods that the user's schema has, or the server's own. */
export function inferPath(
  shape: CallShape,
  siblings: ReadonlyMap<string, CallShape>,
  schemas: ReadonlyMap<string, MethodSchema>,
  isOther: (path: string) => boolean,
): PathName {
  if (shape.calls === 0) return {};
  const fits = new Set<string>();
  for (const [path, known] of siblings) {
    const schema = schemas.get(path);
    if (!isOther(path) && shape.mayBe(known) && (schema === undefined || fitsSchema(shape, schema))) fits.add(path);
  }
  for (const [path, schema] of schemas) if (!siblings.has(path) && !isOther(path) && fitsSchema(shape, schema)) fits.add(path);
  if (fits.size === 0) return {};
  // Of methods whose calls were seen, those that fit but look different count less. Of others nothing sets them apart.
  const alike = [...fits].filter((path) => siblings.get(path)?.isAlike(shape) !== false);
  const [path] = fits.size === 1 ? fits : alike;
  const sole = path !== undefined && (fits.size === 1 || alike.length === 1);
  const inferred = sole ? soleFit(path, shape, siblings.get(path), fits.size === 1 && schemas.has(path)) : undefined;
  return inferred === undefined ? { candidates: [...fits].sort().slice(0, CANDIDATES) } : { inferred };
}

// That nothing else fits is little where much would fit.
function soleFit(path: string, shape: CallShape, sibling: CallShape | undefined, bySchema: boolean): InferredPath | undefined {
  const alike = sibling?.isAlike(shape) === true;
  if (sibling !== undefined && !alike) return undefined;
  if (shape.request.messages === 0 || shape.response.messages === 0 || shape.fields < LEAST) return undefined;
  if (bySchema) {
    const also = alike ? ", and calls of it look the same" : "";
    return { path, score: alike ? 0.98 : 0.95, because: `its messages fit this method of the schema alone${also}` };
  }
  const because = "of all calls to this server, its own alone look like this";
  if (sibling?.shares(shape) === true) return { path, score: 0.95, because: `${because}, with the very same messages` };
  return { path, score: shape.fields < MANY ? 0.8 : 0.9, because: `${because}: fields, sizes and number of messages` };
}

function fitsSchema({ request, response }: CallShape, schema: MethodSchema): boolean {
  const { kind } = schema;
  if (request.most > 1 && kind !== "client-streaming" && kind !== "bidi-streaming") return false;
  if (response.most > 1 && kind !== "server-streaming" && kind !== "bidi-streaming") return false;
  const all = (from: Side, samples: readonly Uint8Array[]) => samples.every((sample) => schema.covers(from, sample));
  return all("client", request.samples) && all("server", response.samples);
}

/** What a server says that does not know a method. */
export function pathIn(message: string): string | undefined {
  // grpc-go; grpc-java, grpc-js.
  const go = /^unknown method (\S+) for service (\S+)$/.exec(message);
  if (go !== null) return `/${go[2]}/${go[1]}`;
  const whole = /^(?:Method not found: |The server does not implement the method )\/?([^\s/]+\/[^\s/]+)$/.exec(message);
  return whole === null ? undefined : `/${whole[1]}`;
}

/** How many are listed. */
export const CANDIDATES = 5;
// Fields of request and answer that must be seen at least, and so many that other methods do not have them by chance.
const LEAST = 2;
const MANY = 6;
