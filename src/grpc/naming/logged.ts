import type { PathGroup } from "../../model/path-groups.ts";
import type { PathName } from "./infer.ts";

/** What logs say of the :path of requests. */
export interface LoggedPaths {
  ofGroup(group: PathGroup): PathName | undefined;
  /** Of a request that has no group. */
  ofStream(connection: number, stream: number): PathName | undefined;
}
