/** Let others have their turn: signals, timers, messages. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Milliseconds since some time. Node would have to load `performance`. */
export const milliseconds = (): number => process.uptime() * 1000;
