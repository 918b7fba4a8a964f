/** @param file Where the page goes. */
export function bundleWebPage(file: string): Promise<void>;
