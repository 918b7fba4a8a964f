import type { Side } from "../../place.ts";
import type { Json } from "../schemaless.ts";
import { covers, Fit, type Misfit } from "./fit.ts";
import { messageJson } from "./json.ts";
import type { DescMessage, DescMethod, FileRegistry } from "./protobuf.ts";
import { redacted } from "./redaction.ts";

export type MethodKind = "unary" | "client-streaming" | "server-streaming" | "bidi-streaming";

/** The user, the server of the call, or another server. */
export type SchemaSource = "given" | "own" | "other";

/** What one method takes and answers. */
export class MethodSchema {
  readonly kind: MethodKind;
  /** The file that defines it, as others import it. */
  readonly file: string;
  /** The user's: not from reflection. */
  readonly given: boolean;
  /** The user's, or the server's own: it may be held against what is sent. Else that of another server. */
  readonly binding: boolean;
  readonly #input: DescMessage;
  readonly #output: DescMessage;
  readonly #registry: FileRegistry;

  constructor({ methodKind, input, output, parent }: DescMethod, source: SchemaSource, registry: FileRegistry) {
    this.kind = methodKind.replace("_", "-") as MethodKind; // the same four names
    this.file = parent.file.proto.name;
    this.given = source === "given";
    this.binding = source !== "other";
    this.#input = input;
    this.#output = output;
    this.#registry = registry;
  }

  /** `a.b.Message` */
  typeName(from: Side): string {
    return this.#type(from).typeName;
  }

  /** @returns undefined where the octets fit, and where they are too many fields or levels to say. */
  misfit(from: Side, bytes: Uint8Array): Misfit | undefined {
    const result = new Fit(bytes).check(this.#type(from));
    return typeof result === "object" ? result : undefined;
  }

  /** The octets fit, and have no field that the type lacks. */
  covers(from: Side, bytes: Uint8Array): boolean {
    return covers(this.#type(from), bytes);
  }

  /** @returns undefined where they do not fit, are too many, or have no JSON: an Any or a time beyond what the mapping allows. */
  json(from: Side, bytes: Uint8Array, { redact = false }: { readonly redact?: boolean } = {}): Json | undefined {
    const type = this.#type(from);
    const json = messageJson(type, bytes, this.#registry);
    return json === undefined || !redact ? json : redacted(json, type);
  }

  #type(from: Side): DescMessage {
    return from === "client" ? this.#input : this.#output;
  }
}
