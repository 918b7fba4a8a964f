// What an argument of a tool may be: its JSON Schema, which the assistant is given, and the check of what it then sends.

export interface Field {
  /** JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly optional?: true;
  /** What is wrong with a value; undefined where nothing is. */
  fault(value: unknown): string | undefined;
}

export type Fields = Readonly<Record<string, Field>>;

export const text = (description: string, { max, pattern }: { readonly max: number; readonly pattern?: RegExp }): Field => ({
  schema: { type: "string", description, minLength: 1, maxLength: max, ...(pattern && { pattern: pattern.source }) },
  fault: (value) => {
    if (typeof value !== "string" || value.length < 1 || value.length > max) return `text of 1 to ${max} characters`;
    return pattern?.test(value) === false ? `text like ${pattern.source}` : undefined;
  },
});

/** A whole number. */
export const whole = (description: string, { min, max }: { readonly min: number; readonly max?: number }): Field => ({
  schema: { type: "integer", description, minimum: min, ...(max !== undefined && { maximum: max }) },
  fault: (value) => {
    if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= (max ?? Infinity)) return undefined;
    return max === undefined ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  },
});

export const truth = (description: string): Field => ({
  schema: { type: "boolean", description },
  fault: (value) => (typeof value === "boolean" ? undefined : "true or false"),
});

export const oneOf = (description: string, values: readonly string[]): Field => ({
  schema: { type: "string", description, enum: values },
  fault: (value) => (values.includes(value as string) ? undefined : values.join(" or ")),
});

/** Of 1 to `max` items. */
export const list = (description: string, item: Field, max: number): Field => ({
  schema: { type: "array", description, items: item.schema, minItems: 1, maxItems: max },
  fault: (value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > max) return `a list of 1 to ${max}`;
    const fault = value.map(item.fault).find((one) => one !== undefined);
    return fault && `a list of: ${fault}`;
  },
});

/** Stands where nothing is sent. */
export const withDefault = (field: Field, value: unknown): Field => ({
  ...field,
  schema: { ...field.schema, default: value },
});

export const optional = (field: Field): Field => ({ ...field, optional: true });

const isRequired = ({ schema, optional }: Field): boolean => optional !== true && !("default" in schema);

/** The JSON Schema of all arguments of a tool. */
export const schemaOf = (fields: Fields): { type: "object"; [key: string]: unknown } => ({
  type: "object",
  properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  required: Object.keys(fields).filter((name) => isRequired(fields[name]!)),
  additionalProperties: false,
});

/** What was sent, with defaults; or what is wrong with it. */
export function read(fields: Fields, sent: Readonly<Record<string, unknown>>): Record<string, unknown> | string {
  const stranger = Object.keys(sent).find((name) => !Object.hasOwn(fields, name));
  if (stranger !== undefined) return `there is no argument ${stranger}; there are: ${Object.keys(fields).join(", ")}`;
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
    if (value === undefined && isRequired(field)) return `${name} is missing`;
    const fault = value === undefined ? undefined : field.fault(value);
    if (fault !== undefined) return `${name} must be ${fault}`;
    values[name] = value ?? field.schema["default"];
  }
  return values;
}
