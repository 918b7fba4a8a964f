export interface Totals {
  readonly octets: number;
  readonly packets: number;
  readonly frames: number;
  readonly connections: number;
  readonly calls: number;
}

export function writeGrpc(file: string, octets: number, seed?: number): Totals;
export function writeBulk(file: string, octets: number, seed?: number): Totals;
