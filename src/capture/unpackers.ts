import { unbzip2 } from "./bzip2.ts";
import { gunzip } from "./gzip.ts";
import { unlz4 } from "./lz4.ts";
import { unxz } from "./xz.ts";
import { unzstd } from "./zstd.ts";

/** By the name of the compression. */
export const unpackers = { gzip: gunzip, zstd: unzstd, lz4: unlz4, bzip2: unbzip2, xz: unxz } as const;
