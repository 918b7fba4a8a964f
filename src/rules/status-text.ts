import type { MessageHead } from "../model/message-head.ts";

/** What a response came to: `grpc-status 5`, or `:status 401`. */
export const statusText = ({ grpcStatus, status }: Readonly<Pick<MessageHead, "grpcStatus" | "status">>): string =>
  grpcStatus === undefined ? `:status ${status}` : `grpc-status ${grpcStatus}`;
