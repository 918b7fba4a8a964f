// File descriptors as their JSON, as the parser of .proto files makes them.

/** A FileDescriptorProto as its JSON, enumerations as numbers. */
export type ProtoFile = {
  name: string;
  package: string;
  dependency: string[];
  syntax: string;
  edition?: number;
  options?: ProtoOptions;
  messageType: ProtoMessage[];
  enumType: ProtoEnum[];
  extension: ProtoField[];
  service: { name: string; method: ProtoMethod[] }[];
};

export type ProtoMessage = {
  name: string;
  field: ProtoField[];
  oneofDecl: { name: string }[];
  nestedType: ProtoMessage[];
  enumType: ProtoEnum[];
  extension: ProtoField[];
  options?: ProtoOptions;
};

export type ProtoField = {
  name: string;
  number: number;
  label: number;
  type: number;
  typeName?: string;
  extendee?: string;
  jsonName?: string;
  oneofIndex?: number;
  proto3Optional?: boolean;
  options?: ProtoOptions;
};

export type ProtoEnum = { name: string; value: { name: string; number: number }[]; options?: ProtoOptions };

export type ProtoMethod = {
  name: string;
  inputType: string;
  outputType: string;
  clientStreaming: boolean;
  serverStreaming: boolean;
};

export type ProtoOptions = { mapEntry?: boolean; packed?: boolean; debugRedact?: boolean; features?: Record<string, number> };
