// The size of controls for a finger or a mouse.

/** WCAG 2.5.8. */
export const TARGET = 24;
/** On phones controls are larger still. */
export const TOUCH = 44;

/**
 * Controls that are smaller than `least` in a direction; what grows with its text may be narrower than high. A box is as
 * large as its label. `inText` are links in running text, which are as high as the text.
 */
export function tooSmall(page, least, { inText = true } = {}) {
  return page.locator("a[href]:not(.skip), button:not([aria-hidden]), input:not([type=hidden]), select, summary").evaluateAll(
    (controls, [least, inText]) =>
      controls
        .filter((control) => {
          const { width, height } = control.getBoundingClientRect();
          if (!inText && control.matches("a") && getComputedStyle(control).display === "inline") return false;
          return width > 1 && height > 1 && control.checkVisibility({ visibilityProperty: true });
        })
        .map((control) => {
          const isBox = control.matches("[type=checkbox], [type=radio]");
          const { width, height } = (isBox ? (control.closest("label") ?? control.parentElement) : control).getBoundingClientRect();
          return { width, height, html: control.outerHTML.slice(0, 120) };
        })
        .filter(({ width, height }) => height < least || width < Math.min(least, 24))
        .map(({ width, height, html }) => `${width} × ${height}: ${html}`),
    [least, inText],
  );
}
