// Waits for the page that a click or a key loads.

/** Runs `act`, which loads a page; waits for the page and returns its response. */
export async function follow(page, act) {
  const arrives = (response) =>
    response.request().isNavigationRequest() && !(response.status() >= 300 && response.status() < 400);
  // The response comes before the browser leaves the old page. A download leaves no page.
  const left = page.waitForEvent("framenavigated", { timeout: 2_000 }).catch(() => {});
  const [response] = await Promise.all([page.waitForResponse(arrives), act()]);
  await left;
  await page.waitForLoadState();
  return response;
}
