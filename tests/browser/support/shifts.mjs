// Measures how much of a page moves while it loads.

/** The largest layout shift that Chromium may report for a page: below it nobody sees anything move. */
export const STABLE = 0.02;

/** Scripts and pictures of the site; the script of the theme runs before the page is shown. */
const LATE = /\.js$|\/media\//;

/** Keeps the layout shifts of a page. Scripts and pictures arrive late, as on a slow network with an empty cache. */
export async function watchShifts(page) {
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
  });
  await page.route(LATE, async (route) => {
    if (!route.request().url().includes("theme")) await new Promise((resolve) => setTimeout(resolve, 150));
    await route.continue();
  });
}

/** The sum of the layout shifts after the first paint; Chromium also reports shifts before it, which nobody sees. */
export const settled = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    while (!performance.getEntriesByName("first-contentful-paint").length) await frame();
    await frame();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [{ startTime }] = performance.getEntriesByName("first-contentful-paint");
    const seen = window.shifts.filter((shift) => shift.startTime >= startTime && !shift.hadRecentInput);
    return seen.reduce((sum, { value }) => sum + value, 0);
  });
