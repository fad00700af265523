/** A colour or size of the theme, for what is drawn on a canvas: `token('--g-brand')`. */
export const token = (name: `--g-${string}`): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
