// What programs and their logs say when a call fails: read from source or recorded. The most telling first.
import { callers } from "./sayings/callers.ts";
import { grpc } from "./sayings/grpc.ts";
import { libraries } from "./sayings/libraries.ts";
import { network, wrongProtocol } from "./sayings/network.ts";
import { ofSoftware } from "./sayings/of-software.ts";
import { proxies } from "./sayings/proxies.ts";
import type { Saying } from "./sayings/saying.ts";
import { servers } from "./sayings/servers.ts";

export const sayings: readonly Saying[] = [
  ...ofSoftware,
  ...callers,
  ...servers,
  ...wrongProtocol,
  ...libraries,
  ...proxies,
  ...network,
  ...grpc,
];
