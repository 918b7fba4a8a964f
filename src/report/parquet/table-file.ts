// One table in a Parquet file (https://github.com/apache/parquet-format), written row group by row group: what is in memory is one group.
// All columns are flat and may miss values; text is dictionary-encoded, and so are numbers of few kinds. Nothing is compressed.
import { version } from "../../version.ts";
import { type Chunk, type Column, GROUP } from "./column.ts";
import { Octets, type Struct, struct, writeStruct } from "./thrift.ts";

export class TableFile {
  readonly #columns: readonly Column[];
  readonly #output: (octets: Uint8Array) => void;
  readonly #out = new Octets();
  readonly #groups: Struct[] = [];
  /** Octets in the file. */
  #written = 0;
  #rows = 0;
  #all = 0;

  constructor(columns: readonly Column[], output: (octets: Uint8Array) => void) {
    this.#columns = columns;
    this.#output = output;
    this.#out.text(MAGIC);
  }

  /** Rows so far. */
  get rows(): number {
    return this.#all + this.#rows;
  }

  /** Every column was given its value of a row. */
  endRow(): void {
    this.#rows++;
    if (this.#rows === GROUP || ((this.#rows & 0x3f) === 0 && this.#isLarge())) this.#endGroup();
  }

  end(): void {
    if (this.#rows > 0) this.#endGroup();
    const out = this.#out;
    const at = out.length;
    writeStruct(
      out,
      struct([1, { i32: 1 }], [2, this.#schema()], [3, { i64: this.#all }], [4, this.#groups], [6, `h2lint version ${version}`]),
    );
    out.u32(out.length - at);
    out.text(MAGIC);
    this.#flush();
  }

  #isLarge(): boolean {
    let octets = 0;
    for (const column of this.#columns) octets += column.textOctets;
    return octets > TEXT;
  }

  #endGroup(): void {
    const start = this.#written + this.#out.length;
    const chunks = this.#columns.map((column) => describe(column, column.write(this.#out, this.#written)));
    const octets = this.#written + this.#out.length - start;
    this.#groups.push(struct([1, chunks], [2, { i64: octets }], [3, { i64: this.#rows }]));
    this.#all += this.#rows;
    this.#rows = 0;
    this.#flush();
  }

  #flush(): void {
    this.#output(this.#out.taken);
    this.#written += this.#out.length;
    this.#out.length = 0;
  }

  #schema(): Struct[] {
    const root = struct([4, "h2lint"], [5, { i32: this.#columns.length }]);
    return [
      root,
      ...this.#columns.map(({ name, physical, converted, logical }) =>
        struct(
          [1, { i32: physical }],
          [3, { i32: OPTIONAL }],
          [4, name],
          [6, converted === undefined ? undefined : { i32: converted }],
          [10, logical],
        ),
      ),
    ];
  }
}

function describe({ name, physical }: Column, { encodings, dictionaryAt, dataAt, octets, values }: Chunk): Struct {
  const about = struct(
    [1, { i32: physical }],
    [2, encodings.map((i32) => ({ i32 }))],
    [3, [name]],
    [4, { i32: UNCOMPRESSED }],
    [5, { i64: values }],
    [6, { i64: octets }],
    [7, { i64: octets }],
    [9, { i64: dataAt }],
    [11, dictionaryAt === undefined ? undefined : { i64: dictionaryAt }],
  );
  return struct([2, { i64: dictionaryAt ?? dataAt }], [3, about]);
}

const MAGIC = "PAR1";
const OPTIONAL = 1;
const UNCOMPRESSED = 0;
/** Octets of text of a row group. */
const TEXT = 4 << 20;
