// In: what calls without a name look like, and methods that they may be calls of. Out: the one method that fits, or those that do.
import type { Side } from "../../place.ts";
import type { MethodSchema } from "../schema/method.ts";
import type { CallShape } from "./shape.ts";

/** A path that was inferred; never taken for one that was read. */
export interface InferredPath {
  readonly path: string;
  /** From 0 to 1: how likely it is right. */
  readonly score: number;
  /** Why, as a phrase. */
  readonly because: string;
}

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
  const [path] = fits;
  if (path === undefined) return {};
  const inferred = fits.size > 1 ? undefined : soleFit(path, shape, siblings.get(path), schemas.get(path));
  return inferred === undefined ? { candidates: [...fits].sort().slice(0, CANDIDATES) } : { inferred };
}

// That nothing else fits is little where much would fit.
function soleFit(
  path: string,
  shape: CallShape,
  sibling: CallShape | undefined,
  schema: MethodSchema | undefined,
): InferredPath | undefined {
  const like = sibling !== undefined && shape.isLike(sibling);
  if (sibling !== undefined && !like) return undefined;
  if (schema !== undefined) {
    if (shape.request.messages === 0 || shape.response.messages === 0 || shape.fields < 2) return undefined;
    const also = like ? ", and calls of it look the same" : "";
    return { path, score: like ? 0.98 : 0.95, because: `its messages fit this method of the schema alone${also}` };
  }
  if (!like) return undefined;
  if (shape.shares(sibling))
    return {
      path,
      score: 0.95,
      because: "calls of it to the same server have the same request and answer, and no other's messages fit",
    };
  if (shape.fields < TELLING) return undefined;
  return {
    path,
    score: 0.9,
    because: "calls of it to the same server have messages of the same fields, and no other's messages fit",
  };
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
// Fields of request and answer that no other method has by chance.
const TELLING = 6;
