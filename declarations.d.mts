/** Put a folder's declarations into one file beside those of its entries. */
export function rollUpDeclarations(folder: string): void;
