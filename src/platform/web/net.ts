const isIPv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);

function isIPv6(text: string): boolean {
  try {
    // A zone is none of the URL's business (RFC 6874).
    return text.includes(":") && new URL(`http://[${text.replace(/%[\w.]+$/, "")}]/`).hostname.startsWith("[");
  } catch {
    return false;
  }
}

const all = { isIPv4, isIPv6 };

export const net = (): typeof all => all;
