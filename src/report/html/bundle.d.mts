export function bundle(folder: string): Promise<void>;

export function pageAssets(): Promise<{ readonly script: string; readonly style: string }>;
