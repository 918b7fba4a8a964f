// The only file that knows @bufbuild/protobuf, which is loaded with the first schema: most runs have none.

import type * as Library from "@bufbuild/protobuf";
import type * as WellKnown from "@bufbuild/protobuf/wkt";
import { loadPackage } from "../../load-package.ts";

export type {
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  FileRegistry,
  Message,
  Registry,
} from "@bufbuild/protobuf";
export type { Any, FileDescriptorProto } from "@bufbuild/protobuf/wkt";

let library: typeof Library | undefined;
let wellKnown: typeof WellKnown | undefined;

export const protobuf = (): typeof Library => (library ??= loadPackage("@bufbuild/protobuf") as typeof Library);

/** The types of google/protobuf. */
export const wellKnownProtobuf = (): typeof WellKnown =>
  (wellKnown ??= loadPackage("@bufbuild/protobuf/wkt") as typeof WellKnown);

/** The scalar types of descriptor.proto, FieldDescriptorProto.Type, that are distinguished here. */
export const Scalar = {
  double: 1,
  float: 2,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  string: 9,
  bytes: 12,
  sfixed32: 15,
  sfixed64: 16,
} as const;
