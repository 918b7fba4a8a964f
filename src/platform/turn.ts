/** Let others have their turn: signals, timers, messages. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
