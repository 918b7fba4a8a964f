// What reference.ts and the tests use of hpack.js 2.1.6, which ships no types.
declare module "hpack.js" {
  export interface Header {
    name: string;
    value: string;
    incremental?: boolean;
    neverIndex?: boolean;
    huffman?: boolean;
  }
  export interface Decompressor {
    write(octets: Uint8Array): boolean;
    /** Without a callback synchronous: emits "error" and stops. */
    execute(): void;
    read(): Header | null;
    on(event: "error", listener: (error: Error) => void): this;
    push(header: Header | null): boolean;
    updateTableSize(size: number): void;
    /** Internal: nothing public shows how far it came. */
    readonly _decoder: { readonly buffer: { readonly size: number } };
    readonly _table: { readonly size: number; readonly maxSize: number };
  }
  export interface Compressor {
    write(headers: Header[]): boolean;
    read(): Buffer | null;
    updateTableSize(size: number): void;
    reset(): void;
  }
  const hpack: {
    decompressor: { create(options: { table: { maxSize: number } }): Decompressor };
    compressor: { create(options: { table: { maxSize: number } }): Compressor };
    huffman: { encode: readonly (readonly [length: number, code: number])[] };
    "static-table": { table: readonly { name: string; value: string }[] };
  };
  export default hpack;
}
