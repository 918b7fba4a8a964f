/** @param folder Stands for `dist`. */
export function bundle(folder: string): Promise<void>;
