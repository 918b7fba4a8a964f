export function pagesOf(root: string): { pages: Map<string, string>; files: Map<string, string> };
export function sidebarOf(index: string): { text: string; items: { text: string; link: string }[] }[];
export function deadLinks(out: string): string[];
