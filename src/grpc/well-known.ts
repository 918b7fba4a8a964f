// The .proto files that every compiler brings along.
import { type DescMessage, type FileDescriptorProto, wellKnownProtobuf } from "./protobuf.ts";

/** The types of a file that every compiler brings along, by full name; undefined where it is none. */
export function wellKnownTypes(file: string): ReadonlyMap<string, "message" | "enum"> | undefined {
  const known = wellKnownFiles().find(({ proto }) => proto.name === file);
  if (known === undefined) return undefined;
  const types = new Map<string, "message" | "enum">();
  const collect = (message: DescMessage): void => {
    types.set(message.typeName, "message");
    for (const { typeName } of message.nestedEnums) types.set(typeName, "enum");
    message.nestedMessages.forEach(collect);
  };
  known.messages.forEach(collect);
  for (const { typeName } of known.enums) types.set(typeName, "enum");
  return types;
}

let made: ReadonlyMap<string, FileDescriptorProto> | undefined;

/** By name. */
export const wellKnown = (): ReadonlyMap<string, FileDescriptorProto> =>
  (made ??= new Map(wellKnownFiles().map(({ proto }) => [proto.name, proto])));

function wellKnownFiles() {
  const files = wellKnownProtobuf();
  return [
    files.file_google_protobuf_any,
    files.file_google_protobuf_descriptor,
    files.file_google_protobuf_duration,
    files.file_google_protobuf_empty,
    files.file_google_protobuf_field_mask,
    files.file_google_protobuf_source_context,
    files.file_google_protobuf_struct,
    files.file_google_protobuf_timestamp,
    files.file_google_protobuf_wrappers,
    files.file_google_protobuf_type,
    files.file_google_protobuf_api,
  ];
}
