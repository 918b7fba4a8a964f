// What is open stands in the page's address: `#connection=1&finding=0`.

/** The numbers in the address, by name. */
export function numbersHere(): (name: string) => number | undefined {
  const parts = new Map(
    location.hash
      .replace(/^#/, "")
      .split("&")
      .map((part) => part.split("=") as [string, string]),
  );
  return (name) => (/^\d+$/.test(parts.get(name) ?? "") ? Number(parts.get(name)) : undefined);
}

/** @returns False where the page is there already. */
export function moveTo(numbers: Readonly<Record<string, number | undefined>>): boolean {
  const hash = Object.entries(numbers)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  if (location.hash.replace(/^#/, "") === hash) return false;
  location.hash = hash === "" ? "overview" : hash;
  return true;
}
