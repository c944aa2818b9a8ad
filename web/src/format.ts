// Numbers in the page's own drawings and words, as the server writes them.

const SIZES: [number, string][] = [[1e12, " tn"], [1e9, " bn"], [1e6, " m"], [1e3, " k"]];

/** Digits as a person writes them, never with an exponent where plain ones are short. */
function digits(x: number, significant: number): string {
  const rounded = Number(x.toPrecision(significant));
  const size = Math.abs(rounded);
  if (size === 0) return "0";
  if (size >= 1e9 || size < 1e-6) return rounded.toExponential();
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return rounded.toFixed(Math.min(decimals, 12));
}

/** `26.6 bn`. */
export function usd(x: number): string {
  // Rounding first, so that 999 999 reads 1.00 m.
  const [size, word] = SIZES.find(([s]) => Math.abs(x) >= s * 0.9995) ?? [1, ""];
  return `${digits(x / size, 3)}${word}`;
}

/** `0.012 %`. */
export const percent = (share: number): string => `${digits(share * 100, 2)} %`;
