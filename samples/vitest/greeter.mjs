// Somebody's service: what is to be tested.
import { fileURLToPath } from "node:url";
import { loadPackageDefinition, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export const proto = fileURLToPath(new URL("greeter.proto", import.meta.url));
export const { Greeter } = loadPackageDefinition(loadSync(proto)).greeter;

/** @returns The running server, and its port. */
export async function serve() {
  const server = new Server();
  server.addService(Greeter.service, {
    Hello({ request: { name } }, answer) {
      if (name === "") answer({ code: status.INVALID_ARGUMENT, details: "who?" });
      else answer(null, { text: `Hello, ${name}!` });
    },
  });
  const port = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { server, port };
}
