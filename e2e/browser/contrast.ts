// Measures the contrast of every piece of text that can be seen, as WCAG 2 defines it.
import type { Page } from '@playwright/test';

/** The texts whose contrast with what is behind them is below 4.5, with the contrast. */
export function lowContrasts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    // the canvas knows every colour syntax that the browser knows
    const bytesOf = (...layers: readonly string[]): readonly number[] => {
      context.clearRect(0, 0, 1, 1);
      for (const color of layers) {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
      }
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (bytes: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = bytes.slice(0, 3).map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const layersBehind = (element: Element | null): string[] =>
      element === null
        ? ['white']
        : [...layersBehind(element.parentElement), getComputedStyle(element).backgroundColor];

    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const element = text.parentElement!;
      const words = text.textContent!.trim();
      const isShown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (words === '' || !isShown || element.closest('.visually-hidden, .skip, :disabled, noscript, script'))
        continue;
      const layers = layersBehind(element);
      const ink = luminance(bytesOf(...layers, getComputedStyle(element).color));
      const ground = luminance(bytesOf(...layers));
      const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      if (contrast < 4.5) found.push(`${contrast.toFixed(2)} "${words.slice(0, 40)}"`);
    }
    return found;
  });
}
