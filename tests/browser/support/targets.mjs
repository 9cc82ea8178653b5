// The size of controls for a finger or a mouse.

/** The smallest size of a control in pixels, by WCAG 2.5.8. */
export const TARGET = 24;
/** The smallest size of a control on a phone, in pixels. */
export const TOUCH = 44;

/**
 * Returns the controls that are smaller than `least` pixels. A control that grows with its text may be narrower than high.
 * A check box counts as large as its label. `inText`: whether to check links in running text, which are as high as the text.
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
