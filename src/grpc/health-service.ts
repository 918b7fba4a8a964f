// The schema of gRPC's health checking (https://github.com/grpc/grpc/blob/master/doc/health-checking.md), which most servers answer and few
// captures bring along.

import type { ProtoFile } from "./proto-file.ts";
import { linkProtos, parseProto } from "./proto-source.ts";

export const healthService = (): ProtoFile[] => linkProtos([parseProto("grpc/health/v1/health.proto", HEALTH)]);

const HEALTH = `
  syntax = "proto3";
  package grpc.health.v1;
  message HealthCheckRequest { string service = 1; }
  message HealthCheckResponse {
    enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
    ServingStatus status = 1;
  }
  message HealthListRequest {}
  message HealthListResponse { map<string, HealthCheckResponse> statuses = 1; }
  service Health {
    rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
    rpc List(HealthListRequest) returns (HealthListResponse);
    rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
  }
`;
