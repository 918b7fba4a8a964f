/** How far sequence number `a` lies behind `b`, negative before it; right while they are less than 2^31 apart (RFC 9293 3.4). */
export const distance = (a: number, b: number): number => (a - b) | 0;

/** Farther away than any window: not the same connection (RFC 7323 2.3 allows windows below 2^30). */
export const FAR = 1 << 28;
